"""Genres keep the user's spelling; playlists say what they are about."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Catalog, Session, genres, open_catalog
from genre.db import models as m
from genre.errors import UsageError
from tests.labeler.small import add_playlist


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Return an empty catalog."""
    with open_catalog(Settings(corpus=tmp_path)) as found:
        yield found


@pytest.mark.parametrize("again", ["drum n bass", "DRUM AND BASS", "Drum'n'Bass"])
def test_spellings_of_a_genre_meet(catalog: Catalog, again: str) -> None:
    """The first spelling becomes the name; others find the same genre."""
    with catalog.write() as session:
        first = genres.ensure_genre(session, "Drum & Bass")
        assert genres.ensure_genre(session, again) == first == "drum-and-bass"
        assert genres.genre_names(session) == {"drum-and-bass": "Drum & Bass"}


@pytest.mark.parametrize("name", ["", "  ", "\x00"])
def test_a_blank_genre_is_refused(catalog: Catalog, name: str) -> None:
    """A genre needs a name."""
    with (
        pytest.raises(UsageError, match="found only blanks"),
        catalog.write() as session,
    ):
        genres.ensure_genre(session, name)


def test_linking_adds_and_setting_replaces(catalog: Catalog) -> None:
    """``link`` keeps what was said before, ``set`` says it anew."""
    key = add_playlist(catalog, "p", [], about=["Techno"])
    with catalog.write() as session:
        genres.link_playlist(session, key, ["Dub", "TECHNO"])
        assert genres.used_genres(session) == ["Dub", "Techno"]
        genres.set_playlist_genres(session, key, ["dub", "Acid"])
        assert genres.used_genres(session) == ["Acid", "Dub"]
        assert set(genres.genre_names(session)) == {"acid", "dub", "techno"}


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ([], {"dub": True}),  # nobody names any: the title's guess stays
        (["Dub"], {"dub": False}),
        (["Techno", "Acid"], {"acid": False, "techno": False}),
    ],
)
def test_genres_of_a_title(
    catalog: Catalog, named: list[str], kept: dict[str, bool]
) -> None:
    """What a title gave a playlist holds until somebody names a genre."""
    key = add_playlist(catalog, "p", [], about=["Techno"])
    with catalog.write() as session:
        genres.link_playlist(session, key, ["Dub"], from_title=True)
        assert not genres.are_set(session, key, named)
        genres.set_playlist_genres(session, key, named)
        assert genres.are_set(session, key, named)
        assert genres.have(session, key, kept)
        assert not genres.have(session, key, ["House"])
        rows = session.query(m.PlaylistGenre)
        assert {row.genre_id: row.from_title for row in rows} == kept


def test_playlists_without_genre_are_found(catalog: Catalog) -> None:
    """Only playlists nobody named a genre for are listed, with their titles."""
    add_playlist(catalog, "named", [], about=["Techno"])
    key = add_playlist(catalog, "unnamed", [])
    with catalog.read() as session:
        assert genres.playlists_without_genre(session) == [(key, "unnamed")]


def test_parents_are_set_and_taken_back(catalog: Catalog) -> None:
    """Parents are stated for all genres at once; left out means none."""
    with catalog.write() as session:
        for name in ("House", "Deep House"):
            genres.ensure_genre(session, name)
        genres.set_parents(session, {"deep-house": "house"})
        assert _parent(session, "deep-house") == "house"
        genres.set_parents(session, {})
        assert _parent(session, "deep-house") is None


def _parent(session: Session, key: str) -> str | None:
    """Return the stored parent of a genre."""
    return session.get_one(m.Genre, key).parent_id

"""A track is found by what a person types."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Catalog, lookup, open_catalog
from genre.db import models as m
from genre.records import Track

TRACKS = {
    "aaaa111122223333": ("Beyoncé & Jay-Z", "Déjà Vu", ""),
    "aaaa111199998888": ("Underworld", "Born Slippy", ""),
    "bbbb000000000000": ("Underworld", "Born Slippy", "Nuxx Remix"),
    "cccc000000000000": ("Кино", "Группа крови", ""),
}


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Return a catalog of four tracks and one merged id."""
    with open_catalog(Settings(corpus=tmp_path)) as found:
        with found.write() as session:
            for key, (artists, title, version) in TRACKS.items():
                session.add(
                    m.Track(
                        id=key,
                        artists=artists,
                        title=title,
                        version=version,
                        match_key="",
                    )
                )
            session.flush()
            alias = m.TrackAlias(old_id="dddd000000000000", track_id="bbbb000000000000")
            session.add(alias)
        yield found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bbbb000000000000", "bbbb"),  # an id
        ("BBBB0000", "bbbb"),  # the start of an id, in any case
        (" bbbb0000 ", "bbbb"),
        ("dddd000000000000", "bbbb"),  # merged away
        ("beyonce and jay z", "aaaa"),  # no accents, no signs
        ("Born Slippy (Nuxx", "bbbb"),  # part of a name
        ("КИНО", "cccc"),  # foreign case
        ("underworld - born slippy", "aaaa"),  # the whole name, though another has it
    ],
)
def test_one_track_is_meant(catalog: Catalog, text: str, expected: str) -> None:
    """Ids, starts of ids, old ids and names lead to one track."""
    with catalog.read() as session:
        (found,) = lookup.find_tracks(session, text)
    assert found.id[:4] == expected


@pytest.mark.parametrize(
    ("text", "n_found"),
    [("aaaa1111", 2), ("underworld", 2), ("aaa", 0), ("zzz", 0), ("", 0), ("???", 0)],
)
def test_none_or_several_are_meant(catalog: Catalog, text: str, n_found: int) -> None:
    """A common start or part finds several, nonsense finds none."""
    with catalog.read() as session:
        assert len(lookup.find_tracks(session, text)) == n_found


def test_at_most_limit_are_returned(catalog: Catalog) -> None:
    """Names come sorted and cut to the limit."""
    with catalog.read() as session:
        (found,) = lookup.find_tracks(session, "born", limit=1)
        assert found.name == "Underworld - Born Slippy"


def test_a_record_outlives_its_session(catalog: Catalog) -> None:
    """What is returned is a plain record with all fields."""
    with catalog.read() as session:
        (found,) = lookup.find_tracks(session, "bbbb0000")
    assert found == Track(
        id="bbbb000000000000",
        title="Born Slippy",
        version="Nuxx Remix",
        artists="Underworld",
    )

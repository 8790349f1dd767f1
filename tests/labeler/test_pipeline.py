"""label, split and why on a catalog."""

from pathlib import Path

import pytest
from sqlalchemy import select, update

from genre.config import Settings
from genre.db import labels, open_catalog, splits
from genre.db import models as m
from genre.errors import BusyError, NotReadyError, UsageError
from genre.files import stage_lock
from genre.labeler.pipeline import SplitParams, label, split, why
from genre.records import Label, Outcome, Plan, Split, Stage, Status
from tests.labeler.small import add_playlist, make_corpus, songs, track_id

ONE, TWO = "Ann - One", "Bob - Two"


def outcomes(settings: Settings, *, name: str = "votes") -> list[Outcome]:
    """Run ``label`` and return its outcomes."""
    return [e for e in label(settings, name=name) if isinstance(e, Outcome)]


def current_labels(settings: Settings) -> list[Label]:
    """Return the rows of the current label set."""
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        found = labels.current_label_set(session)
        assert found is not None
        return labels.labels_of(session, found.id)


def test_label_stores_vote_shares(tmp_path: Path) -> None:
    """A song of two playlists of equal size has both genres, half each."""
    settings = make_corpus(
        tmp_path, {"a": (["Techno"], [ONE, TWO]), "b": (["Dub"], [ONE, "Cy - Three"])}
    )
    (done,) = outcomes(settings)
    assert (done.status, done.data["n_tracks"], done.data["n_labels"]) == (
        Status.DONE,
        3,
        4,
    )
    assert Label(track_id(ONE), "Dub", 0.5) in current_labels(settings)
    assert Label(track_id(TWO), "Techno", 1.0) in current_labels(settings)


def test_label_again_keeps_the_set(tmp_path: Path) -> None:
    """Unchanged playlists give the same id and write nothing."""
    settings = make_corpus(tmp_path, {"a": (["Techno"], [ONE])})
    (first,), (second,) = outcomes(settings), outcomes(settings)
    assert second.status is Status.KEPT
    assert first.subject == second.subject


def test_changed_playlists_make_a_new_set_and_back(tmp_path: Path) -> None:
    """A removed row changes the labels; restored, the old set is current again."""
    settings = make_corpus(tmp_path, {"a": (["Techno"], [ONE, TWO])})
    first = outcomes(settings)[-1]
    _set_removed(settings, TWO, "2026-02-01T00:00:00Z")
    second = outcomes(settings)[-1]
    assert [x.track_id for x in current_labels(settings)] == [track_id(ONE)]
    _set_removed(settings, TWO, None)
    third = outcomes(settings)[-1]
    assert (third.status, third.subject) == (Status.DONE, first.subject)
    assert second.subject != first.subject
    assert len(current_labels(settings)) == 2


def _set_removed(settings: Settings, name: str, at: str | None) -> None:
    """Mark a song's rows in all playlists as removed (or not)."""
    with open_catalog(settings) as catalog, catalog.write() as session:
        rows = update(m.PlaylistTrack).where(m.PlaylistTrack.track_id == track_id(name))
        session.execute(rows.values(removed_at=at))


def test_label_begins_with_a_plan(tmp_path: Path) -> None:
    """The first event says how much work there is."""
    settings = make_corpus(tmp_path, {"a": (["Techno"], [ONE])})
    assert next(iter(label(settings))) == Plan(Stage.LABEL, 1, "label sets")


def test_title_gives_the_genre_that_nobody_named(tmp_path: Path) -> None:
    """A playlist without a genre votes for its title's, and the user is told once."""
    settings = make_corpus(tmp_path, {"Best Liquid DnB 2024": ([], [ONE])})
    note, _ = outcomes(settings)
    assert (note.status, note.data) == (
        Status.NOTE,
        {"genres": ["Liquid Drum and Bass"]},
    )
    assert "its title says Liquid Drum and Bass" in note.message
    assert current_labels(settings) == [
        Label(track_id(ONE), "Liquid Drum and Bass", 1.0)
    ]
    assert [o.status for o in outcomes(settings)] == [Status.KEPT]


def test_users_name_wins_over_the_taxonomys(tmp_path: Path) -> None:
    """A title that means a genre the user calls otherwise gets the user's name."""
    settings = make_corpus(
        tmp_path, {"mine": (["DnB"], [ONE]), "Drum & Bass hits": ([], [TWO])}
    )
    outcomes(settings)
    assert {x.genre for x in current_labels(settings)} == {"DnB"}


@pytest.mark.parametrize(
    ("title", "found"),
    [("Summer 2024", "none"), ("House & Techno", "House and Techno")],
)
def test_unclear_titles_are_noted_each_time(
    tmp_path: Path, title: str, found: str
) -> None:
    """A title without, or with several, genres casts no vote; the note says what to do."""
    settings = make_corpus(tmp_path, {"a": (["Techno"], [ONE]), title: ([], [TWO])})
    for _ in range(2):
        note = outcomes(settings)[0]
        assert note.status is Status.NOTE
        assert f"found {found}; it casts no vote until you write one" in note.message


def test_names_of_one_genre_are_kept_apart_and_noted(tmp_path: Path) -> None:
    """Two names of one genre stay as written, and the user learns of it."""
    settings = make_corpus(
        tmp_path, {"a": (["DnB"], [ONE]), "b": (["Drum & Bass"], [TWO])}
    )
    note = outcomes(settings)[0]
    assert "DnB and Drum & Bass seem to be one genre" in note.message
    assert {x.genre for x in current_labels(settings)} == {"DnB", "Drum & Bass"}


def test_parents_are_recorded_where_both_are_there(tmp_path: Path) -> None:
    """A genre's parent is its nearest ancestor among the genres of the catalog."""
    settings = make_corpus(
        tmp_path,
        {"a": (["House"], [ONE]), "b": (["Deep House"], [ONE]), "c": (["Dub"], [ONE])},
    )
    outcomes(settings)
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        parents = {g.name: g.parent_id for g in session.scalars(select(m.Genre))}
    assert parents == {"House": None, "Deep House": "house", "Dub": None}


def test_label_needs_a_catalog(tmp_path: Path) -> None:
    """Without a catalog nothing is created; the sentence says what to run."""
    settings = Settings(corpus=tmp_path / "typo")
    with pytest.raises(NotReadyError, match="found none; run `genre crawl` first"):
        outcomes(settings)
    assert not settings.corpus.exists()


@pytest.mark.parametrize(
    ("playlists", "message"),
    [
        ({}, "Expected playlists with a genre, found none"),
        ({"Summer": ([], [ONE])}, "Expected playlists with a genre, found none"),
        ({"a": (["Techno"], [])}, "Expected songs in the 1 playlists with a genre"),
    ],
)
def test_label_needs_songs_with_genres(
    tmp_path: Path, playlists: dict[str, tuple[list[str], list[str]]], message: str
) -> None:
    """Without anything to count the sentence says what is missing."""
    settings = make_corpus(tmp_path, playlists)
    with pytest.raises(NotReadyError, match=message):
        outcomes(settings)


def test_a_second_labeller_is_sent_away(tmp_path: Path) -> None:
    """Two of the same stage may not work on a corpus at once."""
    settings = make_corpus(tmp_path, {"a": (["Techno"], [ONE])})
    with stage_lock(tmp_path, Stage.LABEL), pytest.raises(BusyError):
        outcomes(settings)


def many(tmp_path: Path) -> Settings:
    """Return a labelled corpus: two genres of ten artists, one genre of one artist."""
    names = {
        genre: [s for i in range(10) for s in songs(f"{genre}{i}", 2)]
        for genre in ("Techno", "Trance")
    }
    settings = make_corpus(
        tmp_path,
        {
            "a": (["Techno"], names["Techno"]),
            "b": (["Trance"], names["Trance"]),
            "c": (["Dub"], songs("Solo", 3)),
        },
    )
    outcomes(settings)
    return settings


def test_split_stores_parts_and_notes_what_cannot_be_tested(tmp_path: Path) -> None:
    """Each labelled track has a part; a genre of one artist is named."""
    settings = many(tmp_path)
    plan, note, done = list(split(settings))
    assert plan == Plan(Stage.SPLIT, 1, "split sets")
    assert isinstance(note, Outcome)
    assert isinstance(done, Outcome)
    assert note.message.startswith("no song in validation and test: its songs (3)")
    assert (note.label, done.status) == ("Dub", Status.DONE)
    assert done.data["n_tracks"] == {
        "train": 31,
        "validation": 6,
        "test": 6,
        "excluded": 0,
    }
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        found = splits.current_split_set(session)
        assert found is not None
        parts = splits.splits_of(session, found.id)
    assert list(parts.values()).count(Split.TEST) == 6


def test_split_again_keeps_the_set(tmp_path: Path) -> None:
    """The same labels, seed and shares give the same set; another seed another."""
    settings = many(tmp_path)
    first, again, other = (
        list(split(settings, SplitParams(seed=seed)))[-1] for seed in (0, 0, 1)
    )
    assert isinstance(first, Outcome)
    assert isinstance(again, Outcome)
    assert isinstance(other, Outcome)
    assert (again.status, again.subject) == (Status.KEPT, first.subject)
    assert (other.status, other.subject != first.subject) == (Status.DONE, True)


def test_split_needs_labels(tmp_path: Path) -> None:
    """Without labels the sentence says what to run."""
    settings = make_corpus(tmp_path, {"a": (["Techno"], [ONE])})
    with pytest.raises(NotReadyError, match="run `genre label` first"):
        list(split(settings))


def test_split_refuses_bad_shares_before_anything(tmp_path: Path) -> None:
    """Shares that do not sum to 1 are wrong usage even without a catalog."""
    with pytest.raises(UsageError, match="sum to 1"):
        list(split(Settings(corpus=tmp_path), SplitParams(ratios=(1, 1, 1))))


@pytest.fixture
def two(tmp_path: Path) -> Settings:
    """Return a labelled corpus with a song in two playlists."""
    settings = make_corpus(
        tmp_path,
        {"a": (["Techno"], [ONE, TWO]), "b": (["Dub Techno"], [ONE, "Beyoncé - Trés"])},
    )
    outcomes(settings)
    return settings


@pytest.mark.parametrize(
    "text", [track_id(ONE), track_id(ONE)[:6], track_id(ONE).upper(), ONE, "ann one"]
)
def test_why_takes_ids_and_names(two: Settings, text: str) -> None:
    """A track is named by id, start of an id, or name in any case."""
    found = why(two, text)
    assert found.track.id == track_id(ONE)
    assert [(g.genre, g.score) for g in found.genres] == [
        ("Dub Techno", 0.5),
        ("Techno", 0.5),
    ]
    assert not found.is_stale


@pytest.mark.parametrize("text", ["TECHNO", "techno music"])
def test_why_takes_genres_in_any_spelling(two: Settings, text: str) -> None:
    """A genre is named by any spelling or alias."""
    assert [g.genre for g in why(two, ONE, text).genres] == ["Techno"]


def test_why_refuses_unknown_genres(two: Settings) -> None:
    """A genre the catalog has not is refused with those it has."""
    with pytest.raises(
        UsageError, match="one of the genres Dub Techno, Techno; found 'Polka'"
    ):
        why(two, ONE, "Polka")


def test_why_refuses_a_text_that_fits_none_or_several(two: Settings) -> None:
    """No match and several matches are told apart, the latter listed."""
    with pytest.raises(UsageError, match="'zzz', which fits no track"):
        why(two, "zzz")
    with pytest.raises(UsageError, match=f"{track_id(ONE)} Ann - One; .*by its id"):
        why(two, "n")


def test_why_notices_changed_playlists(two: Settings) -> None:
    """After a change of the playlists the explanation says that labels are old."""
    with open_catalog(two) as catalog:
        add_playlist(catalog, "c", [ONE], about=["Trance"])
    assert why(two, ONE).is_stale


def test_why_needs_labels(tmp_path: Path) -> None:
    """Without labels there is nothing to explain."""
    settings = make_corpus(tmp_path, {"a": (["Techno"], [ONE])})
    with pytest.raises(NotReadyError, match="run `genre label` first"):
        why(settings, ONE)


def test_why_explains_an_unknown_by_its_overlap(tmp_path: Path) -> None:
    """The counts behind an unknown genre are the catalog's."""
    shared = songs("Ann", 3)
    settings = make_corpus(
        tmp_path,
        {"a": (["Techno"], [*shared, ONE]), "b": (["Dub"], [*shared, TWO, "Cy - X"])},
    )
    outcomes(settings)
    techno, dub = why(settings, ONE).genres
    assert (techno.score, dub.score, dub.known) == (1.0, None, False)
    (overlap,) = dub.overlaps
    assert (overlap.n_genre, overlap.n_other, overlap.n_shared) == (5, 4, 3)

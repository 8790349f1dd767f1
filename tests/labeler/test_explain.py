"""Why a track has a genre: the arithmetic, witness by witness."""

import math

import pytest

from genre.labeler.explain import TrackExplanation, explain
from genre.labeler.votes import Overlap, VoteParams, make_label_set, shares
from genre.records import Label, Track, Witness

TRACK = Track("t", "Song", "", "Artist")
WITNESSES = (
    Witness("p1", "Acid nights", ("Acid",), 14),
    Witness("p2", "Techno", ("Techno",), 2),
    Witness("p3", "Both", ("Acid", "Techno"), 14),
)
LABELS = (Label("t", "Acid", 0.5), Label("t", "Techno", 0.75))


def explained(
    *,
    labels: tuple[Label, ...] = LABELS,
    witnesses: tuple[Witness, ...] = WITNESSES,
    overlaps: tuple[Overlap, ...] = (),
    genre: str | None = None,
) -> TrackExplanation:
    """Explain the track by the vote rule."""
    return explain(
        TRACK,
        label_set=make_label_set("votes", labels, VoteParams()),
        labels=labels,
        witnesses=witnesses,
        overlaps=overlaps,
        genre=genre,
    )


def test_genres_come_by_score() -> None:
    """The strongest genre is first; yes means 0.3 or more."""
    found = explained()
    assert [(g.genre, g.score, g.hard) for g in found.genres] == [
        ("Techno", 0.75, True),
        ("Acid", 0.5, True),
    ]


def test_votes_for_and_against_are_told_apart() -> None:
    """Each playlist that holds the track speaks for a genre or against it."""
    techno = explained().genres[0]
    assert [v.title for v in techno.votes_for] == ["Techno", "Both"]
    assert [v.title for v in techno.votes_against] == ["Acid nights"]


def test_shares_for_a_genre_add_up_to_its_score() -> None:
    """Weights and shares let the arithmetic be followed."""
    techno = explained().genres[0]
    assert [v.weight for v in techno.votes_for] == pytest.approx([0.5, 0.25])
    assert math.fsum(v.share for v in techno.votes_for) == pytest.approx(0.75)
    assert math.fsum(v.share for v in explained().witnesses) == pytest.approx(1)


def test_one_genre_can_be_asked_for() -> None:
    """Asked for one genre, that one alone is explained."""
    assert [g.genre for g in explained(genre="Acid").genres] == ["Acid"]


def test_a_genre_without_label_is_a_known_no() -> None:
    """A genre nobody named has score 0 and all witnesses against it."""
    (trance,) = explained(genre="Trance").genres
    assert (trance.score, trance.known, trance.hard) == (0.0, True, False)
    assert len(trance.votes_against) == 3
    assert trance.votes_for == ()


def test_an_unknown_genre_shows_its_overlap_and_comes_last() -> None:
    """Unknown is explained by the overlap of the genres, and is neither yes nor no."""
    overlap = Overlap("Dub", "Techno", 10, 20, 5)
    found = explained(
        labels=(Label("t", "Dub", None, known=False), Label("t", "Techno", 1.0)),
        witnesses=WITNESSES[1:2],
        overlaps=(overlap,),
    )
    assert [g.genre for g in found.genres] == ["Techno", "Dub"]
    assert found.genres[0].overlaps == ()
    assert found.genres[1].overlaps == (overlap,)
    assert (found.genres[1].score, found.genres[1].hard) == (None, False)
    assert str(overlap) == "Dub (10 songs) and Techno (20) share 5: overlap 0.50"


def test_an_unlabelled_track_has_no_genres() -> None:
    """A track without label and witness is explained by nothing, and is not stale."""
    found = explained(labels=(), witnesses=())
    assert (found.genres, found.witnesses, found.is_stale) == ((), (), False)


@pytest.mark.parametrize(
    ("witnesses", "stale"),
    [(WITNESSES, False), (WITNESSES[:2], True), ((), True)],
)
def test_stale_when_playlists_changed(
    witnesses: tuple[Witness, ...], stale: bool
) -> None:
    """A stored score that today's playlists would not give is pointed out."""
    assert explained(witnesses=witnesses).is_stale is stale


def test_stored_scores_are_those_of_the_rule() -> None:
    """The labels of these tests are what the vote rule gives."""
    assert shares(WITNESSES) == {x.genre: x.score for x in LABELS}

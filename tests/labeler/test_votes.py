"""Playlist votes as soft labels."""

import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre.labeler.votes import (
    RULE,
    Overlap,
    VoteParams,
    make_label_set,
    shares,
    strong_overlaps,
    unknown_genres,
    vote,
    weight,
)
from genre.records import GenrePlaylist, Label, Witness
from tests.labeler.small import playlist

GENRES = ("Acid", "Dub", "Techno", "Trance")


def witness(about: str, n_tracks: int = 2) -> Witness:
    """Return a witness; two songs weigh 1 / log2(4) = 0.5."""
    return Witness("id", "title", tuple(about.split(",")), n_tracks)


@pytest.mark.parametrize(("n", "expected"), [(0, 1.0), (2, 0.5), (14, 0.25)])
def test_weight_is_the_inverse_logarithm_of_the_size(n: int, expected: float) -> None:
    """A playlist of n songs weighs 1 / log2(2 + n)."""
    assert weight(n) == pytest.approx(expected)


def test_share_is_the_weighted_part_of_the_witnesses() -> None:
    """A genre's score is its witnesses' weight over the weight of all of them."""
    found = shares([witness("Techno", 2), witness("Techno", 14), witness("Trance", 14)])
    assert found == {"Techno": 0.75, "Trance": 0.25}


def test_a_playlist_testifies_wholly_for_each_of_its_genres() -> None:
    """Two genres on one line both get the playlist's whole weight."""
    found = shares([witness("Dub,Techno"), witness("Techno")])
    assert found == {"Dub": 0.5, "Techno": 1.0}


def test_no_witness_gives_no_share() -> None:
    """A song in no genre playlist has no scores."""
    assert shares([]) == {}


def test_vote_returns_labels_by_track_and_genre() -> None:
    """Labels come sorted, one row per genre that a witness names."""
    found = vote([playlist("p2", "Trance", "b a"), playlist("p1", "Techno", "b c")])
    assert found == [
        Label("a", "Trance", 1.0),
        Label("b", "Techno", 0.5),
        Label("b", "Trance", 0.5),
        Label("c", "Techno", 1.0),
    ]


def test_single_witness_leaves_overlapping_genres_unknown() -> None:
    """A song seen once is unknown, not negative, for a genre that shares songs."""
    found = vote(
        [
            playlist("p1", "Drum and Bass", "a b c d"),
            playlist("p2", "Liquid", "b c d e"),
        ]
    )
    by_track = {(x.track_id, x.genre): (x.score, x.known) for x in found}
    assert by_track["a", "Drum and Bass"] == (1.0, True)
    assert by_track["a", "Liquid"] == (None, False)
    assert by_track["e", "Drum and Bass"] == (None, False)
    assert by_track["b", "Liquid"] == (0.5, True)


def test_two_witnesses_make_absence_a_negative() -> None:
    """A song that two playlists looked at has no unknown genre."""
    near = {"Techno": {"Dub"}}
    assert unknown_genres([witness("Techno")], near) == {"Dub"}
    assert unknown_genres([witness("Techno"), witness("Techno")], near) == set()


@pytest.mark.parametrize(
    ("n_genre", "n_other", "n_shared", "strong"),
    [
        (10, 100, 3, True),  # 30 % of the smaller
        (11, 100, 3, False),  # 27 %
        (2, 2, 2, False),  # two songs are chance
        (0, 5, 0, False),
    ],
)
def test_overlap_is_strong_from_a_share_of_the_smaller_genre(
    n_genre: int, n_other: int, n_shared: int, strong: bool
) -> None:
    """An overlap counts from 30 % of the smaller genre and 3 songs on."""
    overlap = Overlap("A", "B", n_genre, n_other, n_shared)
    assert overlap.is_strong(VoteParams()) is strong


def test_overlaps_are_mutual() -> None:
    """When A overlaps with B, B overlaps with A; a genre apart has no entry."""
    found = strong_overlaps(
        [
            playlist("p1", "A", "a b c"),
            playlist("p2", "B", "a b c d"),
            playlist("p3", "C", "x y z"),
        ],
        VoteParams(),
    )
    assert found == {"A": {"B"}, "B": {"A"}}


def test_label_set_id_follows_content() -> None:
    """Equal rows, rule and numbers give an equal id; any change another one."""
    rows = [Label("a", "Techno", 1.0)]
    one = make_label_set("votes", rows, VoteParams())
    assert one.id == make_label_set("other name", rows, VoteParams()).id
    assert one.id != make_label_set("votes", [Label("a", "Dub", 1.0)], VoteParams()).id
    assert one.id != make_label_set("votes", rows, VoteParams(overlap=0.5)).id
    assert (one.rule, one.params["overlap"], len(one.id)) == (RULE, 0.3, 64)


playlists = st.lists(
    st.builds(
        GenrePlaylist,
        id=st.uuids().map(str),
        title=st.just(""),
        genres=st.sets(st.sampled_from(GENRES), min_size=1).map(
            lambda found: tuple(sorted(found))
        ),
        track_ids=st.sets(st.sampled_from("abcdefgh")).map(
            lambda found: tuple(sorted(found))
        ),
    ),
    max_size=8,
    unique_by=lambda p: p.id,
)


@settings(deadline=None)
@given(playlists)
def test_scores_are_shares(lists: list[GenrePlaylist]) -> None:
    """Scores lie in (0, 1], unknown exactly where not known; every song has one."""
    found = vote(lists)
    assert {x.track_id for x in found} == {t for p in lists for t in p.track_ids}
    assert all(x.known == (x.score is not None) for x in found)
    assert all(0 < x.score <= 1 for x in found if x.score is not None)


@settings(deadline=None)
@given(playlists)
def test_shares_of_single_genre_playlists_sum_to_one(
    lists: list[GenrePlaylist],
) -> None:
    """Where each playlist has one genre, a song's scores sum to 1."""
    single = [GenrePlaylist(p.id, "", p.genres[:1], p.track_ids) for p in lists]
    sums: dict[str, list[float]] = {}
    for x in vote(single):
        sums.setdefault(x.track_id, []).append(x.score or 0.0)
    assert all(math.fsum(s) == pytest.approx(1, abs=1e-5) for s in sums.values())


@settings(deadline=None)
@given(playlists, st.randoms(use_true_random=False))
def test_order_of_playlists_does_not_matter(
    lists: list[GenrePlaylist], random: Random
) -> None:
    """The same playlists in another order give the same labels."""
    shuffled = list(lists)
    random.shuffle(shuffled)
    assert vote(shuffled) == vote(lists)


@settings(deadline=None)
@given(playlists)
def test_single_playlist_songs_alone_have_unknowns(lists: list[GenrePlaylist]) -> None:
    """Only songs of exactly one playlist have unknown genres."""
    n_lists = {t: sum(t in p.track_ids for p in lists) for t in "abcdefgh"}
    assert all(n_lists[x.track_id] == 1 for x in vote(lists) if not x.known)

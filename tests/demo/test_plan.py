"""The plan of a corpus: who made what, in which genre, under which name."""

from collections import Counter

import pytest

from genre.demo.cast import invent, related_pairs
from genre.demo.compose import TrackPlan
from genre.demo.genres import RECIPES
from genre.demo.plan import CODECS, CorpusPlan, plan_tracks


@pytest.fixture(scope="module")
def tracks() -> tuple[TrackPlan, ...]:
    """Plan the default corpus."""
    return plan_tracks(CorpusPlan())


def test_every_genre_is_home_to_its_tracks(tracks: tuple[TrackPlan, ...]) -> None:
    """16 tracks of each of at least 8 genres."""
    homes = Counter(t.genres[0] for t in tracks)

    assert len(homes) >= 8
    assert dict.fromkeys(RECIPES, 16) == homes


def test_every_genre_has_ten_artists(tracks: tuple[TrackPlan, ...]) -> None:
    """At least ten artists are heard in each genre, and some in two."""
    genres_of: dict[str, set[str]] = {}
    for t in tracks:
        if not t.hybrid:
            genres_of.setdefault(t.artist, set()).add(t.genres[0])

    per_genre = Counter(g for genres in genres_of.values() for g in genres)
    assert min(per_genre[g] for g in RECIPES) >= 10
    assert Counter(map(len, genres_of.values()))[2] >= 10


def test_an_artist_keeps_the_signature(tracks: tuple[TrackPlan, ...]) -> None:
    """All own productions of an artist have one signature seed."""
    seeds: dict[str, set[int]] = {}
    for t in tracks:
        if not t.version:
            seeds.setdefault(t.artist, set()).add(t.signature)

    assert all(len(found) == 1 for found in seeds.values())
    assert len(seeds) == len({seed for found in seeds.values() for seed in found})


def test_a_share_of_tracks_is_hybrid(tracks: tuple[TrackPlan, ...]) -> None:
    """15 to 20 % combine two genres, and those are related."""
    hybrids = [t for t in tracks if t.hybrid]
    pairs = {frozenset(pair) for pair in related_pairs(RECIPES)}

    assert 0.15 <= len(hybrids) / len(tracks) <= 0.2
    assert all(frozenset(t.genres) in pairs for t in hybrids)


def test_names_are_unique_and_varied(tracks: tuple[TrackPlan, ...]) -> None:
    """No two tracks share id, seed or title; some are remixes or have guests."""
    assert len(tracks) == len({t.id for t in tracks}) == len({t.seed for t in tracks})
    assert len(tracks) == len({t.full_title for t in tracks})
    assert any(t.full_title.endswith(" Remix)") for t in tracks)
    assert any(" feat. " in t.credit for t in tracks)


def test_codecs_are_even(tracks: tuple[TrackPlan, ...]) -> None:
    """Each codec encodes four of a genre's sixteen tracks."""
    counts = Counter((t.genres[0], t.codec) for t in tracks)

    assert {4} == set(counts.values())
    assert len(RECIPES) * len(CODECS) == len(counts)


def test_the_seed_decides() -> None:
    """The same numbers give the same plan; another seed shares no track with it."""
    plan = CorpusPlan(tracks_per_genre=3)

    other = CorpusPlan(tracks_per_genre=3, seed=1)

    assert plan_tracks(plan) == plan_tracks(plan)
    ids = {t.id for t in plan_tracks(plan)}
    assert ids.isdisjoint(t.id for t in plan_tracks(other))


@pytest.mark.parametrize("tracks_per_genre", [1, 2, 40])
def test_any_size_can_be_planned(tracks_per_genre: int) -> None:
    """Small and large corpora keep their promise of tracks per genre."""
    tracks = plan_tracks(CorpusPlan(tracks_per_genre=tracks_per_genre))

    assert tracks_per_genre * len(RECIPES) == len(tracks)
    assert len(tracks) == len({t.full_title for t in tracks})


def test_invented_names_do_not_run_out() -> None:
    """After all pairs of words a number is added."""
    import numpy as np

    names = invent(("A", "B"), ("x",), 5, np.random.default_rng(0))

    assert {"A x", "B x"} == set(names[:2])
    assert {"A x 2", "B x 2"} == set(names[2:4])
    assert len(set(names)) == 5

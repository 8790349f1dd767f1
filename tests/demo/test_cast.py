"""The fictional people: enough of them, where they belong, with names of their own."""

from collections import Counter

import numpy as np
import pytest

from genre.demo.cast import (
    OWN_ARTISTS,
    SHARED_ARTISTS,
    Artist,
    cast_artists,
    invent_guests,
    invent_titles,
    related_pairs,
)
from genre.demo.genres import RECIPES


@pytest.fixture
def artists() -> tuple[Artist, ...]:
    """Cast the default corpus."""
    return cast_artists(RECIPES, tracks_per_genre=16, rng=np.random.default_rng(0))


def test_each_genre_has_artists_of_its_own(artists: tuple[Artist, ...]) -> None:
    """Six artists are at home in one genre only, for each genre."""
    homes = Counter(a.genres for a in artists)

    assert all(homes[genre,] == OWN_ARTISTS for genre in RECIPES)


def test_related_genres_share_artists(artists: tuple[Artist, ...]) -> None:
    """Two artists work in both genres of every related pair."""
    homes = Counter(a.genres for a in artists)

    assert all(homes[pair] == SHARED_ARTISTS for pair in related_pairs(RECIPES))


def test_names_and_signatures_are_unique(artists: tuple[Artist, ...]) -> None:
    """No two artists can be taken for one another."""
    assert len(artists) == len({a.name for a in artists})
    assert len(artists) == len({a.signature for a in artists})


def test_more_songs_bring_more_artists() -> None:
    """A larger corpus does not make its artists ever more productive."""
    few, many = (
        cast_artists(RECIPES, tracks_per_genre=n, rng=np.random.default_rng(0))
        for n in (16, 90)
    )

    assert len(many) > 3 * len(few)


def test_pairs_are_named_once_and_only_of_given_genres() -> None:
    """With three genres only the relations among them count."""
    few = {name: RECIPES[name] for name in ("House", "Techno", "Dubstep")}

    assert related_pairs(few) == (("House", "Techno"),)


def test_titles_and_guests_differ() -> None:
    """All invented names of a kind are different, from small to large numbers."""
    rng = np.random.default_rng(0)

    assert len(set(invent_titles(5000, rng))) == 5000
    assert len(set(invent_guests(300, rng))) == 300

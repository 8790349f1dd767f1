"""How promising playlists are, by what is known of them."""

from typing import Any

import pytest

from genre.crawler.discovery.finders import Found
from genre.crawler.discovery.ranking import (
    Overlap,
    rank,
    reasons,
    title_likeness,
    wish_of,
)
from genre.taxonomy import load_taxonomy

TAXONOMY = load_taxonomy()
TECHNO = wish_of("techno", TAXONOMY)


def found(title: str = "Techno", **more: Any) -> Found:
    """Return a playlist that a service offers."""
    return Found(service="deezer", address="https://x/1", title=title, **more)


@pytest.mark.parametrize(
    ("words", "title", "likeness"),
    [
        ("techno", "Techno", 1.0),
        ("techno", "TECHNO bangers 2026", 1.0),
        ("techno", "Minimal Techno", 0.8),
        ("techno", "House & Techno", 0.6),
        ("minimal techno", "Techno", 0.3),
        ("techno", "Jazz for dinner", 0.0),
        ("liquid dnb", "Liquid Drum & Bass", 1.0),
        ("zeuhl", "The best of Zeuhl", 1.0),
        ("zeuhl", "The best of jazz", 0.0),
    ],
)
def test_title(words: str, title: str, likeness: float) -> None:
    """A title counts by the genres it names, in any spelling."""
    wish = wish_of(words, TAXONOMY)

    assert title_likeness(title, wish, TAXONOMY) == likeness


def score(
    title: str = "Techno", *, overlap: Overlap | None = None, **more: int
) -> float:
    """Return a playlist's rank for techno."""
    return rank(found(title, **more), TECHNO, TAXONOMY, overlap=overlap).score


def test_more_songs_and_followers_are_better() -> None:
    """A long and well-known playlist comes before a short and unknown one."""
    assert score(n_songs=300) > score(n_songs=30) > score(n_songs=5)
    assert score(followers=100_000) > score(followers=100) > score(followers=0)


def test_the_title_counts_most() -> None:
    """A small playlist of the genre comes before a great one of another."""
    great = score("Jazz", n_songs=5_000, followers=10**6)

    assert score(n_songs=20, followers=3) > great


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Overlap(100, 20, 20, has_genre=True), Overlap(100, 0, 0, has_genre=True)),
        (Overlap(100, 20, 20, has_genre=True), Overlap(100, 95, 95, has_genre=True)),
        (Overlap(100, 0, 0, has_genre=False), Overlap(100, 99, 0, has_genre=False)),
    ],
)
def test_some_common_songs_are_a_good_sign(better: Overlap, worse: Overlap) -> None:
    """Songs it shares with playlists of the genre speak for it; nothing new against."""
    assert score(overlap=better) > score(overlap=worse)


def test_reasons() -> None:
    """What is known is said; what is read counts more than what was stated."""
    shared = Overlap(212, 31, 31, has_genre=True)
    ranked = rank(
        found(n_songs=500, followers=15_320), TECHNO, TAXONOMY, overlap=shared
    )

    assert reasons(ranked) == "212 songs, 15,320 followers, 31 songs here already"
    assert reasons(rank(found(), TECHNO, TAXONOMY)) == ""

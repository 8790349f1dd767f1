"""How promising a playlist is for a genre: 0..1, with the reasons. Pure.

Four things count: what its title says (by the taxonomy), how many songs it has, how
many people follow it, and what it shares with the playlists of that genre which are in
the catalog already. A playlist that brings hardly anything new is of little use.
"""

import math
from dataclasses import dataclass

from genre.crawler.discovery.finders import Found
from genre.taxonomy import Taxonomy
from genre.text import counted, text_key

_WEIGHTS = {"title": 0.5, "size": 0.2, "followers": 0.1, "overlap": 0.2}
_FEW, _MANY = 10, 300  # songs: below it is hardly a playlist, above more is no better
_FAME = 100_000  # followers beyond which more say nothing
_UNKNOWN = 0.4


@dataclass(frozen=True, slots=True)
class Wish:
    """A genre as the user typed it, and what it is called."""

    words: str
    genre: str  # canonical name, or the words themselves
    known: bool  # whether the taxonomy knows it


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a playlist shares with the catalog."""

    n_songs: int  # that it holds, or that its sample holds
    n_known: int  # of them in the catalog
    n_same: int  # of them in playlists of the genre
    has_genre: bool  # whether the catalog holds playlists of the genre at all


@dataclass(frozen=True, slots=True)
class Ranked:
    """A playlist with its rank's reasons."""

    found: Found
    wish: Wish
    score: float
    title: float
    overlap: Overlap | None = None  # None: nobody looked into it
    listed: bool = False  # it is in the catalog already


def wish_of(words: str, taxonomy: Taxonomy) -> Wish:
    """Return what is meant by the words for a genre."""
    name = taxonomy.find(words)
    return Wish(words, name or words, known=name is not None)


def rank(
    found: Found,
    wish: Wish,
    taxonomy: Taxonomy,
    *,
    overlap: Overlap | None = None,
    listed: bool = False,
) -> Ranked:
    """Return a playlist with its score."""
    title = title_likeness(found.title, wish, taxonomy)
    parts = {
        "title": title,
        "size": _size(_n_songs(found, overlap)),
        "followers": _fame(found.followers),
        "overlap": _shared(overlap),
    }
    score = sum(weight * parts[name] for name, weight in _WEIGHTS.items())
    return Ranked(found, wish, round(score, 3), title, overlap, listed)


def title_likeness(title: str, wish: Wish, taxonomy: Taxonomy) -> float:
    """Return what a playlist's title says about the genre.

    1: it names that genre alone; 0.8: a kind of it; 0.6: that genre among others, or
    the very words; 0.3: only what the genre is a kind of; 0: another genre, or none.
    """
    named = taxonomy.read_title(title)
    if wish.genre in named:
        return 1.0 if len(named) == 1 else 0.6
    if any(wish.genre in taxonomy.ancestors(name) for name in named):
        return 0.8
    if f" {text_key(wish.words)} " in f" {text_key(title)} ":
        return 0.6 if wish.known else 1.0
    return 0.3 if set(named) & set(taxonomy.ancestors(wish.genre)) else 0.0


def reasons(ranked: Ranked) -> str:
    """Say in a few words what is known of a playlist."""
    found, shared = ranked.found, ranked.overlap
    n_songs = _n_songs(found, shared)
    parts = [] if n_songs is None else [counted(n_songs, "song")]
    if found.followers is not None:
        what = "download" if found.service == "archive" else "follower"
        parts.append(counted(found.followers, what))
    if shared and shared.n_known:
        parts.append(f"{counted(shared.n_known, 'song')} here already")
    return ", ".join(parts)


def _n_songs(found: Found, shared: Overlap | None) -> int | None:
    """Return how many songs a playlist holds; a sample does not tell."""
    return found.n_songs if shared is None or found.sample else shared.n_songs


def _size(n_songs: int | None) -> float:
    if n_songs is None:
        return _UNKNOWN
    if n_songs < _FEW:
        return 0.0
    return min(1.0, 0.3 + 0.7 * math.log(n_songs / _FEW) / math.log(_MANY / _FEW))


def _fame(followers: int | None) -> float:
    if followers is None:
        return _UNKNOWN
    return min(1.0, math.log1p(followers) / math.log1p(_FAME))


def _shared(overlap: Overlap | None) -> float:
    """Return what common songs say: some are a good sign, all are no use."""
    if overlap is None or not overlap.n_songs:
        return _UNKNOWN
    if overlap.n_known > 0.9 * overlap.n_songs:
        return 0.0
    if not overlap.has_genre:
        return _UNKNOWN
    return min(1.0, 0.2 + 4 * overlap.n_same / overlap.n_songs)

"""The demo corpus before a note of it is heard: who made what, of which genre.

Everything follows from the seed and the number of tracks per genre.
"""

import hashlib
import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from genre.demo.cast import (
    Artist,
    cast_artists,
    invent_guests,
    invent_titles,
    related_pairs,
)
from genre.demo.compose import TrackPlan
from genre.demo.genres import RECIPES
from genre.demo.recipe import Recipe
from genre.errors import UsageError

RECIPE_VERSION = 1  # raise it when the same plan would sound different

CODECS = ("mp3", "aac", "opus", "flac")
HYBRID_SHARE = 0.18
GUEST_SHARE = 0.08
REMIX_SHARE = 0.06
DURATION_S = 30.0
MAX_TRACKS_PER_GENRE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusPlan:
    """What a demo corpus is made from; two equal plans give equal music."""

    tracks_per_genre: int = 16
    seed: int = 0
    duration_s: float = DURATION_S
    genres: tuple[str, ...] = tuple(RECIPES)

    def __post_init__(self) -> None:
        """Refuse numbers that make no corpus."""
        if not 1 <= self.tracks_per_genre <= MAX_TRACKS_PER_GENRE or self.seed < 0:
            raise UsageError(
                f"Expected 1 to {MAX_TRACKS_PER_GENRE} tracks per genre and a seed of 0"
                f" or more, found {self.tracks_per_genre} and {self.seed}; choose other"
                " numbers."
            )

    @property
    def recipes(self) -> dict[str, Recipe]:
        """The recipes of the chosen genres."""
        return {name: RECIPES[name] for name in self.genres}


def plan_tracks(plan: CorpusPlan) -> tuple[TrackPlan, ...]:
    """Plan every track of the corpus, genre by genre.

    Each genre is home to ``tracks_per_genre`` tracks, of which 18 % (rounded up)
    are hybrids with a related genre; codecs take turns.
    """
    rng = np.random.default_rng([plan.seed, 100])
    artists = cast_artists(
        plan.recipes, tracks_per_genre=plan.tracks_per_genre, rng=rng
    )
    homes = [
        pair
        for genre in plan.genres
        for pair in _genre_sets(genre, plan.tracks_per_genre, plan.recipes)
    ]
    makers = _assign(homes, artists, rng)
    titles = invent_titles(len(homes), rng)
    tracks = [
        _track(plan, number, genres, maker, title)
        for number, (genres, maker, title) in enumerate(
            zip(homes, makers, titles, strict=True)
        )
    ]
    return tuple(_add_remixes(_add_guests(tracks, rng), artists, rng))


def _genre_sets(
    genre: str, n_tracks: int, recipes: Mapping[str, Recipe]
) -> list[tuple[str, ...]]:
    """Return the composed genres of a genre's home tracks, hybrids last."""
    partners = [
        b if a == genre else a for a, b in related_pairs(recipes) if genre in (a, b)
    ]
    n_hybrids = min(math.ceil(HYBRID_SHARE * n_tracks), n_tracks - 1) if partners else 0
    hybrids = itertools.islice(itertools.cycle(partners), n_hybrids)
    pure: list[tuple[str, ...]] = [(genre,)] * (n_tracks - n_hybrids)
    return pure + [(genre, partner) for partner in hybrids]


def _assign(
    homes: Sequence[tuple[str, ...]],
    artists: Sequence[Artist],
    rng: np.random.Generator,
) -> list[Artist]:
    """Give every track an artist who works in all its genres, in turns."""
    turns: dict[tuple[str, ...], itertools.cycle[Artist]] = {}
    makers = []
    for genres in homes:
        if genres not in turns:
            able = [a for a in artists if set(genres) <= set(a.genres)]
            order = rng.permutation(len(able))
            turns[genres] = itertools.cycle([able[i] for i in order])
        makers.append(next(turns[genres]))
    return makers


def _track(
    plan: CorpusPlan, number: int, genres: tuple[str, ...], maker: Artist, title: str
) -> TrackPlan:
    name = f"{RECIPE_VERSION}/{plan.seed}/{plan.tracks_per_genre}/{plan.duration_s}/{number}"
    digest = hashlib.sha256(name.encode()).hexdigest()
    within = number % plan.tracks_per_genre
    shift = number // plan.tracks_per_genre
    return TrackPlan(
        id=digest[:16],
        seed=int(digest[16:24], 16),
        genres=genres,
        artist=maker.name,
        guest="",
        title=title,
        version="",
        signature=maker.signature,
        codec=CODECS[(within + shift) % len(CODECS)],
        duration_s=plan.duration_s,
    )


def _add_guests(tracks: list[TrackPlan], rng: np.random.Generator) -> list[TrackPlan]:
    """Let a few tracks feature a singer, each another one."""
    chosen = rng.random(len(tracks)) < GUEST_SHARE
    guests = iter(invent_guests(int(chosen.sum()), rng))
    return [
        replace(track, guest=next(guests)) if is_chosen else track
        for track, is_chosen in zip(tracks, chosen, strict=True)
    ]


def _add_remixes(
    tracks: list[TrackPlan], artists: Sequence[Artist], rng: np.random.Generator
) -> list[TrackPlan]:
    """Turn a few tracks into remixes: the credit stays, the sound is the remixer's."""
    remixed = []
    for track in tracks:
        others = [
            a
            for a in artists
            if a.genres == track.genres[:1] and a.name != track.artist
        ]
        if rng.random() < REMIX_SHARE and others and not track.guest:
            by = others[int(rng.integers(len(others)))]
            track = replace(track, version=f"{by.name} Remix", signature=by.signature)
        remixed.append(track)
    return remixed

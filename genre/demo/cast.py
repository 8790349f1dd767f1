"""The fictional people of the demo and what their songs are called.

All names are invented from word lists; any likeness is an accident. An artist is
at home in one genre or, where genres are related, in two, and keeps the same
sound signature wherever they work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from genre.demo.recipe import Recipe

OWN_ARTISTS = 6  # of a genre alone, at least
SHARED_ARTISTS = 2  # of each pair of related genres


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_FIRST = _words(
    "Amber Brass Cobalt Copper Crimson Drift Dusk Ember Fable Fern Gilt Glass Granite Hazel"
    " Hollow Indigo Iron Ivory Juniper Kettle Lantern Linen Marble Meadow Mercury Nickel"
    " Northern Ochre Onyx Paper Pewter Plaster Quartz Raven Russet Saffron Salt Sepia Silent"
    " Slate Tallow Tidal Umber Velvet Walnut Willow Woollen Zinc"
)
_SECOND = _words(
    "Abacus Almanac Archive Atlas Beacon Bellows Bureau Cabinet Carousel Census Compass Conduit"
    " Delta Depot Engine Ferry Foundry Gauge Geometry Harbour Hatchery Isthmus Kiosk Ledger"
    " Lighthouse Loom Magnet Mill Monorail Moth Museum Observatory Orchard Oven Parade"
    " Pendulum Pigeon Quarry Radiator Sailor Semaphore Signal Sundial Telegraph Tractor Turbine"
    " Viaduct Weaver"
)
_DOING = _words(
    "After Before Beyond Beneath Borrowed Broken Burning Calling Counting Crossing Distant"
    " Endless Fading Falling Finding First Floating Forgotten Four Hidden Inner Last Leaving"
    " Little Long Losing Lucid Missing Morning Moving Nearly Night Open Parallel Patient"
    " Perfect Quiet Restless Return Rising Second Seven Sleeping Slow Spinning Sudden Tender"
    " Turning"
)
_THING = _words(
    "Arrival Avenue Balcony Bridges Canyon Circles Citadel Colours Corridor Current Daylight"
    " Distance Echoes Elevator Equation Escalator Evening Footsteps Frontier Gardens Gravity"
    " Horizon Hours Island Junction Kingdom Letters Memory Midnight Mirrors Motion Numbers"
    " Oceans Orbit Pavement Platform Pulse Rain River Rooftops Satellite Shadow Silver Station"
    " Summer Thunder Tunnel Waves"
)
_GUEST_FIRST = _words(
    "Aveline Bero Calixa Dorin Elowyn Fadel Ginevra Hesper Ilka Jorun Kalle Lumi"
)
_GUEST_LAST = _words(
    "Abendsen Brook Castellane Dunmore Eskola Farrow Grau Holm Iversen Jarrow Kest Lund"
)


@dataclass(frozen=True, slots=True)
class Artist:
    """A fictional artist and the seed of the signature."""

    name: str
    genres: tuple[str, ...]
    signature: int


def related_pairs(recipes: Mapping[str, Recipe]) -> tuple[tuple[str, str], ...]:
    """Return all pairs of related genres among ``recipes``, in their order."""
    names = list(recipes)
    return tuple(
        (a, b)
        for i, a in enumerate(names)
        for b in names[i + 1 :]
        if b in recipes[a].related or a in recipes[b].related
    )


def cast_artists(
    recipes: Mapping[str, Recipe], *, tracks_per_genre: int, rng: np.random.Generator
) -> tuple[Artist, ...]:
    """Invent the artists: some of each genre alone, some of each related pair."""
    own = max(OWN_ARTISTS, tracks_per_genre // 3)
    homes: list[tuple[str, ...]] = [(genre,) for genre in recipes for _ in range(own)]
    homes += [pair for pair in related_pairs(recipes) for _ in range(SHARED_ARTISTS)]
    names = invent(_FIRST, _SECOND, len(homes), rng)
    seeds = rng.integers(1 << 31, size=len(homes))
    return tuple(
        Artist(name, home, int(seed))
        for name, home, seed in zip(names, homes, seeds, strict=True)
    )


def invent_titles(n: int, rng: np.random.Generator) -> list[str]:
    """Return ``n`` different song titles."""
    return invent(_DOING, _THING, n, rng)


def invent_guests(n: int, rng: np.random.Generator) -> list[str]:
    """Return ``n`` different singers."""
    return invent(_GUEST_FIRST, _GUEST_LAST, n, rng)


def invent(
    first: Sequence[str], second: Sequence[str], n: int, rng: np.random.Generator
) -> list[str]:
    """Draw ``n`` different pairs of words; a number is added once all pairs are used."""
    n_pairs = len(first) * len(second)
    order = rng.permutation(n_pairs)
    names = []
    for i in range(n):
        turn, place = divmod(i, n_pairs)
        a, b = divmod(int(order[place]), len(second))
        names.append(f"{first[a]} {second[b]}" + (f" {turn + 1}" if turn else ""))
    return names

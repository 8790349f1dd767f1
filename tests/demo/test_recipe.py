"""Recipes are sound data, and what is drawn from them stays inside their ranges."""

import numpy as np
import pytest

from genre.demo.genres import RECIPES
from genre.demo.harmony import MODES
from genre.demo.recipe import (
    COMMON,
    Recipe,
    blend,
    draw_signature,
    draw_sound,
    draw_tempo,
)
from genre.demo.score import DRUMS, FORMS
from genre.demo.sound import partials

ALL = pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))


@ALL
def test_every_pattern_is_one_or_two_bars_of_known_steps(recipe: Recipe) -> None:
    """Patterns hold 16 or 32 characters of the step language."""
    drums = [p for voice in recipe.drums.values() for p in voice]
    lines = [line.steps for line in recipe.bass]
    others = [p for p in (*recipe.chords, *recipe.arps, *recipe.leads) if p != "hold"]

    patterns = [p for p in (*drums, *lines, *others) if p]

    assert {len(p) for p in patterns} <= {16, 32}
    assert set("".join(patterns)) <= set(".Xxo123456789")
    assert set(DRUMS) == set(recipe.drums)


@ALL
def test_every_name_in_a_recipe_exists(recipe: Recipe) -> None:
    """Modes, forms, waves, neighbours and parameters are known."""
    waves = {w for line in recipe.bass for w in line.waves}

    assert set(recipe.modes) <= set(MODES)
    assert set(recipe.forms) <= set(FORMS)
    assert set(recipe.related) <= set(RECIPES)
    assert set(recipe.sound) <= set(COMMON)
    for wave in {*waves, *recipe.chord_waves, *recipe.lead_waves}:
        assert partials(wave, np.arange(1.0, 9.0)).any()


@ALL
def test_no_range_leaves_the_common_one(recipe: Recipe) -> None:
    """A recipe narrows the common ranges, it never widens them."""
    for name, (low, high) in recipe.sound.items():
        assert COMMON[name][0] <= low < high <= COMMON[name][1], name


@ALL
def test_genres_overlap_in_tempo(recipe: Recipe) -> None:
    """Every genre shares tempi with at least two others."""
    others = [r for r in RECIPES.values() if r is not recipe]

    shared = [
        r.name
        for r in others
        if r.tempo[0] < recipe.tempo[1] and recipe.tempo[0] < r.tempo[1]
    ]

    assert len(shared) >= 2


def test_relations_go_both_ways() -> None:
    """A genre is a neighbour of its neighbours."""
    for recipe in RECIPES.values():
        assert all(recipe.name in RECIPES[other].related for other in recipe.related)


def test_a_hybrid_has_the_drums_of_one_and_the_bass_of_the_other() -> None:
    """Whatever else is drawn, both recipes are heard."""
    pair = [RECIPES["House"], RECIPES["Techno"]]

    for seed in range(20):
        mix = blend(pair, np.random.default_rng(seed))
        assert {"House", "Techno"} == {mix.drums.name, mix.bass.name}


@pytest.mark.parametrize(
    ("one", "two", "low", "high"),
    [("House", "Techno", 123, 132), ("House", "House", 117, 132)],
)
def test_a_tempo_suits_all_recipes(one: str, two: str, low: float, high: float) -> None:
    """A hybrid's tempo lies where both ranges overlap."""
    rng = np.random.default_rng(0)

    tempi = [draw_tempo([RECIPES[one], RECIPES[two]], rng) for _ in range(200)]

    assert low <= min(tempi) <= max(tempi) <= high


def test_an_artist_shifts_all_tracks_the_same_way() -> None:
    """With a signature the mean of many draws moves; without it nothing is moved."""
    mix = blend([RECIPES["Techno"]], np.random.default_rng(0))

    def mean(signature: dict[str, float]) -> float:
        rng = np.random.default_rng(1)
        return float(
            np.mean([draw_sound(mix, signature, rng)["hat_decay"] for _ in range(200)])
        )

    low, high = COMMON["hat_decay"]
    assert mean({"hat_decay": 0.2}) > mean({}) + 0.1 * (high - low)


def test_a_signature_belongs_to_its_seed() -> None:
    """The same artist has the same signature, another one another."""
    same = [draw_signature(np.random.default_rng(7)) for _ in range(2)]

    assert same[0] == same[1] != draw_signature(np.random.default_rng(8))


def test_values_stay_in_the_common_ranges() -> None:
    """Even a strong signature cannot leave them."""
    mix = blend([RECIPES["Dubstep"]], np.random.default_rng(0))

    values = draw_sound(mix, dict.fromkeys(COMMON, 5.0), np.random.default_rng(0))

    assert {name: high for name, (_, high) in COMMON.items()} == values

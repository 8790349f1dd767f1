"""The genres of the demo, as recipes.

They are caricatures, drawn close together on purpose: House and Deep House,
Trance and Psytrance, Drum and Bass and Liquid Drum and Bass share tempo, drums
and instruments and differ in tendencies.
"""

from collections.abc import Mapping

from genre.demo.genres.breaks import BREAKBEAT, DRUM_AND_BASS, DUBSTEP, LIQUID
from genre.demo.genres.house import DEEP_HOUSE, HOUSE, UK_GARAGE
from genre.demo.genres.trance import PSYTRANCE, TECHNO, TRANCE
from genre.demo.recipe import Recipe

RECIPES: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        HOUSE, DEEP_HOUSE, UK_GARAGE, BREAKBEAT, TECHNO, TRANCE, PSYTRANCE, DUBSTEP,
        DRUM_AND_BASS, LIQUID,
    )
}  # fmt: skip

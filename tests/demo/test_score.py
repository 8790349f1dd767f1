"""What a track plays follows from its recipe, its tempo and its form."""

import numpy as np
import pytest

from genre.demo.compose import score_of, sketch
from genre.demo.score import FORMS, lay_out
from tests.demo.small import track


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("n_bars", [2, 15, 22])
def test_a_form_covers_every_bar_once(form: str, n_bars: int) -> None:
    """Sections follow each other without gap or overlap to the last bar."""
    sections = lay_out(form, n_bars)

    edges = [0, *(last for _, _, last in sections)]
    assert edges[:-1] == [first for _, first, _ in sections]
    assert n_bars == edges[-1]


def kicks_by_step(
    genre: str, voice: str = "kick"
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Count a drum's hits on each of the 16 steps over ten tracks of a genre."""
    counts = np.zeros(16, dtype=np.int64)
    for seed in range(10):
        score = score_of(track(genre, seed=seed, duration_s=30.0))
        steps = np.rint(score.drums[voice][0] / score.bar_s * 16 - 0.1).astype(int) % 16
        counts += np.bincount(steps, minlength=16)
    return counts


@pytest.mark.parametrize(
    "genre", ["House", "Deep House", "Techno", "Trance", "Psytrance"]
)
def test_four_to_the_floor(genre: str) -> None:
    """The kick is on every quarter and almost nowhere else."""
    counts = kicks_by_step(genre)

    assert counts[[0, 4, 8, 12]].sum() > 0.9 * counts.sum()
    assert counts[[0, 4, 8, 12]].min() > 0.1 * counts.sum()


@pytest.mark.parametrize("genre", ["Drum and Bass", "Liquid Drum and Bass"])
def test_drum_and_bass_breaks(genre: str) -> None:
    """The kick is on the one and before the last quarter, snares on two and four."""
    kick, snare = kicks_by_step(genre), kicks_by_step(genre, "backbeat")

    assert {0, 10} == set(np.argsort(kick)[-2:].tolist())
    assert {4, 12} == set(np.argsort(snare)[-2:].tolist())


def test_dubstep_has_half_time_drums() -> None:
    """One snare per bar, on the third quarter."""
    assert kicks_by_step("Dubstep", "backbeat").argmax() == 8


def test_a_score_begins_with_the_same_draws_every_time() -> None:
    """One plan, one score."""
    one, two = (score_of(track("Trance", seed=4)) for _ in range(2))

    assert one.sections == two.sections
    assert np.array_equal(one.lead.midi, two.lead.midi)
    assert all(np.array_equal(one.drums[v][0], two.drums[v][0]) for v in one.drums)


def test_the_score_has_the_tempo_of_the_sketch() -> None:
    """A bar lasts four beats of the track's tempo."""
    plan = track("Techno", seed=9)

    assert 240 / sketch(plan).tempo == pytest.approx(score_of(plan).bar_s)

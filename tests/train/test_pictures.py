"""Pictures are drawn for any names and numbers, the same bytes each time."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from genre.features.mel import MelConfig
from genre.train import pictures
from genre.train.pictures import GenreRow
from tests.attacks.markup import HOSTILE

CONFIG = MelConfig(n_mels=32)


def genre_rows(names: list[str]) -> list[GenreRow]:
    """Return a row per name, the last without interval and baseline."""
    rows = [GenreRow(name, 0.6, 0.4, 0.8, 0.1, 0.5) for name in names]
    return [*rows[:-1], GenreRow(names[-1], 0.3, None, None, 0.1, None)]


def all_figures(names: list[str]) -> dict[str, Figure]:
    """Draw every kind of picture with these genre names."""
    n = len(names)
    mel = np.linspace(-80, 0, 40 * 32).reshape(40, 32)
    history: list[dict[str, float | None]] = [
        {"epoch": 1, "loss": 0.7, "validation": None},
        {"epoch": 2, "loss": 0.5, "validation": 0.3},
    ]
    return {
        "genres": pictures.draw_genres(genre_rows(names)),
        "confusion": pictures.draw_confusion(np.eye(n), names),
        "cooccurrence": pictures.draw_cooccurrence(
            np.eye(n), np.full((n, n), np.nan), names
        ),
        "curves": pictures.draw_curves(history),
        "calibration": pictures.draw_calibration(
            np.array([0.1, 0.9]), np.array([False, True])
        ),
        "song": pictures.draw_song(
            mel, CONFIG, scores=dict.fromkeys(names, 0.5), labelled=frozenset(names[:1])
        ),
    }


@pytest.mark.parametrize("kind", all_figures(["A", "B"]))
def test_picture_is_a_png_and_the_same_each_time(kind: str) -> None:
    """Two drawings of the same data are equal byte for byte."""
    first, second = (
        pictures.to_png(all_figures(["House", "Techno"])[kind]) for _ in range(2)
    )

    assert first.startswith(b"\x89PNG")
    assert first == second


@pytest.mark.parametrize("kind", ["genres", "confusion", "song"])
def test_any_name_can_be_drawn(kind: str) -> None:
    """Markup, mathematics, control characters and missing glyphs raise no warning."""
    figure = all_figures(list(HOSTILE))[kind]

    assert pictures.to_png(figure).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("raw", "drawn"),
    [
        ("Drum & Bass", "Drum & Bass"),
        ("$x^2$", "$x^2$"),
        ("音 House", "□ House"),
        ("a\x1bb", "a\\u001bb"),
        ("x" * 40, "x" * 27 + "…"),
    ],
)
def test_names_are_made_drawable(raw: str, drawn: str) -> None:
    """Cut to width, unsafe characters visible, a box for what the font lacks."""
    assert pictures.drawable(raw) == drawn


def test_names_are_drawn_literally() -> None:
    """A dollar sign is a character, not the start of a formula."""
    figure = pictures.draw_confusion(np.eye(2), ["$x^2$", "B"])

    label = figure.axes[0].get_yticklabels()[0]
    assert [label.get_text(), label.get_parse_math()] == ["$x^2$", False]


def test_genres_are_sorted_by_their_score() -> None:
    """The best genre is on top; the axis runs over all possible values."""
    rows = [GenreRow(n, v, None, None, 0.1, None) for n, v in [("A", 0.9), ("B", 0.2)]]

    axes = pictures.draw_genres(rows).axes[0]

    assert [t.get_text() for t in axes.get_yticklabels()] == ["B", "A"]
    assert axes.get_xlim() == (-0.02, 1.02)


def test_confusion_shows_counts_and_shades_shares() -> None:
    """Three of four songs right: the number is 3, the shade 0.75."""
    figure = pictures.draw_confusion(np.array([[3.0, 1.0], [0.0, 0.0]]), ["A", "B"])

    axes = figure.axes[0]
    assert [t.get_text() for t in axes.texts] == ["3", "1", "", ""]
    assert np.asarray(axes.images[0].get_array()).tolist() == [[0.75, 0.25], [0, 0]]


def test_many_genres_get_shades_without_numbers() -> None:
    """Beyond 20 genres numbers would not be readable."""
    names = [f"genre {i}" for i in range(21)]

    assert not pictures.draw_confusion(np.eye(21), names).axes[0].texts


def test_curves_leave_out_what_was_not_measured() -> None:
    """An epoch without validation has no point in that curve."""
    history = [
        {"epoch": e, "loss": 1.0, "validation": v} for e, v in [(1, None), (2, 0.4)]
    ]

    left, right = pictures.draw_curves(history).axes

    assert np.asarray(left.lines[0].get_xdata()).tolist() == [1, 2]
    assert np.asarray(right.lines[0].get_xdata()).tolist() == [2]


def test_mel_picture_has_seconds_and_hertz() -> None:
    """40 frames of 512 samples at 16 kHz last 1.28 s; the highest band is near 7 kHz."""
    mel = np.zeros((40, 32))

    axes = pictures.draw_song(mel, CONFIG, scores={"A": 0.5}, labelled=frozenset()).axes

    assert list(axes[0].images[0].get_extent()) == pytest.approx([0, 1.28, 0, 32])
    ticks = [t.get_text() for t in axes[0].get_yticklabels()]
    assert ticks[0] == "100"
    assert ticks[-1] == "4k"


def test_labelled_genres_have_filled_bars() -> None:
    """The six highest scores are shown; only labelled ones are filled."""
    scores = {f"genre {i}": i / 10 for i in range(8)}
    figure = pictures.draw_song(
        np.zeros((4, 32)), CONFIG, scores=scores, labelled=frozenset({"genre 7"})
    )

    bars = figure.axes[1].patches
    assert len(bars) == 6
    assert [bar.get_facecolor() != (1.0, 1.0, 1.0, 1.0) for bar in bars] == (
        [False] * 5 + [True]
    )

"""The report's pictures: matplotlib figures without any global state.

Colours are Okabe and Ito's, which colour-blind people can tell apart, and every
picture also reads in grey. Foreign text (genre names) is drawn literally, never
as mathematics, and characters the font lacks are drawn as a box.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from genre.features.mel import MelConfig, mel_filters
from genre.text import display
from genre.train.calibration import reliability
from genre.train.exam import Bools, Floats

BLUE, ORANGE, GREY, INK = "#0072B2", "#D55E00", "#8A8A8A", "#222222"
_DPI = 144  # 1.5 pixels per 1/96 inch, as page.PIXEL_RATIO says
_SMALL = 8.5  # points
_TICKS_HZ = (100, 500, 1000, 2000, 4000, 8000)
_RANGE_DB = 80.0  # what a mel picture shows below its loudest point


def to_png(figure: Figure) -> bytes:
    """Return the picture as PNG bytes, the same for the same data."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=_DPI, metadata={"Software": None})
    return stream.getvalue()


def drawable(raw: str, *, width: int = 28) -> str:
    """Return ``raw`` safe to draw, cut to ``width``; a box for what the font lacks."""
    shown = display(raw, width=width)
    return "".join(c if ord(c) in _glyphs() else "\N{WHITE SQUARE}" for c in shown)


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    path = font_manager.findfont("DejaVu Sans")
    return frozenset(font_manager.get_font(path).get_charmap())


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width, height), layout="constrained", facecolor="white")


def _plain(axes: Axes, *, grid: str = "") -> None:
    """Leave only what carries meaning: two thin axes and a faint grid."""
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(GREY)
    axes.tick_params(labelsize=_SMALL, colors=INK, length=3)
    if grid:
        axes.grid(axis=grid, color="#E4E4E4", linewidth=0.8)  # type: ignore[arg-type]
        axes.set_axisbelow(True)


def _names(axis: Any, genres: Sequence[str], *, rotation: float = 0.0) -> None:
    """Write genre names along an axis, smaller when there are many."""
    size = float(np.clip(300 / max(len(genres), 1), 4.0, _SMALL))
    labels = [drawable(genre) for genre in genres]
    axis.set_ticks(range(len(genres)), labels=labels)
    for label in axis.get_ticklabels():
        label.set(parse_math=False, fontsize=size, rotation=rotation)
        if rotation:
            label.set(ha="right", rotation_mode="anchor")


# --- genres ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GenreRow:
    """One line of the genre picture; None where there is no such number."""

    genre: str
    pr_auc: float
    low: float | None
    high: float | None
    prior: float
    baseline: float | None


def draw_genres(rows: Sequence[GenreRow]) -> Figure:
    """Draw each genre's PR-AUC with its interval, beside prior and baseline."""
    ordered = sorted(rows, key=lambda row: row.pr_auc)
    figure = _figure(7.2, 1.1 + 0.3 * max(len(ordered), 2))
    axes = figure.add_subplot()
    _plain(axes, grid="x")
    at = np.arange(len(ordered))
    low = [row.pr_auc if row.low is None else row.low for row in ordered]
    high = [row.pr_auc if row.high is None else row.high for row in ordered]
    axes.hlines(at, low, high, color=BLUE, linewidth=2.2, alpha=0.45)
    priors = [row.prior for row in ordered]
    baselines = [np.nan if row.baseline is None else row.baseline for row in ordered]
    axes.plot(priors, at, "|", color=GREY, ms=11, mew=2, label="prior")
    axes.plot(
        baselines, at, "D", mfc="white", mec=ORANGE, mew=1.5, ms=5.5, label="baseline"
    )
    values = [row.pr_auc for row in ordered]
    axes.plot(values, at, "o", color=BLUE, ms=7, label="model, 95 % interval")
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.7, len(ordered) - 0.3))
    axes.set_xlabel("PR-AUC, song level", fontsize=_SMALL, color=INK)
    _names(axes.yaxis, [row.genre for row in ordered])
    figure.legend(
        loc="outside upper right", ncols=3, frameon=False, fontsize=_SMALL, reverse=True
    )
    return figure


# --- matrices --------------------------------------------------------------------


def draw_confusion(counts: Floats, genres: Sequence[str]) -> Figure:
    """Draw songs by labelled (rows) and answered genre; shade is the row's share."""
    table = np.asarray(counts, dtype=np.float64)
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    side = _side(len(genres))
    figure = _figure(side + 1.6, side + 1.0)
    axes = figure.add_subplot()
    texts = [[f"{int(n)}" if n else "" for n in row] for row in table]
    _heatmap(axes, shares, texts, genres)
    axes.set_xlabel("answered", fontsize=_SMALL)
    axes.set_ylabel("labelled", fontsize=_SMALL)
    return figure


def draw_cooccurrence(labels: Floats, scores: Floats, genres: Sequence[str]) -> Figure:
    """Draw, for the songs labelled with a row's genre, the columns' labels and scores.

    Parameters
    ----------
    labels, scores : [n_genres, n_genres] float, 0..1, NaN for rows without songs
        Share of the songs that carry the column's label; mean score they get.
    """
    side = _side(len(genres))
    figure = _figure(2 * side + 1.8, side + 1.3)
    left, right = figure.subplots(1, 2, sharey=True)
    for axes, table in ((left, labels), (right, scores)):
        texts = [[_percent(value) for value in row] for row in table]
        _heatmap(axes, table, texts, genres)
    left.set_title("labels: share that carries it, %", fontsize=_SMALL + 0.5)
    right.set_title("model: mean score, %", fontsize=_SMALL + 0.5)
    left.set_ylabel("songs labelled", fontsize=_SMALL)
    right.tick_params(labelleft=False)
    return figure


def _percent(share: float) -> str:
    return "" if np.isnan(share) or share < 0.005 else f"{100 * share:.0f}"


def _side(n_genres: int) -> float:
    """Return a heatmap's side in inches."""
    return float(np.clip(0.42 * n_genres, 2.0, 9.0))


def _heatmap(
    axes: Axes, table: Floats, texts: list[list[str]], genres: Sequence[str]
) -> None:
    axes.imshow(table, cmap="Blues", vmin=0, vmax=1, aspect="equal")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    _names(axes.xaxis, genres, rotation=40)
    _names(axes.yaxis, genres)
    if len(genres) > 20:  # figures would not be readable; shade has to do
        return
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            color = "white" if table[row, column] > 0.55 else INK
            drawn = axes.text(column, row, text, ha="center", va="center", color=color)
            drawn.set_fontsize(7.5)


# --- curves ----------------------------------------------------------------------


def draw_curves(history: Sequence[Mapping[str, float | None]]) -> Figure:
    """Draw the training loss and the validation PR-AUC against the epoch."""
    figure = _figure(7.2, 2.6)
    left, right = figure.subplots(1, 2)
    _curve(left, history, "loss", "training loss (augmented crops)", GREY)
    _curve(right, history, "validation", "validation macro PR-AUC, song level", BLUE)
    right.set_ylim(0, 1)
    return figure


def _curve(
    axes: Axes,
    history: Sequence[Mapping[str, float | None]],
    column: str,
    title: str,
    color: str,
) -> None:
    rows = [(row["epoch"], row.get(column)) for row in history]
    points = [(epoch, value) for epoch, value in rows if value is not None]
    _plain(axes, grid="y")
    axes.set_title(title, fontsize=_SMALL + 0.5, loc="left", color=INK)
    axes.set_xlabel("epoch", fontsize=_SMALL, color=INK)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    if points:
        epochs, values = np.array(points, dtype=np.float64).T
        marker = "o" if len(points) < 3 else ""
        axes.plot(epochs, values, color=color, linewidth=1.8, marker=marker)


# --- calibration -----------------------------------------------------------------


def draw_calibration(confidence: Floats, correct: Bools) -> Figure:
    """Draw how often answers of each confidence are right, and how many there are."""
    mean, share, count = reliability(confidence, correct)
    figure = _figure(4.4, 4.6)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    _plain(upper, grid="y")
    _plain(lower, grid="y")
    upper.plot([0, 1], [0, 1], color=GREY, linewidth=1.2, linestyle="--")
    filled = count > 0
    upper.plot(
        mean[filled],
        share[filled],
        "o-",
        color=BLUE,
        ms=6,
        linewidth=1.6,
        clip_on=False,
    )
    upper.set(xlim=(0, 1), ylim=(0, 1))
    upper.set_ylabel("share that is right", fontsize=_SMALL)
    edges = np.arange(len(count)) / len(count)
    lower.bar(edges, count, width=1 / len(count), align="edge", color=BLUE, ec="white")
    lower.set_ylabel("answers", fontsize=_SMALL)
    lower.set_xlabel("score", fontsize=_SMALL)
    lower.yaxis.set_major_locator(MaxNLocator(3, integer=True))
    return figure


# --- songs -----------------------------------------------------------------------


def draw_song(
    mel: Floats,
    config: MelConfig,
    *,
    scores: Mapping[str, float],
    labelled: frozenset[str],
) -> Figure:
    """Draw a song's log-mel spectrogram beside the model's highest scores.

    Parameters
    ----------
    mel : [n_frames, n_mels] float, dB
    config : MelConfig
        What the frames were made with; gives seconds and Hz.
    scores : mapping of genre to score, 0..1
    labelled : genres that the song's labels name; their bars are filled
    """
    figure = _figure(7.2, 2.7)
    left, right = figure.subplots(1, 2, width_ratios=(2.4, 1))
    top = float(mel.max())
    seconds = len(mel) * config.hop_length / config.sr
    left.imshow(
        mel.T, origin="lower", aspect="auto", cmap="magma", vmin=top - _RANGE_DB,
        vmax=top, extent=(0, seconds, 0, mel.shape[1]), interpolation="nearest",
    )  # fmt: skip
    left.set_xlabel("seconds", fontsize=_SMALL)
    left.tick_params(labelsize=_SMALL)
    _hertz(left, config)
    _bars(right, scores, labelled)
    return figure


def _hertz(axes: Axes, config: MelConfig) -> None:
    """Label mel bands with the frequencies their filters peak at."""
    centres = mel_filters(config).argmax(axis=1) * config.sr / config.n_fft
    ticks = [hz for hz in _TICKS_HZ if hz <= centres[-1] * 1.05]
    labels = [f"{hz / 1000:g}k" if hz >= 1000 else str(hz) for hz in ticks]
    axes.set_yticks(np.interp(ticks, centres, np.arange(len(centres)) + 0.5), labels)
    axes.set_ylabel("Hz", fontsize=_SMALL)


def _bars(axes: Axes, scores: Mapping[str, float], labelled: frozenset[str]) -> None:
    best = sorted(scores, key=lambda genre: (-scores[genre], genre))[:6][::-1]
    _plain(axes, grid="x")
    faces = [BLUE if genre in labelled else "white" for genre in best]
    widths = [scores[genre] for genre in best]
    axes.barh(range(len(best)), widths, height=0.62, color=faces, edgecolor=BLUE)
    axes.set_xlim(0, 1)
    axes.set_xticks((0, 0.5, 1), labels=("0", "0.5", "1"))
    axes.set_xlabel("score (filled: labelled)", fontsize=_SMALL)
    _names(axes.yaxis, best)

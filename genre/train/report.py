"""The report of a run: report.html, and its pictures as files beside it.

``words`` turns the data into sentences, ``sections`` into tables and figures,
``pictures`` draws, ``page`` escapes; here they are put together and written.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from genre.files import atomic_write
from genre.train import pictures
from genre.train.calibration import confident
from genre.train.exam import to_cells
from genre.train.page import document
from genre.train.report_data import MelExample, ReportData, labelled_genres
from genre.train.sections import all_sections


def write_report(folder: Path, data: ReportData) -> tuple[Path, ...]:
    """Write the pictures and report.html into ``folder``; return what was written.

    Raises
    ------
    DiskFullError
        There is no room; the old report, if any, is whole.
    """
    drawn = draw(data)
    files = {**drawn, "report.html": render(data, drawn).encode("utf-8")}
    for name, content in files.items():
        with atomic_write(folder / name) as stream:
            stream.write(content)
    return tuple(folder / name for name in files)


def draw(data: ReportData) -> dict[str, bytes]:
    """Draw every picture that the data allow; return PNG bytes by file name."""
    genres, matrix = data.exam.genres, data.summary["matrix"]
    figures = {}
    rows = _genre_rows(data.summary)
    if rows:
        figures["genres.png"] = pictures.draw_genres(rows)
    if data.exam.songs.n_songs:
        figures |= _draw_matrix(matrix, genres)
    cells = to_cells(data.exam.songs, multilabel=data.exam.multilabel)
    confidence, correct = confident(
        cells, data.model.songs, multilabel=data.exam.multilabel
    )
    if len(confidence):
        figures["calibration.png"] = pictures.draw_calibration(confidence, correct)
    if data.history:
        figures["curves.png"] = pictures.draw_curves(data.history)
    for number, example in enumerate(data.examples, start=1):
        figures[f"song-{number}.png"] = _draw_song(data, example)
    return {name: pictures.to_png(figure) for name, figure in figures.items()}


def _draw_matrix(matrix: Mapping[str, Any], genres: Sequence[str]) -> dict[str, Figure]:
    if "counts" in matrix:
        counts = np.array(matrix["counts"], dtype=np.float64)
        return {"confusion.png": pictures.draw_confusion(counts, genres)}
    labels, scores = (
        np.array(matrix[k], dtype=np.float64) for k in ("labels", "scores")
    )
    return {"cooccurrence.png": pictures.draw_cooccurrence(labels, scores, genres)}


def _genre_rows(summary: Mapping[str, Any]) -> list[pictures.GenreRow]:
    tables = summary["per_genre"]
    baseline = {row["genre"]: row["pr_auc"] for row in tables.get("baseline", ())}
    model = next(iter(tables.values()))
    return [
        pictures.GenreRow(
            genre=row["genre"],
            pr_auc=row["pr_auc"],
            low=row["pr_auc_low"],
            high=row["pr_auc_high"],
            prior=row["prior"],
            baseline=baseline.get(row["genre"]),
        )
        for row in model
        if row["pr_auc"] is not None
    ]


def _draw_song(data: ReportData, example: MelExample) -> Figure:
    scores = data.model.songs[example.song]
    return pictures.draw_song(
        example.mel,
        example.config,
        scores=dict(zip(data.exam.genres, scores, strict=True)),
        labelled=labelled_genres(data.exam, example.song),
    )


def render(data: ReportData, drawn: Mapping[str, bytes]) -> str:
    """Return report.html: every section the data allow, the pictures embedded."""
    return document(f"genre report {data.run_id}", *all_sections(data, drawn))

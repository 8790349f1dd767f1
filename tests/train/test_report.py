"""The report is whole, safe with any text, and the same for the same data."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from genre.records import Split
from genre.train.exam import Answers, Exam
from genre.train.report import draw, render, write_report
from genre.train.report_data import ReportData, count_parts, pick_examples
from genre.train.summary import summarise
from tests.attacks.markup import HOSTILE, read_markup
from tests.train.exams import GENRES, random_songs, report_data, song_table

PICTURES = {"genres.png", "calibration.png", "curves.png", "song-1.png", "song-2.png"}


def page_of(data: ReportData) -> str:
    """Return report.html with all its pictures."""
    return render(data, draw(data))


@pytest.mark.parametrize(
    ("multilabel", "matrix"), [(True, "cooccurrence.png"), (False, "confusion.png")]
)
def test_report_and_pictures_are_written(
    tmp_path: Path, multilabel: bool, matrix: str
) -> None:
    """One page, and each of its pictures as a file beside it; nothing else."""
    written = write_report(tmp_path, report_data(multilabel=multilabel))

    assert {path.name for path in written} == PICTURES | {matrix, "report.html"}
    assert {path.name for path in tmp_path.iterdir()} == {p.name for p in written}


def test_report_has_all_sections() -> None:
    """Scores, genres, confusions, calibration, curves, songs, corpus and limits."""
    page = page_of(report_data(truth=True))

    headings = [part.split("</h2>")[0] for part in page.split("<h2>")[1:]]
    assert headings == [
        "Scores", "Scores against the truth", "Genres", "What is taken for what",
        "Do the scores mean what they say?", "Learning", "Two songs", "Songs",
        "What this cannot say",
    ]  # fmt: skip


def test_report_shows_song_and_segment_level_for_every_system() -> None:
    """The headline table holds both levels, all systems and the paired differences."""
    data = report_data()
    seen = read_markup(page_of(data)).text

    for part in (
        "Songs (32)", "5 s segments (96)", "classical baseline", "label prior",
        "model − classical baseline", "model − label prior",
    ):  # fmt: skip
        assert part in seen
    for level in ("song", "segment"):
        assert f"{data.summary[level]['model']['macro_pr_auc']:.3f}" in seen


@pytest.mark.parametrize("raw", HOSTILE)
def test_hostile_text_stays_text(raw: str) -> None:
    """In titles, genres, settings, run id and notes: no tag, handler or address."""
    names = [raw, *GENRES[1:]]
    data = report_data(
        names=names, title=raw, run_id=raw, exclusions=(raw,), created_at=raw
    )
    plain = read_markup(render(report_data(), draw_nothing(data)))

    found = read_markup(render(data, draw_nothing(data)))

    assert found.dangers == []
    assert found.tags == plain.tags


def draw_nothing(data: ReportData) -> dict[str, bytes]:
    """Stand in for the pictures, which are slow to draw and hold no text."""
    return {f"song-{n}.png": bytes(24) for n in range(1, len(data.examples) + 1)}


def test_pictures_of_hostile_names_are_drawn() -> None:
    """Genre names of markup, mathematics and missing glyphs reach the pictures."""
    drawn = draw(report_data(names=[HOSTILE[0], HOSTILE[-1], HOSTILE[-2], "\x1b[31m"]))

    assert set(drawn) == PICTURES | {"cooccurrence.png"}


def test_readers_see_the_text_itself() -> None:
    """Escaping changes nothing of what is read."""
    seen = read_markup(page_of(report_data(title="<b> & \"Söhne\" - 'x'"))).text

    assert "<b> & \"Söhne\" - 'x'" in seen


def test_report_is_the_same_each_time() -> None:
    """Same data, same bytes; the only time in it is the one that was passed in."""
    first, second = (page_of(report_data(created_at="2026-11-20")) for _ in range(2))

    assert first == second
    assert "2026-11-20" in first


def test_empty_part_still_has_a_report(tmp_path: Path) -> None:
    """No test songs, no history, nobody to show: the page says so."""
    songs = random_songs(np.random.default_rng(0)).select(np.arange(0))
    nothing = np.zeros((0, 4))
    exam = Exam(True, songs, songs, np.arange(0))
    systems = (Answers("model", nothing, nothing, nothing),)
    data = ReportData(
        run_id="r", config={}, exam=exam, systems=systems,
        summary=summarise(exam, systems, n_resamples=2), parts=(),
    )  # fmt: skip

    written = write_report(tmp_path, data)

    assert [path.name for path in written] == ["report.html"]
    seen = read_markup(written[0].read_text(encoding="utf-8")).text
    assert "No genre of this part can be measured, so there are no scores." in seen
    assert "Techno is left out of every score" in seen


def test_single_artist_has_scores_but_no_interval() -> None:
    """One artist tells nothing about others, and the page says it."""
    songs = song_table([[1, 0], [0, 1], [1, 0]], artists=["a"] * 3)
    scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7]])
    exam = Exam(True, songs, songs, np.arange(3))
    systems = (Answers("model", scores, scores, scores),)
    data = ReportData(
        run_id="r", config={}, exam=exam, systems=systems,
        summary=summarise(exam, systems, n_resamples=2), parts=(),
    )  # fmt: skip

    seen = read_markup(page_of(data)).text

    assert "(too few artists for an interval)" in seen
    assert "One artist alone stands for each of these genres" in seen


def test_parts_are_counted_with_shared_artists() -> None:
    """Songs, artists, artists that are in test too, and songs of each genre."""
    songs = replace(
        song_table([[1, 0], [1, 0], [0, 1], [1, 1]], artists=["a", "b", "b", "a"]),
        splits=(Split.TRAIN, Split.TRAIN, Split.TEST, Split.TRAIN),
    )

    train, test = count_parts(songs)

    assert (train.split, train.n_songs, train.n_artists) == (Split.TRAIN, 3, 2)
    assert (train.n_shared, train.positives) == (1, (3, 1))
    assert (test.n_songs, test.n_shared) == (1, 0)


def test_nested_settings_are_shown_by_their_names() -> None:
    """Equal names at two places both stay; the network's is found where it stands."""
    config = {
        "config": {"model": "mgcnet", "device": "auto"},
        "conditions": {"device": "cpu"},
        "genres": ["A", "B"],
    }

    seen = read_markup(page_of(report_data(config=config))).text

    assert "The model (mgcnet) learnt" in seen
    assert "A, B" in seen
    assert "config.device auto" in seen
    assert "conditions.device cpu" in seen


def test_examples_are_the_surest_right_and_wrong() -> None:
    """The highest top score among right answers, and among wrong ones."""
    songs = song_table([[1, 0], [1, 0], [0, 1], [0, 1], [0, 0]])
    scores = np.array([[0.6, 0.1], [0.9, 0.1], [0.7, 0.2], [0.8, 0.2], [1.0, 0.0]])
    exam = Exam(True, songs, songs, np.arange(5))

    assert pick_examples(exam, Answers("model", scores, scores, scores)) == (1, 3)


def test_all_right_shows_one_song() -> None:
    """Where nothing is wrong, no wrong song is made up."""
    songs = song_table([[1, 0], [0, 1]])
    scores = np.array([[0.6, 0.1], [0.3, 0.7]])
    exam = Exam(True, songs, songs, np.arange(2))

    assert pick_examples(exam, Answers("model", scores, scores, scores)) == (1,)

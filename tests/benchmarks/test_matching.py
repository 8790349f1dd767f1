"""The matcher's benchmark: its cases are well formed, its figures mean what they say."""

import hashlib
import math
from pathlib import Path

import pytest

import benchmarks.matching
from benchmarks.matching import run
from benchmarks.matching.cases import Case, Half, read_cases
from benchmarks.matching.figures import Answer, figures_of, wilson, wrong_by_kind
from genre.records import Candidate

_FROZEN = "356b9c51763b0b2065758a6f773954d8d26df0edad47572816c8ca808c0ec85f"
_HALVES = {half: read_cases(half) for half in Half}
_ALL = [case for cases in _HALVES.values() for case in cases]


def test_there_are_enough_cases_and_each_has_its_own_id() -> None:
    """At least 200 cases, with different ids that begin with their class."""
    assert len({case.id for case in _ALL}) == len(_ALL) >= 200
    assert all(case.id.startswith(f"{case.kind}/") for case in _ALL)


def test_every_class_is_in_both_halves() -> None:
    """A class has at least ten cases, and at least five in each half."""
    for kind in {case.kind for case in _ALL}:
        counts = [sum(c.kind == kind for c in cases) for cases in _HALVES.values()]
        assert min(counts) >= 5, kind
        assert sum(counts) >= 10, kind


def test_right_answers_are_among_the_candidates() -> None:
    """Each case has two to six candidates with their own ids; right ones are of them."""
    for case in _ALL:
        ids = [found.provider_id for found in case.candidates]
        assert 2 <= len(set(ids)) == len(ids) <= 6, case.id
        assert case.right <= set(ids), case.id


def test_in_a_quarter_of_the_cases_nothing_is_right() -> None:
    """A matcher that always accepts something is wrong in 25 to 30 % of each half."""
    for cases in _HALVES.values():
        assert 0.25 <= sum(not case.right for case in cases) / len(cases) <= 0.30


def test_a_case_becomes_the_track_that_the_crawl_would_make() -> None:
    """Every row names a title and an artist, as a playlist's row must."""
    for case in _ALL:
        assert case.track.title, case.id
        assert case.track.artists, case.id


def test_the_frozen_half_is_frozen() -> None:
    """It changes with a correction listed in its README, and this digest, or never."""
    path = Path(benchmarks.matching.__file__).with_name("frozen.toml")

    assert hashlib.sha256(path.read_bytes()).hexdigest() == _FROZEN


def _answer(
    kind: str, right: set[str], accepted: str, *, asked: bool = False
) -> Answer:
    found = tuple(Candidate("youtube", id_, "", "Song") for id_ in "ab")
    case = Case(
        f"{kind}/x", kind, "Song", ("A",), None, "", "", found, frozenset(right)
    )
    return Answer(case, accepted, uncertain=asked)


def test_figures_of_a_small_example() -> None:
    """Five cases: right, wrong, accepted although nothing is right, asked, nothing."""
    answers = [
        _answer("live", {"a"}, "a"),
        _answer("live", {"a"}, "b"),
        _answer("cover", set(), "a"),
        _answer("cover", {"b"}, "", asked=True),
        _answer("cover", set(), ""),
    ]
    figures = figures_of(answers)

    assert figures.precision == pytest.approx(1 / 3)
    assert figures.recall == pytest.approx(1 / 3)
    assert (figures.n_uncertain, figures.n_nothing) == (1, 1)
    assert wrong_by_kind(answers) == {"live": 1, "cover": 1}


def test_shares_of_nothing_are_no_numbers() -> None:
    """Where nothing is accepted there is no precision, and no case means no recall."""
    figures = figures_of([])

    assert math.isnan(figures.precision)
    assert math.isnan(figures.recall)


@pytest.mark.parametrize(
    ("n_right", "n", "interval"),
    [
        (8, 10, (0.4902, 0.9433)),
        (10, 10, (0.7225, 1.0)),
        (0, 10, (0.0, 0.2775)),
        (0, 0, (0.0, 1.0)),
    ],
)
def test_wilson_intervals_are_the_textbooks(
    n_right: int, n: int, interval: tuple[float, float]
) -> None:
    """The 95 % interval never leaves 0..1, and says nothing of no cases."""
    assert wilson(n_right, n) == pytest.approx(interval, abs=5e-5)


def test_without_spotdl_the_report_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """No interpreter, no rows of spotDL, and a sentence instead of them."""
    monkeypatch.delenv("GENRE_SPOTDL_PYTHON", raising=False)

    table = run()

    assert "spotDL was not run" in table.note
    assert [row["half"] for row in table.rows] == ["open", "open", "frozen", "frozen"]


def test_the_frozen_half_is_told_by_counts_only() -> None:
    """No case of the frozen half is named anywhere in the report."""
    page = run().to_markdown()

    assert not [case.id for case in _HALVES[Half.FROZEN] if f"`{case.id}`" in page]

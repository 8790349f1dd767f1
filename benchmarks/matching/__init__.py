"""The matcher on cases with known answers, beside spotDL's own matcher.

``open.toml`` may be read while the matcher is worked on. ``frozen.toml`` may not, and
of its mistakes only the counts by class are told.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from benchmarks import Table
from benchmarks.matching.cases import Case, Half, read_cases
from benchmarks.matching.figures import (
    Answer,
    Figures,
    figures_of,
    wilson,
    wrong_by_kind,
)
from genre.config import Settings
from genre.crawler.matching import Thresholds, judge, ranked
from genre.records import Decision

_SPOTDL = "GENRE_SPOTDL_PYTHON"  # an interpreter that has spotDL
_SIDE = Path(__file__).with_name("spotdl_side.py")
_NOTE = """\
{n} invented playlist rows with two to six search results each; what is right was
written down before the matcher was seen (`benchmarks/matching/README.md`). The frozen
half is not looked at while rules and thresholds are chosen. Ours accepts from
{accept:g} and asks a person from {uncertain:g}, the default settings, before anything
is downloaded; the best accepted candidate counts. "Precision": of the accepted, how
many are right, with Wilson's 95 % interval. "Recall": in how many of the cases that
have a right candidate it is accepted. "Length stated" leaves out the rows that state
no length, which spotDL never meets.

{spotdl}

Wrong acceptances by class:

{wrong}"""
_NOT_RUN = f"""\
spotDL was not run: `{_SPOTDL}` names no interpreter that has it."""
_RUN = """\
spotDL {version} decides with its own `AudioProvider.search` and `order_results`, which
download whatever is left; "- Topic" channels are verified songs, all others are videos;
there are no view counts and no ISRC search (`benchmarks/matching/spotdl_side.py`)."""


def run() -> Table:
    """Judge every case of both halves."""
    halves = {half: read_cases(half) for half in Half}
    spotdl_version, spotdl = _ask_spotdl(
        [c for cases in halves.values() for c in cases]
    )
    rows, wrong = [], []
    for half, cases in halves.items():
        sides = {f"genre {version('genre')}": [_ours(case) for case in cases]}
        if spotdl_version:
            theirs = [Answer(case, spotdl[case.id]) for case in cases]
            sides[f"spotDL {spotdl_version}"] = theirs
        for name, answers in sides.items():
            rows += _rows(half, name, answers)
            wrong.append(f"- {half}, {name}: {_wrong(half, name, answers)}")
    thresholds = _thresholds()
    note = _NOTE.format(
        n=sum(map(len, halves.values())),
        accept=thresholds.accept,
        uncertain=thresholds.uncertain,
        spotdl=_RUN.format(version=spotdl_version) if spotdl_version else _NOT_RUN,
        wrong="\n".join(wrong),
    )
    return Table("Matching", tuple(rows), note)


def _thresholds() -> Thresholds:
    s = Settings()
    return Thresholds(s.match_threshold, s.match_uncertain, s.duration_tolerance_s)


def _ours(case: Case) -> Answer:
    track = case.track
    judged = [judge(track, found, _thresholds()) for found in case.candidates]
    accepted = [c for c in ranked(judged) if c.decision is Decision.ACCEPTED]
    if accepted:
        return Answer(case, accepted[0].provider_id)
    return Answer(case, uncertain=any(c.decision is Decision.UNCERTAIN for c in judged))


def _ask_spotdl(cases: list[Case]) -> tuple[str, dict[str, str]]:
    """Return spotDL's version and what it accepts in each case; "" if it is not here."""
    python = os.environ.get(_SPOTDL, "")
    if not python:
        return "", {}
    done = subprocess.run(
        [python, str(_SIDE)],
        input=json.dumps([_as_json(case) for case in cases]),
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=True,
    )
    answer = json.loads(done.stdout)
    accepted = {id_: each["accepted"] for id_, each in answer["answers"].items()}
    return answer["version"], accepted


def _as_json(case: Case) -> Mapping[str, object]:
    return {
        "id": case.id,
        "title": case.title,
        "artists": case.artists,
        "album": case.album,
        "isrc": case.isrc,
        "duration_s": case.duration_s,
        "candidates": [
            {
                "id": found.provider_id,
                "title": found.title,
                "uploader": found.uploader,
                "duration_s": found.duration_s,
            }
            for found in case.candidates
        ],
    }


def _rows(half: Half, name: str, answers: list[Answer]) -> list[Mapping[str, str]]:
    stated = [answer for answer in answers if answer.case.duration_s is not None]
    return [
        _row(half, name, "all", figures_of(answers)),
        _row(half, name, "length stated", figures_of(stated)),
    ]


def _row(half: Half, name: str, which: str, f: Figures) -> Mapping[str, str]:
    low, high = wilson(f.n_right, f.n_accepted)
    return {
        "half": half,
        "matcher": name,
        "rows": which,
        "cases": str(f.n_cases),
        "accepted": str(f.n_accepted),
        "precision": f"{f.precision:.3f} ({low:.3f} to {high:.3f})",
        "recall": f"{f.recall:.3f} ({f.n_right} of {f.n_answerable})",
        "uncertain": f"{f.n_uncertain / f.n_cases:.3f}",
        "nothing": f"{f.n_nothing / f.n_cases:.3f}",
    }


def _wrong(half: Half, name: str, answers: list[Answer]) -> str:
    """Name our own mistakes of the open half; only count all others."""
    if half is Half.OPEN and name.startswith("genre"):
        ids = [
            f"`{answer.case.id}` ({answer.accepted})"
            for answer in answers
            if answer.wrong
        ]
        return ", ".join(sorted(ids)) or "none"
    counts = wrong_by_kind(answers)
    return ", ".join(f"{kind} {n}" for kind, n in counts.items()) or "none"

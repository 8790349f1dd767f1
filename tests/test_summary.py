"""What a command says in the end: the worst first, equal things once, what to do next."""

from dataclasses import replace

import pytest

from genre.records import ErrorClass, Outcome, Stage, Status
from genre.summary import Summary

GONE = Outcome(
    Stage.CRAWL,
    "s",
    Status.FAILED,
    message="Gone.",
    error_class=ErrorClass.PERMANENT,
    data={"kind": "track"},
)
NOTE = replace(GONE, status=Status.NOTE, message="New.", error_class=None)


def of(kind: str, outcome: Outcome = GONE, **more: str) -> Outcome:
    """Return an outcome of another kind."""
    return replace(outcome, subject=kind, data={"kind": kind, **more})


def failed(error_class: ErrorClass, **data: str) -> Outcome:
    """Return a failure of a class."""
    return replace(GONE, error_class=error_class, data={"kind": "track", **data})


def summary(*outcomes: Outcome) -> Summary:
    """Return the summary of these."""
    found = Summary()
    for outcome in outcomes:
        found.add(outcome)
    return found


def test_the_worst_comes_first() -> None:
    """Playlists and lines hold many songs, rows one; notes are no failures."""
    kinds = [of("track"), of("row"), of("line"), of("playlist")]
    lines = list(summary(of("playlist", NOTE), *kinds).lines())

    assert lines == [
        "failed: line: Gone.",
        "failed: playlist: Gone.",
        "failed: row: Gone.",
        "failed: track: Gone.",
        "note: playlist: New.",
    ]


def test_notes_hide_no_failure() -> None:
    """However many there are, and however early; what is hidden is counted."""
    notes = [replace(NOTE, message=f"New {n}.") for n in range(30)]
    lines = list(summary(*notes, GONE).lines())

    assert lines[0] == "failed: s: Gone."
    assert len(lines) == 13
    assert lines[-1] == "... and 19 more; --json lists them all"


def test_what_many_songs_share_is_one_line() -> None:
    """With the number of the others, whatever the class of the failure."""
    assert list(summary(GONE, GONE, GONE).lines()) == ["failed: s (and 2 more): Gone."]


def test_notes_are_counted_together() -> None:
    """Of whatever kind of thing they are; a single one is in the singular."""
    found = summary(of("playlist", NOTE), of("line", NOTE), GONE)

    assert found.counts() == "1 track failed, 2 notes"
    assert summary(NOTE).counts() == "1 note"


@pytest.mark.parametrize(
    ("left", "advice"),
    [
        ([failed(ErrorClass.TEMPORARY)], "run the same command again to do the rest."),
        (
            [failed(ErrorClass.ENVIRONMENT)] * 2,
            "mend what is named above, then run the same command again.",
        ),
        (
            [
                failed(
                    ErrorClass.STOP, service="deezer", retry_at="2026-11-20T15:00:00Z"
                )
            ],
            "run the same command again after 2026-11-20T15:00:00Z to do the rest.",
        ),
        (
            [
                failed(ErrorClass.TEMPORARY),
                failed(ErrorClass.STOP, service="deezer", retry_at="2026-11-20T15:00Z"),
            ],
            (
                "run the same command again to do the rest. What waits can be asked for"
                " after 2026-11-20T15:00Z."
            ),
        ),
    ],
)
def test_what_is_to_be_done_next(left: list[Outcome], advice: str) -> None:
    """A mistake is to be mended first, a service to be left alone until its time."""
    found = summary(*left)

    assert found.is_unfinished
    assert found.what_next() == f"Unfinished: {advice}"

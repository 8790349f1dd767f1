"""How a song's fetching is told: which failures are final, and what a person reads. Pure."""

import re
from dataclasses import replace

from genre.crawler.download import Result
from genre.records import ErrorClass, Outcome, Stage, Status, Track

MAX_TEMPORARY = 5  # temporary failures in a row after which a song is given up
_AGAIN = "After a change `--retry permanent` tries it again."
_LATER = re.compile(r"[;,] (try again|run the same command again) later\.$")


def is_final(outcome: Status, error_class: ErrorClass | None) -> bool:
    """Tell whether a song failed for good, or nothing fits its names."""
    for_good = outcome is Status.FAILED and error_class is ErrorClass.PERMANENT
    return for_good or outcome is Status.REFUSED


def outcome_of(result: Result, error_class: ErrorClass | None) -> Outcome:
    """Return the outcome; what will not be tried again says how it would be.

    Where something was found, a person decides: the message says how.
    """
    found = result.status is Status.REFUSED and result.found
    closed = is_final(result.status, error_class) and not found
    message = f"{result.message} {_AGAIN}" if closed else result.message
    return song_outcome(
        result.job.track, result.status, message=message, error_class=error_class
    )


def given_up(outcome: Outcome, n_before: int) -> Outcome:
    """Return the outcome, permanent when it is one temporary failure too many."""
    if n_before + 1 < MAX_TEMPORARY:
        return outcome
    reason = _LATER.sub(".", outcome.message)  # a later run does not try it again
    message = f"Given up after {MAX_TEMPORARY} tries: {reason} {_AGAIN}"
    return replace(outcome, message=message, error_class=ErrorClass.PERMANENT)


def song_outcome(
    track: Track,
    status: Status,
    *,
    message: str = "",
    error_class: ErrorClass | None = None,
) -> Outcome:
    """Return what happened to a song."""
    return Outcome(
        Stage.CRAWL,
        track.id,
        status,
        label=track.name,
        message=message,
        error_class=error_class,
        data={"kind": "track"},
    )

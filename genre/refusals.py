"""What an HTTP status means that is no success, and how long to stay away.

Pure: takes an answer, raises the error with its class. ``http`` asks here.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from genre.errors import FetchError, ServiceStopError
from genre.records import LONGEST_REST_DAYS, ErrorClass
from genre.wire import Reply

_MAX_REST = timedelta(days=LONGEST_REST_DAYS)

_CAUSES = {  # HTTP status: its meaning for the next attempt, in class and words
    **dict.fromkeys(
        (404, 410), (ErrorClass.PERMANENT, "it is gone: name another address")
    ),
    **dict.fromkeys(
        (401, 402, 403, 407, 451),
        (
            ErrorClass.ENVIRONMENT,
            "it wants a login, or refuses this place or program: see in a browser which",
        ),
    ),
    **dict.fromkeys((408, 425), (ErrorClass.TEMPORARY, "try again later")),
}


def check_status(reply: Reply) -> None:
    """Let a good answer pass.

    Raises
    ------
    FetchError
        It is none; the class comes from the status.
    ServiceStopError
        The host asks us to stay away: 429, or 403 or 503 with a time to come back.
    """
    status, shown = reply.status, reply.target.shown
    if status in {200, 203}:
        return
    retry_at = when_to_return(reply.header)
    if status == 429 or (status in {403, 503} and retry_at):
        raise ServiceStopError(
            f"Expected {shown} to answer, found that its host asks us to stay away (HTTP"
            f" {status}); run this again {'after ' + retry_at if retry_at else 'later'}.",
            service=reply.target.host_header,
            retry_at=retry_at,
        )
    busy = (ErrorClass.TEMPORARY, "try again later")
    odd = busy if status >= 500 else (ErrorClass.PERMANENT, "give another address")
    error_class, words = _CAUSES.get(status, odd)
    raise FetchError(
        f"Expected {shown} to answer, found HTTP {status}; {words}.",
        error_class=error_class,
    )


def seconds_until(retry_at: str) -> float:
    """Return how far off a time is (UTC ISO text); negative when it is past."""
    return (datetime.fromisoformat(retry_at) - datetime.now(UTC)).total_seconds()


def when_to_return(header: Callable[[str], str | None]) -> str | None:
    """Return when an answer asks us to come back, as UTC ISO text; None: it does not.

    The time is in whole seconds, rounded up. ``header`` returns the answer's header of
    a name: Retry-After gives seconds or a date; ListenBrainz has one of its own.
    """
    stated = header("Retry-After") or header("X-RateLimit-Reset-In") or ""
    now = datetime.now(UTC)
    try:
        rest = timedelta(seconds=max(0, math.ceil(float(stated))))
    except (ValueError, OverflowError):
        try:
            rest = parsedate_to_datetime(stated) - now
        except (ValueError, TypeError):
            return None
    at = now + min(rest, _MAX_REST) + timedelta(microseconds=999_999)
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

"""Answers of JSON services, taken apart without trusting their shape.

What a reader cannot do without raises a ``FetchError`` in plain words; what it can do
without comes back empty. Shared by the readers of services.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from genre.crawler import sites
from genre.errors import FetchError
from genre.text import clean_text

_KINDS: Mapping[type, str] = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    type(None): "nothing",
}
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:\.\d+)?)", re.ASCII)
_YEAR = re.compile(r"(1[89]\d\d|20\d\d)(?!\d)", re.ASCII)
_MAX_URL = 2_000

NO_TITLE = "expected a title, found none; name the song there."


def endpoint(base: str, path: str) -> str:
    """Return the address of ``path`` under a service's base address."""
    return f"{base.rstrip('/')}/{path}"


def mapping(value: object, what: str) -> dict[str, Any]:
    """Return an answer's object; ``what`` was expected to be one.

    Raises
    ------
    FetchError
        It is something else.
    """
    if isinstance(value, dict):
        return value
    raise _other(what, value)


def listing(value: object, what: str) -> list[Any]:
    """Return an answer's list; ``what`` was expected to be one.

    Raises
    ------
    FetchError
        It is something else.
    """
    if isinstance(value, list):
        return value
    raise _other(what, value)


def items(value: object) -> list[Any]:
    """Return a list that may as well be missing."""
    return value if isinstance(value, list) else []


def part(value: object, *names: str) -> Any:
    """Return what lies under nested names; None when there is no such thing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: object) -> str:
    """Return a text or a number as text; "" for anything else."""
    if isinstance(value, str):
        return value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number else ""


def texts(value: object) -> tuple[str, ...]:
    """Return one text or a list of them, without the empty ones."""
    values = value if isinstance(value, list) else [value]
    return tuple(filter(None, (text(one).strip() for one in values)))


def first(value: object) -> str:
    """Return a text, or the first of several; "" when there is none."""
    return next(iter(texts(value)), "")


def is_true(value: object) -> bool:
    """Tell whether a value means yes, also one written as text."""
    return str(value).lower() in {"true", "1"}


def identifier(value: object) -> str:
    """Return a service's number of a thing as text; "" for anything else."""
    written = text(value)
    return written if re.fullmatch(r"-?[0-9]{1,20}", written) else ""


def count(value: object) -> int | None:
    """Return a whole number, also one written as text; None for anything else."""
    digits = text(value)
    return int(digits) if re.fullmatch(r"[0-9]{1,12}", digits) else None


def seconds(value: object) -> float | None:
    """Return a length in seconds, from ``324``, ``"324.34"`` or ``"5:24"``."""
    if match := _CLOCK.fullmatch(text(value).strip()):
        hours, minutes = int(match[1] or 0), int(match[2])
        return _length(3600 * hours + 60 * minutes + float(match[3]))
    return _length(_number(value))


def milliseconds(value: object) -> float | None:
    """Return a length in seconds from one in milliseconds."""
    return _length(_number(value) / 1000)


def year(value: object) -> int | None:
    """Return the year a date begins with."""
    match = _YEAR.match(text(value))
    return int(match[1]) if match else None


def utc(value: object) -> str:
    """Return a moment as UTC ISO text, from seconds since 1970 or ISO text; else ""."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        elif isinstance(value, int) and value > 1:  # True is 1
            moment = datetime.fromtimestamp(value, UTC)
        else:
            return ""
        return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""


def web_address(value: object) -> str:
    """Return an http(s) address of sane length; "" for anything else."""
    url = text(value).strip()
    parts = sites.split(url) if len(url) <= _MAX_URL else None
    good = parts and parts.scheme in {"http", "https"} and parts.hostname
    return url if good and clean_text(url, limit=_MAX_URL) == url else ""


def _number(value: object) -> float:
    try:
        return float(text(value))
    except ValueError:
        return math.nan


def _length(length_s: float) -> float | None:
    """Return a length that a recording could have."""
    return length_s if 0 < length_s < 1e6 else None


def _other(what: str, value: object) -> FetchError:
    found = _KINDS.get(type(value), "a number")
    return FetchError(f"Expected {what}, found {found}; try again later.")

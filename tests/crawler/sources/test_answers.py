"""Answers of any shape, taken apart without a surprise."""

from typing import Any

import pytest

from genre.crawler.sources import answers
from genre.errors import FetchError

ODD: list[Any] = [None, True, [], {}, "", "x", -1, 0, 1e9, float("nan"), "1e400"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (324, 324.0),
        ("324.34", 324.34),
        ("5:24", 324.0),
        ("01:02:03.5", 3723.5),
        ("10801", 10801.0),
        *((value, None) for value in ODD),
    ],
)
def test_seconds(value: Any, expected: float | None) -> None:
    """Numbers and clock times are lengths; what no song can last is none."""
    assert answers.seconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(200_000, 200.0), ("1500", 1.5), (0, None), ([], None)]
)
def test_milliseconds(value: Any, expected: float | None) -> None:
    """A length in milliseconds is given in seconds."""
    assert answers.milliseconds(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_700_000_000, "2023-11-14T22:13:20Z"),
        ("2012-01-04 00:00:00", "2012-01-04T00:00:00Z"),
        ("2020-11-27T11:45:49+01:00", "2020-11-27T10:45:49Z"),
        ("0001-01-01T00:00:00+14:00", ""),
        (10**18, ""),
        *((value, "") for value in ODD),
        (1.5, ""),
    ],
)
def test_moments(value: Any, expected: str) -> None:
    """Seconds since 1970 and ISO text are moments; all else is none."""
    assert answers.utc(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2011-05-01", 2011),
        (1999, 1999),
        ("20110", None),
        ("c. 1970", None),
        ([], None),
    ],
)
def test_years(value: Any, expected: int | None) -> None:
    """A date begins with its year."""
    assert answers.year(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", ("a",)), (7, ("7",)), (["a", "", None, {"b": 1}, 8], ("a", "8")), ({}, ())],
)
def test_texts(value: Any, expected: tuple[str, ...]) -> None:
    """One text or several, without what is none."""
    assert answers.texts(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("file:///etc/passwd", ""),
        ("https://[half", ""),
        ("https:///no-host", ""),
        ("https://example.org/\x1b", ""),
        ("https://example.org/" + "a" * 2_000, ""),
        (None, ""),
    ],
)
def test_web_addresses(value: Any, expected: str) -> None:
    """Only http(s) addresses of sane length without control characters count."""
    assert answers.web_address(value) == expected


@pytest.mark.parametrize(
    ("value", "found"),
    [(None, "nothing"), ("x", "a text"), (1, "a number"), (True, "true or false")],
)
def test_wrong_shapes_are_named(value: Any, found: str) -> None:
    """The sentence says what was expected and what came instead."""
    for take in (answers.mapping, answers.listing):
        with pytest.raises(FetchError, match=f"^Expected songs, found {found}; try"):
            take(value, "songs")

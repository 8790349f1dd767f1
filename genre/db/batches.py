"""Many values, some at a time: SQLite takes 999 in one query at least."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Value = TypeVar("Value")

_IN_A_QUERY = 900


def batches(
    values: Sequence[Value], size: int = _IN_A_QUERY
) -> Iterator[Sequence[Value]]:
    """Yield the values in order, at most ``size`` of them at once."""
    for start in range(0, len(values), size):
        yield values[start : start + size]

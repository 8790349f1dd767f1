"""Work in other processes: one long-lived child, or many items in order."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Child:
    """A spawned process that runs one named function per request.

    with Child("genre.crawler.ytdlp:answer") as child:
        result = child.call({"query": "..."}, deadline_s=60)
    """

    def __init__(self, function: str) -> None:
        self.function = function

    def call(self, request: Any, *, deadline_s: float) -> Any:
        """Return the function's answer; both are plain data that JSON can hold."""
        raise NotImplementedError

    def close(self) -> None:
        """End the process."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def map_processes(
    fn: Callable[[Item], Result], items: Iterable[Item], *, jobs: int
) -> Iterator[Result]:
    """Yield ``fn(item)`` in the items' order, computed by ``jobs`` spawned processes."""
    raise NotImplementedError

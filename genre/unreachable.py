"""What there is no way to now: left alone for a minute, so that nobody waits in vain.

On a machine without network each host and site is asked once a minute; whatever else
needs it fails at once with the same sentence. ``http`` and ``crawler.player`` ask here.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator

from genre.errors import OfflineError

_REST_S = 60.0


class Unreachable:
    """The hosts or sites without a way to them; safe to share between threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[str, tuple[float, str]] = {}  # when, and in which words

    def check(self, name: str) -> None:
        """Let a request pass, unless there was no way a moment ago.

        Raises
        ------
        OfflineError
            There was none.
        """
        with self._lock:
            at, words = self._found.get(name, (0.0, ""))
            recent = bool(words) and self._clock() - at < _REST_S
        if recent:
            raise OfflineError(words)

    @contextlib.contextmanager
    def noting(self, name: str) -> Iterator[None]:
        """Remember it when what is done inside finds no way."""
        try:
            yield
        except OfflineError as error:
            with self._lock:
                self._found[name] = self._clock(), str(error)
            raise

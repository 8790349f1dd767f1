"""What there is no way to now: left alone for a minute, so that nobody waits in vain.

On a machine without network each host and site is asked a few times a minute; whatever
else needs it fails at once with the same sentence. One failing look-up is no proof: it
takes three in a row. ``http`` and ``crawler.player`` ask here.
"""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator

from genre.errors import OfflineError

_REST_S = 60.0
_PROOF = 3  # failures in a row that show that there is no way


class Unreachable:
    """The hosts or sites without a way to them; safe to share between threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._n_failed: Counter[str] = Counter()  # in a row
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
            self._note(name, str(error))
            raise
        except BaseException:  # whatever else went wrong, somebody was there
            self._forget(name)
            raise
        self._forget(name)

    def _note(self, name: str, words: str) -> None:
        with self._lock:
            self._n_failed[name] += 1
            if self._n_failed[name] >= _PROOF:
                self._found[name] = self._clock(), words

    def _forget(self, name: str) -> None:
        with self._lock:
            self._n_failed.pop(name, None)
            self._found.pop(name, None)

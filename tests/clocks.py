"""A clock that only moves when somebody sleeps."""

import threading


class FakeClock:
    """Time for tests; shared by threads, it notes every sleep.

    HttpClient(settings, clock=clock, sleep=clock.sleep)
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self._lock = threading.Lock()

    def __call__(self) -> float:
        """Return the time in seconds."""
        with self._lock:
            return self.now

    def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds

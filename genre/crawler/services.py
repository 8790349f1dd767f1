"""Which services are to be left alone for a while.

When a service asks for it, everything that needs this service stops until the time it
named, and nothing else does. Threads share one ``Services``; the catalog remembers for
the next run.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from genre.errors import ServiceStopError
from genre.files import utc_now
from genre.urls import parse_target

_PAUSE = timedelta(hours=1)  # when a service does not say how long
_LATER = "; run this again later."  # what is said where no time is known yet


class Services:
    """The services that asked us to stay away, and until when.

    ``clock`` returns the time as UTC ISO text: a rest that is over is none.
    """

    def __init__(
        self,
        blocked: Mapping[str, str] | None = None,
        *,
        clock: Callable[[], str] = utc_now,
    ) -> None:
        self._until = dict(blocked or {})
        self._clock = clock
        self._lock = threading.Lock()

    def check(self, name: str) -> None:
        """Let a request to a service pass, or say why it may not.

        Raises
        ------
        ServiceStopError
            The service wants to be left alone.
        """
        with self._lock:
            until = self._until.get(name, "")
        if until > self._clock():
            raise ServiceStopError(
                f"Expected {name} to answer, found that it asked us to stay away until"
                f" {until}; run the same command again after that.",
                service=name,
                retry_at=until,
            )

    @contextlib.contextmanager
    def asking(self, name: str) -> Iterator[None]:
        """Let what is inside ask a service; once told to stop, nobody asks any more.

        Raises
        ------
        ServiceStopError
            The service wants to be left alone, or said so now.
        """
        self.check(name)
        try:
            yield
        except ServiceStopError as error:
            raise self.stop(error) from error

    def stop(self, error: ServiceStopError) -> ServiceStopError:
        """Leave a service alone from now on; return the error with a time to retry."""
        until = error.retry_at or _iso(datetime.now(UTC) + _PAUSE)
        with self._lock:
            self._until[error.service] = until
        text = str(error)
        if until not in text:
            text = (
                f"{text.removesuffix(_LATER).removesuffix('.')}; {error.service} is left"
                f" alone until {until}: run the same command again after that."
            )
        return ServiceStopError(text, service=error.service, retry_at=until)


def service_of(url: str) -> str:
    """Return the name under which a direct address's server is blocked.

    It is the host, with the port where that is unusual: another port is another server.

    Raises
    ------
    FetchError
        It is no http or https address.
    """
    return parse_target(url).host_header


def _iso(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")

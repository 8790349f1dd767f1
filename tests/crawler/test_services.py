"""Services that asked for a rest are left alone until it is over, and no longer."""

import pytest

from genre.crawler.services import Services, service_of
from genre.errors import FetchError, ServiceStopError

NOON, LATER = "2026-11-20T12:00:00Z", "2026-11-20T12:10:00Z"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> str:
        """Return the time that is set."""
        return self.now


@pytest.mark.parametrize(
    ("now", "rests"),
    [
        (NOON, True),
        ("2026-11-20T12:09:59Z", True),
        (LATER, False),
        ("2026-11-21", False),
    ],
)
def test_rest_ends(now: str, rests: bool) -> None:
    """A service that wanted ten minutes is asked again after ten minutes."""
    clock = Clock()
    services = Services(clock=clock)
    services.stop(ServiceStopError("busy", service="deezer", retry_at=LATER))
    clock.now = now

    services.check("spotify")
    if rests:
        with pytest.raises(ServiceStopError, match=LATER):
            services.check("deezer")
    else:
        services.check("deezer")


def test_rest_of_an_earlier_crawl() -> None:
    """What the catalog remembers counts as long as it says."""
    services = Services({"a": "2020-01-01T00:00:00Z", "b": LATER}, clock=Clock())

    services.check("a")
    with pytest.raises(ServiceStopError) as caught:
        services.check("b")
    assert (caught.value.service, caught.value.retry_at) == ("b", LATER)


def test_rest_without_a_time() -> None:
    """It is an hour, and the sentence names its end."""
    services = Services()

    error = services.stop(ServiceStopError("Too many.", service="a"))

    assert error.retry_at
    assert str(error) == (
        f"Too many; a is left alone until {error.retry_at}: run the same command again"
        " after that."
    )
    with pytest.raises(ServiceStopError):
        services.check("a")


def test_service_of_an_address() -> None:
    """A server goes by its host, and by its port where that is unusual."""
    assert service_of("https://example.org:443/a.mp3") == "example.org"
    assert service_of("http://example.org:81/a.mp3") == "example.org:81"
    with pytest.raises(FetchError):
        service_of("ftp://example.org/")

"""What services say that want a rest, and what the client makes of it."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from pathlib import Path

import pytest

from genre.config import Settings
from genre.errors import FetchError, ServiceStopError
from genre.http import HttpClient
from genre.records import ErrorClass
from tests.clients import SETTINGS, client, failure
from tests.clocks import FakeClock
from tests.servers import Reply, Request, Route, json_reply, serve


def resting(stated: str | int | None, *, status: int = 429) -> Reply:
    """Return the answer of a service that wants a rest; an int is stated as a date."""
    if isinstance(stated, int):
        at = datetime.now(UTC) + timedelta(seconds=stated)
        stated = format_datetime(at, usegmt=True)
    headers = {} if stated is None else {"Retry-After": stated}
    return Reply(status=status, headers=headers)


def in_turn(*answers: Reply) -> Route:
    """Answer the first request with the first reply, and so on; then with 1."""
    left: Iterator[Reply] = iter(answers)

    def answer(request: Request) -> Reply:
        return next(left, json_reply(1))

    return answer


# --- how long -----------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503, 403])
@pytest.mark.parametrize("stated", ["30", "30.0", 31])
def test_a_short_rest_is_waited_for(status: int, stated: str | int) -> None:
    """Seconds or a date: after that time the request goes out again."""
    clock = FakeClock()
    with serve({"/a": in_turn(resting(stated, status=status))}) as server:
        assert client(clock).get_json(server.url("/a"), service="deezer") == 1
    assert len(server.requests) == 2
    assert len(clock.slept) == 1
    assert 20 < clock.slept[0] <= 31


def test_the_longest_rest_allowed_is_waited_for() -> None:
    """A rest of exactly max_wait_s is one we wait for."""
    with serve({"/a": in_turn(resting("60"))}) as server:
        assert client().get_json(server.url("/a")) == 1


def test_listenbrainz_states_its_rest_in_a_header_of_its_own() -> None:
    """X-RateLimit-Reset-In counts where there is no Retry-After."""
    clock = FakeClock()
    busy = Reply(status=429, headers={"X-RateLimit-Reset-In": "7"})
    with serve({"/a": in_turn(busy)}) as server:
        client(clock).get_json(server.url("/a"))
    assert 6 < clock.slept[0] <= 8


@pytest.mark.parametrize("stated", [None, "", "soon", "-", "nan", "9" * 400])
def test_a_rest_of_unknown_length_doubles_each_time(stated: str | None) -> None:
    """Without a time the service is asked after 5, 10 and 20 seconds, then it stops."""
    clock = FakeClock()
    with serve({"/a": resting(stated)}) as server:
        error = failure(lambda: client(clock).get_json(server.url("/a")))
    assert isinstance(error, ServiceStopError)
    assert error.retry_at is None
    assert clock.slept == [5.0, 10.0, 20.0]
    assert len(server.requests) == 4


def test_a_rest_of_unknown_length_keeps_to_the_cap() -> None:
    """No pause is longer than max_wait_s."""
    clock = FakeClock()
    with serve({"/a": resting(None)}) as server:
        asked = client(clock, settings=Settings(max_wait_s=7.0))
        failure(lambda: asked.get_json(server.url("/a")))
    assert clock.slept == [5.0, 7.0, 7.0]


@pytest.mark.parametrize("stated", ["1", "-5", -3600])
def test_a_service_that_keeps_asking_for_rest_stops(stated: str | int) -> None:
    """After three rests it is left alone, even if each was short."""
    with serve({"/a": resting(stated)}) as server:
        asked = partial(client().get_json, server.url("/a"), service="jamendo")
        error = failure(asked)
    assert isinstance(error, ServiceStopError)
    assert (error.service, len(server.requests)) == ("jamendo", 4)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("stated", ["86400", 86_400])
def test_a_long_rest_stops_the_service_at_once(status: int, stated: str | int) -> None:
    """The error names the service and when to come back; nobody asks before that."""
    clock, at = FakeClock(), datetime.now(UTC) + timedelta(days=1)
    asked = client(clock)
    with serve({"/a": resting(stated, status=status), "/b": b"1"}) as server:
        error = failure(lambda: asked.get_json(server.url("/a"), service="deezer"))
        later = failure(lambda: asked.get_json(server.url("/b"), service="deezer"))
    assert isinstance(error, ServiceStopError)
    assert isinstance(later, ServiceStopError)
    assert (error.service, later.retry_at) == ("deezer", error.retry_at)
    assert abs(datetime.fromisoformat(error.retry_at or "") - at) < timedelta(minutes=1)
    assert f"after {error.retry_at}" in str(error)
    assert (len(server.requests), clock.slept) == (1, [])


def test_a_rest_may_be_refused_altogether() -> None:
    """With max_wait_s 0 even a second stops the service."""
    impatient = client(settings=Settings(max_wait_s=0.0))
    with serve({"/a": resting("1")}) as server:
        error = failure(lambda: impatient.get_json(server.url("/a")))
    assert isinstance(error, ServiceStopError)
    assert error.service == f"127.0.0.1:{server.port}"
    assert len(server.requests) == 1


def test_other_services_go_on() -> None:
    """A stop concerns its service only, also on the same host."""
    asked = client()
    with serve({"/a": resting("86400"), "/b": b"1"}) as server:
        failure(lambda: asked.get_json(server.url("/a"), service="deezer"))
        assert asked.get_json(server.url("/b"), service="archive") == 1
        assert asked.get_json(server.url("/b")) == 1


def test_a_rest_does_not_count_against_the_deadline() -> None:
    """A request of five seconds may wait half a minute for the service."""
    with serve({"/a": in_turn(resting("30"), resting("30"))}) as server:
        assert client().get_json(server.url("/a"), deadline_s=5) == 1


def test_a_rest_holds_for_downloads_of_the_service_too(tmp_path: Path) -> None:
    """Who downloads from a service that rests waits as well."""
    clock = FakeClock()
    asked = client(clock)
    with serve({"/a": resting("30"), "/b": b"song"}) as server:
        failure(lambda: asked.get_json(server.url("/a"), service="archive"))
        got = asked.download(
            server.url("/b"),
            tmp_path / "b",
            max_bytes=10,
            deadline_s=5,
            trusted=True,
            service="archive",
        )
    assert (got.n_bytes, len(clock.slept)) == (4, 4)
    assert clock.slept[3] > 20


def test_closing_wakes_who_waits() -> None:
    """Ctrl-C does not wait for the end of a rest."""
    asked, caught, answered = HttpClient(SETTINGS), [], threading.Event()

    def busy(request: Request) -> Reply:
        answered.set()
        return resting("60")

    def work(url: str) -> None:
        try:
            asked.get_json(url)
        except KeyboardInterrupt as error:
            caught.append(error)

    with serve({"/a": busy}) as server:
        thread = threading.Thread(target=work, args=(server.url("/a"),))
        thread.start()
        answered.wait()
        asked.close()
        thread.join(30)
    assert len(caught) == 1


# --- errors inside answers ----------------------------------------------------------

QUOTA = {"error": {"type": "Exception", "message": "Quota limit exceeded", "code": 4}}


def check(error: Exception) -> Callable[[object], None]:
    """Return a look at an answer that raises when the quota is used up."""

    def look(value: object) -> None:
        if value == QUOTA:
            raise error

    return look


def test_a_quota_named_inside_an_answer_is_a_rest() -> None:
    """HTTP 200 with an error in it is waited for and tried again like a 429."""
    clock = FakeClock()
    over = check(ServiceStopError("Over quota.", service="deezer"))
    with serve({"/a": in_turn(json_reply(QUOTA))}) as server:
        value = client(clock).get_json(server.url("/a"), service="deezer", check=over)
    assert (value, clock.slept) == (1, [5.0])


def test_a_temporary_error_inside_an_answer_is_tried_again() -> None:
    """Three answers, then it is raised as it is."""
    busy = FetchError("Busy.")
    with serve({"/a": json_reply(QUOTA)}) as server:
        asked = partial(client().get_json, server.url("/a"), check=check(busy))
        assert failure(asked) is busy
    assert len(server.requests) == 3


def test_a_lasting_error_inside_an_answer_is_raised_at_once() -> None:
    """What does not pass is not tried again."""
    gone = FetchError("No such playlist.", error_class=ErrorClass.PERMANENT)
    with serve({"/a": json_reply(QUOTA)}) as server:
        asked = partial(client().get_json, server.url("/a"), check=check(gone))
        assert failure(asked) is gone
    assert len(server.requests) == 1

"""Connections are used again where that is safe, and never where it is not."""

import contextlib
import gc
import gzip
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from genre.http import HttpClient
from genre.records import ErrorClass
from tests.clients import SETTINGS, client, failure
from tests.clocks import FakeClock
from tests.servers import CERTIFICATE, Reply, json_reply, redirect, serve


def local_client() -> HttpClient:
    """Return a client for which every name is this machine's."""
    return HttpClient(SETTINGS, lookup=lambda host, port: ["127.0.0.1"])


def download(asked: HttpClient, url: str, folder: Path, **more: object) -> int:
    """Download and return the size."""
    values = {"max_bytes": 10**6, "deadline_s": 5, "trusted": True, **more}
    return asked.download(url, folder / "x", **values).n_bytes  # type: ignore[arg-type]


RESET = Reply(reset=True)
CHUNKED = {"Transfer-Encoding": "chunked"}
WHOLE = {
    "length": json_reply([1]),
    "packed": Reply(gzip.compress(b"[1]"), headers={"Content-Encoding": "gzip"}),
    "chunks": Reply(b"3\r\n[1]\r\n0\r\n\r\n", headers=CHUNKED, content_length=False),
}


@pytest.mark.parametrize("answer", WHOLE.values(), ids=WHOLE.keys())
def test_a_connection_is_used_again(answer: Reply) -> None:
    """Five answers that were read to their end come over one connection."""
    asked = client()
    with serve({"/a": answer}, keep_alive=True) as server:
        for _ in range(5):
            assert asked.get_json(server.url("/a")) == [1]
        assert len(server.connections) == 1
        asked.close()


def test_a_server_that_closes_gets_new_connections() -> None:
    """Connection: close is obeyed."""
    asked = client()
    with serve({"/a": json_reply(1)}) as server:
        for _ in range(3):
            asked.get_json(server.url("/a"))
        assert len(server.connections) == 3


def test_threads_have_connections_of_their_own() -> None:
    """Four threads need at most four connections for sixty requests."""
    asked = client()
    with serve({"/a": json_reply(1)}, keep_alive=True) as server:
        with ThreadPoolExecutor(4) as pool:
            found = list(
                pool.map(lambda _: asked.get_json(server.url("/a")), range(60))
            )
        assert found == [1] * 60
        assert 1 <= len(server.connections) <= 4
        asked.close()


def test_a_redirect_without_a_body_keeps_its_connection() -> None:
    """The redirect and what it leads to come over one connection."""
    asked = client()
    routes = {"/go": redirect("/a"), "/a": json_reply(1)}
    with serve(routes, keep_alive=True) as server:
        asked.get_json(server.url("/go"))
        assert (len(server.requests), len(server.connections)) == (2, 1)
        asked.close()


@pytest.mark.parametrize(
    ("bad", "status"), [(Reply(bytes(2000)), 200), (Reply(b"No.", status=404), 404)]
)
def test_what_was_not_read_closes_the_connection(
    bad: Reply, status: int, tmp_path: Path
) -> None:
    """A body too big or of an error is never taken for the next answer."""
    asked = client()
    with serve({"/bad": bad, "/a": b"song"}, keep_alive=True) as server:
        failure(lambda: download(asked, server.url("/bad"), tmp_path, max_bytes=1000))
        assert download(asked, server.url("/a"), tmp_path) == 4
        assert len(server.connections) == 2
        asked.close()


def test_a_connection_that_died_while_idle_is_replaced() -> None:
    """The server hung up in between: a new connection, no fault, no pause."""
    clock = FakeClock()
    asked = client(clock)
    with serve({"/a": json_reply(1)}, keep_alive=True) as server:
        asked.get_json(server.url("/a"))
        server.connections[0].shutdown(2)
        assert asked.get_json(server.url("/a")) == 1
        assert (len(server.requests), len(server.connections)) == (2, 2)
        asked.close()
    assert clock.slept == []


def test_a_connection_that_dies_under_a_request_is_replaced() -> None:
    """The server hung up just then: the GET goes out again at once, on a new one."""
    clock, answers = FakeClock(), iter([json_reply(1), RESET, json_reply(2)])
    asked = client(clock)
    with serve({"/a": lambda request: next(answers)}, keep_alive=True) as server:
        assert [asked.get_json(server.url("/a")) for _ in range(2)] == [1, 2]
        assert (len(server.requests), len(server.connections)) == (3, 2)
        asked.close()
    assert clock.slept == []


def test_a_new_connection_that_is_reset_is_a_temporary_fault() -> None:
    """A server that resets every connection is asked three times, with pauses."""
    clock = FakeClock()
    with serve({"/a": RESET}, keep_alive=True) as server:
        error = failure(lambda: client(clock).get_json(server.url("/a")))
    assert error.error_class is ErrorClass.TEMPORARY
    assert "found a broken connection; try again later" in str(error)
    assert (len(server.requests), len(clock.slept)) == (3, 2)


@pytest.mark.parametrize(
    "slow", [Reply(bytes(10_000), drip_s=0.02), Reply(b"x", header_drip_s=0.02)]
)
def test_a_used_connection_has_the_deadline_of_its_request(
    slow: Reply, tmp_path: Path
) -> None:
    """A drip over a connection that served well before ends at the new deadline."""
    asked = client()
    with serve({"/a": b"song", "/slow": slow}, keep_alive=True) as server:
        download(asked, server.url("/a"), tmp_path, deadline_s=60)
        url = server.url("/slow")
        error = failure(lambda: download(asked, url, tmp_path, deadline_s=0.3))
    assert "unfinished after 0.3 s" in str(error)


def test_an_untrusted_request_takes_no_private_connection(tmp_path: Path) -> None:
    """A connection that a trusted request opened is no way into the private network."""
    asked = client()
    with serve({"/a": b"song"}, keep_alive=True) as server:
        download(asked, server.url("/a"), tmp_path)
        error = failure(
            lambda: download(asked, server.url("/a"), tmp_path, trusted=False)
        )
        assert len(server.requests) == 1
        asked.close()
    assert "private or loopback" in str(error)


def test_a_connection_serves_only_its_own_host() -> None:
    """Another name at the same address gets a connection of its own."""
    asked = local_client()
    with serve({"/a": json_reply(1)}, keep_alive=True) as server:
        for host in ("a.example", "b.example", "a.example", "b.example"):
            asked.get_json(server.url("/a", host=host))
        assert len(server.connections) == 2
        asked.close()


def test_only_a_few_idle_connections_are_kept() -> None:
    """Of forty hosts the last ones' connections are used again, the first one's not."""
    asked = local_client()
    with serve({"/a": json_reply(1)}, keep_alive=True) as server:
        for i in [*range(40), 39, 38, 0]:
            asked.get_json(server.url("/a", host=f"h{i}.example"))
        assert len(server.connections) == 41
        asked.close()


def test_a_forgotten_client_closes_its_connections() -> None:
    """No socket is left to the garbage collector, which would complain."""
    with serve({"/a": json_reply(1)}, keep_alive=True) as server:
        client().get_json(server.url("/a"))
        gc.collect()
        for _ in range(3000):  # until the server has noticed
            if server.connections[0].fileno() < 0:
                return
            time.sleep(0.01)
        pytest.fail("the connection is still open")


def test_a_closed_client_is_closed_for_good() -> None:
    """After close nothing is asked any more, over old connections or new ones."""
    asked = client()
    with serve({"/a": json_reply(1)}, keep_alive=True) as server:
        asked.get_json(server.url("/a"))
        asked.close()
        with pytest.raises(KeyboardInterrupt):
            asked.get_json(server.url("/a"))
    assert (len(server.requests), len(server.connections)) == (1, 1)


@pytest.fixture
def full() -> Iterator[int]:
    """Return the port of a server that has no room for another connection."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(server.getsockname())
        yield server.getsockname()[1]


def test_close_ends_connecting(full: int) -> None:
    """A host that takes no connection is not waited for after close."""
    asked = HttpClient(SETTINGS, lookup=lambda host, port: ["127.0.0.1"] * 4)
    with ThreadPoolExecutor() as pool:
        asking = pool.submit(asked.get_json, f"http://x.example:{full}/")
        with pytest.raises(TimeoutError):
            asking.result(timeout=0.3)
        asked.close()
        assert isinstance(asking.exception(timeout=5), KeyboardInterrupt)


def test_connecting_ends_at_the_deadline(full: int) -> None:
    """All addresses together have the time of the request."""
    asked = HttpClient(SETTINGS, lookup=lambda host, port: ["127.0.0.1"] * 4)
    url = f"http://x.example:{full}/"
    error = failure(lambda: asked.get_json(url, deadline_s=0.3))
    assert "unfinished after 0.3 s" in str(error)


def test_a_request_tells_its_server_nothing_about_connections() -> None:
    """Keeping a connection open is HTTP's default and needs no header."""
    with serve({"/a": json_reply(1)}) as server:
        client().get_json(server.url("/a"))
    assert "connection" not in server.requests[0].headers


# --- encrypted ------------------------------------------------------------------------


def test_an_encrypted_connection_is_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One handshake serves several requests; a drip ends at its deadline there too."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    asked, slow = client(), Reply(bytes(10_000), drip_s=0.02)
    routes = {"/a": json_reply(1), "/slow": slow}
    with serve(routes, keep_alive=True, tls=True) as server:
        for _ in range(3):
            assert asked.get_json(server.url("/a", host="localhost")) == 1
        url = server.url("/slow", host="localhost")
        error = failure(lambda: download(asked, url, tmp_path, deadline_s=0.3))
        assert len(server.connections) == 1
    assert "unfinished after 0.3 s" in str(error)


def test_a_certificate_of_nobody_known_is_refused() -> None:
    """Before a word is sent the sentence says what is wrong with the certificate."""
    with serve({"/a": json_reply(1)}, tls=True) as server:
        url = server.url("/a?key=SECRET", host="localhost")
        error = failure(lambda: client().get_json(url))
    assert error.error_class is ErrorClass.ENVIRONMENT
    assert "Expected a valid certificate" in str(error)
    assert (server.requests, "SECRET" in str(error)) == ([], False)


def test_a_handshake_that_never_comes_ends_at_the_deadline() -> None:
    """A server that accepts and says nothing does not hold us."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://localhost:{silent.getsockname()[1]}/"
        error = failure(lambda: client().get_json(url, deadline_s=0.3))
    assert "unfinished after 0.3 s" in str(error)

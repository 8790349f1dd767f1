"""A requests session over our own wire: bounded, guarded, and without own ideas."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from genre.crawler.over_wire import Limits, wired_session
from genre.errors import FetchError, ServiceStopError
from genre.urls import resolve
from genre.wire import Wire
from tests.servers import Reply, Request, Route, Server, json_reply, serve

SHORT = Limits(deadline_s=0.3, max_bytes=1000, own=frozenset({404}))


def echo(request: Request) -> Reply:
    """Answer with what was asked."""
    asked = {"method": request.method, "body": request.body.decode()}
    return json_reply({**asked, "login": request.headers.get("authorization", "")})


@pytest.fixture
def server() -> Iterator[Server]:
    """Serve an answer of every kind."""
    routes: dict[str, Route] = {
        "/v1/echo": echo,
        "/v1/drip": Reply(b"x" * 900, drip_s=0.05),
        "/v1/drip_headers": Reply(b"x", header_drip_s=0.05),
        "/v1/big": Reply(b"x" * 2000),
        "/v1/busy": Reply(status=429, headers={"Retry-After": "86400"}),
        "/v1/broken": Reply(status=500),
        "/v1/gone": json_reply({"why": "gone"}, status=404),
    }
    with serve(routes) as running:
        yield running


@pytest.fixture
def session(server: Server) -> Iterator[requests.Session]:
    """Open a session that may reach the server's API."""
    wire = Wire(resolve)
    with wired_session(
        wire, server.url("/v1/"), agent="genre/test", limits=SHORT
    ) as own:
        yield own
    wire.close()


def test_a_get_and_a_post_arrive(server: Server, session: requests.Session) -> None:
    """Method, body and agent are what the library wished."""
    got = session.get(server.url("/v1/echo")).json()
    sent = session.post(server.url("/v1/echo"), data={"a": "b c"}).json()

    assert (got["method"], got["body"]) == ("GET", "")
    assert (sent["method"], sent["body"]) == ("POST", "a=b+c")
    assert server.requests[0].headers["user-agent"] == "genre/test"


def test_a_refusal_of_its_own_reaches_the_library(
    server: Server, session: requests.Session
) -> None:
    """The library sees status and body of what it understands itself."""
    reply = session.get(server.url("/v1/gone"))

    assert (reply.status_code, reply.reason) == (404, "Not Found")
    assert reply.json() == {"why": "gone"}
    with pytest.raises(requests.HTTPError):
        reply.raise_for_status()


@pytest.mark.parametrize(
    ("path", "kind", "sentence"),
    [
        ("/v1/drip", FetchError, "unfinished after 0.3 s"),
        ("/v1/drip_headers", FetchError, "unfinished after 0.3 s"),
        ("/v1/big", FetchError, "Expected at most 0.001 MB"),
        ("/v1/broken", FetchError, "found HTTP 500"),
        ("/v1/busy", ServiceStopError, "asks us to stay away"),
    ],
)
def test_what_goes_wrong_is_said_in_our_words(
    server: Server,
    session: requests.Session,
    path: str,
    kind: type[FetchError],
    sentence: str,
) -> None:
    """Slow, huge and failing answers end like everywhere else, and at once."""
    with pytest.raises(kind, match=sentence):
        session.get(server.url(path), timeout=999)

    assert server.paths == [path]


def test_no_other_address_can_be_reached(
    server: Server, session: requests.Session
) -> None:
    """An address beyond the prefix has no way out, on any host."""
    with serve({}) as other:
        for url in (other.url("/v1/echo"), server.url("/v2"), "file:///etc/passwd"):
            with pytest.raises(requests.exceptions.InvalidSchema):
                session.get(url)

        assert other.requests == server.requests == []


def test_a_netrc_does_not_replace_the_login(
    server: Server,
    session: requests.Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The library's own header is sent even where ~/.netrc has a default."""
    (tmp_path / "netrc").write_text("default login me password pw\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    reply = session.get(server.url("/v1/echo"), headers={"Authorization": "Bearer T"})

    assert reply.json()["login"] == "Bearer T"

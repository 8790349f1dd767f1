"""Logins that addresses bring along are known while the command runs, and go nowhere else."""

from pathlib import Path

import pytest

from genre.logins import Logins
from genre.urls import parse_target, without_login
from tests.clients import client
from tests.servers import Route, redirect, serve

ANN = {"Authorization": "Basic YW5uOnB3"}  # ann:pw
BOB = {"Authorization": "Basic Ym9iOnB3"}


@pytest.mark.parametrize(
    ("address", "without"),
    [
        ("http://ann:pw@h/a?x=1@2", "http://h/a?x=1@2"),
        ("http://ann@h:81/", "http://h:81/"),
        ("http://h/@user/a.mp3", "http://h/@user/a.mp3"),
        ("music/a@b.mp3", "music/a@b.mp3"),
        ("http://[ann@h", "http://[ann@h"),
    ],
)
def test_an_address_without_its_login(address: str, without: str) -> None:
    """Only what stands before the host is left out."""
    assert without_login(address) == without
    assert Logins().learn(address) == without


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("http://h/a", ANN),
        ("http://h/b?x=1", BOB),
        ("http://h/c", BOB),
        ("http://own:pw@h/a", {"Authorization": "Basic b3duOnB3"}),
        ("http://h:81/a", {}),
        ("https://h/a", {}),
        ("http://sub.h/a", {}),
    ],
)
def test_what_is_sent(address: str, sent: dict[str, str]) -> None:
    """Its own login, else the address's, else the last one of just this server."""
    logins = Logins()
    logins.learn("http://ann:pw@h/a")
    logins.learn("http://bob:pw@h/b")

    assert logins.headers(parse_target(address)) == sent


def test_a_login_stays_with_its_server(tmp_path: Path) -> None:
    """What was learned goes along with requests to the server, not with redirects."""
    with serve({"/x": b"sound"}) as other:
        routes: dict[str, Route] = {"/a": b"sound", "/away": redirect(other.url("/x"))}
        with serve(routes) as server:
            asks = client()
            login = server.url("/a").replace("http://", "http://ann:pw@")
            address = asks.learn_login(login)
            for url in (address, server.url("/away")):
                asks.download(
                    url, tmp_path / "a", max_bytes=9, deadline_s=5, trusted=True
                )

    sent = [request.headers.get("authorization") for request in server.requests]
    assert address == server.url("/a")
    assert sent == [ANN["Authorization"]] * 2
    assert "authorization" not in other.requests[0].headers

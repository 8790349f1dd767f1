"""Behaviour of the HTTP client against real servers over loopback."""

import gzip
import hashlib
import logging
import socket
import threading
import time
import traceback
import zlib
from functools import partial
from pathlib import Path

import pytest

from genre.errors import FetchError, ItemError, OfflineError
from genre.http import Budget, HttpClient, redact
from genre.records import ErrorClass
from genre.urls import is_public, parse_target, resolve
from tests.clients import SETTINGS, client, failure, fetch
from tests.clocks import FakeClock
from tests.servers import (
    NO_ROUTE,
    Reply,
    Request,
    Route,
    Server,
    json_reply,
    redirect,
    serve,
)

SONG = bytes(range(256)) * 400


# --- what arrives ----------------------------------------------------------------------


def test_a_download_is_whole_and_described(tmp_path: Path) -> None:
    """The file holds the body; the record its size, hash, type and final address."""
    song = Reply(SONG, headers={"Content-Type": "Audio/MPEG; charset=x"})
    with serve({"/go": redirect("/song.mp3?sig=1"), "/song.mp3": song}) as server:
        got = fetch(server.url("/go"), tmp_path)
    assert (tmp_path / "song").read_bytes() == SONG
    assert got.sha256 == hashlib.sha256(SONG).hexdigest()
    assert (got.n_bytes, got.content_type) == (len(SONG), "audio/mpeg")
    assert got.final_url == server.url("/song.mp3?sig=1")


def test_requests_say_who_asks_and_carry_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The User-Agent names the tool and the contact; no proxy or netrc of the environment."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login u password p\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serve({"/a": b"x"}) as server:
        fetch(server.url("/a"), tmp_path)
    headers = server.requests[0].headers
    assert headers["user-agent"].startswith("genre/")
    assert headers["user-agent"].endswith("(me@example.org)")
    assert headers["accept-encoding"] == "identity"
    assert "authorization" not in headers


def test_json_is_asked_with_parameters_and_unpacked() -> None:
    """Parameters are encoded; a compressed answer is unpacked."""
    packed = gzip.compress(b'{"tracks": [1, 2]}')
    answer = Reply(packed, headers={"Content-Encoding": "gzip"})
    with serve({"/search": answer}) as server:
        value = client().get_json(
            server.url("/search?v=1"), params={"q": "Ä & b", "n": 5}
        )
    assert value == {"tracks": [1, 2]}
    assert server.requests[0].query == {"v": ["1"], "q": ["Ä & b"], "n": ["5"]}


def test_addresses_with_spaces_and_umlauts_work(tmp_path: Path) -> None:
    """What people write into a playlist is encoded on the way."""
    with serve({"/my%20s%C3%B6ng.mp3": SONG}) as server:
        assert fetch(server.url("/my söng.mp3"), tmp_path).n_bytes == len(SONG)


# --- redirects and private addresses ---------------------------------------------------


def test_untrusted_addresses_do_not_reach_loopback(tmp_path: Path) -> None:
    """A URL out of a remote page cannot make us ask a local service: no connection."""
    with serve({"/admin": b"x"}) as server:
        for host in ("127.0.0.1", "localhost", "0x7f000001", "127.1"):
            url = server.url("/admin", host=host)
            error = failure(partial(fetch, url, tmp_path, trusted=False))
            assert error.error_class is ErrorClass.PERMANENT
            assert "private or loopback" in str(error)
    assert server.requests == []


def test_a_redirect_does_not_carry_trust_to_another_host(tmp_path: Path) -> None:
    """A trusted page that redirects to another, local host is not followed there."""
    with serve({"/admin": b"x"}) as inner:
        target = inner.url("/admin", host="localhost")
        with serve({"/song": redirect(target)}) as outer:
            error = failure(lambda: fetch(outer.url("/song"), tmp_path))
    assert "private or loopback" in str(error)
    assert inner.requests == []


def test_a_name_that_also_leads_inside_is_refused(tmp_path: Path) -> None:
    """One private address among a name's public ones is enough (DNS rebinding)."""
    found = ["93.184.216.34", "169.254.169.254"]
    careful = HttpClient(SETTINGS, lookup=lambda host, port: found)
    with pytest.raises(FetchError, match="private or loopback"):
        careful.download(
            "http://a.example/",
            tmp_path / "x",
            max_bytes=9,
            deadline_s=5,
            trusted=False,
        )


def test_a_name_is_looked_up_once_and_the_answer_used(tmp_path: Path) -> None:
    """The connection goes to the address that was checked; the name is only a header."""
    asked: list[str] = []

    def lookup(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with serve({"/a": b"x"}) as server:
        url = server.url("/a", host="music.example")
        HttpClient(SETTINGS, lookup=lookup).download(
            url, tmp_path / "x", max_bytes=9, deadline_s=5, trusted=True
        )
    assert asked == ["music.example"]
    assert server.requests[0].headers["host"] == f"music.example:{server.port}"


def test_endless_redirects_end(tmp_path: Path) -> None:
    """After five redirects the address is given up."""
    with serve({"/loop": redirect("/loop")}) as server:
        error = failure(lambda: fetch(server.url("/loop"), tmp_path))
    assert error.error_class is ErrorClass.PERMANENT
    assert len(server.requests) == 6


def test_only_http_addresses_are_fetched(tmp_path: Path) -> None:
    """Neither files nor other protocols."""
    for url in ("file:///etc/hostname", "ftp://a.example/b", "song.mp3"):
        error = failure(partial(fetch, url, tmp_path))
        assert error.error_class is ErrorClass.PERMANENT
        assert "Expected an http or https address" in str(error)


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("file:///etc/hostname", "a file: address"),
        ("FILE:/etc/hostname", "a file: address"),
        ("ftp://u:SECRET@a.example/", "a ftp: address"),
        ("data:text/plain,x", "a data: address"),
        ("http://[bad", "a http: address"),
        ("//:80", "something else"),
    ],
)
def test_a_redirect_out_of_the_web_is_refused(
    location: str, shown: str, tmp_path: Path
) -> None:
    """A server cannot send us to a file: the sentence says where it tried to."""
    with serve({"/go": redirect(location)}) as server:
        error = failure(lambda: fetch(server.url("/go"), tmp_path))
    assert error.error_class is ErrorClass.PERMANENT
    assert str(error) == (
        f"Expected {server.url('/go')} to lead to an http or https address, found a"
        f" redirect to {shown}; give another address."
    )


def test_headers_stay_with_the_server_they_were_given_to() -> None:
    """A token goes along to another path, but to no other server and not back."""
    token = {"Authorization": "Token SECRET"}
    home: dict[str, Route] = {"/a": redirect("/b"), "/c": json_reply(1)}
    with serve(home) as server, serve({"/": redirect(server.url("/c"))}) as other:
        home["/b"] = redirect(other.url("/"))
        client().get_json(server.url("/a"), headers=token)
    sent = [r.headers.get("authorization") for r in server.requests]
    assert sent == ["Token SECRET", "Token SECRET", None]
    assert ["authorization" in r.headers for r in other.requests] == [False]


@pytest.mark.parametrize("value", ["Token SECRET\n", "Token SECRET\r\nX: y", "SECRETé"])
def test_a_header_that_is_no_line_is_refused_unseen(value: str) -> None:
    """A token read with its line end is named by its header, not by its value."""
    with serve({"/a": json_reply(1)}) as server:
        asked = partial(client().get_json, headers={"Authorization": value})
        error = failure(lambda: asked(server.url("/a")))
    assert error.error_class is ErrorClass.ENVIRONMENT
    assert "for the header Authorization, found others" in str(error)
    assert "SECRET" not in str(error)
    assert server.requests == []


def test_text_is_unpacked_and_decoded() -> None:
    """A page in UTF-8 is a str, without its byte order mark."""
    packed = Reply(
        gzip.compress("\ufeffgrün".encode()), headers={"Content-Encoding": "gzip"}
    )
    with serve({"/a": packed}) as server:
        assert client().get_text(server.url("/a"), params={"q": 1}) == "grün"
    assert server.requests[0].query == {"q": ["1"]}


def test_text_in_another_encoding_is_refused() -> None:
    """Nothing is guessed."""
    with serve({"/a": "grün".encode("latin-1")}) as server:
        error = failure(lambda: client().get_text(server.url("/a")))
    assert (error.error_class, "Expected UTF-8 text" in str(error)) == (
        ErrorClass.PERMANENT,
        True,
    )


def test_a_login_stays_with_its_host(tmp_path: Path) -> None:
    """user:password in a trusted address is sent there, and not to where it redirects."""

    def lookup(host: str, port: int) -> list[str]:
        return ["127.0.0.1"] if port == server.port else []

    with serve({"/a": b"x"}) as server:
        server_url = server.url("/a", host="u:p%40ss@nas.example")
        got = HttpClient(SETTINGS, lookup=lookup).download(
            server_url, tmp_path / "x", max_bytes=9, deadline_s=5, trusted=True
        )
    assert server.requests[0].headers["authorization"] == "Basic dTpwQHNz"
    assert got.final_url == server.url("/a", host="nas.example")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("64:ff9b::808:808", True),  # NAT64 of 8.8.8.8
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.168.0.1", False),
        ("192.88.99.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::a9fe:a9fe", False),  # NAT64 of 169.254.169.254
        ("64:ff9b:1::1", False),
        ("2002:7f00:1::", False),  # 6to4 of 127.0.0.1
        ("2001:0:7f00:1::", False),  # Teredo
        ("fc00::1", False),
        ("fe80::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)
def test_what_counts_as_the_open_internet(address: str, public: bool) -> None:
    """Special addresses are private also where they hide inside IPv6."""
    assert is_public(address) is public


# --- bounds ----------------------------------------------------------------------------


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_cap_is_refused(announced: bool, tmp_path: Path) -> None:
    """With or without Content-Length no more than max_bytes are taken, none kept."""
    with serve({"/big": Reply(bytes(500_000), content_length=announced)}) as server:
        error = failure(lambda: fetch(server.url("/big"), tmp_path, max_bytes=100_000))
    assert error.error_class is ErrorClass.PERMANENT
    assert "at most 0.1 MB" in str(error)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("encoding", "wbits"), [("gzip", 31), ("deflate", 15)])
def test_a_compression_bomb_meets_the_cap(
    encoding: str, wbits: int, tmp_path: Path
) -> None:
    """Bytes are counted unpacked, whether asked for or sent unasked."""
    packer = zlib.compressobj(wbits=wbits)
    bomb = packer.compress(bytes(30_000_000)) + packer.flush()
    with serve(
        {"/bomb": Reply(bomb, headers={"Content-Encoding": encoding})}
    ) as server:
        url = server.url("/bomb")
        assert len(bomb) < 100_000
        for action in (
            lambda: client().get_json(url, max_bytes=100_000),
            lambda: fetch(url, tmp_path, max_bytes=100_000),
        ):
            assert "at most 0.1 MB" in str(failure(action))


@pytest.mark.parametrize(
    "slow",
    [
        Reply(bytes(10_000), drip_s=0.02),
        Reply(bytes(10_000), drip_s=0.02, content_length=False),
        Reply(b"x", header_drip_s=0.02),
    ],
    ids=["body", "body without length", "header"],
)
def test_a_slow_drip_ends_at_the_deadline(slow: Reply, tmp_path: Path) -> None:
    """A server that always sends one more byte never trips a read timeout, but this."""
    with serve({"/slow": slow}) as server:
        error = failure(
            lambda: client().download(
                server.url("/slow"),
                tmp_path / "x",
                max_bytes=10**6,
                deadline_s=0.4,
                trusted=True,
            )
        )
    assert error.error_class is ErrorClass.TEMPORARY
    assert "unfinished after 0.4 s" in str(error)
    assert len(server.requests) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sent", [0, 1000, len(SONG) - 1])
def test_a_cut_body_is_noticed(sent: int, tmp_path: Path) -> None:
    """Fewer bytes than announced are a temporary fault, and no part of them stays."""
    with serve({"/cut": Reply(SONG, truncate_at=sent)}) as server:
        error = failure(lambda: fetch(server.url("/cut"), tmp_path))
    assert error.error_class is ErrorClass.TEMPORARY
    assert "a body that was cut off" in str(error)
    assert list(tmp_path.iterdir()) == []


def test_a_cut_chunked_body_is_noticed(tmp_path: Path) -> None:
    """A chunked body without its last chunk is not whole."""
    body = Reply(
        b"5\r\nhello\r\n",
        headers={"Transfer-Encoding": "chunked"},
        content_length=False,
    )
    with serve({"/cut": body}) as server:
        assert "cut off" in str(failure(lambda: fetch(server.url("/cut"), tmp_path)))


# --- faults and their classes ------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "error_class"),
    [
        (204, ErrorClass.PERMANENT),
        (304, ErrorClass.PERMANENT),
        (400, ErrorClass.PERMANENT),
        (401, ErrorClass.ENVIRONMENT),
        (403, ErrorClass.ENVIRONMENT),
        (404, ErrorClass.PERMANENT),
        (408, ErrorClass.TEMPORARY),
        (410, ErrorClass.PERMANENT),
        (416, ErrorClass.PERMANENT),
        (451, ErrorClass.ENVIRONMENT),
        (500, ErrorClass.TEMPORARY),
        (503, ErrorClass.TEMPORARY),
    ],
)
def test_a_status_has_a_class(
    status: int, error_class: ErrorClass, tmp_path: Path
) -> None:
    """Gone is permanent, forbidden is ours to fix, overloaded may pass; all are named."""
    with serve({"/a": Reply(status=status)}) as server:
        error = failure(lambda: fetch(server.url("/a"), tmp_path))
    assert (error.error_class, f"HTTP {status}" in str(error)) == (error_class, True)
    assert len(server.requests) == (3 if error_class is ErrorClass.TEMPORARY else 1)


def test_a_temporary_fault_is_tried_again(tmp_path: Path) -> None:
    """Two bad answers, then a good one: the caller sees only the good one."""
    answers = iter([Reply(status=503), Reply(SONG, truncate_at=10), Reply(SONG)])
    clock = FakeClock()
    with serve({"/a": lambda request: next(answers)}) as server:
        got = client(clock).download(
            server.url("/a"),
            tmp_path / "x",
            max_bytes=10**6,
            deadline_s=5,
            trusted=True,
        )
    assert got.n_bytes == len(SONG)
    assert len(clock.slept) == 2
    assert clock.slept[0] <= 0.3
    assert clock.slept[1] <= 0.6


@pytest.mark.parametrize(
    "body", [b"<html>busy</html>", b"", b'{"a": ', b"[" * 100_000, b"\xff\xfe"]
)
def test_an_answer_that_is_no_json_is_temporary(body: bytes) -> None:
    """A service that sends something else has a bad moment."""
    with serve({"/a": body}) as server:
        error = failure(lambda: client().get_json(server.url("/a")))
    assert error.error_class is ErrorClass.TEMPORARY
    assert "Expected JSON" in str(error)


def test_a_host_that_refuses_is_temporary(tmp_path: Path) -> None:
    """Connection refused is named as such."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    error = failure(lambda: fetch(f"http://127.0.0.1:{port}/", tmp_path))
    assert (error.error_class, "refuses" in str(error)) == (ErrorClass.TEMPORARY, True)


def test_an_unknown_host_means_no_network() -> None:
    """No song is to blame for a machine that is offline; nothing is tried again."""

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    pauses: list[float] = []
    lost = HttpClient(SETTINGS, lookup=unknown, sleep=pauses.append)
    error = failure(lambda: lost.get_json("http://a.example/"))
    assert error.error_class is ErrorClass.ENVIRONMENT
    assert str(error) == (
        "Expected a network connection to a.example, found none (its name cannot be"
        " resolved); connect, then run the same command again."
    )
    assert pauses == []


def test_a_network_that_cannot_be_reached_is_no_fault_of_the_host() -> None:
    """A machine without a network is told so, in a sentence about itself."""
    nowhere = HttpClient(SETTINGS, lookup=lambda *_: [NO_ROUTE])
    error = failure(lambda: nowhere.get_json("http://a.example/"))
    assert error.error_class is ErrorClass.ENVIRONMENT
    assert "found none (the network is unreachable)" in str(error)


def test_a_host_without_a_way_to_it_is_left_alone_for_a_minute() -> None:
    """After three failures in a row all else fails at once; other hosts are asked."""
    clock, asked = FakeClock(), list[str]()

    def unknown(host: str, port: int) -> list[str]:
        asked.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    lost = HttpClient(SETTINGS, lookup=unknown, clock=clock, sleep=clock.sleep)
    found = [failure(lambda: lost.get_json("http://a.example/")) for _ in range(9)]
    assert {(type(error), str(error)) for error in found} == {
        (OfflineError, str(found[0]))
    }
    failure(lambda: lost.get_json("http://b.example/"))
    clock.sleep(60)
    failure(lambda: lost.get_json("http://a.example/"))

    assert asked == [*["a.example"] * 3, "b.example", "a.example"]


def test_one_failing_look_up_is_no_proof() -> None:
    """A name server's hiccup costs what met it, not all that comes after."""
    answers = iter([False, False, True, False, False, False])

    def moody(host: str, port: int) -> list[str]:
        if next(answers):
            return ["127.0.0.1"]
        raise socket.gaierror(socket.EAI_AGAIN, "try again")

    client = HttpClient(SETTINGS, lookup=moody)
    with serve({"/a": json_reply({})}) as server:
        url = server.url("/a", host="a.example")
        found = [type(failure(lambda: client.get_json(url))) for _ in range(2)]
        whole = client.get_json(url)
        found += [type(failure(lambda: client.get_json(url))) for _ in range(3)]

    assert (whole, found) == ({}, [OfflineError] * 5)


def test_a_fault_of_the_host_counts_more_than_a_missing_route() -> None:
    """A machine without IPv6 is not offline when the host refuses over IPv4."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    client = HttpClient(SETTINGS, lookup=lambda *_: ["127.0.0.1", NO_ROUTE])
    error = failure(lambda: client.get_json(f"http://a.example:{port}/"))
    assert (error.error_class, "refuses" in str(error)) == (ErrorClass.TEMPORARY, True)


def test_what_is_not_http_is_named(tmp_path: Path) -> None:
    """A server of another protocol gets a sentence, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            for _ in range(3):
                connection, _ = listener.accept()
                with connection:
                    connection.sendall(b"220 mail.example ESMTP\r\n")
                    connection.recv(4096)

        thread = threading.Thread(target=greet)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert "not HTTP" in str(failure(lambda: fetch(url, tmp_path)))
        thread.join()


# --- manners and secrets -----------------------------------------------------------------


def test_requests_to_one_service_keep_their_distance() -> None:
    """The second and third request to a paced host wait; another host's does not."""
    clock = FakeClock()
    paced = HttpClient(
        SETTINGS, clock=clock, sleep=clock.sleep, budgets={"deezer": Budget(2, 100.0)}
    )
    with serve({"/a": json_reply(1)}) as server:
        for service in ("deezer", "deezer", "", "deezer", "deezer", "deezer"):
            paced.get_json(server.url("/a"), service=service)
    assert clock.slept == [100.0, 100.0]


def test_closing_breaks_off_other_threads(tmp_path: Path) -> None:
    """Ctrl-C in the main thread ends a download at once and blames nobody."""
    busy, caught, asked = HttpClient(SETTINGS), [], threading.Event()

    def answer(request: Request) -> Reply:
        asked.set()
        return Reply(bytes(10_000), drip_s=0.05)

    def work(server: Server) -> None:
        try:
            busy.download(
                server.url("/a"),
                tmp_path / "x",
                max_bytes=10**6,
                deadline_s=60,
                trusted=True,
            )
        except KeyboardInterrupt as error:
            caught.append(error)

    with serve({"/a": answer}) as server:
        thread = threading.Thread(target=work, args=(server,))
        thread.start()
        asked.wait()
        time.sleep(0.1)
        busy.close()
        thread.join()
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "https://user:pass@a.example:8443/x.mp3?sig=s#f",
            "https://a.example:8443/x.mp3?...",
        ),
        ("http://a.example/x y", "http://a.example/x%20y"),
        ("HTTP://A.EXAMPLE", "http://a.example"),
        ("http://a.example/\x1b[31m", "http://a.example/%1B%5B31m"),
        ("http://bad host:x/?token=t", "something that is no web address"),
        ("/home/me/secret", "something that is no web address"),
    ],
)
def test_addresses_are_shown_without_secrets(url: str, shown: str) -> None:
    """Login and query never get into a message, control characters neither."""
    assert redact(url) == shown


def test_no_fault_tells_a_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever goes wrong, tokens and passwords stay out of messages and logs."""
    caplog.set_level(logging.DEBUG)
    odd = Reply(b"x", headers={"X-Odd\x0b": "y"})
    routes: dict[str, Route] = {
        "/cut": Reply(SONG, truncate_at=9),
        "/429": Reply(status=429),
        "/odd": odd,
    }
    routes |= {"/reset": Reply(reset=True), "/html": b"<p>", "/go": redirect("file:/x")}
    said = []
    with serve(routes) as server:
        for path in (*routes, "/none"):
            url = server.url(f"{path}?token=SECRET", host="u:SECRET@127.0.0.1")
            ask = partial(client().get_json, url, headers={"X-Key": "SECRET"})
            for action in (partial(fetch, url, tmp_path), ask):
                try:
                    action()
                except ItemError as error:
                    said.append("".join(traceback.format_exception(error)))
    assert len(said) >= 12
    assert "SECRET" not in "".join(said) + caplog.text


def test_targets_are_taken_apart() -> None:
    """Ports default by scheme, hosts become ASCII, IPv6 loses its brackets."""
    target = parse_target("https://[2001:DB8::1]/a?b#c")
    assert (target.host, target.port, target.path) == ("2001:db8::1", 443, "/a?b")
    assert target.host_header == "[2001:db8::1]"
    assert (
        parse_target("http://bücher.example:81/").host_header
        == "xn--bcher-kva.example:81"
    )


def test_a_name_is_resolved_without_repeats() -> None:
    """Each address of a host is listed once."""
    assert "127.0.0.1" in resolve("localhost", 80)
    assert len(resolve("127.0.0.1", 80)) == 1

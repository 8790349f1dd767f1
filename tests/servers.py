"""A real HTTP server over loopback whose routes are data.

    with serve({"/a.mp3": data, "/gone": Reply(status=410)}) as server:
        client.download(server.url("/a.mp3"), ...)
        assert server.paths == ["/a.mp3"]

A route is the body as bytes, a ``Reply``, or a function from ``Request`` to one
of these. What is not listed is a 404. Each answer closes its connection, unless the
server is to ``keep_alive``.
"""

import contextlib
import json
import os
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str  # without the query
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]  # names in lower case
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """One answer; the last fields make it a bad one."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_length: bool = True  # False: the body ends where the connection does
    truncate_at: int | None = None  # announce the whole body, send only this much
    drip_s: float = 0.0  # pause before every single byte of the body
    header_drip_s: float = 0.0  # pause before every single byte of one more header
    reset: bool = False  # send nothing, reset the connection

    @property
    def is_whole(self) -> bool:
        """Whether the client can tell where the body ends, and gets all of it."""
        has_end = self.content_length or "Transfer-Encoding" in self.headers
        return has_end and self.truncate_at is None


CERTIFICATE = Path(__file__).with_name("localhost.pem")  # with tls, of "localhost"
NO_ROUTE = "255.255.255.255"  # the kernel itself says that it cannot be reached

Route = bytes | Reply | Callable[[Request], "bytes | Reply"]


def json_reply(value: Any, *, status: int = 200) -> Reply:
    """Answer with ``value`` as JSON."""
    body = json.dumps(value).encode()
    return Reply(body, status=status, headers={"Content-Type": "application/json"})


def redirect(location: str, *, status: int = 302) -> Reply:
    """Send the client on to ``location``."""
    return Reply(status=status, headers={"Location": location})


@dataclass(frozen=True)
class Server:
    """A running server: where it is and what it was asked so far."""

    port: int
    requests: list[Request]
    closing: threading.Event
    keep_alive: bool = False
    scheme: str = "http"
    connections: list[socket.socket] = field(default_factory=list)  # ever made

    def url(self, path: str = "/", *, host: str = "127.0.0.1") -> str:
        """Return the address of ``path`` on this server."""
        return f"{self.scheme}://{host}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [request.path for request in self.requests]


@contextlib.contextmanager
def serve(
    routes: Mapping[str, Route], *, keep_alive: bool = False, tls: bool = False
) -> Iterator[Server]:
    """Serve ``routes`` on a free loopback port until the block ends."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    httpd.daemon_threads = True
    if tls:
        httpd.socket = _tls().wrap_socket(httpd.socket, server_side=True)
    scheme = "https" if tls else "http"
    server = Server(httpd.server_address[1], [], threading.Event(), keep_alive, scheme)
    httpd.routes, httpd.log = routes, server  # type: ignore[attr-defined]
    thread = threading.Thread(
        target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        httpd.shutdown()
        thread.join()
        httpd.server_close()
        for connection in server.connections:
            with contextlib.suppress(OSError):  # the client was quicker
                connection.shutdown(socket.SHUT_RDWR)


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


class _Handler(BaseHTTPRequestHandler):
    """Looks the path up in the routes and plays the reply."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a kept connection would pause before each body

    def setup(self) -> None:
        """Note the connection."""
        super().setup()
        self.server.log.connections.append(self.connection)  # type: ignore[attr-defined]

    def do_GET(self) -> None:
        """Answer a GET; a client that hangs up is its own business."""
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        query = parse_qs(parts.query)
        request = Request(self.command, parts.path, query, headers, body)
        self.server.log.requests.append(request)  # type: ignore[attr-defined]
        route = self.server.routes.get(parts.path, Reply(status=404))  # type: ignore[attr-defined]
        answer = route(request) if callable(route) else route
        answer = Reply(answer) if isinstance(answer, bytes) else answer
        keeps = self.server.log.keep_alive and answer.is_whole  # type: ignore[attr-defined]
        self.close_connection = not keeps
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            self._play(answer)

    do_POST = do_GET  # noqa: N815 (http.server's name)

    def _play(self, reply: Reply) -> None:
        """Send the reply, with whatever is wrong with it."""
        if reply.reset:
            self._reset()
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.content_length:
            self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        if reply.header_drip_s:
            self.flush_headers()
            self._drip(b"X-Slow: " + b"a" * 10_000, reply.header_drip_s)
        self.end_headers()
        body = reply.body[: reply.truncate_at]
        if reply.drip_s:
            self._drip(body, reply.drip_s)
        else:
            self.wfile.write(body)

    def _reset(self) -> None:
        """Close the connection as a crashed server does, without a word."""
        self.close_connection = True
        at_once = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        os.close(self.connection.detach())

    def _drip(self, data: bytes, pause_s: float) -> None:
        """Send byte by byte until the server closes."""
        for i in range(len(data)):
            if self.server.log.closing.wait(pause_s):  # type: ignore[attr-defined]
                return
            self.wfile.write(data[i : i + 1])
            self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name)
        """Keep the test's output clean."""

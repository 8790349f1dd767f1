"""Logs in to Spotify: a page in the user's browser, and its answer at a loopback port.

The browser is sent back to ``http://127.0.0.1:PORT/callback`` with a code, which only
this process can turn into a token (PKCE: there is no secret to keep in an app). The
token goes into the file of ``spotify_token``; nothing here shows it.
"""

import contextlib
import errno
import queue
import secrets
import socket
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from genre.config import Settings
from genre.crawler import sites
from genre.crawler.spotify import Authorization
from genre.crawler.spotify_token import LOG_IN, Token, TokenFile
from genre.errors import LoginError, UsageError
from genre.text import display

CALLBACK = "/callback"
_SILENCE_S = 2.0  # of a browser that opened a connection only to have one
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>genre</title>'
    "<body><h1>{}</h1><p>You can close this page.</p></body></html>"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """How the user's browser is reached, and for how long."""

    show: Callable[[str], object]  # is handed a line for the user
    open_page: Callable[[str], object] | None = None  # opens an address
    port: int = 0  # of the answer; 0 takes a free one
    wait_s: float = 300.0


def log_in(settings: Settings, browser: Browser) -> Token:
    """Let the user log in, and keep the token.

    Raises
    ------
    LoginError
        There is no client id, or the login was denied, refused or not finished in time.
    UsageError
        The port is in use, or not for us.
    FetchError
        Spotify cannot be reached.
    """
    state = secrets.token_urlsafe(24)
    with _listening(browser.port, state) as server:
        callback = f"http://127.0.0.1:{server.server_port}{CALLBACK}"
        authorization = Authorization(settings, callback)
        address = authorization.address(state)
        browser.show(f"Log in to Spotify at this address: {address}")
        if browser.open_page:  # some return only when the browser is closed
            opening = threading.Thread(
                target=browser.open_page, args=[address], daemon=True
            )
            opening.start()
        browser.show(f"Waiting up to {browser.wait_s:g} s for it; Ctrl-C stops.")
        code = _code(server, browser.wait_s)
    token = authorization.finish(code)
    file = TokenFile(settings)
    with file.locked():
        file.write(token)
    return token


def _code(server: "_Server", wait_s: float) -> str:
    """Wait for the browser's answer; return its code."""
    try:
        code, error = server.answers.get(timeout=wait_s)
    except queue.Empty:
        found = "only answers to another login" if server.met_strangers else "none"
        raise LoginError(
            f"Expected an answer from your browser within {wait_s:g} s, found {found};"
            f" {LOG_IN} again and follow the address it shows."
        ) from None
    if code and not error:
        return code
    found = (
        "that the access was denied there"
        if error == "access_denied"
        else f"the error {display(error or 'unknown', width=60)!r}"
    )
    raise LoginError(
        f"Expected you to agree to the login in your browser, found {found}; {LOG_IN}"
        " again if you want Spotify playlists."
    )


# --- the loopback port ---------------------------------------------------------------


class _Server(ThreadingHTTPServer):
    """Takes the answer to one login, and ends when the login does.

    Any program of this machine may connect; none that goes on talking holds it open.
    """

    daemon_threads = True

    def __init__(self, port: int, state: str) -> None:
        self._open = weakref.WeakSet[socket.socket]()
        super().__init__(("127.0.0.1", port), _Callback)
        self.state = state  # which only the answer to this login knows
        self.answers = queue.SimpleQueue[tuple[str, str]]()  # code, error
        self.met_strangers = False

    def get_request(self) -> tuple[socket.socket, Any]:
        """Remember each connection, to hang up in the end."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def server_close(self) -> None:
        """Hang up on all who still talk."""
        super().server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def is_ours(self, said: dict[str, str]) -> bool:
        """Tell whether a browser brings the answer to this login."""
        return secrets.compare_digest(said["state"].encode(), self.state.encode())


@contextlib.contextmanager
def _listening(port: int, state: str) -> Iterator[_Server]:
    """Take the browser's answer at a port of this machine's own address."""
    server = _bound(port, state)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _bound(port: int, state: str) -> _Server:
    try:
        return _Server(port, state)
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        raise UsageError(
            f"Expected a free port for the browser's answer, found port {port}"
            f" {'in use' if in_use else f'refused ({error.strerror})'}; name another with"
            " --port, or none to take any that is free."
        ) from error


class _Callback(BaseHTTPRequestHandler):
    """Takes the answer out of the address that the browser was sent to."""

    timeout = _SILENCE_S

    def handle(self) -> None:
        """Serve one connection; a browser that hangs up is its own business."""
        with contextlib.suppress(ConnectionError):
            super().handle()

    def do_GET(self) -> None:
        """Pass the answer on; tell the user in the browser how it went."""
        parts = sites.split(self.path)
        if parts is None or parts.path != CALLBACK:
            self._send(404, "There is nothing here")
            return
        query = parse_qs(parts.query)
        said = {name: query.get(name, [""])[0] for name in ("state", "code", "error")}
        assert isinstance(self.server, _Server)
        if not self.server.is_ours(said):
            self.server.met_strangers = True
            self._send(200, "This is not the login that was begun last")
            return
        try:  # the page first: after the answer nobody waits for it
            self._send(200, _heading(said))
        finally:
            self.server.answers.put((said["code"], said["error"]))

    def _send(self, status: int, heading: str) -> None:
        body = _PAGE.format(heading).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name)
        """Write nothing: the address holds the code."""


def _heading(said: dict[str, str]) -> str:
    if said["error"] or not said["code"]:
        return "The login was not completed"
    return "Your answer has arrived; the terminal says how it went"

"""Logs in to Spotify: a page in the user's browser, and its answer at a loopback port.

The browser is sent back to ``http://127.0.0.1:PORT/callback`` with a code, which only
this process can turn into a token (PKCE: there is no secret to keep in an app). The
token goes into the file of ``spotify_token``; nothing here shows it.
"""

import contextlib
import errno
import queue
import secrets
import threading
import time
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
    with _listening(browser.port) as (port, answers):
        authorization = Authorization(settings, f"http://127.0.0.1:{port}{CALLBACK}")
        state = secrets.token_urlsafe(24)
        address = authorization.address(state)
        browser.show(f"Log in to Spotify at this address: {address}")
        if browser.open_page:
            browser.open_page(address)
        code = _code(answers, state, browser.wait_s)
    token = authorization.finish(code)
    file = TokenFile(settings)
    with file.locked():
        file.write(token)
    return token


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the browser brought back, and how to answer the browser."""

    state: str
    code: str
    error: str
    reply: "queue.SimpleQueue[str]"


_Answers = queue.SimpleQueue[_Answer]


def _code(answers: _Answers, state: str, wait_s: float) -> str:
    """Wait for the browser's answer to this very login; return its code."""
    end = time.monotonic() + wait_s
    strangers = 0
    while (left := end - time.monotonic()) > 0:
        try:
            answer = answers.get(timeout=left)
        except queue.Empty:
            break
        if not secrets.compare_digest(answer.state.encode(), state.encode()):
            strangers += 1
            answer.reply.put("This is not the login that was begun last")
            continue
        return _accepted(answer)
    found = "only answers to another login" if strangers else "none"
    raise LoginError(
        f"Expected an answer from your browser within {wait_s:g} s, found {found};"
        f" {LOG_IN} again and follow the address it shows."
    )


def _accepted(answer: _Answer) -> str:
    if answer.error or not answer.code:
        answer.reply.put("The login was not completed")
        denied = answer.error == "access_denied"
        found = (
            "that the access was denied there"
            if denied
            else f"the error {display(answer.error, width=60) or 'unknown'!r}"
        )
        raise LoginError(
            f"Expected you to agree to the login in your browser, found {found}; {LOG_IN}"
            " again if you want Spotify playlists."
        )
    answer.reply.put("Your answer has arrived; the terminal says how it went")
    return answer.code


# --- the loopback port ---------------------------------------------------------------


@contextlib.contextmanager
def _listening(port: int) -> Iterator[tuple[int, _Answers]]:
    """Take the browser's answers at a port of this machine's own address."""
    answers: _Answers = queue.SimpleQueue()
    server = _bound(port)
    server.answers = answers  # type: ignore[attr-defined]
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield server.server_address[1], answers
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _bound(port: int) -> ThreadingHTTPServer:
    try:
        return _Server(("127.0.0.1", port), _Callback)
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        raise UsageError(
            f"Expected a free port for the browser's answer, found port {port}"
            f" {'in use' if in_use else f'refused ({error.strerror})'}; name another with"
            " --port, or none to take any that is free."
        ) from error


class _Server(ThreadingHTTPServer):
    """A server that waits for its answers to be sent, but for no idle browser."""

    daemon_threads = False
    block_on_close = True
    allow_reuse_address = False  # another program's port is not to be shared


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
        reply: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.server.answers.put(_Answer(**said, reply=reply))  # type: ignore[attr-defined]
        try:
            self._send(200, reply.get(timeout=_SILENCE_S))
        except queue.Empty:
            self._send(410, "Nobody waits for this login any more")

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

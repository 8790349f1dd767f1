"""What yt-dlp's process may reach: the open internet, and JavaScript runtimes.

yt-dlp follows whatever address an extractor or a redirect names, and starts ffmpeg
where it sees fit. Python tells an audit hook of each connection and each program
before it happens: whichever library asks, and with the address that a name was
resolved to, so no name can lead around it. A library that connects without Python
(``curl_cffi``, with which yt-dlp plays a browser) is not loaded: yt-dlp does without.
Runs inside the child only (``ytdlp``).
"""

import errno
import functools
import ipaddress
import shutil
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from genre.urls import is_public

_PROGRAMS = frozenset(["deno", "node", "bun", "qjs"])  # they solve YouTube's riddles
_UNSEEN = "curl_cffi"  # its connections are made in C, and no hook hears of them
_STARTS = frozenset(
    ["subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system"]
)


class Fence:
    """Refuses what leads out of bounds while it is up; remembers what it refused."""

    def __init__(self) -> None:
        self.refused = ""  # the last address
        self._up = False
        self._opened: frozenset[tuple[str, int | None]] = frozenset()

    @contextmanager
    def raised(self, opened: Sequence[str]) -> Iterator["Fence"]:
        """Keep the fence up for a while, but for the servers of these addresses."""
        self.refused = ""
        self._opened = frozenset(_server(address) for address in opened)
        self._up = True
        try:
            yield self
        finally:
            self._up = False

    def check(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Let an event of Python's pass, or raise, which makes it fail."""
        if not self._up:
            return
        if event == "socket.connect":
            self._check_address(arguments[1])
        elif event in _STARTS:
            _check_program(str(arguments[0]))

    def _check_address(self, address: Any) -> None:
        host, port = address[:2] if isinstance(address, tuple) else (str(address), 0)
        if {(host, port), (host, None)} & self._opened or _is_public(host):
            return
        self.refused = str(host)
        raise PermissionError(errno.EACCES, "the address leads into a private network")


@functools.cache
def fence() -> Fence:
    """Return this process's fence; a hook of Python's cannot be taken down again."""
    sys.modules[_UNSEEN] = None  # type: ignore[assignment] # so Python refuses to load it
    found = Fence()
    sys.addaudithook(found.check)
    return found


def _check_program(program: str) -> None:
    if _place_of(program) not in set(_runtimes()):
        raise PermissionError(errno.EACCES, "yt-dlp may not start this program")


def _runtimes() -> Iterator[str]:
    """Yield the JavaScript runtimes that are where yt-dlp looks for them."""
    for name in _PROGRAMS:
        for folders in (sysconfig.get_path("scripts"), None):
            if place := _place_of(name, folders):
                yield place


def _place_of(program: str, folders: str | None = None) -> str:
    """Return the path of what starts under a name, "" for nothing."""
    place = shutil.which(program, path=folders)
    return str(Path(place).absolute()) if place else ""


def _is_public(host: str) -> bool:
    """Tell whether a socket's address is public; a name may lead anywhere."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return is_public(host)


def _server(address: str) -> tuple[str, int | None]:
    """Return an address's host and port; without a port all of the host's count."""
    parts = urlsplit(address)
    return parts.hostname or "", parts.port

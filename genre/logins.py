"""The logins that addresses bring along: ``http://user:password@host/...``.

They are known as long as the command runs and no longer: what goes into the catalog,
a message or a file is the address without its login. ``http`` asks here what to send.
"""

import threading

from genre.errors import FetchError
from genre.urls import Target, parse_target, without_login

_Key = str | tuple[str, str, int]


class Logins:
    """Remembers logins by address and by server; safe to share between threads."""

    def __init__(self) -> None:
        self._headers: dict[_Key, dict[str, str]] = {}
        self._lock = threading.Lock()

    def learn(self, url: str) -> str:
        """Remember an address's login, if it has one; return the address without it."""
        if "@" not in url:
            return url
        try:
            target = parse_target(url)
        except FetchError:
            return without_login(url)
        if headers := target.login_headers():
            with self._lock:
                self._headers[target.url] = headers
                self._headers[target.origin] = headers
        return without_login(url)

    def headers(self, target: Target) -> dict[str, str]:
        """Return what an address's own login, or one learned for it, asks to send."""
        with self._lock:
            learned = self._headers.get(target.url) or self._headers.get(target.origin)
        return target.login_headers() or learned or {}

"""A ``requests`` session that speaks through our own ``wire``.

For a library that brings its own client on top of ``requests``: what it sends then has
the deadlines, size limits and plain sentences of everything else here, nothing sleeps or
tries again behind our back, and it reaches no other server than it is meant for.
"""

import io
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers

from genre.connections import Deadline
from genre.errors import FetchError
from genre.refusals import check_status
from genre.urls import parse_target
from genre.wire import Reply, Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one answer may take, and which refusals the library understands itself."""

    deadline_s: float = 60.0
    max_bytes: int = 10_000_000
    own: frozenset[int] = frozenset()  # HTTP statuses that are the library's business


def wired_session(
    wire: Wire, prefix: str, *, agent: str, limits: Limits
) -> requests.Session:
    """Return a session that reaches only addresses which begin with ``prefix``.

    What goes wrong raises ``FetchError`` or ``ServiceStopError``, not what ``requests``
    raises.
    """
    session = requests.Session()
    session.trust_env = False  # no login from ~/.netrc in place of the library's own
    session.headers = CaseInsensitiveDict(
        {"User-Agent": agent, "Accept": "application/json", "Accept-Encoding": "gzip"}
    )
    session.adapters.clear()
    session.mount(prefix, _WireAdapter(wire, limits))
    return session


class _WireAdapter(BaseAdapter):
    """Makes the single exchange that ``requests`` asks for."""

    def __init__(self, wire: Wire, limits: Limits) -> None:
        super().__init__()
        self._wire = wire
        self._limits = limits

    def send(
        self, request: requests.PreparedRequest, *_args: Any, **_options: Any
    ) -> requests.Response:
        """Send a request; its limits are ours, whatever the library wishes."""
        target = parse_target(request.url or "")
        body = request.body.encode() if isinstance(request.body, str) else request.body
        with self._wire.exchange(
            target,
            {name: _text(value) for name, value in request.headers.items()},
            deadline=Deadline(self._limits.deadline_s),
            trusted=True,  # the settings name it
            body=body,
        ) as reply:
            if 300 <= reply.status < 400:
                raise FetchError(
                    f"Expected {target.shown} to answer itself, found a redirect; is there"
                    " a login page of the network in between? try again later."
                )
            if reply.status not in self._limits.own:
                check_status(reply)
            content = b"".join(reply.chunks(self._limits.max_bytes))
        return _response(request, reply, content)

    def close(self) -> None:
        """Do nothing: the wire belongs to somebody else."""


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _response(
    request: requests.PreparedRequest, reply: Reply, content: bytes
) -> requests.Response:
    response = requests.Response()
    response.request = request
    response.url = request.url or ""
    response.status_code = reply.status
    response.reason = _phrase(reply.status)
    response.headers = CaseInsensitiveDict(reply.response.headers)
    response.encoding = get_encoding_from_headers(response.headers)
    response.raw = io.BytesIO(content)
    return response


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""

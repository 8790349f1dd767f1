"""What a web address is to us: where it leads, and how it may be shown.

Pure, except for ``resolve``. ``http`` fetches; messages everywhere show addresses
only through ``redact``.
"""

import base64
import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlencode, urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from genre.errors import FetchError
from genre.records import ErrorClass
from genre.text import display

_PORTS = {"http": 80, "https": 443}

# Where IPv6 carries an IPv4 address: the last 32 bits, but for 6to4.
_MAPPED = ipaddress.ip_network("::ffff:0:0/96")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SIX_TO_FOUR = ipaddress.ip_network("2002::/16")

# What may be an address: "htps://h", "http:/h", "//h", "user:password@h/".
_ADDRESS_LIKE = re.compile(
    r"(?<![\w.-])[a-z][a-z0-9+.-]*:/\S*"
    r"|(?<![^\s\"'])(?://|[^/\s\"'@]+@[\w.-]+(?::\d+)?/|https?/)\S*",
    re.IGNORECASE,
)
_MISTYPED_LOGIN = re.compile(
    r"^(?P<scheme>(?:[a-z][a-z0-9+.-]*:(?=/))?/*)[^/\s@]+@", re.IGNORECASE
)

_UNICAST = ipaddress.ip_network("2000::/3")
_OLD_RELAYS = ipaddress.ip_network("192.88.99.0/24")  # "global", but leads anywhere


@dataclass(frozen=True, slots=True)
class Target:
    """An http or https address, taken apart."""

    scheme: str
    host: str  # lower case, ASCII; IPv6 without brackets
    port: int
    path: str  # with the query, percent-encoded
    login: str  # "user:password", or empty
    shown: str  # for messages
    url: str  # without login

    @property
    def host_header(self) -> str:
        """The host as a request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """The server: scheme, host and port."""
        return self.scheme, self.host, self.port

    def login_headers(self) -> dict[str, str]:
        """Return the header that carries the login, if there is one."""
        if not self.login:
            return {}
        packed = base64.b64encode(unquote(self.login).encode()).decode()
        return {"Authorization": f"Basic {packed}"}


def parse_target(url: str) -> Target:
    """Take an address apart.

    Raises
    ------
    FetchError
        It is not an http or https address (permanent).
    """
    parts = _parse(url)
    if parts is None or parts.scheme not in _PORTS or not parts.host:
        raise FetchError(
            f"Expected an http or https address, found {redact(url)}; correct it.",
            error_class=ErrorClass.PERMANENT,
        )
    return Target(
        scheme=parts.scheme,
        host=parts.host.strip("[]"),
        port=parts.port or _PORTS[parts.scheme],
        path=parts.request_uri,
        login=parts.auth or "",
        shown=redact(url),
        url=parts._replace(auth=None, fragment=None).url,
    )


def redact(url: str) -> str:
    """Return an address fit for a message: without login and query, safe to print."""
    parts = _parse(url)
    if parts is None or not parts.host:
        return "something that is no web address"
    shown = parts._replace(auth=None, query=None, fragment=None).url
    return display(f"{shown}?..." if parts.query else shown, width=200)


def veiled(text: str) -> str:
    """Return a text without what addresses in it, good or mistyped, may hide.

    That is a login before the host, and the query. For what a person wrote and nobody
    understood; whoever knows that it is an address shows it with ``redact``.
    """
    return _ADDRESS_LIKE.sub(lambda found: _veil(found[0]), text)


def _veil(address: str) -> str:
    shown = _MISTYPED_LOGIN.sub(r"\g<scheme>", address)
    path, mark, _ = shown.partition("?")
    return f"{path}{mark}..." if mark else path


def without_login(url: str) -> str:
    """Return an address without user and password; what is no address stays as it is."""
    try:
        parts = urlsplit(url)
    except ValueError:  # "http://[half an address": nobody can ask it
        return url
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def is_address(text: str) -> bool:
    """Tell an address, good or bad and of whatever scheme, from a path and from words."""
    return re.match(r"[a-z][a-z0-9+.-]*://", text, re.IGNORECASE) is not None


def shown_scheme(location: str) -> str:
    """Name what a redirect points to that is no address of the web."""
    scheme = re.match("[a-z][a-z0-9+.-]{0,20}:", location, re.IGNORECASE)
    return f"a {scheme[0].lower()} address" if scheme else "something else"


def with_params(url: str, params: Mapping[str, str | int]) -> str:
    """Return ``url`` with ``params`` appended to its query."""
    if not params:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"


def resolve(host: str, port: int) -> list[str]:
    """Return the IP addresses of ``host``, in the system's order."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Tell whether an IP address lies in the open internet.

    Not loopback, private, link-local, multicast or reserved; and neither is the
    IPv4 address inside a mapped, NAT64 or 6to4 one, which ``is_global`` overlooks.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = _embedded(ip)
        if inner is None:
            return ip.is_global and ip in _UNICAST
        ip = inner
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip in _OLD_RELAYS)


def _embedded(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if ip in _SIX_TO_FOUR:
        return ip.sixtofour
    if ip in _MAPPED or ip in _NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return None


def _parse(url: str) -> Url | None:
    try:
        parts = parse_url(url)
        (parts.host or "").encode("idna")  # refuses empty and overlong labels
    except (LocationParseError, UnicodeError):
        return None
    return parts

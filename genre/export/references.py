"""Which names of a song or playlist are fit for the public, and in what form.

An export is read by strangers: a path, an address in somebody's home network, a
password or a signed link must not be in it. What is kept is an allow-list; a
name that does not fit is left out, never guessed at.
"""

import ipaddress
import re
import socket
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

Reference = dict[str, str]  # source, id, url; at least one of the last two is set

_MAX_URL = 2_000  # characters; longer ones carry a payload, not an address
_QUERY = frozenset(  # what names a song; anything else may be a token
    {"v", "list", "id", "i", "track", "track_id", "song", "album", "playlist"}
)
_HOME_SUFFIXES = (
    *(".localhost", ".local", ".internal", ".intranet", ".lan", ".home", ".corp"),
    *(".home.arpa", ".test", ".invalid"),
)
_CONTENT_HASH = re.compile(r"[0-9a-f]{64}")
_PLAIN_ID = re.compile(r"(?!\.)[\w.+=:-]{1,200}", re.ASCII)
_ARCHIVE_ID = re.compile(r"[\w.-]{1,100}(/[\w+=-][\w.+=-]{0,99})?", re.ASCII)
_SOURCE_NAME = re.compile(r"[a-z0-9_-]{1,40}")
_MATRIX = re.compile(r";[^/]*")  # path parameters such as ;jsessionid=...


def public_reference(source: str, source_id: str, url: str = "") -> Reference | None:
    """Return the name of something at a source, or None when it is private."""
    found = {
        "source": source_name(source),
        "id": public_id(source, source_id),
        "url": public_url(url),
    }
    return found if found["id"] or found["url"] else None


@lru_cache(maxsize=10_000)
def source_name(source: str) -> str:
    """Return the source's bare name: ``http:http://nas/search`` is ``http``."""
    match = _SOURCE_NAME.match(source)
    return match.group() if match else ""


def public_id(source: str, source_id: str) -> str:
    """Return the id when it is a content hash, a service's own id or a public URL.

    Of a local file only the hash of its bytes is published. Anything else that
    may be a path (it has a slash, a backslash or a drive letter) is left out.
    """
    if source == "file":
        return source_id if _CONTENT_HASH.fullmatch(source_id) else ""
    if "://" in source_id or source == "url":
        return public_url(source_id)
    pattern = _ARCHIVE_ID if source == "archive" else _PLAIN_ID
    return source_id if pattern.fullmatch(source_id) else ""


@lru_cache(maxsize=10_000)  # the same few playlists are named by all their songs
def public_url(url: str) -> str:
    """Return the URL without user, password, token and fragment; "" when private.

    Only http and https leave, only to hosts of the public internet, and of the
    query only the parameters that name a song (``v``, ``list``, ``id``, ...).
    """
    try:
        parts = urlsplit(url.strip()[: _MAX_URL + 1])
        port = parts.port
    except ValueError:
        return ""
    host = public_host(parts.hostname or "")
    if parts.scheme not in {"http", "https"} or not host:
        return ""
    netloc = host if port is None else f"{host}:{port}"
    path = quote(_MATRIX.sub("", parts.path), safe="/%:@!$&'()*+,=~", errors="replace")
    query = [(k, v) for k, v in parse_qsl(parts.query) if k in _QUERY]
    shown = urlunsplit((parts.scheme, netloc, path, urlencode(query), ""))
    return shown if len(shown) <= _MAX_URL else ""


@lru_cache(maxsize=10_000)
def public_host(host: str) -> str:
    """Return a host as ASCII when a stranger reaches it by the same name, else ""."""
    host = host.rstrip(".")
    if address := _address(host):
        shown = f"[{host}]" if ":" in host else host
        return shown if address.is_global else ""
    if "." not in host or f".{host.lower()}".endswith(_HOME_SUFFIXES):
        return ""
    try:
        return quote(host.encode("idna"), safe=".-")
    except UnicodeError:  # no name of the internet
        return ""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address a host spells, also as ``127.1`` or ``0x7f000001``."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, ValueError):
            return None
    return getattr(address, "ipv4_mapped", None) or address

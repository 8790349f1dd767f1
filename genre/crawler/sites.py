"""Which web addresses belong to a site we know by name.

A site is either played from (yt-dlp gets the audio, and only by the extractors
named here) or only identifies a song (its own players are locked).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Site:
    """A site, its hosts, and how a song's address looks there."""

    name: str
    hosts: re.Pattern[str]  # the whole host
    path: re.Pattern[str]  # the whole path; its group "id" names the song
    extractors: tuple[str, ...] = ()  # yt-dlp's whole names; empty: not playable
    query: str = ""  # a parameter that belongs to the path: "/watch?v=..."
    address: str = ""  # of a song, whose id is {}; "" where all are written alike


def _site(
    name: str,
    hosts: str,
    path: str,
    *extractors: str,
    query: str = "",
    address: str = "",
) -> Site:
    of_hosts, of_paths = re.compile(hosts, re.ASCII), re.compile(path, re.ASCII)
    return Site(name, of_hosts, of_paths, extractors, query, address)


def _youtube(hosts: str, path: str, query: str = "") -> Site:
    watch = "https://www.youtube.com/watch?v={}"
    return _site("youtube", hosts, path, "^youtube$", query=query, address=watch)


_YOUTUBE = r"(?:www\.|m\.|music\.)?youtube\.com"
_YOUTUBE_ID = r"(?P<id>[\w-]{11})"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SITES = (
    _youtube(r"youtu\.be", rf"/{_YOUTUBE_ID}"),
    _youtube(_YOUTUBE, rf"/(?:shorts|embed|v|live)/{_YOUTUBE_ID}/?"),
    _youtube(_YOUTUBE, rf"/watch/?\?v={_YOUTUBE_ID}", query="v"),
    _site(
        "soundcloud",
        r"(?:www\.|m\.)?soundcloud\.com",
        r"/(?P<id>[\w-]+/(?!sets/|albums|tracks|likes|reposts)[\w-]+)/?",
        "^soundcloud$",
    ),
    _site(
        "bandcamp", r"(?P<band>[\w-]+)\.bandcamp\.com", r"/track/(?P<id>[\w-]+)/?",
        "^Bandcamp$",
    ),
    _site("audius", r"audius\.co", r"/(?P<id>[\w.-]+/(?!album/|playlist/)[\w-]+)/?",
          "^Audius$"),
    _site("spotify", r"open\.spotify\.com", r"/(?:intl-\w+/)?track/(?P<id>\w{22})/?"),
    _site("deezer", r"(?:www\.)?deezer\.com", r"/(?:\w\w/)?track/(?P<id>\d+)/?"),
    _site("tidal", r"(?:www\.|listen\.)?tidal\.com",
          r"/(?:browse/)?track/(?P<id>\d+)(?:/u)?/?"),
    _site("apple", r"music\.apple\.com", r"/\w\w/song/(?:[^/]+/)?(?P<id>\d+)/?"),
    _site("apple", r"music\.apple\.com", r"/\w\w/album/(?:[^/]+/)?\d+\?i=(?P<id>\d+)",
          query="i"),
    _site("qobuz", r"(?:open|play)\.qobuz\.com", r"/track/(?P<id>\d+)/?"),
    _site("amazon", r"music\.amazon\.[a-z.]{2,6}", r"/tracks/(?P<id>[A-Z0-9]{10})/?"),
    _site("musicbrainz", r"(?:beta\.)?musicbrainz\.org", rf"/recording/(?P<id>{_UUID})/?"),
)  # fmt: skip
# Services that state each song's own address in a playlist: no page, no search.
DIRECT = frozenset({"jamendo", "archive"})
# How an exporter's bare number of a song is written as an address.
ADDRESSES = {
    "spotify": "https://open.spotify.com/track/{}",
    "deezer": "https://www.deezer.com/track/{}",
    "youtube": "https://www.youtube.com/watch?v={}",
    "youtubemusic": "https://music.youtube.com/watch?v={}",
    "tidal": "https://tidal.com/track/{}",
    "apple": "https://music.apple.com/us/song/{}",
    "applemusic": "https://music.apple.com/us/song/{}",
    "qobuz": "https://open.qobuz.com/track/{}",
    "musicbrainz": "https://musicbrainz.org/recording/{}",
}
_SPOTIFY_URI = re.compile(r"spotify:track:(?P<id>\w{22})", re.ASCII)
_PORTS = {"http": 80, "https": 443}  # on any other there is no site's server


@dataclass(frozen=True, slots=True)
class SiteSong:
    """A song's address, understood."""

    site: Site
    id: str
    url: str = ""  # where it is played from, one spelling for all; "" when locked


def song_at(url: str) -> SiteSong | None:
    """Return which song of which site an address names; None for any other address."""
    if match := _SPOTIFY_URI.fullmatch(url):
        return SiteSong(next(s for s in SITES if s.name == "spotify"), match["id"])
    parts = split(url)
    if parts is None:
        return None
    for site in _sites_of(parts):
        if found := site.path.fullmatch(parts.path + _parameter(parts, site.query)):
            host = site.hosts.fullmatch((parts.hostname or "").lower())
            band = host.groupdict().get("band") if host else None
            song_id = f"{band}/{found['id']}" if band else found["id"]
            return SiteSong(site, song_id, _url_of(site, song_id, parts))
    return None


def site_at(url: str) -> Site | None:
    """Return the site that an address belongs to, whatever it names there."""
    parts = split(url)
    return next(_sites_of(parts), None) if parts else None


def song_address(service: str, song_id: str) -> str:
    """Return the address of a service's song; "" for a service or id of no known form."""
    address = ADDRESSES.get(service, "").format(song_id)
    return address if song_at(address) else ""


def site_named(name: str) -> Site | None:
    """Return the playable site of a name."""
    return next((s for s in SITES if s.name == name and s.extractors), None)


def split(url: str) -> SplitResult | None:
    """Return an address in its parts; None when it cannot be taken apart."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # checked only when it is read
    except ValueError:
        return None
    return parts


def same_origin(url: str, other: str) -> bool:
    """Tell whether two addresses have scheme, host and port in common."""
    a, b = split(url), split(other)
    if a is None or b is None:
        return False
    return (a.scheme, a.hostname, a.port) == (b.scheme, b.hostname, b.port)


def _url_of(site: Site, song_id: str, parts: SplitResult) -> str:
    """Return an address without what the one who shared it put there."""
    if not site.extractors:
        return ""
    if site.address:
        return site.address.format(song_id)
    host = (parts.hostname or "").lower()  # without the login that others may bring
    return parts._replace(netloc=host, query="", fragment="").geturl()


def _sites_of(parts: SplitResult) -> Iterator[Site]:
    port = _PORTS.get(parts.scheme)
    if port is None or parts.port not in {None, port}:
        return iter(())
    host = (parts.hostname or "").lower()
    return (site for site in SITES if site.hosts.fullmatch(host))


def _parameter(parts: SplitResult, name: str) -> str:
    """Return ``?name=value`` when the address has that parameter, else ""."""
    values = parse_qs(parts.query).get(name, []) if name else []
    return f"?{name}={values[0]}" if values else ""

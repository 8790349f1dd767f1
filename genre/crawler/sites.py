"""Which web addresses belong to a site we know by name.

A site is either played from (yt-dlp gets the audio, and only by the extractors
named here) or only identifies a song (its own players are locked).
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Site:
    """A site, its hosts, and how a song's address looks there."""

    name: str
    hosts: re.Pattern[str]  # the whole host
    path: re.Pattern[str]  # the whole path; its group "id" names the song
    extractors: tuple[str, ...] = ()  # yt-dlp's whole names; empty: not playable


def _site(name: str, hosts: str, path: str, *extractors: str) -> Site:
    return Site(name, re.compile(hosts), re.compile(path), extractors)


_YOUTUBE_ID = r"(?P<id>[\w-]{11})"
SITES = (
    _site("youtube", r"youtu\.be", rf"/{_YOUTUBE_ID}", "^youtube$"),
    _site(
        "youtube",
        r"(?:www\.|m\.|music\.)?youtube\.com",
        rf"/(?:shorts/|embed/|v/|live/){_YOUTUBE_ID}/?",
        "^youtube$",
    ),
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
)  # fmt: skip
_SPOTIFY_URI = re.compile(r"spotify:track:(?P<id>\w{22})")


@dataclass(frozen=True, slots=True)
class SiteSong:
    """A song's address, understood."""

    site: Site
    id: str


def song_at(url: str) -> SiteSong | None:
    """Return which song of which site an address names; None for any other address."""
    if match := _SPOTIFY_URI.fullmatch(url):
        return SiteSong(next(s for s in SITES if s.name == "spotify"), match["id"])
    parts = split(url)
    if parts is None:
        return None
    host = (parts.hostname or "").lower()
    if watched := _watched_video(host, parts.path, parts.query):
        return watched
    for site in SITES:
        found_host = site.hosts.fullmatch(host)
        found = site.path.fullmatch(parts.path)
        if found_host and found:
            band = found_host.groupdict().get("band")
            return SiteSong(site, f"{band}/{found['id']}" if band else found["id"])
    return None


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


def _watched_video(host: str, path: str, query: str) -> SiteSong | None:
    """Return the video of ``youtube.com/watch?v=...``, whose id is in the query."""
    site = SITES[1]
    if not site.hosts.fullmatch(host) or path.rstrip("/") != "/watch":
        return None
    video = parse_qs(query).get("v", [""])[0]
    return SiteSong(site, video) if re.fullmatch(_YOUTUBE_ID, video) else None

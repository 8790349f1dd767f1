"""Deezer's public API: pages of at most 100, and errors inside HTTP 200.

Its quota of 50 requests in any 5 s is counted for real; code 4 says that it is used up.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers import Reply, Request, json_reply
from tests.services.fakes import FakeService, Quota, number


def track(
    track_id: int,
    title: str,
    artist: str = "Some Artist",
    *,
    duration: int = 200,
    isrc: str = "",
    **more: Any,
) -> dict[str, Any]:
    """Return a song as Deezer lists it; without ``isrc`` as it did in 2022."""
    song = {
        "id": track_id,
        "readable": True,
        "title": title,
        "title_short": title,
        "title_version": "",
        "link": f"https://www.deezer.com/track/{track_id}",
        "duration": duration,
        "rank": 500_000,
        "explicit_lyrics": False,
        "preview": "",
        "time_add": 1_700_000_000,
        "artist": {"id": 27, "name": artist, "type": "artist"},
        "album": {"id": 302127, "title": "Some Album", "type": "album"},
        "type": "track",
    }
    return {**song, **({"isrc": isrc} if isrc else {}), **more}


@dataclass
class DeezerPlaylist:
    """A playlist; ``songs`` may be changed between two readings."""

    title: str
    songs: list[Any] = field(default_factory=list)
    creator: str = "somebody"
    public: bool = True
    fans: int = 100
    nb_tracks: int | None = None  # what it claims to hold; None: the truth

    @property
    def checksum(self) -> str:
        """Deezer's word for the playlist's state."""
        state = json.dumps([self.title, self.songs]).encode()
        return hashlib.md5(state).hexdigest()

    @property
    def total(self) -> int:
        """How many songs it claims to hold."""
        return len(self.songs) if self.nb_tracks is None else self.nb_tracks


@dataclass
class DeezerAlbum(DeezerPlaylist):
    """An album; its songs do not name it."""

    genres: tuple[str, ...] = ()
    release_date: str = "2001-03-07"


class FakeDeezer(FakeService):
    """Deezer with these playlists and albums, by id."""

    prefix = "/deezer"

    def __init__(
        self,
        playlists: Mapping[str, DeezerPlaylist] | None = None,
        *,
        albums: Mapping[str, DeezerAlbum] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.playlists = dict(playlists or {})
        self.albums = dict(albums or {})
        self.repeats = False  # every page is the first one
        self.quota = Quota(50, 5.0, clock)
        self.n_refused = 0  # answers that said the quota is used up

    def answer(self, path: str, request: Request) -> bytes | Reply:
        """Answer like Deezer: with HTTP 200 whatever happens."""
        if not self.quota.allows():
            self.n_refused += 1
            return error(4, "Quota limit exceeded", "Exception")
        kind, _, rest = path.strip("/").partition("/")
        if (kind, rest) == ("search", "playlist"):
            return self._search(request)
        name, _, part = rest.partition("/")
        found = {**self.playlists} if kind == "playlist" else {**self.albums}
        if kind not in {"playlist", "album"} or name not in found:
            return error(800, "no data", "DataException")
        if not found[name].public:
            return error(200, "An active access token must be used", "OAuthException")
        return self._page(path, found[name], request) if part else about(found[name])

    def _search(self, request: Request) -> Reply:
        words = request.query["q"][0].lower()
        limit = number(request, "limit", default=25, most=100)
        found = [
            {
                "id": int(name),
                "title": shown.title,
                "public": True,
                "nb_tracks": shown.total,
                "link": f"https://www.deezer.com/playlist/{name}",
                "user": {"id": 5, "name": shown.creator, "type": "user"},
                "type": "playlist",
            }
            for name, shown in self.playlists.items()
            if shown.public and words in shown.title.lower()
        ]
        return json_reply({"data": found[:limit], "total": len(found)})

    def _page(self, path: str, shown: DeezerPlaylist, request: Request) -> Reply:
        index = number(request, "index", default=0, most=10**9)
        limit = number(request, "limit", default=25, most=100)
        start = 0 if self.repeats else index
        page: dict[str, Any] = {
            "data": shown.songs[start : start + limit],
            "checksum": shown.checksum,
            "total": shown.total,
        }
        if index + limit < shown.total:
            page["next"] = f"https://api.deezer.com{path}?index={index + limit}"
        return json_reply(page)


def about(shown: DeezerPlaylist) -> Reply:
    """Describe a playlist or album, with at most its first 400 songs."""
    songs = {"data": shown.songs[:400]}
    said = {"title": shown.title, "nb_tracks": shown.total, "tracks": songs}
    if isinstance(shown, DeezerAlbum):
        genres = {"data": [{"id": 1, "name": name} for name in shown.genres]}
        artist = {"id": 27, "name": shown.creator}
        album = {"genres": genres, "artist": artist, "release_date": shown.release_date}
        return json_reply({**said, **album, "type": "album"})
    creator = {"id": 5, "name": shown.creator, "type": "user"}
    more = {"creator": creator, "checksum": shown.checksum, "fans": shown.fans}
    return json_reply({**said, **more, "type": "playlist"})


def error(code: int, message: str, kind: str = "Exception") -> Reply:
    """Say that something is wrong, with HTTP 200."""
    return json_reply({"error": {"type": kind, "message": message, "code": code}})

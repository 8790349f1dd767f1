"""Jamendo's API v3.0: at most 200 results, refusals inside HTTP 200, audio to download.

Who asks for more results is refused. Playlists tell little of their songs (no genre, no
album name, lengths as text), as there; ``tracks`` tells the rest. Singles come only to
those who ask for them.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers import Reply, Request, json_reply
from tests.services.fakes import FakeService, Quota, number

CLIENT_ID = "c11e47-id-0f-0urs"
BY_SA = "http://creativecommons.org/licenses/by-sa/3.0/"
_MOST = 200


@dataclass
class JamendoTrack:
    """A song; ``allowed`` is its artist's word on downloads."""

    id: str
    name: str
    artist: str = "Some Artist"
    duration: int = 200
    album_id: str = "50"
    position: int = 1  # on the album
    genres: tuple[str, ...] = ()
    licence: str = BY_SA
    allowed: bool = True
    is_single: bool = False
    popularity: int = 0
    audio: bytes = b""


@dataclass
class JamendoPlaylist:
    """A playlist; songs that were taken out leave a gap, which is None here."""

    name: str
    songs: list[JamendoTrack | None] = field(default_factory=list)
    user: str = "lilly"


class FakeJamendo(FakeService):
    """Jamendo with these songs and playlists."""

    prefix = "/jamendo/v3.0"

    def __init__(
        self,
        tracks: Iterable[JamendoTrack] = (),
        *,
        playlists: Mapping[str, JamendoPlaylist] | None = None,
        albums: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.playlists = dict(playlists or {})
        listed = [s for p in self.playlists.values() for s in p.songs if s]
        self.tracks = {track.id: track for track in (*tracks, *listed)}
        self.albums = dict(albums or {"50": "Some Album"})
        self.quota = Quota(1000, 60.0, clock)
        self.repeats = False  # offsets and positions mean nothing

    def answer(self, path: str, request: Request) -> bytes | Reply:
        """Answer a method, or send a song's audio."""
        if path.startswith("/download/"):
            return self._audio(path)
        if request.query.get("client_id") != [CLIENT_ID]:
            asked = request.query.get("client_id", [""])[0]
            return failed(5, f"Your credential {asked} is not authorized.")
        if not self.quota.allows():
            return failed(6, "Rate limit exceeded")
        if number(request, "limit", default=10, most=10**9) > _MOST:
            return failed(3, f"Type of the parameter limit: at most {_MOST}")
        methods = {
            "/playlists/": self._playlists,
            "/playlists/tracks/": self._playlist_tracks,
            "/tracks/": self._tracks,
        }
        if path not in methods:
            return failed(7, "Method not found")
        return _succeeded(methods[path](request))

    def _audio(self, path: str) -> Reply:
        track = self.tracks.get(path.split("/")[3])
        if track is None or not track.allowed:
            return Reply(status=404)
        return Reply(track.audio, headers={"Content-Type": "audio/mpeg"})

    def _playlists(self, request: Request) -> list[Any]:
        words = request.query.get("namesearch", [""])[0].lower()
        only = request.query.get("id")
        found = [
            _playlist(name, playlist)
            for name, playlist in self.playlists.items()
            if words in playlist.name.lower() and only in (None, [name])
        ]
        return self._cut(found, request)

    def _playlist_tracks(self, request: Request) -> list[Any]:
        name = request.query["id"][0]
        if name not in self.playlists:
            return []
        span = request.query.get("positionbetween", ["1_10"])[0]
        first, last = (1, _MOST) if self.repeats else map(int, span.split("_"))
        songs = [
            _listed(song, position, self._audio_url(song, request))
            for position, song in enumerate(self.playlists[name].songs, start=1)
            if song and first <= position <= last and _is_asked_for(song, request)
        ]
        return [{**_playlist(name, self.playlists[name]), "tracks": songs[:_MOST]}]

    def _tracks(self, request: Request) -> list[Any]:
        ids = request.query.get("id", [""])[0].split()
        albums = request.query.get("album_id", [])
        tags = set(request.query.get("tags", [""])[0].split())
        found = [
            track
            for track in self.tracks.values()
            if (not ids or track.id in ids)
            and (not albums or track.album_id in albums)
            and tags <= set(track.genres)
            and _is_asked_for(track, request)
        ]
        if request.query.get("order") == ["popularity_total"]:
            found.sort(key=lambda track: -track.popularity)
        return [self._described(one, request) for one in self._cut(found, request)]

    def _cut(self, found: list[Any], request: Request) -> list[Any]:
        offset = number(request, "offset", default=0, most=10**9)
        start = 0 if self.repeats else offset
        return found[start : start + number(request, "limit", default=10, most=_MOST)]

    def _described(self, track: JamendoTrack, request: Request) -> dict[str, Any]:
        url = self._audio_url(track, request)
        song = {
            **_listed(track, track.position, url),
            "duration": track.duration,
            "album_name": self.albums.get(track.album_id, ""),
            "releasedate": "2021-04-11",
            "shareurl": f"https://www.jamendo.com/track/{track.id}",
        }
        del song["playlistadddate"]
        if request.query.get("include") == ["musicinfo"]:
            tags = {"genres": list(track.genres), "instruments": [], "vartags": []}
            song["musicinfo"] = {"vocalinstrumental": "instrumental", "tags": tags}
        return song

    def _audio_url(self, track: JamendoTrack, request: Request) -> str:
        kind = request.query.get("audiodlformat", ["mp32"])[0]
        base = f"http://{request.headers['host']}{self.prefix}"
        asker = request.query["client_id"][0]
        return f"{base}/download/track/{track.id}/{kind}/?from=app-{asker}"


def _is_asked_for(track: JamendoTrack, request: Request) -> bool:
    kinds = (request.query.get("track_type") or request.query.get("type") or [""])[0]
    return not track.is_single or "single" in kinds.split()


def _listed(track: JamendoTrack, position: int, url: str) -> dict[str, Any]:
    return {
        "id": track.id,
        "name": track.name,
        "album_id": track.album_id,
        "artist_name": track.artist,
        "duration": str(track.duration),
        "playlistadddate": "2012-01-04 00:00:00",
        "position": str(position),
        "license_ccurl": track.licence,
        "audio": url.replace("/download", ""),
        "audiodownload": url if track.allowed else "",
        "audiodownload_allowed": track.allowed,
    }


def _playlist(name: str, playlist: JamendoPlaylist) -> dict[str, Any]:
    return {
        "id": name,
        "name": playlist.name,
        "creationdate": "2009-01-17",
        "user_id": "553995",
        "user_name": playlist.user,
    }


def _succeeded(results: list[Any]) -> Reply:
    headers = {"status": "success", "code": 0, "error_message": "", "warnings": ""}
    full = {**headers, "results_count": len(results)}
    return json_reply({"headers": full, "results": results})


def failed(code: int, message: str) -> Reply:
    """Refuse with HTTP 200."""
    headers = {"status": "failed", "code": code, "error_message": message}
    return json_reply({"headers": {**headers, "warnings": ""}, "results": []})

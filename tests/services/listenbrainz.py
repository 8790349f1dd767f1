"""ListenBrainz's API: playlists as JSPF, and what is left of the quota in headers.

Private playlists answer 404, as there. 30 requests in 10 s are allowed, counted for
real; the one too many is refused with 429.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.servers import Reply, Request, json_reply
from tests.services.fakes import FakeService, Quota

_PLAYLIST = "https://musicbrainz.org/doc/jspf#playlist"
_TRACK = "https://musicbrainz.org/doc/jspf#track"


def mbid(number: int) -> str:
    """Return an id as MusicBrainz makes them."""
    return f"0709f0b3-f731-4d09-8e6d-{number:012d}"


def recording(
    number: int,
    title: str,
    artist: str = "Some Artist",
    *,
    duration: int | None = 200_000,
    as_text: bool = False,
    **more: Any,
) -> dict[str, Any]:
    """Return a row of a playlist; ``as_text`` writes its identifier the older way."""
    identifier = f"https://musicbrainz.org/recording/{mbid(number)}"
    extension = {
        "added_at": "2020-11-27T11:45:49+01:00",
        "added_by": "ann",
        "artist_identifiers": [f"https://musicbrainz.org/artist/{mbid(1)}"],
        "additional_metadata": {"caa_id": 1},
    }
    row = {
        "title": title,
        "creator": artist,
        "album": "Some Album",
        "identifier": identifier if as_text else [identifier],
        "extension": {_TRACK: extension},
    }
    return {**row, **({} if duration is None else {"duration": duration}), **more}


@dataclass
class JspfPlaylist:
    """A playlist; ``tracks`` may be changed between two readings."""

    title: str
    tracks: list[Any] = field(default_factory=list)
    creator: str = "ann"
    public: bool = True


class FakeListenBrainz(FakeService):
    """ListenBrainz with these playlists, by id."""

    prefix = "/listenbrainz/1"

    def __init__(
        self,
        playlists: Mapping[str, JspfPlaylist] | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.playlists = dict(playlists or {})
        self.quota = Quota(30, 10.0, clock)
        self.n_refused = 0

    def answer(self, path: str, request: Request) -> bytes | Reply:
        """Answer, and say in headers how many requests are left."""
        if self.quota.allows():
            name = path.removeprefix("/playlist/")
            reply = self._search(request) if name == "search" else self._playlist(name)
        else:
            self.n_refused += 1
            reply = _refusal(429, "You have exceeded your rate limit.")
        rate = {
            "X-RateLimit-Limit": str(self.quota.n),
            "X-RateLimit-Remaining": str(self.quota.left),
            "X-RateLimit-Reset-In": "10",
        }
        return replace(reply, headers={**reply.headers, **rate})

    def _search(self, request: Request) -> Reply:
        """Describe playlists without their songs, as the search there does."""
        words = request.query["query"][0].lower()
        found = [
            {
                "playlist": {
                    "title": shown.title,
                    "creator": shown.creator,
                    "identifier": f"https://listenbrainz.org/playlist/{name}",
                    "track": [],
                }
            }
            for name, shown in self.playlists.items()
            if shown.public and words in shown.title.lower()
        ]
        return json_reply({"playlist_count": len(found), "playlists": found})

    def _playlist(self, name: str) -> Reply:
        found = self.playlists.get(name)
        if found is None or not found.public:
            return _refusal(404, f"Cannot find playlist: {name}")
        more = {"public": True, "last_modified_at": "2026-11-01T00:00:00+00:00"}
        playlist = {
            "title": found.title,
            "creator": found.creator,
            "date": "2020-11-27T10:45:49+00:00",
            "identifier": f"https://listenbrainz.org/playlist/{name}",
            "extension": {_PLAYLIST: more},
            "track": found.tracks,
        }
        return json_reply({"playlist": playlist})


def _refusal(code: int, message: str) -> Reply:
    return json_reply({"code": code, "error": message}, status=code)

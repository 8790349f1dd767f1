"""A YouTube of our own: playlists, search and videos, served from loopback as data.

    youtube = YouTube(playlists={"PL1": Listed("Techno", [video("a")])})
    with youtube.serve() as server:
        player = Player(settings, extra_extractors=youtube.extractors(server))

Inside the real YoutubeDL, extractors of ours stand before yt-dlp's own and answer for
the same addresses under the same names, from three JSON pages: ``/playlist``,
``/search`` and ``/watch``. What they refuse, they refuse in YouTube's words.
"""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from yt_dlp.extractor.common import InfoExtractor, SearchInfoExtractor
from yt_dlp.utils import ExtractorError

from tests.servers import Reply, Request, Server, json_reply, serve

_HERE = "tests.crawler.loopback_youtube"
_CLASSES = ("FakeTabIE", "FakeWatchIE", "FakeSearchIE", "FakeResultsIE")
_PAGE = 100  # rows of a playlist's page


def video(name: str, **more: Any) -> dict[str, Any]:
    """Return a row as yt-dlp states one; the name is made an id of 11 characters."""
    row = {"id": video_id(name), "title": f"The Band - {name}", "channel": "Uploads"}
    return {**row, "duration": 2, **more}


def video_id(name: str) -> str:
    """Return the id of a video that goes by a name in a test."""
    return name.replace(" ", "_").ljust(11, "_")[:11]


@dataclass
class Listed:
    """A playlist; YouTube may say an error, or lead on, instead of showing it."""

    title: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    owner: str = "Somebody"
    error: str = ""
    moved_to: str = ""  # an address


@dataclass
class YouTube:
    """What it holds; may be changed while it is served."""

    playlists: Mapping[str, Listed] = field(default_factory=dict)
    found: list[dict[str, Any]] = field(default_factory=list)  # by any search
    audio: Mapping[str, bytes] = field(default_factory=dict)  # by video id
    errors: dict[str, str] = field(default_factory=dict)  # by video id, or "search"
    facts: Mapping[str, dict[str, Any]] = field(default_factory=dict)  # by video id
    asked: list[str] = field(default_factory=list)  # the paths, over all servers
    refusals: list[Reply] = field(default_factory=list)  # first, instead of sound

    @contextlib.contextmanager
    def serve(self) -> Iterator[Server]:
        """Serve it until the block ends; the server's log says what was asked."""
        routes = {
            "/playlist": self._playlist,
            "/search": self._search,
            "/results": self._results,
            "/watch": self._watch,
            "/videoplayback": self._playback,
        }
        with serve(routes) as server:
            try:
                yield server
            finally:
                self.asked += server.paths

    def extractors(self, server: Server) -> list[str]:
        """Return what a ``Player`` takes as ``extra_extractors``."""
        base = server.url("")
        return [f"{_HERE}:{name}@{base}" for name in _CLASSES]

    def _playlist(self, request: Request) -> Reply:
        listed = self.playlists.get(request.query["list"][0])
        if listed is None:
            return json_reply({"error": "YouTube said: The playlist does not exist."})
        if listed.error:
            return json_reply({"error": listed.error})
        if listed.moved_to:
            return json_reply({"moved_to": listed.moved_to})
        start = int(request.query["start"][0])
        page = {"title": listed.title, "channel": listed.owner}
        rows = listed.rows[start : start + _PAGE]
        more = start + _PAGE < len(listed.rows)
        return json_reply({**page, "rows": rows, "more": more})

    def _search(self, request: Request) -> Reply:
        if error := self.errors.get("search"):
            return json_reply({"error": error})
        return json_reply({"rows": self.found[: int(request.query["n"][0])]})

    def _results(self, request: Request) -> Reply:
        """List playlists by words of their titles."""
        words = request.query["q"][0].lower()
        found = [
            {"id": name or None, "title": listed.title, "channel": listed.owner}
            for name, listed in self.playlists.items()
            if words in listed.title.lower()
        ]
        return json_reply({"rows": found})

    def _watch(self, request: Request) -> Reply:
        name = request.query["v"][0]
        if error := self.errors.get(name):
            return json_reply({"error": error})
        if name not in self.audio:
            return json_reply({"error": "Video unavailable"})
        return json_reply({"title": name, **self.facts.get(name, {})})

    def _playback(self, request: Request) -> Reply:
        sound = Reply(self.audio[request.query["v"][0]])
        return self.refusals.pop(0) if self.refusals else sound


class _FakeIE(InfoExtractor):  # type: ignore[misc] # yt-dlp has no types
    base = ""  # where its pages are; set by the one who adds it

    def _page(self, path: str, about: str) -> Any:
        """Return a page, or raise what it says."""
        page = self._download_json(f"{self.base}{path}", about)
        if "error" in page:
            raise ExtractorError(page["error"], expected=True, video_id=about)
        return page


class FakeTabIE(_FakeIE):
    """Lists a playlist page by page, only as far as it is read."""

    IE_NAME = "youtube:tab"
    _VALID_URL = r"https://www\.youtube\.com/playlist\?list=(?P<id>[\w-]+)"

    def _real_extract(self, url: str) -> dict[str, Any]:
        """Return the head at once and the rows when they are asked for."""
        list_id = self._match_id(url)
        first = self._list(list_id, 0)
        if "moved_to" in first:
            return dict(self.url_result(first["moved_to"]))
        about = {"title": first["title"], "channel": first["channel"]}
        return {
            "_type": "playlist",
            "id": list_id,
            "entries": self._rows(list_id, first),
            **about,
        }

    def _list(self, list_id: str, start: int) -> Any:
        return self._page(f"/playlist?list={list_id}&start={start}", list_id)

    def _rows(self, list_id: str, page: dict[str, Any]) -> Iterator[dict[str, Any]]:
        start = 0
        while True:
            for row in page["rows"]:
                address = f"https://www.youtube.com/watch?v={row.get('id')}"
                yield self.url_result(address, "Youtube", **{"video_id": None, **row})
            if not page["more"]:
                return
            start += _PAGE
            page = self._list(list_id, start)


class FakeWatchIE(_FakeIE):
    """Plays a video."""

    IE_NAME = "youtube"
    _VALID_URL = r"https://www\.youtube\.com/watch\?v=(?P<id>[\w-]{11})"

    def _real_extract(self, url: str) -> dict[str, Any]:
        """Return a video's fields and the one format that it has."""
        name = self._match_id(url)
        page = self._page(f"/watch?v={name}", name)
        media = {"url": f"{self.base}/videoplayback?v={name}", "ext": "m4a"}
        return {"id": name, "vcodec": "none", **media, **page}


class FakeSearchIE(_FakeIE, SearchInfoExtractor):  # type: ignore[misc] # no types
    """Searches."""

    IE_NAME = "youtube:search"
    _SEARCH_KEY = "ytsearch"

    def _get_n_results(self, query: str, n: int) -> Any:
        """Return the first results as rows."""
        page = self._page(f"/search?n={n}&q={quote(query)}", "search")
        rows = [
            {
                "_type": "url",
                "ie_key": "Youtube",
                "url": f"https://www.youtube.com/watch?v={row['id']}",
                **row,
            }
            for row in page["rows"]
        ]
        return self.playlist_result(rows, query, query)


class FakeResultsIE(_FakeIE):
    """Shows the page of search results, filtered to playlists."""

    IE_NAME = "youtube:search_url"
    _VALID_URL = r"https://www\.youtube\.com/results\?search_query=(?P<id>[^&]+)&sp="

    def _real_extract(self, url: str) -> dict[str, Any]:
        """Return the playlists that fit the words."""
        words = self._match_id(url).replace("+", " ")
        rows = [
            {
                "_type": "url",
                "ie_key": "YoutubeTab",
                "url": f"https://www.youtube.com/playlist?list={row['id']}",
                **row,
            }
            for row in self._page(f"/results?q={quote(words)}", "search")["rows"]
        ]
        return dict(self.playlist_result(rows, words, words))

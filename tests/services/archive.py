"""The Internet Archive: metadata, search, and downloads that lead to another server.

What it does not have it answers with an empty object; its search pages through 10,000
results and says so in plain text beyond.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.servers import Reply, Request, json_reply, redirect
from tests.services.fakes import FakeService, number

BY_NC_SA = "http://creativecommons.org/licenses/by-nc-sa/3.0/"
_DEPTH = 10_000


def file(
    name: str, form: str = "VBR MP3", *, of: str = "", **more: Any
) -> dict[str, Any]:
    """Return a file of an item; ``of`` names the file that it was made from."""
    made = {"source": "derivative", "original": of} if of else {"source": "original"}
    return {"name": name, "format": form, "size": "9", "md5": "0" * 32, **made, **more}


@dataclass
class ArchiveItem:
    """An item; ``more`` goes into its metadata."""

    files: list[Any] = field(default_factory=list)
    title: str = "Some Item"
    creator: Any = "Some Artist"
    collections: tuple[str, ...] = ()
    mediatype: str = "audio"
    licence: str = BY_NC_SA
    updated: str = "2020-01-01T00:00:00Z"
    downloads: int = 0
    more: dict[str, Any] = field(default_factory=dict)
    audio: dict[str, bytes] = field(default_factory=dict)  # by file name
    is_dark: bool = False


class FakeArchive(FakeService):
    """The Internet Archive with these items and collections, by id."""

    prefix = "/archive"

    def __init__(
        self,
        items: dict[str, ArchiveItem] | None = None,
        *,
        collections: Iterable[str] = (),
    ) -> None:
        super().__init__()
        self.items = dict(items or {})
        for name in collections:
            self.items[name] = ArchiveItem(title=name.title(), mediatype="collection")
        self.repeats = False  # every page of the search is the first one

    def answer(self, path: str, request: Request) -> bytes | Reply:
        """Answer metadata, a search, or a file."""
        first, _, rest = unquote(path).strip("/").partition("/")
        if first == "metadata":
            return self._metadata(rest)
        if first == "advancedsearch.php":
            return self._search(request)
        if first == "download":
            return redirect(f"{self.prefix}/28/items/{path.split('/', 2)[2]}")
        return self._file(rest.removeprefix("items/"))

    def _metadata(self, name: str) -> Reply:
        item = self.items.get(name)
        if item is None:
            return json_reply({})
        if item.is_dark:
            return json_reply({"is_dark": True, "dir": "/28/items/x"})
        about = {
            "identifier": name,
            "mediatype": item.mediatype,
            "title": item.title,
            "creator": item.creator,
            "collection": list(item.collections),
            "licenseurl": item.licence,
            "date": "2011-05-01",
            **item.more,
        }
        server = {"created": 1, "d1": "ia600504.us.archive.org", "dir": "/28/items/x"}
        return json_reply({**server, "files": item.files, "metadata": about})

    def _search(self, request: Request) -> Reply:
        rows = number(request, "rows", default=50, most=10**9)
        page = 1 if self.repeats else number(request, "page", default=1, most=10**9)
        if rows * page > _DEPTH:
            return Reply(
                b"[RANGE_OUT_OF_BOUNDS] paging is only supported through 10000"
            )
        query = request.query["q"][0]
        words = re.match(r'\(title:\("([^"]*)"\)', query)
        found = [
            (name, item)
            for name, item in self.items.items()
            if (_is_about(item, words[1]) if words else _is_in(item, query))
        ]
        found.sort(key=lambda one: -one[1].downloads)
        docs = [
            {
                "identifier": name,
                "oai_updatedate": ["2019-01-01T00:00:00Z", item.updated],
                "title": item.title,
                "creator": item.creator,
                "downloads": item.downloads,
                "mediatype": item.mediatype,
            }
            for name, item in found[rows * (page - 1) : rows * page]
        ]
        start = rows * (page - 1)
        found_all = {"numFound": len(found), "start": start, "docs": docs}
        return json_reply({"responseHeader": {"status": 0}, "response": found_all})

    def _file(self, path: str) -> Reply:
        name, _, wanted = path.partition("/")
        item = self.items.get(name)
        if item is None or wanted not in item.audio:
            return Reply(status=404)
        return Reply(item.audio[wanted], headers={"Content-Type": "audio/mpeg"})


def _is_about(item: ArchiveItem, words: str) -> bool:
    return words.lower() in item.title.lower()


def _is_in(item: ArchiveItem, query: str) -> bool:
    wanted = query.partition(" ")[0].removeprefix("collection:")
    return wanted in item.collections and item.mediatype in {"audio", "etree"}

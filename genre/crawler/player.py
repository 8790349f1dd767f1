"""Gets audio and search results of named sites through yt-dlp in child processes.

A child is long-lived (yt-dlp takes seconds to load) and killed when it misses its
deadline. There are at most two, whatever the number of jobs: sites ban the eager.
"""

import queue
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from genre.config import Settings
from genre.crawler.sites import Site
from genre.workers import Child

_MOST = 2
_SEARCH_DEADLINE_S = 90.0
_SLACK_S = 90.0  # for loading yt-dlp and for its polite pauses


class Player:
    """Asks yt-dlp; safe to share between threads, which wait for their turn.

    ``extra_extractors`` name classes (``package.module:Class``) that a child adds to
    yt-dlp's own, for tests and for sites it does not know.
    """

    def __init__(
        self, settings: Settings, *, extra_extractors: Sequence[str] = ()
    ) -> None:
        self._settings = settings
        self._extra = list(extra_extractors)
        self._children = [Child("genre.crawler.ytdlp:answer") for _ in range(_MOST)]
        self._closing = threading.Event()
        self._free: queue.LifoQueue[Child] = queue.LifoQueue()
        for child in self._children:
            self._free.put(child)

    def search(self, query: str, *, n: int) -> list[dict[str, Any]]:
        """Return what YouTube finds, as yt-dlp's entries.

        Raises
        ------
        FetchError
            The search failed; its class says how.
        ServiceStopError
            YouTube asks us to stay away.
        """
        request = {
            "do": "search",
            "site": "youtube",
            "prefix": "ytsearch",
            "query": query,
            "n": n,
            "extractors": ["^youtube:search$"],
        }
        return list(self._ask(request, deadline_s=_SEARCH_DEADLINE_S))

    def fetch(self, url: str, folder: Path, *, site: Site) -> Path:
        """Fetch the audio at a site's address into ``folder``; return the file.

        Raises
        ------
        FetchError
            It could not be fetched; its class says how.
        ServiceStopError
            The site asks us to stay away.
        DiskFullError
            No room for the file.
        """
        s = self._settings
        request = {
            "do": "fetch",
            "site": site.name,
            "url": url,
            "folder": str(folder.absolute()),
            "extractors": list(site.extractors),
            "max_bytes": s.max_bytes,
            "max_duration_s": s.max_duration_s,
            "deadline_s": s.download_deadline_s,
        }
        found = self._ask(request, deadline_s=s.download_deadline_s + _SLACK_S)
        return Path(found["path"])

    def close(self) -> None:
        """End the children; a call in another thread raises KeyboardInterrupt."""
        self._closing.set()
        for child in self._children:
            child.close()

    def _ask(self, request: dict[str, Any], *, deadline_s: float) -> Any:
        with self._child() as child:
            return child.call(
                {**request, "extra_extractors": self._extra}, deadline_s=deadline_s
            )

    @contextmanager
    def _child(self) -> Iterator[Child]:
        child = self._free.get()
        try:
            if self._closing.is_set():
                raise KeyboardInterrupt
            yield child
        finally:
            self._free.put(child)

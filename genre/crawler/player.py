"""Gets audio, search results and playlists of named sites through yt-dlp in children.

A child is long-lived (yt-dlp takes seconds to load) and killed when it misses its
deadline. There are at most two, whatever the number of jobs: sites ban the eager.
All threads share each site's pace, and a site that asks for a rest gets it at once.
One that there is no way to is not asked again for a minute.
"""

import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from genre.budgets import Budget, Turns
from genre.config import Settings
from genre.crawler.sites import Site
from genre.errors import ServiceStopError
from genre.refusals import seconds_until
from genre.text import clean_text
from genre.unreachable import Unreachable
from genre.workers import Child

_MOST = 2
_SEARCH_DEADLINE_S = 90.0
_ONLY_PLAYLISTS = "EgIQAw=="  # as YouTube's own filter of search results says it
_SLACK_S = 90.0  # for loading yt-dlp and for its polite pauses
# YouTube sends 100 rows at a time, and each such page may take 3 s with its pause.
_MOST_ROWS = 20_000
_PLAYLIST_DEADLINE_S = _MOST_ROWS / 100 * 3

# Evenly spread, so that a run that is started again gains no second allowance. Only
# YouTube's limit is known (docs/sources/youtube.md); the others state none.
_JITTER = 0.25
_BUDGETS: Mapping[str, Budget] = {
    "soundcloud": Budget(1, 5.0, _JITTER),
    "bandcamp": Budget(1, 5.0, _JITTER),
    "audius": Budget(1, 2.0, _JITTER),
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A recording that was fetched, and what its page says of it."""

    path: Path
    title: str = ""
    uploader: str = ""
    duration_s: float | None = None
    track: str = ""  # the song's own title, on pages that the label provided
    artists: tuple[str, ...] = ()  # likewise
    album: str = ""
    year: int | None = None
    provided: bool = False  # by the label or distributor: no fan's upload


class Player:
    """Asks yt-dlp; safe to share between threads, which wait for their turn.

    One player has one pace per site: a crawl makes one and hands it down.
    ``extra_extractors`` name classes (``package.module:Class@BASE``) that a child asks
    before yt-dlp's own, for tests and for sites it does not know. ``BASE`` is where
    their site is served from: a private one, by number, is opened for them.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        extra_extractors: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._settings = settings
        self._extra = list(extra_extractors)
        self._children = [Child("genre.crawler.ytdlp:answer") for _ in range(_MOST)]
        self._closing = threading.Event()
        self._sleep = sleep or self._closing.wait
        self._turns = Turns(
            _budgets(settings), longest_s=0.0, clock=clock, sleep=self._wait
        )
        self._unreachable = Unreachable(clock)
        self._lines: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._free: queue.LifoQueue[Child] = queue.LifoQueue()
        for child in self._children:
            self._free.put(child)

    def search(self, query: str, *, n: int) -> list[dict[str, Any]]:
        """Return what YouTube finds, as yt-dlp's entries; nothing is no error.

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

    def playlist(self, url: str) -> dict[str, Any]:
        """Return a YouTube playlist: ``title``, ``owner``, ``rows``, ``truncated``.

        The rows are yt-dlp's entries. Of an endless playlist only the start is read.

        Raises
        ------
        FetchError
            It could not be read; its class says how.
        ServiceStopError
            YouTube asks us to stay away.
        """
        return self._listed(
            url,
            n=_MOST_ROWS,
            extractor="^youtube:(tab|playlist)$",
            deadline_s=_PLAYLIST_DEADLINE_S,
        )

    def find_playlists(self, words: str, *, n: int) -> list[dict[str, Any]]:
        """Return the playlists that YouTube finds, as yt-dlp's entries.

        Raises
        ------
        FetchError
            The search failed; its class says how.
        ServiceStopError
            YouTube asks us to stay away.
        """
        query = urlencode({"search_query": words, "sp": _ONLY_PLAYLISTS})
        found = self._listed(
            f"https://www.youtube.com/results?{query}",
            n=n,
            extractor="^youtube:search_url$",
            deadline_s=_SEARCH_DEADLINE_S,
        )
        return list(found["rows"])

    def fetch(self, url: str, folder: Path, *, site: Site) -> Fetched:
        """Fetch the audio at a site's address into ``folder``.

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
        return _fetched(found)

    def close(self) -> None:
        """End the children; a call in another thread raises KeyboardInterrupt."""
        self._closing.set()
        for child in self._children:
            child.close()

    def _listed(
        self, url: str, *, n: int, extractor: str, deadline_s: float
    ) -> dict[str, Any]:
        """Return what a page of YouTube lists, at most ``n`` rows of it."""
        request = {
            "do": "playlist",
            "site": "youtube",
            "url": url,
            "n": n,
            "deadline_s": deadline_s,
            "extractors": [extractor],
        }
        return dict(self._ask(request, deadline_s=deadline_s + _SLACK_S))

    def _ask(self, request: dict[str, Any], *, deadline_s: float) -> Any:
        """Wait for the site's turn, then for a child; let a site rest that asks it."""
        site = request["site"]
        with self._lines[site]:  # so that a stop reaches those who wait, one by one
            self._unreachable.check(site)
            self._turns.take(site)
        full = {
            **request,
            "extra_extractors": self._extra,
            "javascript": self._settings.javascript,
            "polite": site == "youtube" and self._settings.youtube_per_hour > 0,
        }
        with self._child() as child:
            # What happened while we waited for a child.
            self._turns.check(site)
            self._unreachable.check(site)
            try:
                with self._unreachable.noting(site):
                    return child.call(full, deadline_s=deadline_s)
            except ServiceStopError as stop:
                if stop.retry_at:
                    self._turns.pause(site, seconds_until(stop.retry_at), stop)
                raise

    def _wait(self, seconds: float) -> None:
        self._sleep(seconds)
        if self._closing.is_set():
            raise KeyboardInterrupt

    @contextmanager
    def _child(self) -> Iterator[Child]:
        child = self._free.get()
        try:
            if self._closing.is_set():
                raise KeyboardInterrupt
            yield child
        finally:
            self._free.put(child)


def _budgets(settings: Settings) -> Mapping[str, Budget]:
    """Return how often each site may be asked; 0 an hour stands for no limit."""
    per_hour = settings.youtube_per_hour
    if not per_hour:
        return _BUDGETS
    return {**_BUDGETS, "youtube": Budget(1, 3600 / per_hour, _JITTER)}


def _fetched(found: Mapping[str, Any]) -> Fetched:
    """Return what the child found, its foreign texts cleaned."""
    length, year = found.get("duration"), found.get("release_year")
    description = str(found.get("description") or "")
    return Fetched(
        path=Path(found["path"]),
        title=clean_text(found.get("title")),
        uploader=clean_text(found.get("channel") or found.get("uploader")),
        duration_s=float(length) if isinstance(length, int | float) else None,
        track=clean_text(found.get("track")),
        artists=tuple(clean_text(name) for name in found.get("artists") or ()),
        album=clean_text(found.get("album")),
        year=year if isinstance(year, int) else None,
        provided=description.startswith("Provided to YouTube by "),
    )

"""Where audio is searched when a playlist only names a song.

Two providers behind one small interface: YouTube through yt-dlp, and any JSON
endpoint (``http:URL`` or its plain address: a mirror, a local library, a test). What they return is
unscored; ``matching`` judges it.
"""

import math
import re
from collections.abc import Iterator
from typing import Any, Protocol
from urllib.parse import urljoin

from genre.config import Settings
from genre.crawler.player import Player
from genre.crawler.services import service_of
from genre.crawler.sites import same_origin, song_at
from genre.errors import FetchError
from genre.http import HttpClient
from genre.records import Candidate
from genre.text import clean_text

_MAX_URL = 2_000


class SearchProvider(Protocol):
    """Finds recordings by words."""

    service: str  # its name when it asks us to stay away

    def search(self, query: str) -> list[Candidate]:
        """Return what fits the words, the best first, not scored yet."""

    def trusts(self, url: str) -> bool:
        """Tell whether a result's address may lead to a private network."""


def make_search(
    settings: Settings, *, client: HttpClient, player: Player
) -> SearchProvider:
    """Return the provider that the settings name."""
    n = settings.search_results
    if settings.search == "youtube":
        return YouTube(player, n=n)
    url = re.sub("^http:(?=https?://)", "", settings.search)
    return HttpSearch(url, client, n=n)


class YouTube:
    """YouTube's own search."""

    service = "youtube"

    def __init__(self, player: Player, *, n: int) -> None:
        self._player = player
        self._n = n

    def search(self, query: str) -> list[Candidate]:
        """Return YouTube's first results.

        Raises
        ------
        FetchError
            The search failed; its class says how.
        ServiceStopError
            YouTube asks us to stay away.
        """
        entries = self._player.search(clean_text(query), n=self._n)
        return list(_unlike(_candidates(entries, "youtube", base="")))[: self._n]

    def trusts(self, url: str) -> bool:  # noqa: ARG002 - no address of YouTube's is
        """Trust no address: all of them come from a remote service."""
        return False


class HttpSearch:
    """A JSON endpoint: ``?q=artist title`` gives ``[{"id", "url", "title", ...}]``."""

    def __init__(self, url: str, client: HttpClient, *, n: int) -> None:
        self.service = service_of(url)
        self._url = url
        self._client = client
        self._n = n

    def search(self, query: str) -> list[Candidate]:
        """Return the endpoint's first results.

        Raises
        ------
        FetchError
            It could not be asked, or answered something else than a list.
        ServiceStopError
            It asks us to stay away.
        """
        entries = self._client.get_json(self._url, params={"q": clean_text(query)})
        if not isinstance(entries, list):
            raise FetchError(
                "Expected the search endpoint to answer a JSON list of results, found"
                f" {type(entries).__name__}; correct the setting `search`."
            )
        return list(_unlike(_candidates(entries, "http", base=self._url)))[: self._n]

    def trusts(self, url: str) -> bool:
        """Trust the endpoint's own server, whose address the user set."""
        return same_origin(url, self._url)


def _candidates(entries: list[Any], provider: str, *, base: str) -> Iterator[Candidate]:
    """Yield the entries that name an address; the other fields may be missing."""
    for entry in entries:
        url = entry.get("url") if isinstance(entry, dict) else None
        if not isinstance(url, str) or not url or len(url) > _MAX_URL:
            continue
        address = clean_text(urljoin(base, url), limit=_MAX_URL)
        song = song_at(address)
        yield Candidate(
            provider=song.site.name if song else provider,
            provider_id=song.id if song else _id_of(entry, address),
            url=address,
            title=clean_text(entry.get("title")),
            uploader=clean_text(entry.get("channel") or entry.get("uploader")),
            duration_s=_seconds(entry.get("duration")),
        )


def _id_of(entry: dict[str, Any], address: str) -> str:
    """Return an entry's own id; without one its address identifies it."""
    return clean_text(entry.get("id")) or address


def _unlike(found: Iterator[Candidate]) -> Iterator[Candidate]:
    """Yield each recording once."""
    seen: set[tuple[str, str]] = set()
    for candidate in found:
        key = (candidate.provider, candidate.provider_id)
        if key not in seen:
            seen.add(key)
            yield candidate


def _seconds(value: Any) -> float | None:
    """Return a stated length if it is a number that a song could have."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) and 0 < value < 1e6 else None

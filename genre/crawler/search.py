"""Where audio is searched when a playlist only names a song.

Two providers behind one small interface: YouTube through yt-dlp, and any JSON
endpoint (``http:URL`` or its plain address: a mirror, a local library, a test). What they return is
unscored; ``matching`` judges it.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import urljoin

from genre.config import Settings
from genre.crawler.identity import clean_isrc
from genre.crawler.player import Player
from genre.crawler.services import service_of
from genre.crawler.sites import same_origin, song_at
from genre.crawler.sources import answers
from genre.errors import FetchError
from genre.http import HttpClient
from genre.records import Candidate, ErrorClass
from genre.text import clean_text
from genre.urls import without_login

_MAX_URL = 2_000
_NOT_YET = {"is_live", "is_upcoming", "post_live"}  # streams: no recordings
_ART_TRACKS = " - Topic"  # channels that labels fill, with the code they state


class SearchProvider(Protocol):
    """Finds recordings by words."""

    service: str  # its name when it asks us to stay away

    def search(self, query: str, *, isrc: str = "") -> list[Candidate]:
        """Return what fits the words, the best first, not scored yet.

        ``isrc`` is the song's code, for providers that can look it up at once.
        """

    def search_isrc(self, isrc: str) -> list[Candidate]:
        """Return what is found under a song's code alone, if that is worth a request."""

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

    def search(self, query: str, *, isrc: str = "") -> list[Candidate]:  # noqa: ARG002
        """Return YouTube's first results for the words; it takes no code beside them.

        Raises
        ------
        FetchError
            The search failed; its class says how.
        ServiceStopError
            YouTube asks us to stay away.
        """
        entries = self._player.search(clean_text(query), n=self._n)
        return list(_unlike(_candidates(entries, "youtube", base="")))[: self._n]

    def search_isrc(self, isrc: str) -> list[Candidate]:
        """Return the first results for a code; labels' own uploads are known by it.

        Anybody else's may only mention it.

        Raises
        ------
        FetchError
            The search failed; its class says how.
        ServiceStopError
            YouTube asks us to stay away.
        """
        return [
            replace(found, isrc=isrc if found.uploader.endswith(_ART_TRACKS) else "")
            for found in self.search(f'"{isrc}"')
        ]

    def trusts(self, url: str) -> bool:  # noqa: ARG002 - no address of YouTube's is
        """Trust no address: all of them come from a remote service."""
        return False


class HttpSearch:
    """A JSON endpoint: ``?q=artist title`` gives ``[{"id", "url", "title", ...}]``."""

    def __init__(self, url: str, client: HttpClient, *, n: int) -> None:
        self.service = service_of(url)
        self._url = client.learn_login(url)
        self._client = client
        self._n = n

    def search(self, query: str, *, isrc: str = "") -> list[Candidate]:
        """Return the endpoint's first results.

        Raises
        ------
        FetchError
            It could not be asked, or answered something else than a list.
        ServiceStopError
            It asks us to stay away.
        """
        params = {"q": clean_text(query), **({"isrc": isrc} if isrc else {})}
        entries = self._ask(params)
        if not isinstance(entries, list):
            raise FetchError(
                "Expected the search endpoint to answer a JSON list of results, found"
                f" {type(entries).__name__}; correct the setting `search`.",
                error_class=ErrorClass.ENVIRONMENT,
            )
        return list(_unlike(_candidates(entries, "http", base=self._url)))[: self._n]

    def search_isrc(self, isrc: str) -> list[Candidate]:  # noqa: ARG002
        """Find nothing more: the endpoint was told the code with the words."""
        return []

    def trusts(self, url: str) -> bool:
        """Trust the endpoint's own server, whose address the user set."""
        return same_origin(url, self._url)

    def _ask(self, params: dict[str, str]) -> Any:
        """Return the endpoint's answer; that it is gone is no fault of the song."""
        try:
            return self._client.get_json(self._url, params=params)
        except FetchError as error:
            if error.error_class is not ErrorClass.PERMANENT:
                raise
            found, _, _ = str(error).rpartition(";")  # what follows is advice
            raise FetchError(
                f"{found}; correct the setting `search`.",
                error_class=ErrorClass.ENVIRONMENT,
            ) from error


def _candidates(entries: list[Any], provider: str, *, base: str) -> Iterator[Candidate]:
    """Yield the entries that name an address; the other fields may be missing."""
    for entry in entries:
        address = _address(answers.part(entry, "url"), base)
        if not address or answers.text(entry.get("live_status")) in _NOT_YET:
            continue
        song = song_at(address)
        yield Candidate(
            provider=song.site.name if song else provider,
            provider_id=song.id if song else _id_of(entry, address),
            url=song.url or address if song else address,
            title=clean_text(entry.get("title")),
            uploader=clean_text(entry.get("channel") or entry.get("uploader")),
            duration_s=_seconds(entry.get("duration")),
            isrc=clean_isrc(clean_text(entry.get("isrc"))),
        )


def _address(stated: object, base: str) -> str:
    """Return where a result leads; "" when that is no http(s) address."""
    if not isinstance(stated, str) or not 0 < len(stated) <= _MAX_URL:
        return ""
    try:
        return without_login(answers.web_address(urljoin(base, stated)))
    except ValueError:  # "http://[half"
        return ""


def _id_of(entry: dict[str, Any], address: str) -> str:
    """Return an entry's own id; without one its address identifies it."""
    return clean_text(entry.get("id")) or address


def _unlike(found: Iterator[Candidate]) -> Iterator[Candidate]:
    """Yield each recording once."""
    seen: set[tuple[str, str]] = set()
    for candidate in found:
        key = candidate.key
        if key not in seen:
            seen.add(key)
            yield candidate


def _seconds(value: Any) -> float | None:
    """Return a stated length if it is a number that a song could have."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < 1e6 else None

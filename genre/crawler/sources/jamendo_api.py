"""How Jamendo is asked: pages of songs, and what its refusals mean.

It answers what is wrong with HTTP 200. The client id goes into the query of each
request and nowhere else: messages show addresses without their query.
"""

import re
from dataclasses import dataclass
from typing import Any

from genre.config import Settings
from genre.crawler.sources import answers
from genre.errors import FetchError, ItemError, ServiceStopError, ToolError
from genre.http import HttpClient
from genre.records import ErrorClass
from genre.text import clean_text, display

NAME = "jamendo"
MAX_SONGS = 10_000  # of a tag or an album
_MAX_LISTED = 100_000  # places of a playlist
_ANY_LAST = 1_000_000  # beyond the last place of any playlist
_AGAIN = "Jamendo sent the same page again"
PAGE = 200  # the most that Jamendo gives at once
_KINDS = "single albumtrack"  # without this word, singles are left out
_AUDIO = "mp32"  # good MP3 of variable rate: enough for 16 kHz, a sixth of FLAC's size

_RATE = 6
_NO_SUCH_ID = {5, 11, 12, 13}  # the id is unknown, suspended, or may not do this
_SPENT = re.compile(r"credit|rate|limit|quota", re.IGNORECASE)
_NO_ID = (
    "Expected the setting jamendo_client_id, found none; make a free app at"
    " https://devportal.jamendo.com and set GENRE_JAMENDO_CLIENT_ID to its client id."
)


@dataclass(frozen=True, slots=True)
class Songs:
    """Songs as Jamendo describes them."""

    songs: list[Any]
    lacks: str = ""  # why songs may be missing


class Jamendo:
    """Jamendo's methods that list songs; all may raise what ``ask`` raises."""

    def __init__(self, settings: Settings, client: HttpClient) -> None:
        if not settings.jamendo_client_id:
            raise ToolError(_NO_ID)
        self._settings = settings
        self._client = client

    def ask(self, method: str, **params: str | int) -> list[Any]:
        """Return the results of a method of the API.

        Raises
        ------
        FetchError
            Jamendo refuses, or gave no answer we understand.
        ServiceStopError
            Jamendo asks us to stay away.
        """
        client_id = self._settings.jamendo_client_id
        answer = self._client.get_json(
            answers.endpoint(self._settings.jamendo_url, f"{method}/"),
            params={"client_id": client_id, "format": "json", **params},
            service=NAME,
            check=self._check,
        )
        results: list[Any] = answer["results"]
        return results

    def songs(self, n_wanted: int, **which: str) -> Songs:
        """Return the first songs that fit."""
        songs: list[Any] = []
        while len(songs) < n_wanted:
            n = min(PAGE, n_wanted - len(songs))
            page = self._tracks(limit=n, offset=len(songs), **which)[:n]
            if page and page == songs[-len(page) :]:
                return Songs(songs, _AGAIN)
            songs += page
            if len(page) < n:
                break
        return Songs(songs)

    def songs_in_playlist(self, playlist_id: str) -> Songs:
        """Return a playlist's songs in order, with album and genres where known.

        ``limit`` and ``offset`` count playlists there; ranges of positions make pages.
        A range may be empty, as songs that were taken out leave gaps of any length.
        """
        songs: list[Any] = []
        is_more = False  # songs are known to follow a gap
        for first in range(1, _MAX_LISTED, PAGE):
            last = first + PAGE - 1
            page = self._listed(playlist_id, first, last)
            if page and page == songs[-len(page) :]:
                return Songs(
                    self._described(songs), _AGAIN if len(page) == PAGE else ""
                )
            songs += page
            is_more = not page and (
                is_more or bool(self._listed(playlist_id, last + 1, _ANY_LAST))
            )
            if not page and not is_more:
                return Songs(self._described(songs))
        return Songs(
            self._described(songs), f"only its first {_MAX_LISTED:,} places were read"
        )

    def _listed(self, playlist_id: str, first: int, last: int) -> list[Any]:
        """Return a playlist's songs between two positions, at most a page of them."""
        found = self.ask(
            "playlists/tracks",
            id=playlist_id,
            track_type=_KINDS,
            positionbetween=f"{first}_{last}",
            limit=PAGE,
            audiodlformat=_AUDIO,
        )
        return answers.items(answers.part(found[0], "tracks")) if found else []

    def _described(self, songs: list[Any]) -> list[Any]:
        """Return a playlist's songs with what only the songs' own pages tell."""
        ids = [answers.identifier(answers.part(song, "id")) for song in songs]
        known: dict[str, dict[str, Any]] = {}
        for start in range(0, len(ids), PAGE):
            if names := " ".join(filter(None, ids[start : start + PAGE])):
                found = self._tracks(limit=PAGE, id=names)
                songs_found = [one for one in found if isinstance(one, dict)]
                known |= {answers.identifier(one.get("id")): one for one in songs_found}
        return [
            {**song, **known.get(name, {})} if isinstance(song, dict) else song
            for name, song in zip(ids, songs, strict=True)
        ]

    def _tracks(self, **which: str | int) -> list[Any]:
        return self.ask(
            "tracks", type=_KINDS, include="musicinfo", audiodlformat=_AUDIO, **which
        )

    def _check(self, answer: object) -> None:
        """Refuse an answer that says what is wrong, or is none."""
        headers = answers.mapping(
            answers.part(answer, "headers"), "an answer with headers from Jamendo"
        )
        if headers.get("status") == "failed":
            raise _refusal(headers, self._settings.jamendo_client_id)
        answers.listing(
            answers.part(answer, "results"), "a list of results from Jamendo"
        )


def _refusal(headers: dict[str, Any], client_id: str) -> ItemError:
    """Return the error that Jamendo's own words mean; they may quote the client id."""
    code = answers.count(headers.get("code")) or 0
    words = answers.text(headers.get("error_message")).replace(client_id, "...")
    found = f"error {code} ({display(clean_text(words), width=100) or 'no reason'})"
    expected = f"Expected Jamendo to answer, found {found}"
    if code == _RATE or (code in _NO_SUCH_ID and _SPENT.search(words)):
        return ServiceStopError(
            f"{expected}: too many requests; run this again later.", service=NAME
        )
    if code in _NO_SUCH_ID:
        return FetchError(
            f"{expected}; correct the setting jamendo_client_id.",
            error_class=ErrorClass.ENVIRONMENT,
        )
    busy = code in {0, 1}
    return FetchError(
        f"{expected}; {'try again later' if busy else 'correct the address'}.",
        error_class=ErrorClass.TEMPORARY if busy else ErrorClass.PERMANENT,
    )

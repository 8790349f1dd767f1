"""Reads the matcher's cases; README.md beside this file says what is right in them."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from genre.crawler.identity import song_of
from genre.crawler.titles import split_artist_title
from genre.records import Candidate, PlaylistItem, Track
from genre.text import clean_text

_FOLDER = Path(__file__).parent


class Half(StrEnum):
    """Which cases may be looked at while the matcher is worked on."""

    OPEN = "open"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Case:
    """A playlist row, what a search gave for it, and which results are right."""

    id: str
    kind: str  # the failure class
    title: str  # as the playlist states it
    artists: tuple[str, ...]
    duration_s: float | None
    isrc: str
    album: str
    candidates: tuple[Candidate, ...]
    right: frozenset[str]  # ids of candidates; empty when nothing may be accepted

    @property
    def track(self) -> Track:
        """The song that the crawl would make of the row."""
        item = PlaylistItem(
            position=0,
            title=clean_text(self.title),
            artists=tuple(clean_text(name) for name in self.artists),
            source="text",
            source_id="",
            album=clean_text(self.album),
            duration_s=self.duration_s,
            isrc=self.isrc,
        )
        return song_of(item).track


def read_cases(half: Half) -> list[Case]:
    """Return the cases of one half."""
    text = (_FOLDER / f"{half}.toml").read_text(encoding="utf-8")
    return [_case(raw) for raw in tomllib.loads(text)["case"]]


def _case(raw: dict[str, Any]) -> Case:
    track = raw["track"]
    title, artists = track["title"], tuple(track["artists"])
    if not artists:  # "Artist - Title" in one column, which every reader takes apart
        artist, title = split_artist_title(title)
        artists = (artist,)
    return Case(
        id=raw["id"],
        kind=raw["class"],
        title=title,
        artists=artists,
        duration_s=track.get("duration_s"),
        isrc=track.get("isrc", ""),
        album=track.get("album", ""),
        candidates=tuple(_candidate(found) for found in raw["candidates"]),
        right=frozenset(raw["right"]),
    )


def _candidate(raw: dict[str, Any]) -> Candidate:
    return Candidate(
        provider="youtube",
        provider_id=raw["id"],
        url=f"https://www.youtube.com/watch?v={raw['id']}",
        title=clean_text(raw["title"]),
        uploader=clean_text(raw["uploader"]),
        duration_s=raw.get("duration_s"),
    )

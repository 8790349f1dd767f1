"""What readers of playlists work with, and what a service has to offer to be read.

A service is one file with one ``SERVICE``: how to tell its addresses, and how to read
a playlist. It is handed everything it needs, so that tests hand it servers of theirs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from genre.config import Settings
from genre.crawler.player import Player
from genre.files import sha256_file
from genre.http import HttpClient
from genre.records import PlaylistData, Unchanged


def never_read(_source: str, _source_id: str) -> str:
    """Return the checksum of a playlist that no catalog knows."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """The tools and wishes of one crawl, shared by all readers and threads."""

    settings: Settings
    client: HttpClient
    player: Player  # asks yt-dlp; starts no process before it is asked
    base: Path = field(default_factory=Path)  # what relative paths are relative to
    digest: Callable[[Path], str] = sha256_file  # of a local file; may be known
    # source, source_id -> the checksum of the playlist as the catalog knows it, or ""
    last_checksum: Callable[[str, str], str] = never_read
    columns: Mapping[str, str] = field(default_factory=dict)  # --map title=COLUMN
    listed: bool = False  # the source is one of a list: --map may be meant for others


@dataclass(frozen=True, slots=True)
class Service:
    """A service whose playlists can be read."""

    name: str  # also of its budget and of its breaker
    form: str  # how an address of its playlists looks, for messages
    # a list file's source -> what ``read`` takes; None when it is not this service's
    recognise: Callable[[str], str | None]
    # reads the playlist of that id; raises ItemError
    read: Callable[[str, Kit], PlaylistData | Unchanged]

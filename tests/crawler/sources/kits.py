"""A kit for readers under test: real clients, and no process until one is asked."""

from pathlib import Path
from typing import Any

from genre.config import Settings
from genre.crawler.player import Player
from genre.crawler.sources import Kit, read_source
from genre.http import HttpClient
from genre.records import ListEntry, PlaylistData, Unchanged


def make_kit(folder: Path, *, kit: dict[str, Any] | None = None, **more: Any) -> Kit:
    """Return a kit whose base is ``folder``; ``more`` are settings."""
    settings = Settings(corpus=folder, **more)
    own: dict[str, Any] = {
        "settings": settings,
        "client": HttpClient(settings),
        "player": Player(settings),
        "base": folder,
    }
    return Kit(**{**own, **(kit or {})})


def read_all(source: str, kit: Kit) -> tuple[PlaylistData | Unchanged, ...]:
    """Read all playlists of a source."""
    return read_source(ListEntry(source, (), 1), kit)


def read_one(source: str, kit: Kit) -> PlaylistData:
    """Read the only playlist of a source."""
    [data] = read_all(source, kit)
    assert isinstance(data, PlaylistData)
    return data

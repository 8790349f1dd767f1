"""What the crawl's tests share: small songs, list files, and whole crawls."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from genre.config import Settings
from genre.crawler.pipeline import CrawlRequest, crawl
from genre.db import models as m
from genre.db import open_catalog
from genre.records import Outcome, Status
from tests import servers
from tests.synth import pure_tone, write_wave

NO_SEARCH = "http:http://127.0.0.1:9/search"  # nobody listens there
NO_ROUTE = servers.NO_ROUTE
HEADER = "title,artist,duration,isrc,url\n"  # of a CSV playlist


def song(path: Path, *, freq: float = 440.0, s: float = 2.0) -> Path:
    """Write a short WAV; equal arguments give equal bytes."""
    return write_wave(path, pure_tone(freq, s))


def song_bytes(folder: Path, *, freq: float = 440.0, s: float = 2.0) -> bytes:
    """Return the bytes of a short WAV."""
    return song(folder / f".source-{freq}-{s}.wav", freq=freq, s=s).read_bytes()


def write_lists(folder: Path, playlists: Mapping[str, str]) -> Path:
    """Write playlists by "name genre, genre" and the list file; return the latter."""
    for line, text in playlists.items():
        (folder / line.split()[0]).write_text(text)
    path = folder / "list.txt"
    path.write_text("".join(f"{line}\n" for line in playlists))
    return path


def settings(folder: Path, **more: Any) -> Settings:
    """Return settings for a corpus in ``folder``; searching asks nobody, nothing waits."""
    values = {"corpus": folder / "corpus", "search": NO_SEARCH, "jobs": 2}
    return Settings(**{**values, "max_wait_s": 0.0, "youtube_per_hour": 0.0, **more})


def run(
    folder: Path, *, request: Mapping[str, Any] | None = None, **more: Any
) -> list[Outcome]:
    """Crawl the list file of ``folder``; return the outcomes."""
    asked = {"list_file": folder / "list.txt", **(request or {})}
    events = crawl(settings(folder, **more), CrawlRequest(**asked))
    return [event for event in events if isinstance(event, Outcome)]


def songs(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the outcomes of songs, without those of playlists."""
    return [o for o in outcomes if o.data.get("kind") == "track"]


def by_status(outcomes: Iterable[Outcome]) -> dict[Status, int]:
    """Count the outcomes of songs by status."""
    found: dict[Status, int] = {}
    for outcome in songs(outcomes):
        found[outcome.status] = found.get(outcome.status, 0) + 1
    return found


def rows(folder: Path, table: type[m.Base]) -> list[Any]:
    """Return all rows of a table as dictionaries, by primary key."""
    columns = table.__table__.columns
    query = select(*columns).order_by(*table.__table__.primary_key)
    with (
        open_catalog(settings(folder), readonly=True) as catalog,
        catalog.read() as session,
    ):
        return [dict(row) for row in session.execute(query).mappings()]


def wavs(folder: Path) -> dict[str, bytes]:
    """Return the corpus's WAV files by name."""
    found = (folder / "corpus" / "audio").rglob("*")
    return {path.name: path.read_bytes() for path in found if path.is_file()}


def read(folder: Path, playlists: dict[str, str]) -> None:
    """Write and record playlists, without any audio."""
    write_lists(folder, playlists)
    run(folder, request={"metadata_only": True})


def file_of(folder: Path) -> tuple[bytes, int]:
    """Return the catalog's bytes and when they were written."""
    path = folder / "corpus" / "genre.db"
    return path.read_bytes(), path.stat().st_mtime_ns

"""``genre crawl``: playlists and songs into the catalog, audio into the corpus.

Two phases under one lock: ``record`` reads every playlist, ``fetching`` gets the
audio that is missing. Either can be left out. Stopped at any moment, the same
command goes on where it was.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from genre.config import Settings
from genre.crawler import originals
from genre.crawler.download import wav_path
from genre.crawler.fetching import Wish, fetch_all
from genre.crawler.genre_names import doubts
from genre.crawler.listed import Listed, listed_in
from genre.crawler.player import Player
from genre.crawler.playlists import one_spelling
from genre.crawler.recorder import record_all
from genre.crawler.renaming import copy_whole
from genre.crawler.services import Services
from genre.crawler.sources import Kit
from genre.db import (
    Catalog,
    attempts,
    audio_files,
    genres,
    open_catalog,
    snapshots,
    tracks,
)
from genre.errors import UsageError
from genre.files import require_room, stage_lock, sweep_temporary, utc_now
from genre.http import HttpClient
from genre.records import (
    ErrorClass,
    Event,
    Outcome,
    Plan,
    PlaylistEvent,
    Stage,
    Status,
)
from genre.taxonomy import load_taxonomy
from genre.text import display, genre_key


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlRequest:
    """What ``genre crawl`` was asked to do."""

    list_file: Path | None = None
    source: str | None = None  # one playlist, instead of a list
    genres: tuple[str, ...] = ()  # of that playlist
    retry: frozenset[ErrorClass] = frozenset()
    limit: int | None = None  # fetch the audio of at most so many songs
    metadata_only: bool = False
    audio_only: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)  # --map title=COLUMN


def crawl(
    settings: Settings, request: CrawlRequest, *, extractors: Sequence[str] = ()
) -> Iterator[Event]:
    """Record playlists and songs, then fetch the audio of those that lack it.

    ``extractors`` are the ``Player``'s, beside yt-dlp's own.

    Raises
    ------
    UsageError
        The request asks for nothing, or for things that exclude each other.
    ListFileError
        The list file is missing or names no source.
    BusyError
        The same command already runs on this corpus.
    NotReadyError
        Only audio is asked for, and there is no catalog yet.
    DiskFullError
        There is no room; nothing was marked as failed.
    """
    _check(request)
    listed = (
        None
        if request.audio_only
        else listed_in(request.list_file, request.source, request.genres)
    )
    with (
        open_catalog(settings, create=not request.audio_only) as catalog,
        stage_lock(settings.corpus, Stage.CRAWL),
        closing(Player(settings, extra_extractors=extractors)) as player,
        closing(HttpClient(settings)) as client,
    ):
        _sweep(settings.corpus / "incoming")
        require_room(settings.corpus, settings.min_free_bytes)
        services = _services(catalog, request.retry)
        if listed:
            kit = Kit(
                settings=settings,
                client=client,
                player=player,
                base=listed.base,
                columns=request.columns,
            )
            yield from _read(catalog, kit, services, listed)
        _rename_merged(catalog, settings.corpus)
        if not request.metadata_only:
            with catalog.read() as session:
                yield Plan(Stage.CRAWL, audio_files.count_wanted(session))
            wish = Wish(retry=request.retry, limit=request.limit)
            yield from fetch_all(catalog, settings, client, player, services, wish)


def changes(settings: Settings, *, since: str = "") -> Iterator[PlaylistEvent]:
    """Yield which songs came into playlists and left them, the newest first.

    ``since`` is a date or a time in ISO form; one without a zone is UTC.

    Raises
    ------
    NotReadyError
        There is no catalog.
    UsageError
        It is no date.
    """
    first = _utc(since) if since else ""
    with open_catalog(settings, readonly=True) as catalog:
        with catalog.read() as session:
            found = snapshots.readings(session, since=first)
        for at, key in found:
            with catalog.read() as session:
                events = snapshots.events(session, key, at=at)
            yield from events


def _utc(text: str) -> str:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"Expected --since as a date like 2026-01-31, found {display(text)!r}."
        ) from error
    time = time.astimezone(UTC) if time.tzinfo else time  # without a zone it is UTC
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def _services(catalog: Catalog, retry: frozenset[ErrorClass]) -> Services:
    """Return which services are to be left alone, as earlier crawls were told.

    Asked again before the time, a service says itself whether it still wants its rest.
    """
    with catalog.read() as session:
        blocked = attempts.blocked_services(session, utc_now())
    if blocked and ErrorClass.STOP in retry:
        with catalog.write() as session:
            attempts.forget_blocks(session)
        return Services()
    return Services({name: block.until for name, block in blocked.items()})


def _check(request: CrawlRequest) -> None:
    """Refuse a request that says nothing, or two things at once."""
    named = [request.list_file is not None, bool(request.source), request.audio_only]
    if sum(named) != 1:
        raise UsageError(
            "Expected one of --playlists FILE, a SOURCE, or --audio-only, found"
            f" {'none' if not any(named) else 'several'}; give exactly one."
        )
    if request.genres and request.audio_only:
        raise UsageError(
            "Expected --genre beside a SOURCE, found --audio-only; name a playlist."
        )
    if request.metadata_only and request.audio_only:
        raise UsageError(
            "Expected --metadata-only or --audio-only, found both; give one of them."
        )


def _read(
    catalog: Catalog, kit: Kit, services: Services, listed: Listed
) -> Iterator[Event]:
    """Run the first phase; the list's own problems come first."""
    with catalog.read() as session:
        known = {genre_key(n): n for n in genres.genre_names(session).values()}
    entries, notes = one_spelling(listed.entries, known)
    listed_genres = (name for entry in entries for name in entry.genres)
    notes += doubts(listed_genres, load_taxonomy())
    for problem in listed.problems:
        yield Outcome(
            Stage.CRAWL,
            "list file",
            Status.FAILED,
            message=problem,
            error_class=ErrorClass.ENVIRONMENT,
            data={"kind": "line"},
        )
    for note in notes:
        yield Outcome(
            Stage.CRAWL, "list file", Status.NOTE, message=note, data={"kind": "line"}
        )
    yield from record_all(
        catalog,
        entries,
        kit,
        services,
        list_file=listed.file,
        is_whole=not listed.problems,
    )


def _rename_merged(catalog: Catalog, corpus: Path) -> None:
    """Let no WAV go by the id of a song that merged into another, nor its original."""
    with catalog.read() as session:
        aliases = tracks.aliases(session)
    incoming = corpus / "incoming"
    for old_id, track_id in aliases.items():
        old, path = corpus / wav_path(old_id), wav_path(track_id)
        if not old.is_file():
            continue
        with catalog.read() as session:
            audio = audio_files.present(session, [track_id]).get(track_id)
        if audio and audio.path == wav_path(old_id):
            originals.rename(incoming / old_id, incoming / track_id)
            copy_whole(old, corpus / path, incoming=incoming)
            with catalog.write() as session:
                audio_files.move(session, track_id, path)
        originals.drop(incoming / old_id)
        old.unlink()


def _sweep(incoming: Path) -> None:
    """Delete what a killed crawl left half done; elsewhere it leaves only whole files."""
    if incoming.is_dir():
        sweep_temporary(incoming)

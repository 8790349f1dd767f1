"""What crawling a list will ask for; reads the playlists and downloads nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from genre.config import Settings
from genre.crawler.grouping import DistinctSong, distinct_songs
from genre.crawler.listed import Listed, listed_in
from genre.crawler.player import Player
from genre.crawler.playlists import by_source
from genre.crawler.services import Services
from genre.crawler.sites import DIRECT, SITES
from genre.crawler.songs import Heard, hear
from genre.crawler.sources import Kit, read_source, service_of_source
from genre.db.file import Reader, catalog_path
from genre.db.held import known_songs
from genre.db.summary import resting
from genre.errors import GenreError, ItemError, ServiceStopError, UsageError
from genre.http import HttpClient
from genre.records import ErrorClass, ListEntry, PlaylistData
from genre.status.sizes import (
    DOWNLOAD_BYTES_PER_S,
    LINE_BYTES_PER_S,
    TYPICAL_S,
    VALUE_BYTES,
    WAV_BYTES_PER_S,
    free_bytes,
    store_bytes_per_s,
)
from genre.text import genre_key

_PLAYED = {site.name for site in SITES if site.extractors}


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the audio of songs that are not there yet will come from: how many."""

    local: int = 0  # files on this machine
    direct: int = 0  # addresses
    licensed: int = 0  # Jamendo and the Internet Archive
    played: int = 0  # YouTube and other sites, where the very song is known
    searched: int = 0  # whatever only has a name


@dataclass(frozen=True, slots=True)
class Room:
    """What the disk has to hold, in GB, and has."""

    wav_gb: float
    store_gb: float  # the segment store, in the dtype of the settings
    originals_gb: float  # 0 unless they are kept
    free_gb: float
    needed_gb: float  # all of this and what is to stay free
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a playlist list will ask for."""

    playlists: int
    genres: int
    n_rows: int  # a song in several playlists counts each time
    n_songs: int  # each once
    n_held: int  # of these, with audio in the catalog already
    n_given_up: int  # of these, what a crawl does not try again
    origins: Origins
    sound_h: float  # of all songs
    youtube_h: float  # how long YouTube takes at the pace of the settings
    download_h: float  # how long downloads take on a line of LINE_BYTES_PER_S
    download_gb: float
    room: Room
    memory_gb: dict[str, float]  # of segments while training, by dtype
    unread: tuple[str, ...] = ()  # lines and playlists that crawling cannot use now
    unread_classes: tuple[ErrorClass, ...] = ()  # of what is to be done about them
    until: str = ""  # when a service that rests may be asked again
    problems: tuple[str, ...] = ()  # rows that it cannot use


@dataclass(frozen=True, slots=True)
class _Unread:
    """A playlist that cannot be read now."""

    why: str
    error_class: ErrorClass | None
    until: str  # when its service may be asked again


def plan(
    settings: Settings,
    list_file: Path | None = None,
    *,
    source: str | None = None,
    genres: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
) -> Cost:
    """Estimate what crawling a list, or a source, costs; as ``CrawlRequest`` names it.

    Raises
    ------
    ListFileError
        The list file is missing or empty.
    UsageError
        It is no list but a playlist, or none or both of list and source are named.
    CatalogError
        There is a catalog, but it cannot be read.
    """
    if (list_file is None) == (not source):
        raise UsageError(
            "Expected --playlists FILE or a SOURCE, found"
            f" {'both' if source else 'neither'}; give one of them."
        )
    listed = listed_in(list_file, source, genres)
    reader = Reader(settings) if catalog_path(settings).is_file() else None
    with closing(Player(settings)) as player, closing(HttpClient(settings)) as client:
        kit = Kit(
            settings=settings,
            client=client,
            player=player,
            base=listed.base,
            columns=columns or {},
        )
        found, unread = _read_all(kit, listed.entries, Services(resting(reader)))
    return _cost(settings, listed, found, unread, reader)


def _cost(
    settings: Settings,
    listed: Listed,
    found: Sequence[PlaylistData],
    unread: Sequence[_Unread],
    reader: Reader | None,
) -> Cost:
    """Add up what the playlists that were read ask for."""
    rows = [row for data in found for row in hear(data.items)]
    songs = _songs(rows, reader)
    hopeful = [song for song in songs if not song.is_given_up]
    new = [song for song in hopeful if not song.has_audio]
    origins = Counter(_origin(song) for song in new)
    fetched_s = _seconds(song for song in new if _origin(song) != "local")
    download_gb = fetched_s * DOWNLOAD_BYTES_PER_S / 1e9
    return Cost(
        playlists=len(found),
        genres=len({genre_key(g) for entry in listed.entries for g in entry.genres}),
        n_rows=len(rows),
        n_songs=len(songs),
        n_held=len(hopeful) - len(new),
        n_given_up=len(songs) - len(hopeful),
        origins=Origins(**origins),
        sound_h=_seconds(songs) / 3600,
        youtube_h=_youtube_h(settings, new),
        download_h=1e9 * download_gb / LINE_BYTES_PER_S / 3600,
        download_gb=download_gb,
        room=_room(settings, _kept_s(settings, new), fetched_s),
        memory_gb=_memory_gb(settings, hopeful),
        unread=(*listed.problems, *(one.why for one in unread)),
        unread_classes=_classes(listed, unread),
        until=min((one.until for one in unread if one.until), default=""),
        problems=tuple(p for data in found for p in (*data.unreadable, *data.problems)),
    )


# --- reading ---------------------------------------------------------------------------


def _read_all(
    kit: Kit, entries: Iterable[ListEntry], services: Services
) -> tuple[list[PlaylistData], list[_Unread]]:
    """Read each playlist of a list once; return them and why others cannot be read."""
    found: dict[tuple[str, str], PlaylistData] = {}
    unread: list[_Unread] = []
    for entry in by_source(entries):
        try:
            read = _read(entry, kit, services)
        except GenreError as error:
            where = f"Line {entry.line}: " if entry.line else ""
            error_class = error.error_class if isinstance(error, ItemError) else None
            rests = error.retry_at if isinstance(error, ServiceStopError) else None
            unread.append(_Unread(f"{where}{error}", error_class, rests or ""))
        else:
            found.update({(data.source, data.source_id): data for data in read})
    return list(found.values()), unread


def _classes(listed: Listed, unread: Iterable[_Unread]) -> tuple[ErrorClass, ...]:
    """Return the classes of what could not be read; a bad line is to be mended."""
    found = {one.error_class for one in unread if one.error_class}
    return tuple(
        sorted(found | ({ErrorClass.ENVIRONMENT} if listed.problems else set()))
    )


def _read(entry: ListEntry, kit: Kit, services: Services) -> list[PlaylistData]:
    """Read a source, unless its service wants to be left alone."""
    service = service_of_source(entry.source)
    with services.asking(service.name if service else ""):
        # nothing is Unchanged: the kit knows no earlier reading
        return [d for d in read_source(entry, kit) if isinstance(d, PlaylistData)]


def _songs(rows: Sequence[Heard], reader: Reader | None) -> list[DistinctSong]:
    """Return the songs that rows mean, as the catalog knows them if there is one."""
    if reader is None:
        return distinct_songs(rows)
    with reader.read() as connection:
        return distinct_songs(rows, known_songs(connection, [r.song for r in rows]))


# --- reckoning -------------------------------------------------------------------------


def _origin(song: DistinctSong) -> str:
    """Return where a song's audio will come from: a field of ``Origins``."""
    sources = _sources(song)
    if "file" in sources:
        return "local"
    if "url" in sources:
        return "direct"
    if sources & DIRECT:
        return "licensed"
    return "played" if sources & _PLAYED else "searched"


def _sources(song: DistinctSong) -> set[str]:
    """Return where audio of a song is known to be.

    A search result that was accepted is at a site or, as others are not, an address.
    """
    found = set(song.sources)
    for known in song.known:
        found |= known.places
        found |= {name if name in _PLAYED else "url" for name in known.accepted}
    return found


def _seconds(songs: Iterable[DistinctSong]) -> float:
    return sum(song.track.duration_s or TYPICAL_S for song in songs)


def _kept_s(settings: Settings, songs: Iterable[DistinctSong]) -> float:
    """Return the seconds of songs that stay in the corpus."""
    longest = settings.excerpt_s or float("inf")
    return sum(min(song.track.duration_s or TYPICAL_S, longest) for song in songs)


def _youtube_h(settings: Settings, songs: Iterable[DistinctSong]) -> float:
    """Return how long YouTube takes: a search and a download each take one turn."""
    if not settings.youtube_per_hour:
        return 0.0
    n_asked = 0
    for song in songs:
        origin = _origin(song)
        if origin == "searched" and settings.search == "youtube":
            n_asked += 2
        elif origin == "played" and "youtube" in _sources(song):
            n_asked += 1
    return n_asked / settings.youtube_per_hour


def _room(settings: Settings, kept_s: float, fetched_s: float) -> Room:
    """Return what the disk of the corpus has to hold."""
    wav = kept_s * WAV_BYTES_PER_S
    store = kept_s * store_bytes_per_s(settings, settings.store_dtype)
    originals = fetched_s * DOWNLOAD_BYTES_PER_S if settings.keep_originals else 0.0
    needed = wav + store + originals + settings.min_free_bytes
    free = free_bytes(settings.corpus)
    return Room(
        wav_gb=wav / 1e9,
        store_gb=store / 1e9,
        originals_gb=originals / 1e9,
        free_gb=free / 1e9,
        needed_gb=needed / 1e9,
        fits=needed <= free,
    )


def _memory_gb(settings: Settings, songs: Iterable[DistinctSong]) -> dict[str, float]:
    """Return what training holds in memory, by the type of a kept number."""
    kept_s = _kept_s(settings, songs)
    return {
        dtype: kept_s * store_bytes_per_s(settings, dtype) / 1e9
        for dtype in VALUE_BYTES
    }

"""What crawling a list will ask for; reads the playlists and downloads nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from genre.config import Settings
from genre.crawler.grouping import DistinctSong, distinct_songs
from genre.crawler.identity import same_by_text
from genre.crawler.player import Player
from genre.crawler.playlists import by_source, read_list_file
from genre.crawler.services import Services
from genre.crawler.sites import DIRECT, SITES
from genre.crawler.sources import Kit, check_list, read_source, service_of_source
from genre.db.file import Reader, catalog_path
from genre.db.held import Known, known_songs
from genre.db.summary import blocked
from genre.errors import GenreError, ServiceStopError
from genre.http import HttpClient
from genre.records import ListEntry, PlaylistData
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
    direct: int = 0  # addresses that the playlists name
    licensed: int = 0  # Jamendo and the Internet Archive
    played: int = 0  # YouTube and other sites, where a playlist names the very song
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
    origins: Origins
    sound_h: float  # of all songs
    youtube_h: float  # how long YouTube takes at the pace of the settings
    download_h: float  # how long downloads take on a line of LINE_BYTES_PER_S
    download_gb: float
    room: Room
    memory_gb: dict[str, float]  # of all songs' segments while training, by dtype
    unread: tuple[str, ...] = ()  # lines and playlists that crawling cannot use now
    problems: tuple[str, ...] = ()  # rows that it cannot use


def plan(
    settings: Settings, list_file: Path, *, columns: Mapping[str, str] | None = None
) -> Cost:
    """Estimate what crawling a list costs; ``columns`` are those of ``CrawlRequest``.

    Raises
    ------
    ListFileError
        The list file is missing or empty.
    UsageError
        It is no list but a playlist.
    CatalogError
        There is a catalog, but it cannot be read.
    """
    listed = read_list_file(list_file)
    check_list([entry.source for entry in listed.entries], list_file)
    reader = Reader(settings) if catalog_path(settings).is_file() else None
    with closing(Player(settings)) as player:
        kit = Kit(
            settings=settings,
            client=HttpClient(settings),
            player=player,
            base=list_file.absolute().parent,
            columns=columns or {},
        )
        found, unread = _read_all(kit, listed.entries, Services(_blocked(reader)))
    rows = [item for data in found for item in data.items]
    songs = distinct_songs(rows)
    new = _not_held(songs, reader)
    origins = Counter(_origin(song) for song in new)
    fetched_s = _seconds(song for song in new if _origin(song) != "local")
    download_gb = fetched_s * DOWNLOAD_BYTES_PER_S / 1e9
    return Cost(
        playlists=len(found),
        genres=len({genre_key(g) for entry in listed.entries for g in entry.genres}),
        n_rows=len(rows),
        n_songs=len(songs),
        n_held=len(songs) - len(new),
        origins=Origins(**origins),
        sound_h=_seconds(songs) / 3600,
        youtube_h=_youtube_h(settings, new),
        download_h=1e9 * download_gb / LINE_BYTES_PER_S / 3600,
        download_gb=download_gb,
        room=_room(settings, _kept_s(settings, new), fetched_s),
        memory_gb=_memory_gb(settings, songs),
        unread=(*listed.problems, *unread),
        problems=tuple(p for data in found for p in (*data.unreadable, *data.problems)),
    )


# --- reading ---------------------------------------------------------------------------


def _read_all(
    kit: Kit, entries: Iterable[ListEntry], services: Services
) -> tuple[list[PlaylistData], list[str]]:
    """Read each playlist of a list once; return them and why others cannot be read."""
    found: dict[tuple[str, str], PlaylistData] = {}
    unread: list[str] = []
    for entry in by_source(entries):
        try:
            read = _read(entry, kit, services)
        except GenreError as error:
            unread.append(f"line {entry.line}: {error}")
        else:
            found.update({(data.source, data.source_id): data for data in read})
    return list(found.values()), unread


def _read(entry: ListEntry, kit: Kit, services: Services) -> list[PlaylistData]:
    """Read a source, unless its service wants to be left alone."""
    if service := service_of_source(entry.source):
        services.check(service.name)
    try:
        # nothing is Unchanged: the kit knows no earlier reading
        return [d for d in read_source(entry, kit) if isinstance(d, PlaylistData)]
    except ServiceStopError as error:
        raise services.stop(error) from error


def _blocked(reader: Reader | None) -> dict[str, str]:
    if reader is None:
        return {}
    with reader.read() as connection:
        return {block.service: block.until for block in blocked(connection)}


def _not_held(
    songs: Sequence[DistinctSong], reader: Reader | None
) -> list[DistinctSong]:
    """Return the songs that have no audio in the catalog."""
    if reader is None:
        return list(songs)
    with reader.read() as connection:
        known = known_songs(
            connection,
            references={ref for song in songs for ref in song.references},
            isrcs={song.track.isrc for song in songs} - {""},
            match_keys={song.match_key for song in songs} - {""},
        )
    return [song for song in songs if _id_of(song, known) not in known.with_audio]


def _id_of(song: DistinctSong, known: Known) -> str:
    """Return the id that a song has in the catalog; "" for one it does not know."""
    for reference in sorted(song.references):
        if found := known.by_reference.get(reference):
            return found
    if found := known.by_isrc.get(song.track.isrc):
        return found
    same = known.by_key.get(song.match_key, ())
    return next((track.id for track in same if same_by_text(track, song.track)), "")


# --- reckoning -------------------------------------------------------------------------


def _origin(song: DistinctSong) -> str:
    """Return where a song's audio will come from: a field of ``Origins``."""
    if "file" in song.sources:
        return "local"
    if "url" in song.sources:
        return "direct"
    if song.sources & DIRECT:
        return "licensed"
    return "played" if song.sources & _PLAYED else "searched"


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
        elif origin == "played" and "youtube" in song.sources:
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

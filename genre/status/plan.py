"""What crawling a list will ask for; nothing is downloaded."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from genre.config import Settings
from genre.crawler.player import Player
from genre.crawler.playlists import by_source, read_list_file
from genre.crawler.sources import Kit, read_source
from genre.errors import GenreError
from genre.http import HttpClient
from genre.records import ListEntry, PlaylistData
from genre.text import genre_key

_WAV_BYTES_PER_S = 32_000  # 16 kHz, 16 bit, mono
_MEL_BYTES_PER_S = 8_000  # 31.25 frames of 128 float16 values
_DOWNLOAD_BYTES_PER_S = 20_000  # about 160 kbit/s
_TYPICAL_S = 240.0  # when a playlist does not say how long a song is
_SONG_BYTES = _TYPICAL_S * (_WAV_BYTES_PER_S + _MEL_BYTES_PER_S)
_SEARCHED_PER_HOUR = 300  # what YouTube lets a guest do


@dataclass(frozen=True, slots=True)
class Cost:
    """What a playlist list will ask for."""

    playlists: int
    genres: int
    n_rows: int  # a song in several playlists counts each time
    local: int
    direct: int
    searched: int
    hours: float
    download_gb: float
    wav_gb: float
    store_gb: float
    search_hours: float
    unread: tuple[str, ...] = ()  # lines and playlists that crawling cannot use now
    problems: tuple[str, ...] = ()  # rows that it cannot use

    def rows(self) -> Iterator[tuple[str, str]]:
        """Yield (what, how much) for people."""
        yield "playlists", f"{self.playlists} (genres named: {self.genres})"
        yield "rows", f"{self.n_rows} (a song in several playlists counts each time)"
        yield "from local files", str(self.local)
        yield "from direct addresses", str(self.direct)
        pace = f"about {self.search_hours:.1f} h at a guest's pace"
        yield "to be searched", f"{self.searched} ({pace})"
        yield "sound", f"{self.hours:.1f} h"
        yield "downloads", f"{self.download_gb:.2f} GB"
        yield "WAV on disk", f"{self.wav_gb:.2f} GB"
        yield "mel store, also memory for training", f"{self.store_gb:.2f} GB"


def plan(settings: Settings, list_file: Path) -> Cost:
    """Estimate what crawling a list costs; reads playlists, fetches no audio.

    Raises
    ------
    ListFileError
        The list file is missing or empty.
    """
    listed = read_list_file(list_file)
    found, unread = _read_all(settings, listed.entries, base=list_file.parent)
    rows = [item for data in found for item in data.items]
    problems = [p for data in found for p in (*data.unreadable, *data.problems)]
    names = {genre_key(genre) for entry in listed.entries for genre in entry.genres}
    seconds = sum(item.duration_s or _TYPICAL_S for item in rows)
    local = sum(bool(item.path) for item in rows)
    direct = sum(bool(item.url) and not item.path for item in rows)
    searched = len(rows) - local - direct
    share = (len(rows) - local) / len(rows) if rows else 0.0
    return Cost(
        playlists=len(found),
        genres=len(names),
        n_rows=len(rows),
        local=local,
        direct=direct,
        searched=searched,
        hours=seconds / 3600,
        download_gb=share * seconds * _DOWNLOAD_BYTES_PER_S / 1e9,
        wav_gb=seconds * _WAV_BYTES_PER_S / 1e9,
        store_gb=seconds * _MEL_BYTES_PER_S / 1e9,
        search_hours=searched / _SEARCHED_PER_HOUR,
        unread=(*listed.problems, *unread),
        problems=tuple(problems),
    )


def _read_all(
    settings: Settings, entries: Iterable[ListEntry], *, base: Path
) -> tuple[list[PlaylistData], list[str]]:
    """Read each playlist of a list once; return them and why others cannot be read."""
    found: dict[tuple[str, str], PlaylistData] = {}
    unread: list[str] = []
    kit = Kit(
        settings=settings,
        client=HttpClient(settings),
        player=Player(settings),
        base=base,
    )
    for entry in by_source(entries):
        try:
            read = read_source(entry, kit)
        except GenreError as error:
            unread.append(f"line {entry.line}: {error}")
        else:
            for data in read:
                assert isinstance(data, PlaylistData)  # no catalog was asked
                found[data.source, data.source_id] = data
    return list(found.values()), unread

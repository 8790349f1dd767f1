"""What can be counted in the data: the numbers of the card and of the manifest.

Counted from the rows while they are written, and again from the files when an
export is verified; both have to agree.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from genre.export.parquet import PARTS, Row

COLUMNS = (
    *("split", "genres", "unknown_genres", "artist_keys", "evidence", "references"),
    *("licence", "redistributable", "audio_url", "audio_sha256", "audio_duration_s"),
)


@dataclass(frozen=True, slots=True)
class Facts:
    """The numbers of an export; ``asdict`` gives the manifest's ``facts``."""

    songs: dict[str, int]  # by part
    artists: dict[str, int]  # main artists by part
    audio_ms: dict[str, int]  # length of the audio by part
    genres: dict[str, dict[str, int]]  # genre -> part -> songs
    pairs: list[tuple[str, str, int]]  # genres and songs, the most frequent first
    licences: dict[str, int]  # "" is unknown
    playlists: int
    redistributable: int  # songs, here and below
    no_genre: int
    several_genres: int
    unknown_genres: int
    one_playlist: int
    no_audio: int
    no_url: int

    @property
    def n_songs(self) -> int:
        """Songs of all parts."""
        return sum(self.songs.values())


class Tally:
    """Counts rows one by one; holds names and numbers, never rows."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._vocabulary = vocabulary
        self._songs: Counter[str] = Counter()
        self._audio_ms: Counter[str] = Counter()
        self._artists: dict[str, set[str]] = {part: set() for part in PARTS}
        self._genres: Counter[tuple[str, str]] = Counter()
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._licences: Counter[str] = Counter()
        self._playlists: set[str] = set()
        self._traits: Counter[str] = Counter()

    def add(self, row: Row) -> None:
        """Count one row."""
        part, genres = row["split"], sorted(row["genres"])
        self._songs[part] += 1
        self._audio_ms[part] += round(1000 * (row["audio_duration_s"] or 0))
        self._artists[part].update(row["artist_keys"])
        self._genres.update((genre, part) for genre in genres)
        self._pairs.update(combinations(genres, 2))
        self._licences[row["licence"]] += 1
        playlists = {e["playlist_id"] for e in row["evidence"]} - {""}
        self._playlists |= playlists
        self._traits.update(name for name, has in _traits(row, playlists) if has)

    def facts(self) -> Facts:
        """Return what has been counted so far."""
        return Facts(
            songs={part: self._songs[part] for part in PARTS},
            artists={part: len(self._artists[part]) for part in PARTS},
            audio_ms={part: self._audio_ms[part] for part in PARTS},
            genres={
                genre: {part: self._genres[genre, part] for part in PARTS}
                for genre in self._vocabulary
            },
            pairs=[
                (one, other, n)
                for (one, other), n in sorted(
                    self._pairs.items(), key=lambda item: (-item[1], item[0])
                )
            ],
            licences=dict(sorted(self._licences.items())),
            playlists=len(self._playlists),
            **{name: self._traits[name] for name in _TRAITS},
        )


_TRAITS = (
    *("redistributable", "no_genre", "several_genres", "unknown_genres"),
    *("one_playlist", "no_audio", "no_url"),
)


def _traits(row: Row, playlists: set[str]) -> Iterator[tuple[str, bool]]:
    """Yield which of the yes-or-no traits a song has."""
    yield "redistributable", row["redistributable"]
    yield "no_genre", not row["genres"]
    yield "several_genres", len(row["genres"]) > 1
    yield "unknown_genres", bool(row["unknown_genres"])
    yield "one_playlist", len(playlists) == 1
    yield "no_audio", row["audio_sha256"] is None
    urls = [row["audio_url"], *(reference["url"] for reference in row["references"])]
    yield "no_url", not any(urls)

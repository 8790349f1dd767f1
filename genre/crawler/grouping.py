"""Which rows of several playlists are one song, before any catalog is asked.

The same rules in the same order as ``songs.py`` follows with a catalog, so that
``genre plan`` counts the songs that a crawl will find. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from genre.crawler.identity import Song, same_by_text, song_of
from genre.records import PlaylistItem, Track


@dataclass(slots=True)
class DistinctSong:
    """A song and all that the rows say about it."""

    age: int  # the how many-th song it was
    track: Track  # the first row's, with what it left open filled in by later ones
    match_key: str = ""
    references: set[tuple[str, str]] = field(default_factory=set)
    sources: set[str] = field(
        default_factory=set
    )  # of rows that say where its audio is
    merged_into: "DistinctSong | None" = None


class _Index:
    """The songs found so far, by each of their keys."""

    def __init__(self) -> None:
        self.songs: list[DistinctSong] = []  # the oldest first
        self._by_reference: dict[tuple[str, str], DistinctSong] = {}
        self._by_isrc: dict[str, DistinctSong] = {}
        self._by_key: defaultdict[str, list[DistinctSong]] = defaultdict(list)

    def resolve(self, song: Song) -> DistinctSong | None:
        """Find a song by reference, by ISRC, by text; two it connects become one."""
        known = self._by_codes(song)
        if known is None:
            return self._by_names(song)
        same = None if known.match_key else self._by_names(song, unlike=known)
        return self._merge(known, same) if same else known

    def _by_codes(self, song: Song) -> DistinctSong | None:
        by_reference = _present(self._by_reference.get(song.reference))
        by_isrc = _present(self._by_isrc.get(song.track.isrc))
        if by_reference and by_isrc and by_reference is not by_isrc:
            if not by_reference.track.isrc:
                return self._merge(by_reference, by_isrc)
            return by_reference
        return by_reference or by_isrc

    def _by_names(
        self, song: Song, *, unlike: DistinctSong | None = None
    ) -> DistinctSong | None:
        """Return the oldest song of the row's names, length and ISRC, and of ``unlike``."""
        stated = [song.track, unlike.track] if unlike else [song.track]
        same = [k for k in self._by_key.get(song.match_key, ()) if not k.merged_into]
        for known in sorted(same, key=lambda known: known.age):
            if all(same_by_text(known.track, one) for one in stated):
                return known
        return None

    def add(self, song: Song) -> DistinctSong:
        """Add a song that was met for the first time."""
        new = DistinctSong(len(self.songs), song.track)
        self.songs.append(new)
        return new

    def note(self, known: DistinctSong, song: Song, item: PlaylistItem) -> None:
        """Remember what one more row says about a song."""
        known.track = _filled(known.track, song.track)
        known.references.add(song.reference)
        if item.url or item.path:
            known.sources.add(item.source)
        self._name(known, song.match_key)
        if known.track.isrc:
            self._by_isrc.setdefault(known.track.isrc, known)
        self._by_reference[song.reference] = known

    def _merge(self, a: DistinctSong, b: DistinctSong) -> DistinctSong:
        """Let the younger of two songs become the older."""
        into, old = sorted((a, b), key=lambda song: song.age)
        into.track = _filled(into.track, old.track)
        into.references |= old.references
        into.sources |= old.sources
        old.merged_into = into
        self._name(into, old.match_key)
        return into

    def _name(self, known: DistinctSong, match_key: str) -> None:
        """Let a song without names go by these."""
        if match_key and not known.match_key:
            known.match_key = match_key
            self._by_key[match_key].append(known)


def distinct_songs(items: Iterable[PlaylistItem]) -> list[DistinctSong]:
    """Return the songs that playlist rows, in the order of a crawl, speak of."""
    index = _Index()
    for item in items:
        song = song_of(item)
        index.note(index.resolve(song) or index.add(song), song, item)
    return [song for song in index.songs if song.merged_into is None]


def _present(song: DistinctSong | None) -> DistinctSong | None:
    while song and song.merged_into:
        song = song.merged_into
    return song


def _filled(known: Track, row: Track) -> Track:
    """Return a song with what was not known of it: what can make two songs one."""
    if (known.isrc or not row.isrc) and (known.duration_s or not row.duration_s):
        return known
    return replace(
        known,
        isrc=known.isrc or row.isrc,
        duration_s=known.duration_s or row.duration_s,
    )

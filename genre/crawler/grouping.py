"""Which songs the rows of several playlists mean, without writing a catalog.

By the rules that a crawl follows (``identity``), among the songs of the rows and those
that the catalog knows already: so ``genre plan`` counts the songs that a crawl will
find, and ``genre discover`` those that it would bring. Pure.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from genre.crawler.identity import Song, find
from genre.crawler.songs import Heard, is_match_only
from genre.records import Track

if TYPE_CHECKING:
    from genre.db.held import KnownSong

Reference = tuple[str, str]


@dataclass(slots=True)
class DistinctSong:
    """A song and all that is known of it."""

    age: int  # the how many-th song it was
    track: Track  # what was known first, with what that left open filled in
    match_key: str = ""
    sources: set[str] = field(default_factory=set)  # of rows that name its place
    known: tuple["KnownSong", ...] = ()  # what it is in the catalog, the oldest first
    has_new_place: bool = False  # the catalog knows the song, but not a row's place
    is_meant: bool = False  # by a row

    @property
    def has_audio(self) -> bool:
        """Whether the catalog has audio of it."""
        return any(known.has_audio for known in self.known)

    @property
    def is_given_up(self) -> bool:
        """Whether a crawl will leave it alone."""
        if self.has_audio or self.has_new_place or not self.known:
            return False
        return self.known[0].is_given_up


class _Shelf:
    """The songs known so far, by each of their keys: an ``identity.Shelf``."""

    def __init__(self, known: Sequence["KnownSong"]) -> None:
        self.songs: dict[str, DistinctSong] = {}  # by id; those that merged are gone
        self._merged: dict[str, str] = {}  # old id -> new id
        self._refs: set[Reference] = set()  # all that songs are known to go by
        self._by_ref: dict[Reference, str] = {}  # but not those a match led to
        self._by_audio: dict[Reference, str] = {}
        self._by_isrc: defaultdict[str, set[str]] = defaultdict(set)
        self._by_key: defaultdict[str, set[str]] = defaultdict(set)
        self._by_key_isrc: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for one in known:
            song = self._put(one.track, one.match_key)
            song.known = (one,)
            self._by_ref.update(dict.fromkeys(one.references, one.track.id))
            for reference in one.recordings:
                self._by_audio.setdefault(reference, one.track.id)
        for one in known:
            self._by_audio.update(dict.fromkeys(one.matched, one.track.id))
            self._refs.update(one.references, one.matched)

    def by_ref(self, reference: Reference) -> Track | None:
        return self._now(self._by_ref.get(reference))

    def by_audio(self, reference: Reference) -> Track | None:
        return self._now(self._by_audio.get(reference))

    def by_isrc(self, isrc: str) -> Track | None:
        found = self._oldest_first(self._by_isrc.get(isrc, set()))
        return found[0] if isrc and found else None

    def by_match_key(self, match_key: str, isrc: str) -> list[Track]:
        found = self._by_key.get(match_key, set())
        if isrc:
            fit = (self._by_key_isrc.get((match_key, one), set()) for one in ("", isrc))
            found = set[str]().union(*fit)
        return self._oldest_first(found) if match_key else []

    def is_named(self, known: Track) -> bool:
        return bool(self.songs[known.id].match_key)

    def merge(self, one: Track, other: Track) -> Track:
        both = self.songs[one.id], self.songs[other.id]
        into, old = sorted(both, key=lambda song: song.age)
        del self.songs[old.track.id]
        self._merged[old.track.id] = into.track.id
        into.sources |= old.sources
        into.known += old.known
        into.has_new_place |= old.has_new_place
        into.is_meant |= old.is_meant
        self._fill_in(into, old.track, old.match_key)
        return into.track

    def mean(self, song: Song, place: str) -> None:
        """Let a row mean the song that it fits, or a new one."""
        if known := find(self, song):
            meant = self.songs[known.id]
        else:
            meant = self._put(song.track, song.match_key)
        meant.is_meant = True
        if place:
            meant.sources.add(song.reference[0])
            meant.has_new_place |= (
                bool(meant.known) and song.reference not in self._refs
            )
        if not is_match_only(self, song, meant.track):
            self._fill_in(meant, song.track, song.match_key)
        self._refs.add(song.reference)
        if self.by_audio(song.reference) != meant.track:
            self._by_ref[song.reference] = meant.track.id

    def _put(self, track: Track, match_key: str) -> DistinctSong:
        age = len(self.songs) + len(self._merged)
        song = self.songs[track.id] = DistinctSong(age, track, match_key)
        self._index(song)
        return song

    def _fill_in(self, song: DistinctSong, row: Track, match_key: str) -> None:
        """Take what was not known yet: facts one by one, names only together."""
        missing = song.track.news_in(row)
        if match_key and not song.match_key:
            song.match_key = match_key
            names = ("title", "version", "artists")
            missing |= {name: getattr(row, name) for name in names}
        if missing:
            song.track = replace(song.track, **missing)
            self._index(song)

    def _index(self, song: DistinctSong) -> None:
        self._by_isrc[song.track.isrc].add(song.track.id)
        self._by_key[song.match_key].add(song.track.id)
        self._by_key_isrc[song.match_key, song.track.isrc].add(song.track.id)

    def _oldest_first(self, ids: Iterable[str]) -> list[Track]:
        there = (self.songs[key] for key in ids if key in self.songs)
        return [song.track for song in sorted(there, key=lambda song: song.age)]

    def _now(self, key: str | None) -> Track | None:
        while key in self._merged:
            key = self._merged[key]
        return self.songs[key].track if key else None


def distinct_songs(
    rows: Iterable[Heard], known: Sequence["KnownSong"] = ()
) -> list[DistinctSong]:
    """Return the songs that playlist rows mean, in the order of a crawl.

    ``known`` are the songs of the catalog that they may mean, the oldest first.
    """
    shelf = _Shelf(known)
    for row in rows:
        shelf.mean(row.song, row.place)
    return [song for song in shelf.songs.values() if song.is_meant]

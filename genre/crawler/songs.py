"""Which song of the catalog a playlist row means, and what the row adds to it.

Works on a ``SongBatch``, which ``record`` reads and writes; the rules of what is one song
are in ``identity``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from genre.crawler.identity import (
    Shelf,
    Song,
    facts_of,
    find,
    reference_of,
    song_of,
)
from genre.records import PlaylistItem, Said, Track, TrackRef
from genre.text import clean_text, display

if TYPE_CHECKING:
    from genre.db.song_batch import SongBatch
    from genre.db.tracks import Known

Reference = tuple[str, str]


class Heard:
    """A playlist row and what it says of its song; names are taken apart when asked for.

    Of most rows of most crawls the song is known by its reference, and nothing is new.
    """

    def __init__(self, item: PlaylistItem) -> None:
        self.item = item

    @cached_property
    def reference(self) -> Reference:
        """The row's first identity key: source and source id."""
        return reference_of(self.item)

    @cached_property
    def facts(self) -> Track:
        """What the row says of the song besides its names."""
        return facts_of(self.item)

    @cached_property
    def song(self) -> Song:
        """The song, as it would be new."""
        return song_of(self.item)

    @property
    def place(self) -> str:
        """Where its audio is; "" when it has to be searched."""
        return self.item.url or self.item.path

    def moved(self, *, url: str = "", path: str = "") -> "Heard":
        """Return the row with its audio elsewhere."""
        return Heard(replace(self.item, url=url, path=path))


@dataclass(frozen=True, slots=True)
class Found:
    """What a row's song is in the catalog."""

    track_id: str
    has_new_place: bool = False  # a known song may be had from where it was not before
    other_licence: str = ""  # a sentence: the row's licence is not the known one


def hear(items: Iterable[PlaylistItem]) -> tuple[Heard, ...]:
    """Return the rows of a playlist with their songs.

    Where rows of one reference name several places, the last one's counts.
    """
    heard = [Heard(item) for item in items]
    last = {h.reference: h.item for h in heard if h.place}
    return tuple(
        h.moved(url=item.url, path=item.path)
        if h.place and (item := last[h.reference]) is not h.item
        else h
        for h in heard
    )


def at_known_places(
    heard: Sequence[Heard],
    known: Mapping[Reference, str],
    holds: Callable[[Path, str], bool],
) -> list[Heard]:
    """Leave a song's file where it is known to be, though a row names a copy of it.

    Otherwise two playlists that name two copies would take turns for ever. ``holds``
    tells whether a path still has the content of a hash.
    """
    named = {h.reference: h.item.path for h in heard if h.item.path}
    kept = {
        reference: path
        for reference, path in known.items()
        if path != named[reference] and holds(Path(path), reference[1])
    }
    return [
        h.moved(path=kept[h.reference]) if h.reference in kept else h for h in heard
    ]


def says_nothing_new(heard: Heard, known: "Known") -> bool:
    """Tell whether the song that a row's reference leads to is known as the row has it."""
    is_placed = heard.place in {"", known.ref.url}
    is_trusted = known.ref.trusted or not heard.item.trusted
    if not (is_placed and is_trusted):
        return False
    if known.by_match and heard.facts.isrc != known.track.isrc:
        return not heard.facts.isrc  # a match is no word on a row with another code
    is_named = bool(known.match_key) or not heard.song.match_key
    return is_named and not known.track.news_in(heard.facts)


def other_licence(known: Track, row: Track) -> str:
    """Say that a row states another licence than is known of its song; else ""."""
    if not row.licence or known.licence in {"", row.licence}:
        return ""
    return f"{display(known.name, width=80)} ({known.licence}, not {row.licence})"


def tags_of(heard: Heard, playlist_source: str) -> Iterator[Said]:
    """Yield what the row's source says of the song's genre."""
    named = heard.item.source != "text"
    for tag in heard.item.tags:
        if raw := clean_text(tag.raw):
            yield Said(
                source=heard.item.source if named else playlist_source,
                level=tag.level,
                raw=raw,
                ref=":".join(heard.reference),
                who=playlist_source,
            )


def record_song(batch: "SongBatch", heard: Heard) -> Found:
    """Record a row's song."""
    item, song = heard.item, heard.song
    known = find(batch, song)
    if known is None:
        batch.add(song.track, match_key=song.match_key, roles=song.artists)
    elif not is_match_only(batch, song, known):
        batch.fill_in(known, song.track)
        batch.name(known, song.track, key=song.match_key, roles=song.artists)
    track_id = known.id if known else song.track.id
    ref = TrackRef(track_id, *song.reference, url=heard.place, trusted=item.trusted)
    is_new = batch.add_ref(ref)
    return Found(
        track_id,
        has_new_place=bool(is_new and known and heard.place),
        other_licence=other_licence(known, song.track) if known else "",
    )


def is_match_only(shelf: Shelf, song: Song, known: Track) -> bool:
    """Tell whether only an accepted match says that a row means a song.

    Such a row adds nothing to the song: if the match is undone, nothing of it stays.
    """
    matched = shelf.by_audio(song.reference)
    return matched is not None and matched.id == known.id and not song.track.isrc

"""When two playlist rows are one song, and what its id is.

In this order: a source reference (video id, file content...), the ISRC, where its
recording came from, and the text key with agreeing durations. Pure: a crawl looks songs
up in the catalog (``songs.py``), a plan in the list as well (``grouping.py``).
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from genre.crawler import licences, titles
from genre.records import ArtistRole, PlaylistItem, Track
from genre.text import text_key

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}")
_NO_REFERENCE = "text"  # the source of a row that only names a song
_WORDS_BETWEEN = {"and", "feat", "ft", "featuring", "vs", "versus", "x", "with"}


@dataclass(frozen=True, slots=True)
class Song:
    """What a playlist row says about a song, ready to be compared and stored."""

    track: Track  # its id is the one it gets if the song is new
    match_key: str  # "" when the row names no artist or no title
    artists: tuple[tuple[str, ArtistRole], ...]  # comparable name, role
    reference: tuple[str, str]  # source and source id; every row has one


class Shelf(Protocol):
    """Songs that are known, by what they go by."""

    def by_ref(self, reference: tuple[str, str]) -> Track | None:
        """Return the song that is known by a reference; a match names none."""

    def by_isrc(self, isrc: str) -> Track | None:
        """Return the oldest song with an ISRC; none for ""."""

    def by_audio(self, reference: tuple[str, str]) -> Track | None:
        """Return the oldest song that a match with this reference was accepted for."""

    def by_match_key(self, match_key: str, isrc: str) -> Sequence[Track]:
        """Return the songs with a text key, the oldest first; none for "".

        Those of another ISRC may be left out: there may be thousands.
        """

    def is_named(self, known: Track) -> bool:
        """Tell whether artist and title of a song are known."""

    def merge(self, one: Track, other: Track) -> Track:
        """Let the older of two songs take over everything of the other; return it."""


def song_of(item: PlaylistItem) -> Song:
    """Return the song that a playlist row speaks of."""
    main, featured = titles.split_featured(", ".join(item.artists))
    parsed = titles.parse_title(item.title)
    guests = (featured, *parsed.featured)
    match_key = _match_key(_without(main, guests), parsed.title, parsed.version)
    facts = facts_of(item)
    reference = _reference(item, facts.isrc, match_key)
    track = replace(
        facts,
        id=track_id(*reference),
        title=parsed.title,
        version=parsed.version,
        artists=", ".join(item.artists),
    )
    return Song(track, match_key, _roles(main, guests, parsed.remixers), reference)


def facts_of(item: PlaylistItem) -> Track:
    """Return what a row says of its song besides its names; neither id nor names."""
    licence = licences.canonical(item.licence) if item.licence else ""
    return Track(
        "", "", "", "",
        album=item.album,
        duration_s=item.duration_s,
        isrc=clean_isrc(item.isrc),
        year=item.year,
        licence=licence,
        redistributable=bool(licence) and licences.may_share(licence),
    )  # fmt: skip


def reference_of(item: PlaylistItem) -> tuple[str, str]:
    """Return the first identity key of a row; names are read only where it has no other."""
    if item.source != _NO_REFERENCE:
        return item.source, item.source_id
    return song_of(item).reference


def track_id(source: str, source_id: str) -> str:
    """Return the id of a new track: 16 hex characters of its first identity key."""
    return hashlib.sha256(f"{source}:{source_id}".encode()).hexdigest()[:16]


def clean_isrc(raw: str) -> str:
    """Return an ISRC without hyphens in upper case; "" when it is none."""
    isrc = raw.replace("-", "").replace(" ", "").upper()
    return isrc if _ISRC.fullmatch(isrc) else ""


def durations_agree(a: float | None, b: float | None) -> bool:
    """Tell whether two lengths can be one recording's: within max(3 s, 2 %).

    An unknown length agrees with every other.
    """
    if a is None or b is None:
        return True
    return abs(a - b) <= max(3.0, 0.02 * a)


def one_isrc(known: Track, row: Track) -> bool:
    """Tell whether a row's ISRC, if both have one, does not speak against a song."""
    return not (known.isrc and row.isrc) or known.isrc == row.isrc


def same_by_text(known: Track, row: Track) -> bool:
    """Tell whether a known track of equal text key is the row's song."""
    return one_isrc(known, row) and durations_agree(known.duration_s, row.duration_s)


def find(shelf: Shelf, song: Song) -> Track | None:
    """Find the song on the shelf that a row means.

    A reference and an ISRC that lead to two songs show that these are one, and so do a
    reference without names and the names of its row. That a recording was fetched from
    the reference is a matcher's word: it joins no two songs.
    """
    known = _by_codes(shelf, song)
    if known:
        same = None if shelf.is_named(known) else _by_names(shelf, song, unlike=known)
        return shelf.merge(known, same) if same else known
    by_audio = shelf.by_audio(song.reference)
    if by_audio and song.track.isrc in {"", by_audio.isrc}:
        return by_audio
    return _by_names(shelf, song)


def _by_codes(shelf: Shelf, song: Song) -> Track | None:
    by_ref, by_isrc = shelf.by_ref(song.reference), shelf.by_isrc(song.track.isrc)
    if by_ref and by_isrc and by_ref.id != by_isrc.id and not by_ref.isrc:
        return shelf.merge(by_ref, by_isrc)
    return by_ref or by_isrc


def _by_names(shelf: Shelf, song: Song, *, unlike: Track | None = None) -> Track | None:
    """Return the oldest song of the row's names, length and ISRC, and of ``unlike``'s."""
    stated = [song.track, unlike] if unlike else [song.track]
    for known in shelf.by_match_key(song.match_key, song.track.isrc):
        if all(same_by_text(known, one) for one in stated):
            return known
    return None


def _without(main: str, guests: tuple[str, ...]) -> str:
    """Return the main artists without the guests that a title names, too.

    Some exporters list "A, B" beside "Song (feat. B)", others "A" alone.
    """
    named = {key for guest in guests for key in titles.artist_keys(guest)}
    kept = [name for name in titles.split_credit(main) if text_key(name) not in named]
    return ", ".join(kept) or main


def _match_key(artists: str, title: str, version: str) -> str:
    """Return the text key; artists are compared word by word in any order."""
    words = set(text_key(artists).split()) - _WORDS_BETWEEN
    if not words or not titles.artist_keys(artists) or not title:
        return ""
    return "|".join(
        [" ".join(sorted(words)), text_key(title), titles.version_key(version)]
    )


def _reference(item: PlaylistItem, isrc: str, match_key: str) -> tuple[str, str]:
    """Return the first identity key: of a row that only names a song ISRC or text.

    That every row has one makes reading a playlist again find the same songs.
    """
    if item.source != _NO_REFERENCE:
        return item.source, item.source_id
    if isrc:
        return "isrc", isrc
    length = "" if item.duration_s is None else f"{item.duration_s:.0f}"
    names = match_key or text_key(" ".join((*item.artists, item.title)))
    return _NO_REFERENCE, f"{names}|{length}"


def _roles(
    main: str, guests: tuple[str, ...], remixers: tuple[str, ...]
) -> tuple[tuple[str, ArtistRole], ...]:
    found: dict[tuple[str, ArtistRole], None] = {}
    for role, credits_ in (
        (ArtistRole.MAIN, (main,)),
        (ArtistRole.FEATURED, guests),
        (ArtistRole.REMIXER, remixers),
    ):
        for credit in credits_:
            found.update({(key, role): None for key in titles.artist_keys(credit)})
    return tuple(found)

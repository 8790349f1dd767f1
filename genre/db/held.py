"""Which of many songs the catalog knows, and how they stand there.

For ``genre plan`` and ``genre discover``, which compare playlists with the catalog and
write nothing. Plain SQL on purpose: see ``file.py``.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from genre.db.batches import batches
from genre.records import Track

_BATCH = 500  # values in one question
# A reference that is the song's accepted match is the matcher's word, or a person's.
_IS_MATCH = """
EXISTS (
    SELECT 1 FROM candidates
    WHERE candidates.track_id = track_refs.track_id AND provider = source
      AND provider_id = source_id AND decision = 'accepted'
)
"""
_REFERENCES = f"""
SELECT track_id, source_id FROM track_refs
WHERE source = ? AND source_id IN ({{}}) AND NOT {_IS_MATCH}
"""  # noqa: S608 - our own words
_MATCHES = f"""
SELECT track_id, source_id FROM track_refs
WHERE source = ? AND source_id IN ({{}}) AND {_IS_MATCH}
"""  # noqa: S608 - our own words
_RECORDINGS = """
SELECT track_id, provider_id FROM audio
WHERE provider = ? AND provider_id IN ({}) AND status = 'present'
"""
_ISRCS = "SELECT id FROM tracks WHERE isrc IN ({})"
_KEYS = "SELECT id FROM tracks WHERE match_key IN ({})"
_TRACKS = """
SELECT seq, id, match_key, title, version, artists, album, duration_s, isrc, year,
       licence, redistributable
FROM tracks WHERE id IN ({})
"""
_PLACES = """
SELECT track_id, source FROM track_refs
WHERE url <> '' AND track_id IN ({}) AND NOT EXISTS (
    SELECT 1 FROM candidates
    WHERE candidates.track_id = track_refs.track_id AND provider = source
      AND provider_id = source_id AND decision = 'rejected' AND decided_by = 'person'
)
"""
_ACCEPTED = """
SELECT track_id, provider FROM candidates
WHERE decision = 'accepted' AND track_id IN ({})
"""
_GIVEN_UP = """
SELECT subject FROM attempts
WHERE subject_kind = 'track' AND stage = 'crawl' AND subject IN ({})
  AND (outcome = 'refused' OR outcome = 'failed' AND error_class = 'permanent')
  AND NOT EXISTS (
      SELECT 1 FROM attempts AS later
      WHERE later.subject_kind = 'track' AND later.stage = 'crawl'
        AND later.subject = attempts.subject AND later.id > attempts.id
  )
"""
_WITH_AUDIO = """
SELECT track_id FROM audio WHERE status = 'present' AND track_id IN ({})
"""

Reference = tuple[str, str]  # source, source id


class Named(Protocol):
    """A song as a playlist row names it."""

    @property
    def track(self) -> Track:
        """What it says of the song."""

    @property
    def match_key(self) -> str:
        """The text key; "" when it names no artist or no title."""

    @property
    def reference(self) -> Reference:
        """Its first identity key."""


@dataclass(frozen=True, slots=True)
class KnownSong:
    """A song of the catalog; of its references those that were asked about."""

    track: Track
    match_key: str
    references: tuple[Reference, ...]
    matched: tuple[Reference, ...]  # that a search, and no playlist alone, led to
    recordings: tuple[Reference, ...]  # its present one's, if nobody goes by that
    has_audio: bool
    is_given_up: bool  # it failed for good, or nothing fits: crawls leave it alone
    places: frozenset[str]  # sources at which playlists say its audio is
    accepted: frozenset[str]  # providers of search results that were accepted


def known_songs(
    connection: sqlite3.Connection, songs: Collection[Named]
) -> list[KnownSong]:
    """Return the songs that these may be, the oldest first."""
    references = {song.reference for song in songs}
    by_ref = _found_by(connection, _REFERENCES, references)
    by_match = _found_by(connection, _MATCHES, references)
    references -= {
        ref for refs in (*by_ref.values(), *by_match.values()) for ref in refs
    }
    by_audio = _found_by(connection, _RECORDINGS, references)
    by_isrc = _ids(connection, _ISRCS, {song.track.isrc for song in songs} - {""})
    by_key = _ids(connection, _KEYS, {song.match_key for song in songs} - {""})
    ids = {*by_ref, *by_match, *by_audio, *by_isrc, *by_key}
    with_audio = _ids(connection, _WITH_AUDIO, ids)
    given_up = _ids(connection, _GIVEN_UP, ids)
    places = _gathered(_in_batches(connection, _PLACES, ids))
    accepted = _gathered(_in_batches(connection, _ACCEPTED, ids))
    return [
        KnownSong(
            Track(key, *about),
            match_key,
            references=tuple(by_ref.get(key, ())),
            matched=tuple(by_match.get(key, ())),
            recordings=tuple(by_audio.get(key, ())),
            has_audio=key in with_audio,
            is_given_up=key in given_up,
            places=frozenset(places.get(key, ())),
            accepted=frozenset(accepted.get(key, ())),
        )
        for _, key, match_key, *about in sorted(_in_batches(connection, _TRACKS, ids))
    ]


def in_playlists_of(
    connection: sqlite3.Connection, genres: Collection[str], ids: Collection[str]
) -> set[str]:
    """Return which songs stand in a playlist of one of these genres now."""
    return _ids(
        connection, f"{_of_genres(genres)} AND track_id IN ({{}})", ids, *genres
    )


def has_playlists_of(connection: sqlite3.Connection, genres: Collection[str]) -> bool:
    """Tell whether any song stands in a playlist of one of these genres now."""
    found = connection.execute(f"{_of_genres(genres)} LIMIT 1", tuple(genres))
    return found.fetchone() is not None


def listed_playlists(connection: sqlite3.Connection) -> set[Reference]:
    """Return source and source id of every playlist in the catalog."""
    return set(connection.execute("SELECT source, source_id FROM playlists"))


def _of_genres(genres: Collection[str]) -> str:
    return (
        "SELECT track_id FROM playlist_tracks JOIN playlist_genres USING (playlist_id)"  # noqa: S608 - our own words
        f" WHERE removed_at IS NULL AND genre_id IN ({_marks(genres)})"
    )


def _found_by(
    connection: sqlite3.Connection, query: str, references: Iterable[Reference]
) -> dict[str, list[Reference]]:
    """Return by a song's id the references by which the query finds it."""
    ids_of: defaultdict[str, set[str]] = defaultdict(set)
    for source, source_id in references:
        ids_of[source].add(source_id)
    found: defaultdict[str, list[Reference]] = defaultdict(list)
    for source, ids in ids_of.items():
        for track_id, key in _in_batches(connection, query, ids, source):
            found[track_id].append((source, key))
    return found


def _ids(
    connection: sqlite3.Connection, query: str, values: Collection[str], *before: str
) -> set[str]:
    return {key for (key,) in _in_batches(connection, query, values, *before)}


def _gathered(rows: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for track_id, value in rows:
        found[track_id].add(value)
    return found


def _in_batches(
    connection: sqlite3.Connection, query: str, values: Collection[str], *before: str
) -> Iterator[tuple[Any, ...]]:
    """Ask for many values, some hundred at a time; ``before`` stand before them."""
    for part in batches(list(values), _BATCH):
        yield from connection.execute(query.format(_marks(part)), (*before, *part))


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))

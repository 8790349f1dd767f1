"""Which of many songs the catalog knows, and which have audio; for ``genre plan``.

Plain SQL on purpose: see ``file.py``.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from genre.records import Track

_BATCH = 500  # values in one question


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalog knows of some songs, by each of their keys."""

    by_reference: dict[tuple[str, str], str]  # source, source id -> track id
    by_isrc: dict[str, str]  # the oldest track's id
    by_key: dict[str, list[Track]]  # text key -> tracks, the oldest first
    with_audio: frozenset[str]  # track ids


def known_songs(
    connection: sqlite3.Connection,
    *,
    references: Collection[tuple[str, str]],
    isrcs: Collection[str],
    match_keys: Collection[str],
) -> Known:
    """Return what the catalog knows under these keys."""
    by_reference = _by_reference(connection, references)
    by_isrc: dict[str, str] = dict(
        _in_batches(
            connection,
            "SELECT isrc, id FROM tracks WHERE isrc IN ({}) ORDER BY seq DESC",
            isrcs,
        )
    )
    by_key: defaultdict[str, list[Track]] = defaultdict(list)
    for key, *track in _in_batches(
        connection,
        "SELECT match_key, id, title, version, artists, album, duration_s, isrc"
        " FROM tracks WHERE match_key IN ({}) ORDER BY seq",
        match_keys,
    ):
        by_key[key].append(Track(*track))
    ids = {*by_reference.values(), *by_isrc.values()}
    ids.update(track.id for tracks in by_key.values() for track in tracks)
    audio = _in_batches(
        connection,
        "SELECT track_id FROM audio WHERE status = 'present' AND track_id IN ({})",
        ids,
    )
    return Known(by_reference, by_isrc, by_key, frozenset(key for (key,) in audio))


def _by_reference(
    connection: sqlite3.Connection, references: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    ids_of: defaultdict[str, list[str]] = defaultdict(list)
    for source, source_id in references:
        ids_of[source].append(source_id)
    return {
        (source, source_id): track_id
        for source, ids in ids_of.items()
        for source_id, track_id in _in_batches(
            connection,
            "SELECT source_id, track_id FROM track_refs"
            " WHERE source_id IN ({}) AND source = ?",
            ids,
            source,
        )
    }


def _in_batches(
    connection: sqlite3.Connection, query: str, values: Collection[str], *more: str
) -> Iterator[tuple[Any, ...]]:
    """Ask for many values, some hundred at a time."""
    wanted = list(values)
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        marks = ", ".join("?" * len(part))
        yield from connection.execute(query.format(marks), (*part, *more))

"""Counts over the whole catalog, and what failed, for ``genre status``.

How far the songs have come is counted in ``funnel.py``. Plain SQL on purpose: see
``file.py``.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass

from genre.db.file import Reader
from genre.files import utc_now
from genre.records import (
    LONGEST_REST_DAYS,
    ErrorClass,
    Stage,
    Status,
    SubjectKind,
    Track,
)


@dataclass(frozen=True, slots=True)
class Failure:
    """The last attempt at something, when it failed or found no good match."""

    subject_kind: str
    subject: str
    name: str
    stage: str
    error_class: str  # "refused" when nothing failed, but no match is good enough
    message: str
    at: str


@dataclass(frozen=True, slots=True)
class FailureClass:
    """All of a kind that failed in one way, or found no good match, and the newest."""

    subject_kind: SubjectKind
    stage: Stage
    outcome: Status  # failed or refused
    error_class: ErrorClass | None  # None when refused
    n: int
    example: Failure


@dataclass(frozen=True, slots=True)
class Blocked:
    """A service that asks us to stay away."""

    service: str
    until: str  # UTC ISO text
    reason: str


@dataclass(frozen=True, slots=True)
class SameSound:
    """Songs with exactly the same samples: a wrong match, or one song twice."""

    n: int  # pairs
    example: tuple[str, str]  # names of two songs, with their ids


@dataclass(frozen=True, slots=True)
class Counts:
    """What the catalog holds."""

    playlists: int
    genres: int
    tracks: int
    with_audio: int
    audio_hours: float
    label_set: str
    splits: dict[str, int]
    runs: tuple[str, ...]


_COUNTS = """
SELECT (SELECT count(*) FROM playlists),
       (SELECT count(*) FROM genres),
       (SELECT count(*) FROM tracks),
       coalesce((SELECT id FROM label_sets WHERE is_current), ''),
       count(*), total(duration_s) / 3600
FROM audio WHERE status = 'present'
"""
_SPLITS = """
SELECT split, count(*) FROM splits
WHERE split_set = (SELECT id FROM split_sets WHERE is_current)
GROUP BY split ORDER BY split
"""
# The last attempts at songs and playlists where they did not succeed. A song that
# turned out to be another one is no song any more, and one that no playlist lists, or
# that has audio by now, is not fetched; services are told by ``blocked``. The first
# condition is that of a partial index.
_STANDS_OPEN = """
outcome IN ('failed', 'refused') AND subject_kind <> 'service'
AND NOT EXISTS (
    SELECT 1 FROM attempts AS later
    WHERE later.subject_kind = attempts.subject_kind
      AND later.subject = attempts.subject
      AND later.stage = attempts.stage
      AND later.id > attempts.id
)
AND NOT EXISTS (SELECT 1 FROM track_aliases WHERE old_id = subject)
AND (
    subject_kind <> 'track' OR stage <> 'crawl'
    OR NOT EXISTS (
        SELECT 1 FROM audio WHERE track_id = subject AND status = 'present'
    )
    AND EXISTS (
        SELECT 1 FROM playlist_tracks WHERE track_id = subject AND removed_at IS NULL
    )
)
"""
_FAILURE = """
SELECT subject_kind, subject, stage, coalesce(error_class, outcome), message, at,
       coalesce(playlists.title, ''), tracks.id, tracks.title, version, artists
FROM attempts
LEFT JOIN tracks ON tracks.id = subject
LEFT JOIN playlists ON playlists.id = subject AND subject_kind = 'playlist'
"""

# Pairs that a crawl wrote down, while both recordings are what they were then. CROSS
# keeps this order: SQLite would compare every recording with every other one.
_SAME_SOUND = """
SELECT count(*) OVER (), one, other FROM (
    SELECT DISTINCT min(pair.track_id, other_id) AS one,
                    max(pair.track_id, other_id) AS other
    FROM duplicates AS pair
    CROSS JOIN audio AS a ON a.track_id = pair.track_id AND a.status = 'present'
    CROSS JOIN audio AS b ON b.track_id = other_id AND b.status = 'present'
                         AND b.pcm_sha256 = a.pcm_sha256
    WHERE method = 'pcm'
) ORDER BY one, other LIMIT 1
"""


def counts(connection: sqlite3.Connection) -> Counts:
    """Return the numbers that ``genre status`` shows beside the funnel."""
    playlists, genres, tracks, label_set, n_audio, hours = connection.execute(
        _COUNTS
    ).fetchone()
    runs = connection.execute("SELECT id FROM runs ORDER BY started_at, id")
    return Counts(
        playlists=playlists,
        genres=genres,
        tracks=tracks,
        with_audio=n_audio,
        audio_hours=hours,
        label_set=label_set,
        splits=dict(connection.execute(_SPLITS)),
        runs=tuple(run for (run,) in runs),
    )


def blocked(connection: sqlite3.Connection) -> list[Blocked]:
    """Return the services that ask us to stay away now, by name."""
    query = (
        "SELECT name, blocked_until, reason FROM services"
        " WHERE blocked_until > ? AND blocked_until <= ? ORDER BY name"
    )
    span = [utc_now(), utc_now(days=LONGEST_REST_DAYS + 1)]
    return [Blocked(*row) for row in connection.execute(query, span)]


def resting(reader: Reader | None) -> dict[str, str]:
    """Return until when each service asks us to stay away; none without a catalog."""
    if reader is None:
        return {}
    with reader.read() as connection:
        return {block.service: block.until for block in blocked(connection)}


def same_sound(connection: sqlite3.Connection) -> SameSound | None:
    """Return how many pairs of songs sound exactly the same; None when no two do."""
    found = connection.execute(_SAME_SOUND).fetchone()
    if found is None:
        return None
    n, one, other = found
    return SameSound(n, (_name_of(connection, one), _name_of(connection, other)))


def failure_classes(connection: sqlite3.Connection) -> list[FailureClass]:
    """Return what stands open, by class, the most frequent first."""
    query = f"""
        SELECT subject_kind, stage, outcome, error_class, count(*) AS n, max(id)
        FROM attempts WHERE {_STANDS_OPEN} GROUP BY 1, 2, 3, 4
        ORDER BY n DESC, error_class, stage, subject_kind
    """  # noqa: S608 - our own words
    return [
        FailureClass(
            SubjectKind(kind),
            Stage(stage),
            Status(outcome),
            ErrorClass(error_class) if error_class else None,
            n,
            _failure_of(connection, newest),
        )
        for kind, stage, outcome, error_class, n, newest in connection.execute(query)
    ]


def failures(connection: sqlite3.Connection) -> Iterator[Failure]:
    """Yield everything that stands open, the newest first."""
    query = f"{_FAILURE} WHERE {_STANDS_OPEN} ORDER BY attempts.id DESC"
    for row in connection.execute(query):
        yield _to_failure(*row)


def _name_of(connection: sqlite3.Connection, track_id: str) -> str:
    query = "SELECT id, title, version, artists FROM tracks WHERE id = ?"
    track = Track(*connection.execute(query, [track_id]).fetchone())
    return f"{track.name} [{track.id}]"


def _failure_of(connection: sqlite3.Connection, attempt_id: int) -> Failure:
    query = f"{_FAILURE} WHERE attempts.id = ?"
    return _to_failure(*connection.execute(query, [attempt_id]).fetchone())


def _to_failure(
    kind: str,
    subject: str,
    stage: str,
    error_class: str,
    message: str,
    at: str,
    playlist: str,  # its title; "" when it is none, or could never be read
    *track: str,  # id, title, version, artists; the id is None for anything else
) -> Failure:
    track_id, title, version, artists = track
    named = Track(track_id, title, version, artists).name if track_id else playlist
    name = named or subject
    return Failure(kind, subject, name, stage, error_class, message, at)

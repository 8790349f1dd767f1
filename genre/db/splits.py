"""Split sets: immutable, named by their content, one of them current.

``genre split`` writes them; train and export read the current one.
"""

from collections.abc import Mapping

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.db.batches import batches
from genre.db.immutable import make_current
from genre.files import utc_now
from genre.records import (
    HARD_SCORE,
    ArtistRole,
    AudioStatus,
    Split,
    SplitSet,
    SplitTrack,
    Status,
)

_BATCH = 5_000  # rows per INSERT


def current_split_set(session: Session) -> SplitSet | None:
    """Return the split set that later stages use; None before ``genre split``."""
    row = session.scalar(select(m.SplitSet).where(m.SplitSet.is_current))
    return SplitSet(row.id, row.rule, dict(row.params)) if row else None


def splits_of(session: Session, split_set_id: str) -> dict[str, Split]:
    """Return the part of every track of a split set, by track id."""
    rows = session.execute(
        select(m.SplitRow.track_id, m.SplitRow.split)
        .where(m.SplitRow.split_set == split_set_id)
        .order_by(m.SplitRow.track_id)
    )
    return {track_id: Split(split) for track_id, split in rows}


def main_artists(session: Session) -> dict[str, tuple[str, ...]]:
    """Return the keys of each track's main artists, sorted; by track id."""
    return _artists(session, main=True)


def split_tracks(session: Session, label_set_id: str) -> list[SplitTrack]:
    """Return the tracks that have labels in a set, with what ties them, by id."""
    main, others = _artists(session, main=True), _artists(session, main=False)
    audio = dict(
        session.execute(
            select(m.Audio.track_id, m.Audio.pcm_sha256).where(
                m.Audio.status == AudioStatus.PRESENT
            )
        ).all()
    )
    genres = _hard_genres(session, label_set_id)
    rows = session.execute(select(m.Track.id, m.Track.isrc).order_by(m.Track.id))
    return [
        SplitTrack(
            id=track_id,
            main_artists=main.get(track_id, ()),
            other_artists=others.get(track_id, ()),
            isrc=isrc,
            pcm_sha256=audio.get(track_id, ""),
            genres=genres[track_id],
        )
        for track_id, isrc in rows
        if track_id in genres
    ]


def duplicate_pairs(session: Session) -> list[tuple[str, str]]:
    """Return the pairs of tracks that were found to sound (nearly) the same."""
    rows = session.execute(
        select(m.Duplicate.track_id, m.Duplicate.other_id)
        .distinct()
        .order_by(m.Duplicate.track_id, m.Duplicate.other_id)
    )
    return list(rows)


def save_split_set(
    session: Session, split_set: SplitSet, splits: Mapping[str, Split]
) -> Status:
    """Make a split set current, storing it when its id is new.

    KEPT means that it was current already and nothing was written.
    """
    row = m.SplitSet(
        id=split_set.id,
        rule=split_set.rule,
        params=dict(split_set.params),
        created_at=utc_now(),
        is_current=True,
    )
    status, is_new = make_current(session, row)
    if is_new:
        _insert(session, split_set.id, splits)
    return status


def _insert(session: Session, split_set_id: str, splits: Mapping[str, Split]) -> None:
    rows = [
        {"split_set": split_set_id, "track_id": track_id, "split": part.value}
        for track_id, part in sorted(splits.items())
    ]
    for part in batches(rows, _BATCH):
        session.execute(insert(m.SplitRow), part)


def _artists(session: Session, *, main: bool) -> dict[str, tuple[str, ...]]:
    is_main = m.TrackArtist.role == ArtistRole.MAIN
    rows = session.execute(
        select(m.TrackArtist.track_id, m.TrackArtist.artist_key)
        .where(is_main if main else ~is_main)
        .distinct()
        .order_by(m.TrackArtist.track_id, m.TrackArtist.artist_key)
    )
    found: dict[str, list[str]] = {}
    for track_id, key in rows:
        found.setdefault(track_id, []).append(key)
    return {track_id: tuple(keys) for track_id, keys in found.items()}


def _hard_genres(session: Session, label_set_id: str) -> dict[str, tuple[str, ...]]:
    """Return the hard genres of every track that has any label in the set."""
    rows = session.execute(
        select(m.Label.track_id, m.Genre.name, m.Label.score)
        .join(m.Genre, m.Genre.id == m.Label.genre_id)
        .where(m.Label.label_set == label_set_id)
        .order_by(m.Label.track_id, m.Genre.name)
    )
    found: dict[str, list[str]] = {}
    for track_id, genre, score in rows:
        hard = score is not None and score >= HARD_SCORE
        found.setdefault(track_id, []).extend([genre] if hard else [])
    return {track_id: tuple(genres) for track_id, genres in found.items()}

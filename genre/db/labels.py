"""Label sets: immutable, named by their content, one of them current.

``genre label`` writes them; split, train, export and ``why`` read the current one.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    func,
    insert,
    intersect,
    select,
)
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.db.batches import batches
from genre.db.immutable import make_current
from genre.files import utc_now
from genre.records import GenrePlaylist, Label, LabelSet, Status, Witness

_BATCH = 5_000  # rows per INSERT


def current_label_set(session: Session) -> LabelSet | None:
    """Return the label set that later stages use; None before ``genre label``."""
    row = session.scalar(select(m.LabelSet).where(m.LabelSet.is_current))
    return _record(row) if row else None


def labels_of(session: Session, label_set_id: str) -> list[Label]:
    """Return all labels of a set, sorted by track and genre."""
    return _labels(session, m.Label.label_set == label_set_id)


def labels_of_track(session: Session, label_set_id: str, track_id: str) -> list[Label]:
    """Return one track's labels, sorted by genre."""
    where = (m.Label.label_set == label_set_id) & (m.Label.track_id == track_id)
    return _labels(session, where)


def save_label_set(
    session: Session, label_set: LabelSet, labels: Sequence[Label]
) -> Status:
    """Make a label set current, storing it when its id is new.

    KEPT means that it was current already and nothing was written.
    """
    row = m.LabelSet(
        id=label_set.id,
        name=label_set.name,
        rule=label_set.rule,
        params=dict(label_set.params),
        created_at=utc_now(),
        is_current=True,
    )
    status, is_new = make_current(session, row)
    if is_new:
        _insert(session, label_set.id, labels)
    return status


def genre_playlists(session: Session) -> list[GenrePlaylist]:
    """Return every playlist that has genres, with its current tracks, by id."""
    genres = _by_playlist(
        session.execute(
            select(m.PlaylistGenre.playlist_id, m.Genre.name)
            .join(m.Genre, m.Genre.id == m.PlaylistGenre.genre_id)
            .order_by(m.Genre.name)
        )
    )
    tracks = _by_playlist(
        session.execute(
            select(m.PlaylistTrack.playlist_id, m.PlaylistTrack.track_id)
            .where(m.PlaylistTrack.removed_at.is_(None))
            .where(m.PlaylistTrack.playlist_id.in_(select(m.PlaylistGenre.playlist_id)))
            .distinct()
            .order_by(m.PlaylistTrack.track_id)
        )
    )
    titles = session.execute(select(m.Playlist.id, m.Playlist.title))
    return [
        GenrePlaylist(key, title, tuple(genres[key]), tuple(tracks.get(key, ())))
        for key, title in sorted(titles)
        if key in genres
    ]


def witnesses_of(session: Session, track_id: str) -> list[Witness]:
    """Return the genre playlists that hold a track now, by id."""
    holding = _current_rows().where(m.PlaylistTrack.track_id == track_id)
    rows = session.execute(
        select(m.Playlist.id, m.Playlist.title, m.Genre.name)
        .join(m.PlaylistGenre, m.PlaylistGenre.playlist_id == m.Playlist.id)
        .join(m.Genre, m.Genre.id == m.PlaylistGenre.genre_id)
        .where(
            m.Playlist.id.in_(holding.with_only_columns(m.PlaylistTrack.playlist_id))
        )
        .order_by(m.Playlist.id, m.Genre.name)
    ).all()
    titles = {playlist_id: title for playlist_id, title, _ in rows}
    return [
        Witness(
            id=playlist_id,
            title=title,
            genres=tuple(name for key, _, name in rows if key == playlist_id),
            n_tracks=_count(
                session,
                _current_rows().where(m.PlaylistTrack.playlist_id == playlist_id),
            ),
        )
        for playlist_id, title in titles.items()
    ]


def count_shared(session: Session, one: str, other: str) -> tuple[int, int, int]:
    """Return the songs of one genre, of another, and of both; by name."""
    a, b = _songs_of(one), _songs_of(other)
    both = intersect(a, b)
    return _count(session, a), _count(session, b), _count(session, both)


def _current_rows() -> Select[Any]:
    """Select the tracks of playlists, each once, leaving out removed rows."""
    current = m.PlaylistTrack.removed_at.is_(None)
    return select(m.PlaylistTrack.track_id).where(current).distinct()


def _songs_of(genre: str) -> Select[Any]:
    """Select the tracks of all playlists of a genre, each once."""
    return (
        _current_rows()
        .join(
            m.PlaylistGenre, m.PlaylistGenre.playlist_id == m.PlaylistTrack.playlist_id
        )
        .join(m.Genre, m.Genre.id == m.PlaylistGenre.genre_id)
        .where(m.Genre.name == genre)
    )


def _count(session: Session, query: Select[Any] | CompoundSelect[Any]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _record(row: m.LabelSet) -> LabelSet:
    return LabelSet(row.id, row.name, row.rule, dict(row.params))


def _labels(session: Session, where: ColumnElement[bool]) -> list[Label]:
    rows = session.execute(
        select(m.Label.track_id, m.Genre.name, m.Label.score, m.Label.known)
        .join(m.Genre, m.Genre.id == m.Label.genre_id)
        .where(where)
        .order_by(m.Label.track_id, m.Genre.name)
    )
    return [Label(*row) for row in rows]


def _insert(session: Session, label_set_id: str, labels: Sequence[Label]) -> None:
    ids = dict(session.execute(select(m.Genre.name, m.Genre.id)).all())
    for part in batches(labels, _BATCH):
        rows = [
            {
                "label_set": label_set_id,
                "track_id": label.track_id,
                "genre_id": ids[label.genre],
                "score": label.score,
                "known": label.known,
            }
            for label in part
        ]
        session.execute(insert(m.Label), rows)


def _by_playlist(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for playlist_id, value in rows:
        found.setdefault(playlist_id, []).append(value)
    return found

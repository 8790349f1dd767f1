"""Label sets: immutable, named by their content, one of them current.

``genre label`` writes them; split, train, export and ``why`` read the current one.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.files import utc_now
from genre.records import GenrePlaylist, Label, LabelSet, Status

_BATCH = 5_000  # rows per INSERT


def current_label_set(session: Session) -> LabelSet | None:
    """Return the label set that later stages use; None before ``genre label``."""
    row = session.scalar(select(m.LabelSet).where(m.LabelSet.is_current))
    return _record(row) if row else None


def find_label_set(session: Session, label_set_id: str) -> LabelSet | None:
    """Return a label set by its id, current or not."""
    row = session.get(m.LabelSet, label_set_id)
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
    row = session.get(m.LabelSet, label_set.id)
    if row is not None and row.is_current:
        return Status.KEPT
    session.execute(update(m.LabelSet).values(is_current=False))
    if row is not None:
        row.is_current = True
        return Status.DONE
    session.add(
        m.LabelSet(
            id=label_set.id,
            name=label_set.name,
            rule=label_set.rule,
            params=dict(label_set.params),
            created_at=utc_now(),
            is_current=True,
        )
    )
    session.flush()
    _insert(session, label_set.id, labels)
    return Status.DONE


def genre_playlists(session: Session) -> list[GenrePlaylist]:
    """Return every playlist that has genres, with its current tracks, by id."""
    genres = _by_playlist(
        session.execute(
            select(m.PlaylistGenre.playlist_id, m.Genre.name)
            .join(m.Genre, m.Genre.id == m.PlaylistGenre.genre_id)
            .order_by(m.Genre.name)
        ).tuples()
    )
    tracks = _by_playlist(
        session.execute(
            select(m.PlaylistTrack.playlist_id, m.PlaylistTrack.track_id)
            .where(m.PlaylistTrack.removed_at.is_(None))
            .where(m.PlaylistTrack.playlist_id.in_(select(m.PlaylistGenre.playlist_id)))
            .distinct()
            .order_by(m.PlaylistTrack.track_id)
        ).tuples()
    )
    titles = session.execute(select(m.Playlist.id, m.Playlist.title)).tuples()
    return [
        GenrePlaylist(key, title, tuple(genres[key]), tuple(tracks.get(key, ())))
        for key, title in sorted(titles)
        if key in genres
    ]


def count_labelled(session: Session, label_set_id: str) -> int:
    """Return how many tracks have at least one label in a set."""
    query = select(func.count(func.distinct(m.Label.track_id)))
    return session.scalar(query.where(m.Label.label_set == label_set_id)) or 0


def _record(row: m.LabelSet) -> LabelSet:
    return LabelSet(row.id, row.name, row.rule, dict(row.params))


def _labels(session: Session, where: ColumnElement[bool]) -> list[Label]:
    rows = session.execute(
        select(m.Label.track_id, m.Genre.name, m.Label.score, m.Label.known)
        .join(m.Genre, m.Genre.id == m.Label.genre_id)
        .where(where)
        .order_by(m.Label.track_id, m.Genre.name)
    )
    return [Label(*row) for row in rows.tuples()]


def _insert(session: Session, label_set_id: str, labels: Sequence[Label]) -> None:
    ids = dict(session.execute(select(m.Genre.name, m.Genre.id)).tuples().all())
    for start in range(0, len(labels), _BATCH):
        rows = [
            {
                "label_set": label_set_id,
                "track_id": label.track_id,
                "genre_id": ids[label.genre],
                "score": label.score,
                "known": label.known,
            }
            for label in labels[start : start + _BATCH]
        ]
        session.execute(insert(m.Label), rows)


def _by_playlist(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for playlist_id, value in rows:
        found.setdefault(playlist_id, []).append(value)
    return found

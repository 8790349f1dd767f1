"""Everything an export says, read in one transaction and a bounded memory.

Columns are an allow-list: no path, no owner, no time and no ledger is ever
selected. URLs come as the catalog knows them; ``export.references`` decides
which of them are fit for the public.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.records import (
    ArtistRole,
    AudioStatus,
    EvidenceLevel,
    Label,
    Polarity,
    PublishedAudio,
    PublishedTrack,
    Split,
    Statement,
    Track,
    TrackRef,
)

_BATCH = 2_000  # tracks read at once
_Query = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class PublishedScope:
    """How many tracks an export of one label set and split set is about."""

    splits: Mapping[Split, int]  # labelled tracks of each part, excluded ones too
    n_unsplit: int  # labelled, but in no part
    n_unlabelled: int  # known to the catalog, but without any label
    genres: tuple[str, ...]  # the vocabulary: every genre of the label set, sorted


def has_tracks(session: Session) -> bool:
    """Tell whether the catalog knows any song."""
    return session.scalar(select(m.Track.id).limit(1)) is not None


def published_scope(session: Session, label_set: str, split_set: str) -> PublishedScope:
    """Count what the two sets cover."""
    labelled = select(m.Label.track_id).where(m.Label.label_set == label_set).distinct()
    counted = dict(
        session.execute(
            select(m.SplitRow.split, func.count())
            .where(m.SplitRow.split_set == split_set)
            .where(m.SplitRow.track_id.in_(labelled))
            .group_by(m.SplitRow.split)
        ).all()
    )
    n_labelled = session.scalar(select(func.count()).select_from(labelled.subquery()))
    n_tracks = session.scalar(select(func.count()).select_from(m.Track))
    return PublishedScope(
        splits={split: counted.get(split, 0) for split in Split},
        n_unsplit=(n_labelled or 0) - sum(counted.values()),
        n_unlabelled=(n_tracks or 0) - (n_labelled or 0),
        genres=_vocabulary(session, label_set),
    )


def published_tracks(
    session: Session, label_set: str, split_set: str, *, split: Split
) -> Iterator[PublishedTrack]:
    """Yield the labelled tracks of one part, by track id."""
    last = ""
    while tracks := _next_tracks(session, label_set, split_set, (split, last)):
        yield from _with_details(session, label_set, split, tracks)
        last = tracks[-1].id


def _vocabulary(session: Session, label_set: str) -> tuple[str, ...]:
    used = select(m.Label.genre_id).where(m.Label.label_set == label_set)
    names = session.scalars(select(m.Genre.name).where(m.Genre.id.in_(used)))
    return tuple(sorted(names))


def _next_tracks(
    session: Session, label_set: str, split_set: str, after: tuple[Split, str]
) -> list[Track]:
    """Return the next tracks of a part, after a track id."""
    split, last = after
    t, row = m.Track, m.SplitRow
    has_label = (
        select(m.Label.track_id)
        .where(m.Label.label_set == label_set, m.Label.track_id == row.track_id)
        .exists()
    )
    rows = session.execute(
        select(t.id, t.title, t.version, t.artists, t.album, t.duration_s)
        .add_columns(t.isrc, t.year, t.licence, t.redistributable)
        .join(row, row.track_id == t.id)
        .where(row.split_set == split_set, row.split == split, row.track_id > last)
        .where(has_label)
        .order_by(row.track_id)
        .limit(_BATCH)
    )
    return [Track(*values) for values in rows]


def _with_details(
    session: Session, label_set: str, split: Split, tracks: list[Track]
) -> Iterator[PublishedTrack]:
    """Add what other tables say; one query per table and batch, none per track."""
    ids = [track.id for track in tracks]

    def by_track(query: _Query) -> dict[str, list[Any]]:
        track_id = query.selected_columns["track_id"]
        return _group(session.execute(query.where(track_id.in_(ids))))

    labels, evidence = by_track(_labels(label_set)), by_track(_evidence())
    artists, votes = by_track(_main_artists()), by_track(_votes())
    refs, audio = by_track(_refs()), by_track(_audio())
    for track in tracks:
        key = track.id
        yield PublishedTrack(
            track=track,
            split=split,
            main_artists=tuple(artist for (artist,) in artists.get(key, ())),
            labels=tuple(Label(key, *row) for row in labels.get(key, ())),
            statements=(
                *(_vote(*row) for row in votes.get(key, ())),
                *(_statement(*row) for row in evidence.get(key, ())),
            ),
            refs=tuple(TrackRef(key, *row) for row in refs.get(key, ())),
            audio=next((PublishedAudio(*row) for row in audio.get(key, ())), None),
        )


def _group(rows: Iterable[Any]) -> dict[str, list[Any]]:
    """Return rows by their first column, the track's id."""
    found: dict[str, list[Any]] = {}
    for track_id, *values in rows:
        found.setdefault(track_id, []).append(values)
    return found


def _labels(label_set: str) -> _Query:
    return (
        select(m.Label.track_id, m.Genre.name, m.Label.score, m.Label.known)
        .join(m.Genre, m.Genre.id == m.Label.genre_id)
        .where(m.Label.label_set == label_set)
        .order_by(m.Label.track_id, m.Genre.name)
    )


def _main_artists() -> _Query:
    return (
        select(m.TrackArtist.track_id, m.TrackArtist.artist_key)
        .where(m.TrackArtist.role == ArtistRole.MAIN)
        .order_by(m.TrackArtist.track_id, m.TrackArtist.artist_key)
    )


def _votes() -> _Query:
    """Select the genre playlists a track is in now, once each."""
    row, playlist = m.PlaylistTrack, m.Playlist
    return (
        select(row.track_id, m.Genre.name, playlist.id)
        .add_columns(playlist.source, playlist.title, playlist.url)
        .join(playlist, playlist.id == row.playlist_id)
        .join(m.PlaylistGenre, m.PlaylistGenre.playlist_id == row.playlist_id)
        .join(m.Genre, m.Genre.id == m.PlaylistGenre.genre_id)
        .where(row.removed_at.is_(None))
        .distinct()
        .order_by(row.track_id, m.Genre.name, playlist.id)
    )


def _vote(genre: str, playlist_id: str, source: str, title: str, url: str) -> Statement:
    return Statement(
        genre=genre,
        level=EvidenceLevel.PLAYLIST,
        source=source,
        playlist_id=playlist_id,
        playlist=title,
        url=url,
    )


def _evidence() -> _Query:
    """Select what was said about a genre by anything but a playlist of the list."""
    e = m.Evidence
    return (
        select(e.track_id, m.Genre.name, e.level, e.source, e.polarity, e.weight)
        .join(m.Genre, m.Genre.id == e.genre_id)
        .order_by(e.track_id, m.Genre.name, e.source, e.id)
    )


def _statement(
    genre: str, level: str, source: str, polarity: str, weight: float
) -> Statement:
    return Statement(genre, EvidenceLevel(level), source, Polarity(polarity), weight)


def _refs() -> _Query:
    """Select the other names; a local file's has no URL, for that is its path."""
    ref = m.TrackRef
    url = case((ref.source == "file", ""), else_=ref.url)
    return select(ref.track_id, ref.source, ref.source_id, url).order_by(
        ref.track_id, ref.source, ref.source_id
    )


def _audio() -> _Query:
    """Select the present audio, with the URL of the candidate it came from."""
    a, c = m.Audio, m.Candidate
    same = (c.track_id == a.track_id) & (c.provider == a.provider)
    return (
        select(a.track_id, a.provider, a.provider_id, func.coalesce(c.url, ""))
        .add_columns(a.pcm_sha256, a.duration_s)
        .outerjoin(c, same & (c.provider_id == a.provider_id))
        .where(a.status == AudioStatus.PRESENT)
        .order_by(a.track_id)
    )

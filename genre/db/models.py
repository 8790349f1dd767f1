"""The catalog's schema on one page.

Hashes are lower-case hex text, times UTC ISO text, paths relative to the corpus,
statuses closed sets. Foreign keys restrict: nothing is deleted by accident.
``docs/catalog.md`` says the same for people.
"""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    MetaData,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from genre.records import (
    ArtistRole,
    AudioStatus,
    Change,
    Decision,
    ErrorClass,
    EvidenceLevel,
    Polarity,
    Split,
    Status,
    SubjectKind,
)

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Root of all tables; every constraint has a name, so migrations can reach it."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {dict[str, Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own form


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _key(target: str, *, primary: bool = False, null: bool = False) -> Any:
    foreign = ForeignKey(target, ondelete="RESTRICT")
    return mapped_column(foreign, primary_key=primary, nullable=null)


# --- playlists and genres ------------------------------------------------------


class Playlist(Base):
    """A playlist as it was read last."""

    __tablename__ = "playlists"
    __table_args__ = (UniqueConstraint("source", "source_id"),)
    id: Mapped[str] = mapped_column(primary_key=True)  # sha256(source:source_id)[:16]
    source: Mapped[str]
    source_id: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    title: Mapped[str] = mapped_column(default="")
    owner: Mapped[str] = mapped_column(default="")
    checksum: Mapped[str] = mapped_column(default="")
    snapshot_at: Mapped[str]
    n_items: Mapped[int]
    truncated: Mapped[bool] = mapped_column(default=False)


class Genre(Base):
    """A genre; its id is the normalised name, so spellings meet."""

    __tablename__ = "genres"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[str | None] = _key("genres.id", null=True)


class PlaylistGenre(Base):
    """What the list file, or else its own title, says a playlist is about."""

    __tablename__ = "playlist_genres"
    playlist_id: Mapped[str] = _key("playlists.id", primary=True)
    genre_id: Mapped[str] = _key("genres.id", primary=True)
    from_title: Mapped[bool] = mapped_column(default=False, server_default=false())


# --- tracks and their identity -------------------------------------------------


class Track(Base):
    """A song."""

    __tablename__ = "tracks"
    id: Mapped[str] = mapped_column(primary_key=True)  # sha256(first identity key)[:16]
    title: Mapped[str]
    version: Mapped[str] = mapped_column(default="")
    artists: Mapped[str]
    album: Mapped[str] = mapped_column(default="")
    duration_s: Mapped[float | None]
    isrc: Mapped[str] = mapped_column(default="", index=True)
    year: Mapped[int | None]
    match_key: Mapped[str] = mapped_column(index=True)
    seq: Mapped[int] = mapped_column(default=0, server_default="0", index=True)  # age
    licence: Mapped[str] = mapped_column(default="")
    redistributable: Mapped[bool] = mapped_column(default=False)


class TrackAlias(Base):
    """Where a track went when two turned out to be one."""

    __tablename__ = "track_aliases"
    old_id: Mapped[str] = mapped_column(primary_key=True)
    track_id: Mapped[str] = _key("tracks.id")


class TrackArtist(Base):
    """Who made a track, for splits that keep artists together."""

    __tablename__ = "track_artists"
    __table_args__ = (_one_of("role", ArtistRole),)
    track_id: Mapped[str] = _key("tracks.id", primary=True)
    artist_key: Mapped[str] = mapped_column(primary_key=True, index=True)
    role: Mapped[str] = mapped_column(primary_key=True)


class TrackRef(Base):
    """The names a track has elsewhere; how identities merge."""

    __tablename__ = "track_refs"
    source: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[str] = mapped_column(primary_key=True)
    track_id: Mapped[str] = _key("tracks.id")
    url: Mapped[str] = mapped_column(default="")  # or, for source "file", its path
    # true when the user's own file named the URL: it may lead anywhere
    trusted: Mapped[bool] = mapped_column(default=False, server_default=false())
    __table_args__ = (Index(None, "track_id"), Index(None, "source", "track_id"))


class PlaylistTrack(Base):
    """A song's place in a playlist; removed rows stay, with the date."""

    __tablename__ = "playlist_tracks"
    __table_args__ = (Index(None, "track_id", "playlist_id", "removed_at"),)
    playlist_id: Mapped[str] = _key("playlists.id", primary=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    track_id: Mapped[str] = _key("tracks.id", primary=True)
    added_at: Mapped[str | None]
    first_seen: Mapped[str]
    removed_at: Mapped[str | None]


class PlaylistChange(Base):
    """A song that came into a playlist, or left it, after it was read first."""

    __tablename__ = "playlist_changes"
    __table_args__ = (_one_of("change", Change),)
    playlist_id: Mapped[str] = _key("playlists.id", primary=True)
    at: Mapped[str] = mapped_column(primary_key=True)
    change: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    track_id: Mapped[str] = mapped_column(
        ForeignKey("tracks.id", ondelete="RESTRICT"), primary_key=True, index=True
    )


class LocalFile(Base):
    """What a local file's bytes were when it was read last, so that it is read once."""

    __tablename__ = "local_files"
    path: Mapped[str] = mapped_column(primary_key=True)
    n_bytes: Mapped[int] = mapped_column(BigInteger)
    modified_at: Mapped[str]  # nanoseconds since 1970, as the file system says
    sha256: Mapped[str]


# --- audio ---------------------------------------------------------------------


class Candidate(Base):
    """A search result with the matcher's reasons."""

    __tablename__ = "candidates"
    __table_args__ = (
        _one_of("decision", Decision),
        Index(None, "decision", "track_id"),
    )
    track_id: Mapped[str] = _key("tracks.id", primary=True)
    provider: Mapped[str] = mapped_column(primary_key=True)
    provider_id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str]
    title: Mapped[str]
    uploader: Mapped[str] = mapped_column(default="")
    duration_s: Mapped[float | None]
    score: Mapped[float]
    reason: Mapped[str]
    decision: Mapped[str]
    decided_by: Mapped[str]
    decided_at: Mapped[str]


class Audio(Base):
    """A WAV that is, or was, on disk."""

    __tablename__ = "audio"
    __table_args__ = (
        _one_of("status", AudioStatus),
        Index(
            "uq_audio_present",
            "track_id",
            unique=True,
            sqlite_where=text("status = 'present'"),
            postgresql_where=text("status = 'present'"),
        ),
        Index(None, "provider", "provider_id"),
        Index(None, "status", "track_id", "pcm_sha256", "duration_s"),
    )
    track_id: Mapped[str] = _key("tracks.id", primary=True)
    pcm_sha256: Mapped[str] = mapped_column(primary_key=True, index=True)
    path: Mapped[str]
    provider: Mapped[str]
    provider_id: Mapped[str]
    sample_rate: Mapped[int]
    n_samples: Mapped[int]
    duration_s: Mapped[float]
    source_codec: Mapped[str]
    status: Mapped[str]


# A query that states this condition in the same words can use the partial index.
UNSETTLED = text("outcome IN ('failed', 'refused')")


class Attempt(Base):
    """The ledger: everything that was tried, and how it ended."""

    __tablename__ = "attempts"
    __table_args__ = (
        _one_of("subject_kind", SubjectKind),
        _one_of("outcome", Status),
        _one_of("error_class", ErrorClass),
        Index(None, "subject_kind", "subject", "stage"),
        Index(
            "ix_attempts_unsettled",
            "subject_kind",
            "subject",
            "stage",
            "outcome",
            "error_class",
            sqlite_where=UNSETTLED,
            postgresql_where=UNSETTLED,
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    subject_kind: Mapped[str]
    subject: Mapped[str]
    stage: Mapped[str]
    provider: Mapped[str] = mapped_column(default="")
    at: Mapped[str]
    outcome: Mapped[str]
    error_class: Mapped[str | None]
    message: Mapped[str] = mapped_column(default="")
    retry_at: Mapped[str | None]


class Service(Base):
    """A service that asked us to stay away for a while."""

    __tablename__ = "services"
    name: Mapped[str] = mapped_column(primary_key=True)
    blocked_until: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")


# --- labels and splits ---------------------------------------------------------


class Evidence(Base):
    """A statement about a genre from anything but a playlist."""

    __tablename__ = "evidence"
    __table_args__ = (_one_of("level", EvidenceLevel), _one_of("polarity", Polarity))
    id: Mapped[str] = mapped_column(primary_key=True)
    track_id: Mapped[str] = mapped_column(
        ForeignKey("tracks.id", ondelete="RESTRICT"), index=True
    )
    genre_id: Mapped[str | None] = _key("genres.id", null=True)
    raw: Mapped[str] = mapped_column(default="")
    source: Mapped[str]
    level: Mapped[str]
    playlist_id: Mapped[str | None] = _key("playlists.id", null=True)
    who: Mapped[str] = mapped_column(default="")
    weight: Mapped[float] = mapped_column(default=1.0)
    polarity: Mapped[str]
    ref: Mapped[str] = mapped_column(default="")
    retrieved_at: Mapped[str]


class LabelSet(Base):
    """An immutable set of labels; its id is a hash of its content."""

    __tablename__ = "label_sets"
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    rule: Mapped[str]
    params: Mapped[dict[str, Any]]
    created_at: Mapped[str]
    is_current: Mapped[bool]


class Label(Base):
    """One genre of one track; a missing row is a known negative."""

    __tablename__ = "labels"
    __table_args__ = (
        CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name="score"),
    )
    label_set: Mapped[str] = _key("label_sets.id", primary=True)
    track_id: Mapped[str] = _key("tracks.id", primary=True)
    genre_id: Mapped[str] = _key("genres.id", primary=True)
    score: Mapped[float | None]  # null when unknown
    known: Mapped[bool]


class SplitSet(Base):
    """An immutable division of the corpus; its id is a hash of its content."""

    __tablename__ = "split_sets"
    id: Mapped[str] = mapped_column(primary_key=True)
    rule: Mapped[str]
    params: Mapped[dict[str, Any]]
    created_at: Mapped[str]
    is_current: Mapped[bool]


class SplitRow(Base):
    """The part a track belongs to."""

    __tablename__ = "splits"
    __table_args__ = (_one_of("split", Split), Index(None, "split_set", "split"))
    split_set: Mapped[str] = _key("split_sets.id", primary=True)
    track_id: Mapped[str] = _key("tracks.id", primary=True)
    split: Mapped[str]


# --- features ------------------------------------------------------------------


class Shard(Base):
    """A file of the segment store."""

    __tablename__ = "shards"
    __table_args__ = (CheckConstraint("state IN ('present', 'removed')", name="state"),)
    id: Mapped[str] = mapped_column(primary_key=True)
    feature_key: Mapped[str] = mapped_column(index=True)
    path: Mapped[str]
    sha256: Mapped[str]
    n_frames: Mapped[int]
    dtype: Mapped[str]
    state: Mapped[str]


class Feature(Base):
    """Where a track's frames are; stale when its audio changed."""

    __tablename__ = "features"
    __table_args__ = (Index(None, "feature_key", "track_id", "pcm_sha256"),)
    track_id: Mapped[str] = _key("tracks.id", primary=True)
    feature_key: Mapped[str] = mapped_column(primary_key=True)
    pcm_sha256: Mapped[str]
    shard_id: Mapped[str] = _key("shards.id")
    offset: Mapped[int]  # frames
    n_frames: Mapped[int]


class Duplicate(Base):
    """Two tracks that sound (nearly) the same."""

    __tablename__ = "duplicates"
    track_id: Mapped[str] = _key("tracks.id", primary=True)
    other_id: Mapped[str] = _key("tracks.id", primary=True)
    method: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[float]


# --- training ------------------------------------------------------------------


class Run(Base):
    """A training run."""

    __tablename__ = "runs"
    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[str]
    model: Mapped[str]
    config: Mapped[dict[str, Any]]
    metrics: Mapped[dict[str, Any] | None]
    checkpoint: Mapped[str] = mapped_column(default="")
    label_set: Mapped[str] = _key("label_sets.id")
    split_set: Mapped[str] = _key("split_sets.id")
    feature_key: Mapped[str]


class Prediction(Base):
    """A run's score for a genre of a track (fold -1: not out of fold)."""

    __tablename__ = "predictions"
    run_id: Mapped[str] = _key("runs.id", primary=True)
    track_id: Mapped[str] = _key("tracks.id", primary=True)
    genre_id: Mapped[str] = _key("genres.id", primary=True)
    fold: Mapped[int] = mapped_column(primary_key=True)
    score: Mapped[float]


class Embedding(Base):
    """Where a run's embedding of a track is."""

    __tablename__ = "embeddings"
    run_id: Mapped[str] = _key("runs.id", primary=True)
    track_id: Mapped[str] = _key("tracks.id", primary=True)
    path: Mapped[str]


class Tombstone(Base):
    """What was withdrawn and must not come back, by keyed hash."""

    __tablename__ = "tombstones"
    kind: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[str]

"""Remember what came into a playlist and what left it; find audio by its origin."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "playlist_changes",
        sa.Column("playlist_id", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("change", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.String(), nullable=False),
        sa.CheckConstraint(
            "change IN ('added', 'removed')",
            name=op.f("ck_playlist_changes_change"),
        ),
        sa.ForeignKeyConstraint(
            ["playlist_id"],
            ["playlists.id"],
            name=op.f("fk_playlist_changes_playlist_id_playlists"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["track_id"],
            ["tracks.id"],
            name=op.f("fk_playlist_changes_track_id_tracks"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint(
            "playlist_id",
            "at",
            "change",
            "position",
            "track_id",
            name=op.f("pk_playlist_changes"),
        ),
    )
    op.create_index(
        op.f("ix_playlist_changes_track_id"), "playlist_changes", ["track_id"]
    )
    op.create_index(
        op.f("ix_audio_provider_provider_id"), "audio", ["provider", "provider_id"]
    )
    op.add_column(
        "playlist_genres",
        sa.Column(
            "from_title", sa.Boolean(), server_default=sa.false(), nullable=False
        ),
    )
    _index_what_status_counts()


def _index_what_status_counts() -> None:
    """Let each count of `genre status` read an index alone, by ranges of track ids."""
    op.drop_index(op.f("ix_playlist_tracks_track_id"), "playlist_tracks")
    for table, *columns in (
        ("playlist_tracks", "track_id", "playlist_id", "removed_at"),
        ("track_refs", "source", "track_id"),
        ("candidates", "decision", "track_id"),
        ("audio", "status", "track_id", "pcm_sha256", "duration_s"),
        ("features", "feature_key", "track_id", "pcm_sha256"),
        ("splits", "split_set", "split"),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    unsettled = sa.text("outcome IN ('failed', 'refused')")
    op.create_index(
        op.f("ix_attempts_unsettled"),
        "attempts",
        ["subject_kind", "subject", "stage", "outcome", "error_class"],
        sqlite_where=unsettled,
        postgresql_where=unsettled,
    )

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

"""Training runs: written by train, read by status, evaluate and people.

A run's row is written when it starts and again when it ends: without metrics it
is unfinished, and the same command takes it up.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.db import tracks
from genre.files import utc_now
from genre.records import Run


def start_run(session: Session, run: Run) -> None:
    """Record a run that begins; one of the same id begins anew."""
    session.merge(
        m.Run(
            id=run.id,
            started_at=run.started_at or utc_now(),
            model=run.model,
            config=dict(run.config),
            metrics=None,
            checkpoint="",
            label_set=run.label_set,
            split_set=run.split_set,
            feature_key=run.feature_key,
        )
    )


def finish_run(
    session: Session, run_id: str, *, metrics: Mapping[str, Any], checkpoint: str
) -> None:
    """Record what a run reached; ``checkpoint`` is relative to the corpus."""
    row = session.get_one(m.Run, run_id)
    row.metrics = dict(metrics)
    row.checkpoint = checkpoint


def find_run(session: Session, run_id: str) -> Run | None:
    """Return a run by its id."""
    row = session.get(m.Run, run_id)
    return _to_run(row) if row else None


def latest_run(session: Session) -> Run | None:
    """Return the finished run that was started last."""
    query = select(m.Run).where(m.Run.checkpoint != "")
    row = session.scalar(query.order_by(m.Run.started_at.desc(), m.Run.id.desc()))
    return _to_run(row) if row else None


def finished_ids(session: Session) -> list[str]:
    """Return the ids of all finished runs, oldest first."""
    query = select(m.Run.id).where(m.Run.checkpoint != "")
    return list(session.scalars(query.order_by(m.Run.started_at, m.Run.id)))


def song_names(session: Session, track_ids: Sequence[str]) -> dict[str, str]:
    """Return ``Artist - Title`` of some songs, by track id."""
    found = (tracks.get(session, track_id) for track_id in track_ids)
    return {track.id: track.name for track in found if track is not None}


def _to_run(row: m.Run) -> Run:
    return Run(
        id=row.id,
        started_at=row.started_at,
        model=row.model,
        config=dict(row.config),
        metrics=dict(row.metrics) if row.metrics is not None else None,
        checkpoint=row.checkpoint,
        label_set=row.label_set,
        split_set=row.split_set,
        feature_key=row.feature_key,
    )

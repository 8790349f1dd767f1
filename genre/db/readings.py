"""How it went with reading playlists, as the ledger tells it.

A playlist that was read goes by its id; a source that could not be read goes by a name
for people, with the list file that named it as its provider.
"""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from genre.db import attempts
from genre.db import models as m
from genre.db.attempts import Standing
from genre.records import ErrorClass, Stage, Status, SubjectKind


def note(
    session: Session,
    subject: str,
    *,
    provider: str = "",
    error_class: ErrorClass | None = None,
    text: str = "",
) -> None:
    """Write down how it went; a text says what failed."""
    attempts.record(
        session,
        kind=SubjectKind.PLAYLIST,
        subject=subject,
        stage=Stage.CRAWL,
        provider=provider,
        outcome=Status.FAILED if text else Status.DONE,
        error_class=error_class,
        message=text,
    )


def standing(session: Session, subject: str) -> Standing | None:
    """Return how it went last; None when it was never tried."""
    return attempts.standings(
        session, [subject], kind=SubjectKind.PLAYLIST, stage=Stage.CRAWL
    ).get(subject)


def is_unread(session: Session, subject: str) -> bool:
    """Tell whether reading a source failed when it was tried last."""
    last = standing(session, subject)
    return last is not None and last.outcome is Status.FAILED


def unread(session: Session) -> dict[str, str]:
    """Return the sources that could not be read when last tried, and their list files."""
    a, p = m.Attempt, m.Playlist
    about_playlists = (a.subject_kind == SubjectKind.PLAYLIST, a.stage == Stage.CRAWL)
    failed = select(a.subject).where(*about_playlists, m.UNSETTLED)
    last = (
        select(func.max(a.id))
        .where(*about_playlists, a.subject.in_(failed))
        .where(a.subject.not_in(select(p.id)))
        .group_by(a.subject)
    )
    query = select(a.subject, a.provider).where(
        a.id.in_(last), a.outcome == Status.FAILED
    )
    return dict(session.execute(query.order_by(a.id)).all())

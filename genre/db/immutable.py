"""Sets that never change: stored once under a hash of their content, one current."""

from typing import TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.records import Status

Named = TypeVar("Named", m.LabelSet, m.SplitSet)


def make_current(session: Session, row: Named) -> tuple[Status, bool]:
    """Make a set current, storing its row when the id is new.

    Returns what happened (KEPT: it was current already and nothing was written) and
    whether the set is new, so that its members have to be stored, too.
    """
    table = type(row)
    known = session.get(table, row.id)
    if known is not None and known.is_current:
        return Status.KEPT, False
    session.execute(update(table).values(is_current=False))
    if known is not None:
        known.is_current = True
        return Status.DONE, False
    session.add(row)
    session.flush()
    return Status.DONE, True

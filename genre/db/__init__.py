"""The catalog: the only package that knows SQL.

file.py        its file: place, version, what SQLite's errors mean
connect.py     opens it (engine recipe, one writer, migrations on open)
models.py      the schema on one page
migrations/    numbered, append-only; run by connect.py
batches.py     many values, some at a time
<topic>.py     queries, one file per topic; each takes a Session, returns records
funnel.py, summary.py, held.py   the same in plain SQL, for what only looks
dump.py        the canonical dump that two runs are compared by
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from genre.db.connect import Catalog, open_catalog

__all__ = ["Catalog", "Session", "open_catalog"]


def __getattr__(name: str) -> Any:
    """Load what needs SQLAlchemy, half a second, when it is asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from genre.db import connect

    return getattr(connect, name)

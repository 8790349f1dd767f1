"""The canonical dump: what two runs must agree in to count as the same.

One JSON line per row, tables by name and rows by primary key. What differs
between equal runs is left out: times (of one that may be missing it stays whether
it is there), the ledger, the services' wishes, the ids of training runs and the
wall-clock figures among their metrics. ``genre status --digest`` prints its hash.
"""

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, RowMapping, Table, select
from sqlalchemy.orm import Session

from genre.db import models as m

_LEFT_OUT = {m.Attempt.__tablename__, m.Service.__tablename__}
_RUN = "<run>"  # stands for a run's id wherever a text mentions it
_IS_TIME = re.compile(r"(^|_)at$|^first_seen$")
_IS_CLOCK = re.compile(
    r"(^|_)(time|wall|elapsed|seconds|minutes|hours|eta)(_|$)"
    r"|_(at|s|ms)$|_per_(s|second|minute|hour)$"
)


def canonical_dump(session: Session) -> Iterator[str]:
    """Yield every row that is part of the result as one line of JSON."""
    runs = _any_of(session.scalars(select(m.Run.id)))
    tables = m.Base.metadata.tables
    for name in sorted(set(tables) - _LEFT_OUT):
        yield from _dump_table(session, tables[name], runs)


def digest(session: Session) -> str:
    """Return the sha256 of the canonical dump."""
    found = hashlib.sha256()
    for line in canonical_dump(session):
        found.update(line.encode("utf-8") + b"\n")
    return found.hexdigest()


def _dump_table(session: Session, table: Table, runs: re.Pattern[str]) -> Iterator[str]:
    """Yield the table's lines in the order of what is left of its primary key.

    Rows of several runs may agree in that; their lines then decide.
    """
    columns = [c for c in table.columns if _is_comparable(c)]
    key = [c for c in table.primary_key.columns if c in columns]
    query = select(*columns).order_by(*key).execution_options(yield_per=2_000)
    rows = session.execute(query).mappings()
    for _, group in itertools.groupby(rows, lambda row: [row[c.name] for c in key]):
        yield from sorted(_line(table.name, row, runs) for row in group)


def _is_comparable(column: Column[Any]) -> bool:
    if _IS_TIME.search(column.name):
        return bool(column.nullable)
    keys = {column, *(key.column for key in column.foreign_keys)}
    return m.Base.metadata.tables["runs"].c.id not in keys


def _line(table: str, row: RowMapping, runs: re.Pattern[str]) -> str:
    values = {name: _comparable(name, value) for name, value in row.items()}
    text = json.dumps(
        [table, values], sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return runs.sub(_RUN, text)


def _comparable(name: str, value: Any) -> Any:
    if _IS_TIME.search(name):
        return value is not None
    return _without_clock(value) if name == "metrics" else value


def _without_clock(value: Any) -> Any:
    """Return a run's metrics without what a clock measured (``train_s``, ...)."""
    if isinstance(value, list):
        return [_without_clock(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    kept = {k: v for k, v in value.items() if not _IS_CLOCK.search(k)}
    return {k: _without_clock(v) for k, v in kept.items()}


def _any_of(texts: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for any of the texts as a word; without one, it never matches."""
    alternatives = "|".join(re.escape(text) for text in texts if text)
    return re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)" if alternatives else r"(?!)")

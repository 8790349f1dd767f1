"""The catalog: the only package that knows SQL.

connect.py     opens it (engine recipe, one writer, migrations on open)
models.py      the schema on one page
migrations/    numbered, append-only; run by connect.py
<topic>.py     queries, one file per topic; each takes a Session, returns records
dump.py        the canonical dump that two runs are compared by
"""

from sqlalchemy.orm import Session

from genre.db.connect import Catalog, open_catalog

__all__ = ["Catalog", "Session", "open_catalog"]

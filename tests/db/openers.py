"""What the processes of ``test_migrate`` do; light, so that they start quickly."""

from pathlib import Path

from sqlalchemy import func, select

from genre.config import Settings
from genre.db import migrate, open_catalog
from genre.db import models as m


def upgrade(path: Path, scripts: Path) -> None:
    """Bring a catalog to the last version of a migration folder."""
    corpus = path.parent
    migrate.bring_up_to_date(
        path, corpus=corpus, target=migrate.known_versions(scripts)[-1], scripts=scripts
    )


def open_and_count(corpus: Path) -> int:
    """Open a corpus's catalog for writing; return how many tracks it has."""
    with open_catalog(Settings(corpus=corpus)) as catalog, catalog.read() as session:
        return session.scalar(select(func.count()).select_from(m.Track)) or 0

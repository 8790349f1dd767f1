"""What ``genre status`` counts and lists."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Catalog, attempts, open_catalog
from genre.db import models as m
from genre.db.attempts import Block
from genre.db.summary import blocks, failures
from genre.records import ErrorClass, Stage, Status, SubjectKind


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Return an empty catalog."""
    return open_catalog(Settings(corpus=tmp_path))


def _try(catalog: Catalog, subjects: list[str], outcome: Status) -> None:
    """Write one attempt at each subject into the ledger."""
    failed = outcome is Status.FAILED
    with catalog.write() as session:
        for subject in subjects:
            attempts.record(
                session,
                kind=SubjectKind.TRACK,
                subject=subject,
                stage=Stage.CRAWL,
                outcome=outcome,
                error_class=ErrorClass.PERMANENT if failed else None,
            )


def test_every_failure_is_listed(catalog: Catalog) -> None:
    """However many they are, the newest first."""
    _try(catalog, [f"t{i}" for i in range(2_345)], Status.FAILED)
    with catalog.read() as session:
        found = [failure.subject for failure in failures(session)]
    assert found == [f"t{i}" for i in reversed(range(2_345))]


def test_only_the_last_attempt_counts(catalog: Catalog) -> None:
    """What succeeded later is no failure; a failure has its song's name."""
    with catalog.write() as session:
        session.add(m.Track(id="a", title="T", artists="A", match_key="k"))
    _try(catalog, ["a", "b"], Status.FAILED)
    _try(catalog, ["b"], Status.DONE)
    with catalog.read() as session:
        assert [(f.subject, f.name) for f in failures(session)] == [("a", "A - T")]


def test_only_services_that_still_want_to_be_left_alone_are_listed(
    catalog: Catalog,
) -> None:
    """A wish that has run out is history."""
    now = datetime.now(UTC)
    past, future = (
        (now + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for hours in (-1, 1)
    )
    with catalog.write() as session:
        attempts.block_service(session, Block("youtube", future, "slow down"))
        attempts.block_service(session, Block("deezer", past, "slow down"))
    with catalog.read() as session:
        assert blocks(session) == [Block("youtube", future, "slow down")]

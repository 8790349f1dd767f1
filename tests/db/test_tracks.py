"""Songs in the catalog: how they are found."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Session, open_catalog, tracks
from genre.db import models as m
from genre.db.song_batch import SongBatch
from genre.records import ArtistRole, Track


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Open a writing transaction on an empty catalog."""
    with open_catalog(Settings(corpus=tmp_path)) as catalog, catalog.write() as opened:
        yield opened


def add(session: Session, key: str) -> None:
    """Add a song by one artist."""
    roles = [(f"artist {key}", ArtistRole.MAIN)]
    batch = SongBatch(session, [])
    batch.add(Track(key, "Song", "", "A"), match_key="a|song", roles=roles)
    batch.write()


def test_unknown_reference(session: Session) -> None:
    """An empty reference is none."""
    add(session, "a")

    assert tracks.by_ref(session, "url", "") is None
    assert list(tracks.refs(session, [])) == []


def test_many_references_at_once(session: Session) -> None:
    """More references than a query takes are asked in parts."""
    add(session, "a")
    for i in range(900):
        session.add(m.TrackRef(source="url", source_id=str(i), track_id="a"))
    session.flush()

    found = tracks.by_refs(session, [("url", str(i)) for i in range(950)])
    found |= tracks.by_refs(session, [("file", "7"), ("isrc", "7")])

    assert len(found) == 900
    assert {known.track.id for known in found.values()} == {"a"}

"""Genre words of sources: kept once, whatever becomes of the song."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Session, evidence, open_catalog, tracks
from genre.db import models as m
from genre.records import EvidenceLevel, Said

DUB = Said("jamendo", EvidenceLevel.TRACK, "dub", "jamendo:1", "jamendo")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Open a writing transaction on a catalog with two songs."""
    with open_catalog(Settings(corpus=tmp_path)) as catalog, catalog.write() as opened:
        for seq, key in enumerate("ab"):
            opened.add(m.Track(id=key, title=key, artists="A", match_key="", seq=seq))
        opened.flush()
        yield opened


def test_said_again(session: Session) -> None:
    """The same statement is one row; another song, word, level or way is another."""
    others = [
        replace(DUB, raw="Dub"),
        replace(DUB, level=EvidenceLevel.ALBUM),
        replace(DUB, ref="jamendo:2"),
        replace(DUB, who="csv"),
    ]
    assert not evidence.is_known(session, [DUB])
    for _ in range(2):
        evidence.store(session, [("a", said) for said in (DUB, DUB, *others)])

    assert evidence.is_known(session, [DUB, *others])
    assert session.query(m.Evidence).count() == 5


def test_merged_song(session: Session) -> None:
    """The statement follows the song, and is not taken for a new one."""
    evidence.store(session, [("b", DUB)])
    tracks.merge(session, "b", "a")
    evidence.store(session, [("a", DUB)])

    [row] = session.query(m.Evidence)
    assert (row.track_id, row.genre_id, row.raw) == ("a", None, "dub")

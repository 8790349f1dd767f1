"""Genre words of sources: kept once, whatever becomes of the song."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Session, evidence, merging, open_catalog
from genre.db import models as m
from genre.db.evidence import Stated
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


def heard(session: Session, *rows: Stated, playlist: str | None = None) -> bool:
    """Record what the rows of a playlist say; tell whether it was news."""
    found = evidence.news(session, rows, playlist=playlist)
    evidence.store(session, found, playlist=playlist)
    return bool(found)


def row(track_id: str, *said: Said, ref: str = DUB.ref) -> Stated:
    """Return a row of a song that says something."""
    return Stated(track_id, ref, said)


def words(session: Session) -> list[tuple[str, str]]:
    """Return the songs and words that are kept."""
    kept = session.query(m.Evidence.track_id, m.Evidence.raw)
    return sorted((track_id, raw) for track_id, raw in kept)


def test_said_again(session: Session) -> None:
    """The same statement is one row; another song, word, level or way is another."""
    others = [
        replace(DUB, raw="Dub"),
        replace(DUB, level=EvidenceLevel.ALBUM),
        replace(DUB, ref="jamendo:2"),
        replace(DUB, who="csv"),
    ]

    news = [heard(session, row("a", DUB, DUB, *others)) for _ in range(2)]

    assert news == [True, False]
    assert session.query(m.Evidence).count() == 5


def test_merged_song(session: Session) -> None:
    """The statement follows the song, and is not taken for a new one."""
    heard(session, row("b", DUB))
    merging.merge(session, "b", "a")

    assert not heard(session, row("a", DUB))
    [kept] = session.query(m.Evidence)
    assert (kept.track_id, kept.genre_id, kept.raw) == ("a", None, "dub")


def test_reference_that_means_another_song(session: Session) -> None:
    """What was said of it is said of that song now."""
    heard(session, row("a", DUB))

    assert heard(session, row("b", DUB))
    assert words(session) == [("b", "dub")]


def test_word_that_is_taken_back(session: Session) -> None:
    """It goes; what a row that is not shown had said stays."""
    techno = replace(DUB, raw="techno")
    other = replace(DUB, ref="jamendo:2")
    heard(session, row("a", DUB, techno), row("a", other, ref=other.ref))

    assert heard(session, row("a", techno))
    assert words(session) == [("a", "dub"), ("a", "techno")]
    assert heard(session, row("a"))
    assert words(session) == [("a", "dub")]
    assert not heard(session, row("a"))


def test_word_of_another_playlist(session: Session) -> None:
    """A playlist takes back only what it said itself: two do not take turns."""
    for key in "pq":
        session.add(
            m.Playlist(id=key, source=key, source_id="", snapshot_at="", n_items=1)
        )
    session.flush()
    techno = replace(DUB, raw="techno")

    said = [
        heard(session, row("a", one), playlist=key)
        for _ in range(2)
        for key, one in (("p", DUB), ("q", techno))
    ]

    assert said == [True, True, False, False]
    assert words(session) == [("a", "dub"), ("a", "techno")]

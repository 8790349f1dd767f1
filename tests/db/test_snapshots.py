"""What a playlist holds after it was read again: what stays, moves, comes and goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Session, open_catalog, snapshots
from genre.db import models as m
from genre.db.snapshots import Place, Row
from genre.records import Change, PlaylistEvent


def before(text: str) -> list[Place]:
    """Return places: "a b" stand there, "-c" left; the position is that of the word."""
    return [
        Place(at, word[-1], None, f"seen {at}", "gone" if word[0] == "-" else None)
        for at, word in enumerate(text.split())
    ]


def after(known: str, read: str, *, complete: bool = True) -> tuple[str, str]:
    """Return who stands where after a reading, and what came and went."""
    rows = [Row(at, song) for at, song in enumerate(read.split())]
    found = snapshots.compare(before(known), rows, now="now", complete=complete)
    places = [
        f"{'-' if p.removed_at else ''}{p.track_id}{p.position}/{p.first_seen[-1]}"
        for p in sorted(found.after, key=lambda p: (p.position, p.track_id))
    ]
    changes = [f"+{p.track_id}{p.position}" for p in found.added]
    changes += [f"-{p.track_id}{p.position}" for p in found.removed]
    return " ".join(places), " ".join(changes)


@pytest.mark.parametrize(
    ("known", "read", "places", "changes"),
    [
        ("", "a b", "a0/w b1/w", "+a0 +b1"),
        ("a b", "a b", "a0/0 b1/1", ""),
        ("a b", "b a", "b0/1 a1/0", ""),  # they only moved
        ("a b", "x a b", "x0/w a1/0 b2/1", "+x0"),  # one at the top moves the others
        ("a b", "a", "a0/0 -b1/1", "-b1"),
        ("a -b", "a b", "a0/0 b1/1", "+b1"),  # it is back
        ("a -b", "b a", "b0/1 a1/0", "+b0"),
        ("a b", "a c", "a0/0 -b1/1 c1/w", "+c1 -b1"),
        ("a a", "a a", "a0/0 a1/1", ""),  # one song twice
        ("a a", "b a a", "b0/w a1/1 a2/0", "+b0"),
        ("a a", "a", "a0/0 -a1/1", "-a1"),
        ("a", "a a", "a0/0 a1/w", "+a1"),
        ("a -a", "a a", "a0/0 a1/1", "+a1"),
        ("a -a", "b a", "b0/w a1/0", "+b0"),  # it moved to where it once left
        ("-a", "", "-a0/0", ""),
    ],
)  # fmt: skip
def test_reading_again(known: str, read: str, places: str, changes: str) -> None:
    """Each song keeps its row and its first date as long as it can be the same one."""
    assert after(known, read) == (places, changes)


def test_incomplete_reading_removes_nothing() -> None:
    """What it does not show may still be there; what it shows is there."""
    assert after("a b c", "c x", complete=False) == ("a0/0 c0/2 b1/1 x1/w", "+x1")


def test_nothing_new() -> None:
    """A reading that says what is known is no news; one that moves a song is."""
    rows = [Row(0, "a"), Row(1, "b")]
    known = before("a b")

    same = snapshots.compare(known, reversed(rows), now="now", complete=True)
    moved = snapshots.compare(before("b a"), rows, now="now", complete=True)

    assert (same.is_news, moved.is_news) == (False, True)


@pytest.mark.parametrize(
    ("known", "removed_at", "stated", "kept"),
    [
        (None, None, "2026-02", "2026-02"),
        ("2026-01", None, "2026-02", "2026-01"),  # the first word stays
        ("2026-01", None, "", "2026-01"),
        ("2026-01", "2026-01", "2026-02", "2026-02"),  # it came a second time
        ("2026-01", "2026-01", "", "2026-01"),
    ],
)
def test_stated_date(
    known: str | None, removed_at: str | None, stated: str, kept: str
) -> None:
    """The source's date of a song is kept, from when it last came in."""
    place = Place(0, "a", known, "seen", removed_at)

    found = snapshots.compare([place], [Row(0, "a", stated)], now="", complete=True)

    assert [place.added_at for place in found.after] == [kept]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Open a writing transaction on a catalog with a playlist and three songs."""
    with open_catalog(Settings(corpus=tmp_path)) as catalog, catalog.write() as opened:
        opened.add_all(
            m.Track(id=key, title=key.upper(), artists="X", match_key=key)
            for key in "abc"
        )
        opened.add(
            m.Playlist(
                id="p",
                source="csv",
                source_id="",
                title="Mix",
                snapshot_at="",
                n_items=0,
            )
        )
        opened.flush()
        yield opened


def read(session: Session, songs: str, *, now: str, first: bool = False) -> None:
    """Record a reading of the playlist."""
    rows = [Row(at, song) for at, song in enumerate(songs)]
    found = snapshots.take(session, "p", rows, now=now, complete=True)
    snapshots.save(session, "p", found, now=now, first=first)


def test_rows_in_the_catalog(session: Session) -> None:
    """They hold where each song stands, since when, and when it left."""
    read(session, "ab", now="2026-01", first=True)
    read(session, "ca", now="2026-02")

    rows = session.query(m.PlaylistTrack).order_by(m.PlaylistTrack.track_id)
    assert [(r.track_id, r.position, r.first_seen, r.removed_at) for r in rows] == [
        ("a", 1, "2026-01", None),
        ("b", 1, "2026-01", "2026-02"),
        ("c", 0, "2026-02", None),
    ]


def diary(session: Session, *, since: str = "") -> list[PlaylistEvent]:
    """Return what all readings showed, the newest first."""
    found = snapshots.readings(session, since=since)
    return [e for at, key in found for e in snapshots.events(session, key, at=at)]


def test_diary(session: Session) -> None:
    """What came and went after the first reading is told, the newest first."""
    read(session, "ab", now="2026-01", first=True)
    read(session, "ac", now="2026-02")
    read(session, "acb", now="2026-03")

    events = diary(session)

    assert [(e.at, e.change, e.playlist, e.position, e.track) for e in events] == [
        ("2026-03", Change.ADDED, "Mix", 2, "X - B"),
        ("2026-02", Change.REMOVED, "Mix", 1, "X - B"),
        ("2026-02", Change.ADDED, "Mix", 1, "X - C"),
    ]
    assert [e.at for e in diary(session, since="2026-02-15")] == ["2026-03"]


def test_twice_in_a_second(session: Session) -> None:
    """What goes, comes and goes within a second is told once."""
    read(session, "ab", now="2026", first=True)
    for songs in ("a", "ab", "a"):
        read(session, songs, now="2026")

    assert [e.change for e in diary(session)] == ["removed", "added"]

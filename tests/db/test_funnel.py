"""How far the songs of each genre have come, counted from the rows."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from genre.config import Settings
from genre.db import Catalog, matches, open_catalog
from genre.db import models as m
from genre.db.file import Reader
from genre.db.funnel import Funnel, Stages, funnel_of, scope_of, tally
from genre.errors import CatalogDamagedError
from genre.records import AudioStatus, Decision

KEY = "mel1-test"
NOW = "2026-01-01T00:00:00Z"


def _id(name: str) -> str:
    """Return a track's or playlist's id."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def _sound(name: str) -> str:
    """Return the hash of a recording."""
    return hashlib.sha256(name.encode()).hexdigest()


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Return a catalog with two genres, a label set and a shard."""
    catalog = open_catalog(Settings(corpus=tmp_path))
    with catalog.write() as session:
        session.add_all([m.Genre(id="dub", name="Dub"), m.Genre(id="idm", name="IDM")])
        session.add(_label_set("now", is_current=True))
        session.add(_label_set("old", is_current=False))
        session.add(
            m.Shard(
                id="s",
                feature_key=KEY,
                path="",
                sha256="",
                n_frames=1,
                dtype="uint8",
                state="present",
            )
        )
    return catalog


def _label_set(key: str, *, is_current: bool) -> m.LabelSet:
    return m.LabelSet(
        id=key, name="", rule="", params={}, created_at=NOW, is_current=is_current
    )


def _playlist(session: Session, name: str, *genres: str) -> None:
    """Add a playlist of some genres."""
    session.add(
        m.Playlist(
            id=_id(name), source="csv", source_id=name, snapshot_at=NOW, n_items=0
        )
    )
    session.flush()
    for genre in genres:
        session.add(m.PlaylistGenre(playlist_id=_id(name), genre_id=genre))


def _song(session: Session, name: str, *playlists: str, left: bool = False) -> None:
    """Add a song that stands, or stood, in playlists."""
    if session.get(m.Track, _id(name)) is None:
        session.add(m.Track(id=_id(name), title=name, artists="A", match_key=name))
        session.flush()
    for playlist in playlists:
        session.add(
            m.PlaylistTrack(
                playlist_id=_id(playlist),
                position=session.query(m.PlaylistTrack).count(),
                track_id=_id(name),
                first_seen=NOW,
                removed_at=NOW if left else None,
            )
        )
    session.flush()


def _audio(session: Session, name: str, sound: str, status: AudioStatus) -> None:
    session.add(
        m.Audio(
            track_id=_id(name),
            pcm_sha256=_sound(sound),
            path="",
            provider="url",
            provider_id="",
            sample_rate=16_000,
            n_samples=16_000,
            duration_s=1.0,
            source_codec="mp3",
            status=status,
        )
    )


def _candidate(session: Session, name: str, provider: str, decision: Decision) -> None:
    session.add(
        m.Candidate(
            track_id=_id(name),
            provider=provider,
            provider_id="v",
            url="",
            title="",
            score=0.6,
            reason="",
            decision=decision,
            decided_by="matcher",
            decided_at=NOW,
        )
    )


def _frames(session: Session, name: str, sound: str) -> None:
    session.add(
        m.Feature(
            track_id=_id(name),
            feature_key=KEY,
            pcm_sha256=_sound(sound),
            shard_id="s",
            offset=0,
            n_frames=1,
        )
    )


def _label(session: Session, name: str, label_set: str, genre: str = "dub") -> None:
    session.add(
        m.Label(
            label_set=label_set, track_id=_id(name), genre_id=genre, score=1, known=True
        )
    )


def _count(catalog: Catalog, slices: Iterable[tuple[str, str]] = ()) -> Funnel:
    """Count as ``genre status`` does, or in other slices."""
    reader = Reader(Settings(corpus=catalog.path.parent))
    with reader.read() as connection:
        scope = scope_of(connection, playable=["file", "url"], feature_key=KEY)
        found = [tally(connection, scope, ids) for ids in slices or scope.slices]
    return funnel_of(scope, sum(found[1:], start=found[0]))


@pytest.mark.parametrize(
    ("do", "expected"),
    [
        (lambda _: None, Stages(1)),
        (
            lambda s: s.add(
                m.TrackRef(source="deezer", source_id="1", track_id=_id("x"))
            ),
            Stages(1),
        ),
        (
            lambda s: s.add(m.TrackRef(source="url", source_id="1", track_id=_id("x"))),
            Stages(1, 1),
        ),
        (lambda s: _candidate(s, "x", "youtube", Decision.UNCERTAIN), Stages(1)),
        (lambda s: _candidate(s, "x", "youtube", Decision.ACCEPTED), Stages(1, 1)),
        (lambda s: _audio(s, "x", "1", AudioStatus.REMOVED), Stages(1, 1, 1)),
        (lambda s: _audio(s, "x", "1", AudioStatus.PRESENT), Stages(1, 1, 1, 1)),
        (lambda s: _label(s, "x", "now"), Stages(1, labelled=1)),
        (lambda s: _label(s, "x", "old"), Stages(1)),
        (lambda s: _frames(s, "x", "1"), Stages(1)),
    ],
)
def test_what_each_stage_asks_for(
    catalog: Catalog, do: Callable[[Session], None], expected: Stages
) -> None:
    """One row makes a listed song reach a stage, or does not."""
    with catalog.write() as session:
        _playlist(session, "p", "dub")
        _song(session, "x", "p")
        do(session)

    assert _count(catalog).total == expected


def test_frames_count_while_they_are_of_the_present_recording(
    catalog: Catalog,
) -> None:
    """A song whose recording was replaced has to be featured again."""
    with catalog.write() as session:
        _playlist(session, "p", "dub")
        for name in ("fresh", "stale"):
            _song(session, name, "p")
            _audio(session, name, f"{name} 1", AudioStatus.PRESENT)
            _frames(session, name, "fresh 1")

    found = _count(catalog)

    assert (found.total.featured, found.with_features) == (1, {KEY: 1})


def test_a_song_counts_once_in_each_genre_and_once_in_all(catalog: Catalog) -> None:
    """However many playlists hold it, and however often."""
    with catalog.write() as session:
        _playlist(session, "p", "dub", "idm")
        _playlist(session, "q", "dub")
        _playlist(session, "r")
        _song(session, "x", "p", "p", "q", "r")
        _song(session, "y", "q")
        _song(session, "z", "r")

    found = _count(catalog)

    assert found.by_genre == {"Dub": Stages(2), "IDM": Stages(1)}
    assert list(found.by_genre) == ["Dub", "IDM"]
    assert (found.no_genre, found.total) == (Stages(1), Stages(3))


def test_a_song_that_left_its_playlists_is_not_listed(catalog: Catalog) -> None:
    """What it reached stays in the catalog, outside the funnel."""
    with catalog.write() as session:
        _playlist(session, "p", "dub")
        _song(session, "x", "p", left=True)
        _audio(session, "x", "1", AudioStatus.PRESENT)
        _song(session, "y")

    assert _count(catalog).total == Stages(0)


def test_songs_left_to_a_person_are_those_that_genre_matches_lists(
    catalog: Catalog,
) -> None:
    """An uncertain result, none accepted, no audio, and in a playlist now."""
    with catalog.write() as session:
        _playlist(session, "p")
        for name in ("open", "decided", "heard", "gone"):
            _song(session, name, "p", left=name == "gone")
            _candidate(session, name, "one", Decision.UNCERTAIN)
            _candidate(session, name, "two", Decision.UNCERTAIN)
        _candidate(session, "decided", "three", Decision.ACCEPTED)
        _audio(session, "heard", "1", AudioStatus.PRESENT)
        expected = matches.count_with(session, uncertain=True)

    assert _count(catalog).uncertain == expected == 1


def test_slices_add_up_to_the_whole(catalog: Catalog) -> None:
    """A big catalog is counted in parts, with the same result."""
    with catalog.write() as session:
        _playlist(session, "p", "dub")
        _playlist(session, "q", "idm")
        for n in range(100):
            _song(session, f"song {n}", "pq"[n % 2])
            _audio(session, f"song {n}", f"{n}", AudioStatus.PRESENT)
            _label(session, f"song {n}", "now", "idm" if n % 3 else "dub")
    whole = _count(catalog)

    assert _count(catalog, pairwise(["", *"123456789abcdef", "g"])) == whole
    assert whole.total == Stages(100, 100, 100, 100, 100)


def test_an_empty_catalog_has_an_empty_funnel(tmp_path: Path) -> None:
    """No genre, no playlist, no song."""
    found = _count(open_catalog(Settings(corpus=tmp_path)))

    assert (found.total, found.by_genre) == (Stages(), {})


def test_an_id_that_is_no_hash_is_said(catalog: Catalog) -> None:
    """Joining needs numbers; another program's ids would be counted wrongly."""
    with catalog.write() as session:
        _playlist(session, "p", "dub")
        _song(session, "x", "p")
        session.add(m.Track(id="5 is no id", title="", artists="", match_key=""))
        session.add(m.TrackRef(source="url", source_id="1", track_id="5 is no id"))

    with pytest.raises(CatalogDamagedError, match="Expected ids of 16 hexadecimal"):
        _count(catalog)


def test_every_scan_reads_an_index_alone(catalog: Catalog) -> None:
    """Which is why a million songs take a second and not a minute."""
    asked: list[str] = []
    reader = Reader(Settings(corpus=catalog.path.parent))
    with reader.read() as connection:
        scope = scope_of(connection, playable=["file", "url"], feature_key=KEY)
        connection.set_trace_callback(asked.append)
        tally(connection, scope, ("0", "1"))
        connection.set_trace_callback(None)
        plans = [_plan(connection, query) for query in asked]

    assert len(plans) == 8
    assert all("SEARCH" in p and "USING COVERING INDEX" in p for p in plans), plans


def _plan(connection: sqlite3.Connection, query: str) -> str:
    return str(connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchone()[3])

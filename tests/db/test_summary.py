"""What ``genre status`` counts and lists beside the funnel."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Catalog, attempts, audio_files, open_catalog
from genre.db import models as m
from genre.db.attempts import Block
from genre.db.file import Reader
from genre.db.summary import (
    Blocked,
    SameSound,
    blocked,
    counts,
    failure_classes,
    failures,
    same_sound,
)
from genre.records import (
    AudioFile,
    AudioInfo,
    ErrorClass,
    Stage,
    Status,
    SubjectKind,
)

HEARD = AudioFile("heard", "x.wav", "url", "1", AudioInfo("ab" * 32, 16_000, 9, "mp3"))


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Return an empty catalog."""
    return open_catalog(Settings(corpus=tmp_path))


@pytest.fixture
def reader(catalog: Catalog) -> Reader:
    """Return what counts in it."""
    return Reader(Settings(corpus=catalog.path.parent))


def _list(catalog: Catalog, songs: list[str], *, left: bool = False) -> None:
    """Add songs that a playlist lists, or that left it."""
    with catalog.write() as session:
        session.merge(_playlist("all"))
        session.flush()
        for name in songs:
            session.add(m.Track(id=name, title=name, artists="A", match_key=name))
        session.flush()
        for name in songs:
            session.add(
                m.PlaylistTrack(
                    playlist_id="all",
                    position=0,
                    track_id=name,
                    first_seen="",
                    removed_at="T" if left else None,
                )
            )


def _playlist(key: str) -> m.Playlist:
    return m.Playlist(
        id=key, source="csv", source_id=key, title="Mix", snapshot_at="", n_items=0
    )


def _try(
    catalog: Catalog,
    subjects: list[str],
    outcome: Status,
    error_class: ErrorClass | None = None,
    kind: SubjectKind = SubjectKind.TRACK,
    stage: Stage = Stage.CRAWL,
) -> None:
    """Write one attempt at each subject into the ledger."""
    if outcome is Status.FAILED:
        error_class = error_class or ErrorClass.PERMANENT
    with catalog.write() as session:
        for subject in subjects:
            attempts.record(
                session,
                kind=kind,
                subject=subject,
                stage=stage,
                outcome=outcome,
                error_class=error_class,
            )


def test_every_failure_is_listed(catalog: Catalog, reader: Reader) -> None:
    """However many they are, the newest first."""
    _list(catalog, [f"t{i}" for i in range(2_345)])
    _try(catalog, [f"t{i}" for i in range(2_345)], Status.FAILED)
    with reader.read() as connection:
        found = [failure.subject for failure in failures(connection)]
    assert found == [f"t{i}" for i in reversed(range(2_345))]


def test_only_the_last_attempt_counts(catalog: Catalog, reader: Reader) -> None:
    """What succeeded later is no failure; a failure has its song's name."""
    _list(catalog, ["a", "b"])
    _try(catalog, ["a", "b"], Status.FAILED)
    _try(catalog, ["b"], Status.DONE)
    with reader.read() as connection:
        assert [(f.subject, f.name) for f in failures(connection)] == [("a", "A - a")]


def test_a_song_without_a_good_match_is_listed_too(
    catalog: Catalog, reader: Reader
) -> None:
    """Nothing failed, but nothing came of it either; its class says so."""
    _list(catalog, ["a", "b"])
    _try(catalog, ["a"], Status.REFUSED)
    _try(catalog, ["b"], Status.FAILED)
    with reader.read() as connection:
        found = [(f.subject, f.error_class) for f in failures(connection)]
    assert found == [("b", "permanent"), ("a", "refused")]


def test_what_nobody_fetches_any_more_is_in_no_ones_way(
    catalog: Catalog, reader: Reader
) -> None:
    """A song that left all playlists, or has audio since it merged with another."""
    _list(catalog, ["left"], left=True)
    _list(catalog, ["here", "heard"])
    with catalog.write() as session:
        audio_files.put(session, HEARD)
    _try(catalog, ["left", "heard", "here"], Status.FAILED, ErrorClass.TEMPORARY)
    with reader.read() as connection:
        assert [failure.subject for failure in failures(connection)] == ["here"]
        assert [found.n for found in failure_classes(connection)] == [1]


def test_a_song_without_playlist_may_still_fail_elsewhere(
    catalog: Catalog, reader: Reader
) -> None:
    """Features are made of whatever has audio."""
    _list(catalog, ["heard"], left=True)
    with catalog.write() as session:
        audio_files.put(session, HEARD)
    _try(catalog, ["heard"], Status.FAILED, stage=Stage.FEATURES)
    with reader.read() as connection:
        assert [failure.stage for failure in failures(connection)] == ["features"]


def test_a_playlist_is_named_by_its_title(catalog: Catalog, reader: Reader) -> None:
    """One that could never be read, by its source."""
    with catalog.write() as session:
        session.add(_playlist("p"))
    _try(catalog, ["p", "gone.csv"], Status.FAILED, kind=SubjectKind.PLAYLIST)
    with reader.read() as connection:
        assert [failure.name for failure in failures(connection)] == ["gone.csv", "Mix"]


def test_a_song_that_became_another_is_no_failure(
    catalog: Catalog, reader: Reader
) -> None:
    """Its attempts stay in the ledger, but there is nothing left to mend."""
    _list(catalog, ["a", "other"])
    _try(catalog, ["old", "other"], Status.FAILED)
    with catalog.write() as session:
        session.add(m.TrackAlias(old_id="old", track_id="a"))
    with reader.read() as connection:
        assert [failure.subject for failure in failures(connection)] == ["other"]


def test_failures_are_classed_with_the_newest_as_example(
    catalog: Catalog, reader: Reader
) -> None:
    """The most frequent first; "no good match" is one of them, services are not."""
    _list(catalog, list("abcdef"))
    _try(catalog, ["a", "b", "c"], Status.FAILED, ErrorClass.TEMPORARY)
    _try(catalog, ["c"], Status.FAILED, ErrorClass.PERMANENT)
    _try(catalog, ["d", "e", "f"], Status.REFUSED)
    _try(catalog, ["f"], Status.DONE)
    _try(catalog, ["x"], Status.FAILED, ErrorClass.STOP, SubjectKind.SERVICE)
    with reader.read() as connection:
        found = failure_classes(connection)
    assert [(f.outcome, f.error_class, f.n, f.example.subject) for f in found] == [
        (Status.REFUSED, None, 2, "e"),
        (Status.FAILED, ErrorClass.TEMPORARY, 2, "b"),
        (Status.FAILED, ErrorClass.PERMANENT, 1, "c"),
    ]


def test_only_services_that_still_want_to_be_left_alone_are_listed(
    catalog: Catalog, reader: Reader
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
    with reader.read() as connection:
        assert blocked(connection) == [Blocked("youtube", future, "slow down")]


def test_pairs_of_equal_sound_are_counted_while_they_are_equal(
    catalog: Catalog, reader: Reader
) -> None:
    """Each pair once; a recording that went, or another method, makes none."""
    _list(catalog, ["a", "b", "c", "gone", "near"])
    pairs = [("b", "a"), ("a", "b"), ("a", "c"), ("a", "gone")]
    with catalog.write() as session:
        for name in ("a", "b", "c", "gone", "near"):
            audio_files.put(session, replace(HEARD, track_id=name))
        audio_files.mark_removed(session, "gone")
        for one, other, method in [*((*p, "pcm") for p in pairs), ("a", "near", "mel")]:
            session.add(
                m.Duplicate(track_id=one, other_id=other, method=method, score=1)
            )
    with reader.read() as connection:
        found = same_sound(connection)
    assert found == SameSound(2, ("A - a [a]", "A - b [b]"))


def test_only_what_was_written_down_is_compared(reader: Reader) -> None:
    """Few pairs, and by an index two recordings of each: never all with all."""
    asked: list[str] = []
    with reader.read() as connection:
        connection.set_trace_callback(asked.append)
        same_sound(connection)
        connection.set_trace_callback(None)
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]

    steps = [step for step in plan if " pair" in step or " a " in step or " b " in step]
    assert steps[0].startswith("SCAN pair")
    assert all("track_id=?" in step for step in steps[1:])


def test_an_empty_catalog_counts_nothing(reader: Reader) -> None:
    """No label set and no split yet is no error."""
    with reader.read() as connection:
        found = counts(connection)
        assert same_sound(connection) is None
    assert (found.tracks, found.audio_hours, found.label_set) == (0, 0.0, "")
    assert (found.splits, found.runs) == ({}, ())

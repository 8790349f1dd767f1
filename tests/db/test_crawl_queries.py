"""Playlists, candidates, recordings, the ledger and local files in the catalog."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import (
    Session,
    attempts,
    audio_files,
    local_files,
    matches,
    open_catalog,
    playlists,
    snapshots,
)
from genre.db import models as m
from genre.db.snapshots import Row
from genre.files import utc_now
from genre.records import (
    AudioFile,
    AudioInfo,
    Candidate,
    Decision,
    ErrorClass,
    PlaylistData,
    Stage,
    Status,
    SubjectKind,
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Open a writing transaction on a catalog with the songs a, b and c."""
    with open_catalog(Settings(corpus=tmp_path)) as catalog, catalog.write() as opened:
        opened.add_all(
            m.Track(id=key, title=key, artists="A", match_key=key) for key in "cab"
        )
        opened.add(
            m.Playlist(id="p", source="csv", source_id="", snapshot_at="", n_items=3)
        )
        opened.flush()
        listed(opened, "abc")
        yield opened


def listed(session: Session, songs: str) -> None:
    """Record which songs stand in the playlist p now."""
    rows = [Row(*row) for row in enumerate(songs)]
    found = snapshots.take(session, "p", rows, now="2026", complete=True)
    snapshots.save(session, "p", found, now="2026", first=True)


def tried(
    session: Session,
    outcome: Status,
    error_class: ErrorClass | None = None,
    subject: str = "a",
) -> None:
    """Record an attempt at a song."""
    attempts.record(
        session,
        kind=SubjectKind.TRACK,
        subject=subject,
        stage=Stage.CRAWL,
        outcome=outcome,
        error_class=error_class,
        message=f"{outcome}\x1b",
    )


def standing(session: Session) -> attempts.Standing | None:
    """Return how song a stands."""
    found = attempts.standings(
        session, ["a", "b"], kind=SubjectKind.TRACK, stage=Stage.CRAWL
    )
    return found.get("a")


def test_never_tried(session: Session) -> None:
    """A song nobody tried has no standing."""
    tried(session, Status.DONE, subject="b")

    assert standing(session) is None


def test_last_attempt_counts(session: Session) -> None:
    """The last attempt decides; temporary failures in a row are counted."""
    seen = []
    for outcome, error_class in (
        (Status.FAILED, ErrorClass.TEMPORARY),
        (Status.FAILED, ErrorClass.TEMPORARY),
        (Status.FAILED, ErrorClass.ENVIRONMENT),
        (Status.FAILED, ErrorClass.TEMPORARY),
        (Status.DONE, None),
    ):
        tried(session, outcome, error_class)
        found = standing(session)
        seen.append((found.outcome, found.n_temporary) if found else None)

    failed = Status.FAILED
    assert [
        (failed, 1),
        (failed, 2),
        (failed, 0),
        (failed, 1),
        (Status.DONE, 0),
    ] == seen


def test_messages_are_cleaned(session: Session) -> None:
    """No control character reaches the ledger."""
    tried(session, Status.DONE)

    found = standing(session)
    assert found is not None
    assert found.message == "done"


def test_blocked_services(session: Session) -> None:
    """A block holds until its time, and a later one replaces it."""
    attempts.block_service(session, attempts.Block("x", "2026-01-01T00:00:00Z", "busy"))
    attempts.block_service(session, attempts.Block("x", "2026-01-02T00:00:00Z", "busy"))

    before = attempts.blocked_services(session, "2026-01-01T12:00:00Z")
    after = attempts.blocked_services(session, "2026-01-02T12:00:00Z")

    assert ({"x"}, set()) == (set(before), set(after))


def playlist(*, title: str = "Mix") -> PlaylistData:
    """Return a playlist as it was read."""
    return PlaylistData("csv", "/p.csv", "", title, "", "checksum", ())


def test_playlist_is_updated(session: Session) -> None:
    """Reading a playlist again replaces what was known of it."""
    keys = {
        playlists.save(session, playlist(title=title), now="2026")
        for title in ("Old", "New")
    }

    [row] = session.query(m.Playlist).filter(m.Playlist.id != "p")
    assert ({row.id}, "New") == (keys, row.title)


def test_what_is_known_of_a_playlist(session: Session) -> None:
    """One that reads as it did is told from one that does not."""
    before = playlists.is_as_read(session, playlist())
    key = playlists.save(session, playlist(), now="2026")

    assert not before
    assert playlists.is_known(session, key)
    assert playlists.is_as_read(session, playlist())
    assert not playlists.is_as_read(session, playlist(title="New"))
    assert playlists.last_checksum(session, "csv", "/p.csv") == "checksum"
    assert playlists.last_checksum(session, "csv", "/q.csv") == ""


def test_block_is_written_once(session: Session) -> None:
    """Told the same again, the ledger adds nothing, unless a service asks for longer."""
    day, two_days = utc_now(days=1), utc_now(days=2)
    for until in (day, day, two_days, day):
        attempts.block_service(session, attempts.Block("deezer", until, "Busy."))

    [service] = session.query(m.Service)
    assert service.blocked_until == two_days
    assert session.query(m.Attempt).count() == 2


def test_a_clock_that_was_wrong(session: Session) -> None:
    """A rest that ends in years keeps nobody away, and gives way to a true one."""
    attempts.block_service(
        session, attempts.Block("deezer", utc_now(days=2000), "Busy.")
    )
    before = attempts.blocked_services(session, utc_now())
    attempts.block_service(session, attempts.Block("deezer", utc_now(days=1), "Busy."))

    assert before == {}
    assert list(attempts.blocked_services(session, utc_now())) == ["deezer"]


def candidate(key: str, score: float) -> Candidate:
    """Return an accepted search result."""
    return Candidate(
        "youtube", key, "url", "t", score=score, decision=Decision.ACCEPTED
    )


def test_candidates_come_best_first(session: Session) -> None:
    """Stored candidates are replaced by new scores and read by rank."""
    matches.store(session, "a", [candidate("x", 0.8), candidate("y", 0.9)])
    matches.store(session, "a", [candidate("x", 0.95)])

    assert [
        (found.provider_id, found.score) for found in matches.of_track(session, "a")
    ] == [("x", 0.95), ("y", 0.9)]


def test_a_persons_decision_stays(session: Session) -> None:
    """The matcher never overrules a person."""
    matches.store(session, "a", [candidate("x", 0.8)])
    row = session.query(m.Candidate).one()
    row.decision, row.decided_by = Decision.REJECTED, "someone"
    session.flush()

    matches.store(session, "a", [candidate("x", 0.99)])

    assert [c.decision for c in matches.of_track(session, "a")] == [Decision.REJECTED]


def wav(key: str, sound: str) -> AudioFile:
    """Return the description of a WAV."""
    return AudioFile(key, f"{key}.wav", "url", "x", AudioInfo(sound, 16_000, 9, "mp3"))


def test_pages_of_songs(session: Session) -> None:
    """Pages follow each other by id, each with what is known of its songs."""
    audio_files.put(session, wav("b", "sound"))

    first = audio_files.page(session, after="", size=2)
    second = audio_files.page(session, after="b", size=2)

    assert [(h.track.id, bool(h.audio)) for h in first] == [("a", False), ("b", True)]
    assert [holding.track.id for holding in second] == ["c"]
    assert audio_files.count_wanted(session) == 3


def test_song_that_left_its_playlists(session: Session) -> None:
    """It is not fetched any more; one that has audio stays in sight."""
    audio_files.put(session, wav("b", "sound"))

    listed(session, "a")

    assert [h.track.id for h in audio_files.page(session, after="", size=9)] == [
        "a",
        "b",
    ]
    assert audio_files.count_wanted(session) == 2


def test_new_recording_replaces_the_old(session: Session) -> None:
    """There is one present WAV per song; the same sound again is no second row."""
    for sound in ("one", "two", "one"):
        audio_files.put(session, wav("a", sound))

    assert [
        (row.pcm_sha256, row.status)
        for row in session.query(m.Audio).order_by(m.Audio.pcm_sha256)
    ] == [("one", "present"), ("two", "replaced")]


def test_recording_that_is_gone(session: Session) -> None:
    """A removed WAV is not spoken of any more."""
    audio_files.put(session, wav("a", "one"))
    audio_files.mark_removed(session, "a")

    assert audio_files.page(session, after="", size=1)[0].audio is None


def test_local_file(session: Session, tmp_path: Path) -> None:
    """A hash is known while size and time are the same."""
    path = tmp_path / "a.mp3"
    path.write_bytes(b"one")
    stamp = local_files.stamp(path)
    assert local_files.known_hash(session, path, stamp) is None

    local_files.store(session, path, stamp, "hash")

    assert local_files.known_hash(session, path, stamp) == "hash"
    assert local_files.known_hash(session, path, (3, "0")) is None

"""Songs of exactly the same sound: found when they come, forgotten when they go."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Session, audio_files, merging, open_catalog, twins
from genre.db import models as m
from genre.records import AudioFile, AudioInfo


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Open a writing transaction on a catalog with the songs a to d."""
    with open_catalog(Settings(corpus=tmp_path)) as catalog, catalog.write() as opened:
        opened.add_all(
            m.Track(id=key, title=key, artists="A", match_key=key, seq=seq)
            for seq, key in enumerate("abcd")
        )
        opened.flush()
        yield opened


def sounding(session: Session, songs: str, sound: str = "one") -> None:
    """Give songs recordings of one sound, in this order."""
    for key in songs:
        info = AudioInfo(sound, 16_000, 9, "mp3")
        audio_files.put(session, AudioFile(key, f"{key}.wav", "url", "x", info))
        twins.note(session, key, sound)


def pairs(session: Session) -> list[str]:
    """Return the pairs that are known."""
    rows = session.query(m.Duplicate).order_by(m.Duplicate.other_id)
    return [row.track_id + row.other_id for row in rows]


@pytest.mark.parametrize("order", ["abcd", "dcba", "cadb"])
def test_the_first_is_paired_with_the_others(session: Session, order: str) -> None:
    """In whatever order equal recordings come, the rows are the same."""
    sounding(session, order)

    assert pairs(session) == ["ab", "ac", "ad"]


def test_what_is_said_of_a_song(session: Session) -> None:
    """The first song of the same sound is named, and how many there are."""
    sounding(session, "bcd")
    sounding(session, "a", "another")

    first, n = twins.note(session, "d", "one")
    assert (first.id if first else "", n) == ("b", 2)
    assert twins.note(session, "a", "another") == (None, 0)


def test_a_recording_that_goes(session: Session) -> None:
    """It leaves its pairs, and those that are left are still pairs."""
    sounding(session, "abcd")

    audio_files.mark_removed(session, "a")
    without_first = pairs(session)
    audio_files.mark_removed(session, "c")

    assert (without_first, pairs(session)) == (["bc", "bd"], ["bd"])


def test_a_recording_that_is_replaced(session: Session) -> None:
    """A song leaves the pairs of its old sound for those of its new one."""
    sounding(session, "abc")
    sounding(session, "d", "two")

    sounding(session, "a", "two")

    assert pairs(session) == ["bc", "ad"]


def test_songs_that_turn_out_to_be_one(session: Session) -> None:
    """A merged song has the pairs of the recording that stays."""
    sounding(session, "ac")
    sounding(session, "bd", "two")

    merging.merge(session, "b", "a")

    assert pairs(session) == ["ac"]


def test_another_method_is_left_alone(session: Session) -> None:
    """Songs that other means found alike stay so."""
    sounding(session, "ab")
    session.add(m.Duplicate(track_id="a", other_id="b", method="mel", score=0.9))
    session.flush()

    audio_files.mark_removed(session, "a")

    assert [row.method for row in session.query(m.Duplicate)] == ["mel"]

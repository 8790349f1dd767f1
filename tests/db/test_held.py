"""Which of many songs the catalog knows, and which have audio."""

from pathlib import Path

import pytest

from genre.config import Settings
from genre.db import Catalog, open_catalog
from genre.db import models as m
from genre.db.file import Reader
from genre.db.held import Known, known_songs
from genre.records import AudioStatus


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Return a catalog with two songs of one code and one text key; the older has audio."""
    catalog = open_catalog(Settings(corpus=tmp_path))
    with catalog.write() as session:
        for seq, key in enumerate(["old", "new"]):
            session.add(
                m.Track(
                    id=key, title="T", artists="A", isrc="X", match_key="a|t|", seq=seq
                )
            )
        session.flush()
        session.add(m.TrackRef(source="deezer", source_id="1", track_id="new"))
        for key, status in (("old", AudioStatus.PRESENT), ("new", AudioStatus.REMOVED)):
            session.add(_audio(key, status))
    return catalog


def _audio(track_id: str, status: AudioStatus) -> m.Audio:
    return m.Audio(
        track_id=track_id,
        pcm_sha256="",
        path="",
        provider="",
        provider_id="",
        sample_rate=16_000,
        n_samples=0,
        duration_s=0,
        source_codec="",
        status=status,
    )


def _ask(catalog: Catalog, n_strangers: int = 0) -> Known:
    """Ask for what is there, among so many songs that nobody knows."""
    strangers = [f"{n}" for n in range(2, 2 + n_strangers)]
    reader = Reader(Settings(corpus=catalog.path.parent))
    with reader.read() as connection:
        return known_songs(
            connection,
            references=[("deezer", "1"), *(("deezer", n) for n in strangers)],
            isrcs=["X", *strangers],
            match_keys=["a|t|", *strangers],
        )


def test_songs_are_known_by_each_key(catalog: Catalog) -> None:
    """A code leads to the oldest song, a text key to all of them, the oldest first."""
    known = _ask(catalog)

    assert known.by_reference == {("deezer", "1"): "new"}
    assert known.by_isrc == {"X": "old"}
    assert [track.id for track in known.by_key["a|t|"]] == ["old", "new"]


def test_only_audio_that_is_there_counts(catalog: Catalog) -> None:
    """A recording that was removed is none."""
    assert _ask(catalog).with_audio == {"old"}


def test_thousands_of_songs_may_be_asked_about_at_once(catalog: Catalog) -> None:
    """More than SQLite takes values in one question."""
    assert _ask(catalog, n_strangers=2_000) == _ask(catalog)

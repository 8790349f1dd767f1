"""Split sets are immutable and named by content; tracks come with what ties them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from genre.db import Catalog, labels, open_catalog, splits
from genre.db import models as m
from genre.records import Label, LabelSet, Split, SplitSet, SplitTrack, Status
from tests.labeler.small import add_track, make_corpus, track_id

ONE, TWO = "Ann - One", "Bob - Two"


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    """Return a catalog of two tracks, one of them labelled."""
    settings = make_corpus(tmp_path, {"a": (["Techno", "Dub", "Acid"], [ONE, TWO])})
    rows = [
        Label(track_id(ONE), "Techno", 0.3),
        Label(track_id(ONE), "Dub", 0.29),
        Label(track_id(ONE), "Acid", None, known=False),
    ]
    with open_catalog(settings) as found:
        with found.write() as session:
            labels.save_label_set(session, LabelSet("l", "votes", "r", {}), rows)
        yield found


def save(catalog: Catalog, key: str, parts: dict[str, Split]) -> Status:
    """Save a split set."""
    with catalog.write() as session:
        return splits.save_split_set(session, SplitSet(key, "r", {"seed": 0}), parts)


def test_there_is_no_split_set_at_first(catalog: Catalog) -> None:
    """Before ``genre split`` nothing is current."""
    with catalog.read() as session:
        assert splits.current_split_set(session) is None


def test_a_saved_set_reads_back(catalog: Catalog) -> None:
    """Parts come back by track id; another set id has none."""
    parts = {track_id(ONE): Split.TEST, track_id(TWO): Split.EXCLUDED}
    assert save(catalog, "s", parts) is Status.DONE
    with catalog.read() as session:
        assert splits.current_split_set(session) == SplitSet("s", "r", {"seed": 0})
        assert splits.splits_of(session, "s") == parts
        assert splits.splits_of(session, "other") == {}


def test_one_set_is_current(catalog: Catalog) -> None:
    """A new set takes over, an old one comes back, the current one is kept."""
    parts = {track_id(ONE): Split.TRAIN}
    statuses = [save(catalog, key, parts) for key in ("s1", "s2", "s1", "s1")]
    assert statuses == [Status.DONE, Status.DONE, Status.DONE, Status.KEPT]


def test_main_artists_leave_out_guests(catalog: Catalog) -> None:
    """Only main artists are main, sorted; who is both is main and other."""
    with catalog.write() as session:
        for key, role in (("zoe", "main"), ("dj x", "remixer"), ("zoe", "featured")):
            session.add(
                m.TrackArtist(track_id=track_id(ONE), artist_key=key, role=role)
            )
    with catalog.read() as session:
        assert splits.main_artists(session) == {
            track_id(ONE): ("ann", "zoe"),
            track_id(TWO): ("bob",),
        }
        (found,) = splits.split_tracks(session, "l")
        assert found.other_artists == ("dj x", "zoe")


def test_only_labelled_tracks_are_divided(catalog: Catalog) -> None:
    """A track without labels has no part; only scores from 0.3 on are genres."""
    with catalog.read() as session:
        assert splits.split_tracks(session, "l") == [
            SplitTrack(track_id(ONE), ("ann",), (), "", "", ("Techno",))
        ]


def test_present_audio_and_isrc_tie(catalog: Catalog) -> None:
    """The sound that counts is that of the WAV on disk, not of a replaced one."""
    with catalog.write() as session:
        session.get_one(m.Track, track_id(ONE)).isrc = "DEA012345678"
        for pcm, status in (("old", "replaced"), ("new", "present")):
            session.add(
                m.Audio(
                    track_id=track_id(ONE), pcm_sha256=pcm, path="", provider="",
                    provider_id="", sample_rate=16_000, n_samples=1, duration_s=1.0,
                    source_codec="", status=status,
                )
            )  # fmt: skip
    with catalog.read() as session:
        (found,) = splits.split_tracks(session, "l")
    assert (found.isrc, found.pcm_sha256) == ("DEA012345678", "new")


def test_duplicates_are_pairs(catalog: Catalog) -> None:
    """A pair found by two methods is one pair."""
    third = add_track(catalog, "Cy - Three")
    with catalog.write() as session:
        for method in ("pcm", "mel"):
            session.add(
                m.Duplicate(
                    track_id=track_id(ONE), other_id=third, method=method, score=1.0
                )
            )
    with catalog.read() as session:
        assert splits.duplicate_pairs(session) == [(track_id(ONE), third)]

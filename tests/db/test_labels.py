"""Label sets are immutable and named by content; witnesses are today's."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from genre.config import Settings
from genre.db import Catalog, labels, open_catalog
from genre.db import models as m
from genre.records import GenrePlaylist, Label, LabelSet, Status, Witness
from tests.labeler.small import make_corpus, track_id

ONE, TWO, THREE = "Ann - One", "Bob - Two", "Cy - Three"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return a corpus of two genre playlists and one without genre."""
    return make_corpus(
        tmp_path,
        {
            "a": (["Techno", "Acid"], [ONE, TWO, ONE]),
            "b": (["Dub"], [TWO, THREE]),
            "c": ([], [THREE]),
        },
    )


def save(catalog: Catalog, key: str, *rows: Label) -> Status:
    """Save a label set."""
    with catalog.write() as session:
        return labels.save_label_set(
            session, LabelSet(key, "votes", "r", {"x": 1}), rows
        )


def test_there_is_no_label_set_at_first(settings: Settings) -> None:
    """Before ``genre label`` nothing is current."""
    with open_catalog(settings) as catalog, catalog.read() as session:
        assert labels.current_label_set(session) is None


def test_a_saved_set_reads_back(settings: Settings) -> None:
    """Labels come back with names, sorted by track and genre, unknown as None."""
    rows = [
        Label(track_id(ONE), "Techno", 0.25),
        Label(track_id(ONE), "Dub", None, known=False),
        Label(track_id(TWO), "Acid", 1.0),
    ]
    with open_catalog(settings) as catalog:
        assert save(catalog, "l1", *rows) is Status.DONE
        with catalog.read() as session:
            found = labels.current_label_set(session)
            assert found == LabelSet("l1", "votes", "r", {"x": 1})
            expected = sorted(rows, key=lambda x: (x.track_id, x.genre))
            assert labels.labels_of(session, "l1") == expected
            assert labels.labels_of_track(session, "l1", track_id(TWO)) == rows[2:]
            assert labels.labels_of(session, "other") == []


def test_one_set_is_current(settings: Settings) -> None:
    """A new set takes over, an old one comes back, the current one is kept."""
    row = Label(track_id(ONE), "Techno", 1.0)
    with open_catalog(settings) as catalog:
        statuses = [save(catalog, key, row) for key in ("l1", "l2", "l1", "l1")]
        assert statuses == [Status.DONE, Status.DONE, Status.DONE, Status.KEPT]
        with catalog.read() as session:
            query = select(m.LabelSet.id).where(m.LabelSet.is_current)
            assert session.scalars(query).all() == ["l1"]
            assert session.scalar(select(func.count()).select_from(m.Label)) == 2


def test_a_failing_save_leaves_the_old_set_current(settings: Settings) -> None:
    """The switch and the rows are one transaction."""
    row = Label(track_id(ONE), "Techno", 1.0)
    with open_catalog(settings) as catalog:
        save(catalog, "l1", row)
        with pytest.raises(KeyError, match="Polka"):
            save(catalog, "l2", row, Label(track_id(ONE), "Polka", 1.0))
        with catalog.read() as session:
            found = labels.current_label_set(session)
            assert found is not None
            assert found.id == "l1"
            assert session.get(m.LabelSet, "l2") is None


def test_many_labels_are_stored_in_batches(settings: Settings) -> None:
    """More rows than one INSERT takes arrive completely."""
    with open_catalog(settings) as catalog:
        with catalog.write() as session:
            ids = [f"{i:016x}" for i in range(5_001)]
            session.add_all(
                [m.Track(id=i, title="", artists="", match_key="") for i in ids]
            )
        save(catalog, "l1", *(Label(i, "Dub", 1.0) for i in ids))
        with catalog.read() as session:
            assert len(labels.labels_of(session, "l1")) == 5_001


def test_genre_playlists_hold_each_song_once(settings: Settings) -> None:
    """Only playlists with genres are witnesses; a song listed twice counts once."""
    with open_catalog(settings) as catalog, catalog.read() as session:
        found = {p.title: p for p in labels.genre_playlists(session)}
    assert found.keys() == {"a", "b"}
    assert found["a"] == GenrePlaylist(
        id=found["a"].id,
        title="a",
        genres=("Acid", "Techno"),
        track_ids=tuple(sorted([track_id(ONE), track_id(TWO)])),
    )


def test_witnesses_of_a_track(settings: Settings) -> None:
    """A track's witnesses are its genre playlists with their sizes."""
    with open_catalog(settings) as catalog, catalog.read() as session:
        found = labels.witnesses_of(session, track_id(TWO))
        assert sorted((w.title, w.genres, w.n_tracks) for w in found) == [
            ("a", ("Acid", "Techno"), 2),
            ("b", ("Dub",), 2),
        ]
        assert [w.title for w in labels.witnesses_of(session, track_id(THREE))] == ["b"]
        assert labels.witnesses_of(session, "none") == []


def test_witnesses_agree_with_the_playlists(settings: Settings) -> None:
    """What ``why`` reads for one track is what ``label`` counted."""
    with open_catalog(settings) as catalog, catalog.read() as session:
        expected = [
            Witness(p.id, p.title, p.genres, len(p.track_ids))
            for p in labels.genre_playlists(session)
            if track_id(TWO) in p.track_ids
        ]
        assert labels.witnesses_of(session, track_id(TWO)) == expected


def test_removed_rows_do_not_count(settings: Settings) -> None:
    """A song that left a playlist is no longer seen in it."""
    with open_catalog(settings) as catalog:
        with catalog.write() as session:
            gone = m.PlaylistTrack.track_id == track_id(TWO)
            session.execute(
                update(m.PlaylistTrack).where(gone).values(removed_at="2026-02-01")
            )
        with catalog.read() as session:
            assert labels.witnesses_of(session, track_id(TWO)) == []
            sizes = {p.title: len(p.track_ids) for p in labels.genre_playlists(session)}
            assert sizes == {"a": 1, "b": 1}


def test_shared_songs_are_counted(settings: Settings) -> None:
    """Songs of one genre, of another and of both, each once."""
    with open_catalog(settings) as catalog, catalog.read() as session:
        assert labels.count_shared(session, "Techno", "Dub") == (2, 2, 1)
        assert labels.count_shared(session, "Techno", "Acid") == (2, 2, 2)
        assert labels.count_shared(session, "Techno", "Polka") == (2, 0, 0)

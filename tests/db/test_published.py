"""What an export is told by the catalog."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import insert

from genre.db import models as m
from genre.db import open_catalog
from genre.db.published import has_tracks, published_scope, published_tracks
from genre.records import Polarity, PublishedTrack, Split
from tests.export.corpus import SONGS, Song, make_corpus

LABELS, PARTS = "1" * 64, "2" * 64


def _published(
    folder: Path, songs: Sequence[Song] = SONGS, rows: Sequence[m.Base] = ()
) -> dict[str, PublishedTrack]:
    """Return the train part of a catalog with some more rows, by song name."""
    with open_catalog(make_corpus(folder, songs)) as catalog:
        with catalog.write() as session:
            session.add_all(rows)
        with catalog.read() as session:
            found = list(published_tracks(session, LABELS, PARTS, split=Split.TRAIN))
    names = {song.id: song.name for song in songs}
    return {names[p.track.id]: p for p in found}


def test_scope_counts_what_is_in_and_out(tmp_path: Path) -> None:
    """Labelled songs by part, and those that have no part or no label."""
    songs = [*SONGS, Song("g", split=""), Song("h", scores={})]
    with open_catalog(make_corpus(tmp_path, songs)) as catalog, catalog.read() as s:
        scope = published_scope(s, LABELS, PARTS)
        assert has_tracks(s)
    assert scope.splits == {"train": 2, "validation": 1, "test": 2, "excluded": 1}
    assert (scope.n_unsplit, scope.n_unlabelled) == (1, 1)
    assert scope.genres == ("Dub", "House", "Techno")


def test_tracks_outlive_the_session(tmp_path: Path) -> None:
    """Records are complete and frozen; nothing is loaded later."""
    track = _published(tmp_path)["a"]
    assert (track.track.title, track.split) == ("Ünder", Split.TRAIN)
    assert [(x.genre, x.score) for x in track.labels] == [
        ("House", 0.4),
        ("Techno", 0.6),
    ]
    assert track.main_artists == ("a",)


def test_a_song_counts_once_per_playlist(tmp_path: Path) -> None:
    """A second place in a list is no second vote; a removed place is none."""
    again = m.PlaylistTrack(
        playlist_id="p-techno", position=50, track_id=SONGS[0].id, first_seen="2026"
    )
    removed = m.PlaylistTrack(
        playlist_id="p-dub", position=51, track_id=SONGS[0].id,
        first_seen="2026", removed_at="2026",
    )  # fmt: skip
    said = _published(tmp_path, rows=[again, removed])["a"].statements
    assert [s.playlist_id for s in said] == ["p-house", "p-techno"]


def test_other_evidence_is_told(tmp_path: Path) -> None:
    """Statements with a genre are given, also those against; unmapped ones are not."""
    rows = [
        m.Evidence(
            id=f"e{i}", track_id=SONGS[0].id, genre_id=genre, source="lastfm",
            level="track", polarity="against", weight=0.5, retrieved_at="2026",
        )
        for i, genre in enumerate(["dub", None])
    ]  # fmt: skip
    *_, said = _published(tmp_path, rows=rows)["a"].statements
    assert (said.genre, said.source, said.weight) == ("Dub", "lastfm", 0.5)
    assert said.polarity is Polarity.AGAINST


def test_paths_of_local_files_are_never_read(tmp_path: Path) -> None:
    """A file's reference is its hash; its URL column, the path, stays behind."""
    song = Song(
        "a", refs=[("file", "ab" * 32, "/home/me/a.mp3"), ("url", "u", "http://u")]
    )
    refs = _published(tmp_path, [song])["a"].refs
    assert [(r.source, r.source_id, r.url) for r in refs] == [
        ("file", "ab" * 32, ""),
        ("url", "u", "http://u"),
    ]


def test_audio_knows_where_it_came_from(tmp_path: Path) -> None:
    """Only the present audio is told, with the URL of the candidate it came from."""
    song = Song("a", audio=("youtube", "abc"))
    rows = [
        m.Candidate(
            track_id=song.id, provider="youtube", provider_id="abc", url="https://yt/abc",
            title="", score=1.0, reason="", decision="accepted", decided_by="", decided_at="",
        ),
        m.Audio(
            track_id=song.id, pcm_sha256="old", path="x", provider="youtube",
            provider_id="old", sample_rate=16_000, n_samples=1, duration_s=1.0,
            source_codec="", status="replaced",
        ),
    ]  # fmt: skip
    audio = _published(tmp_path, [song], rows)["a"].audio
    assert audio is not None
    assert (audio.provider_id, audio.url) == ("abc", "https://yt/abc")


def test_many_tracks_come_once_each_and_in_order(tmp_path: Path) -> None:
    """Reading goes in batches; their borders lose and repeat nothing."""
    ids = [f"{i:016x}" for i in range(4_001)]
    with open_catalog(make_corpus(tmp_path, ())) as catalog:
        with catalog.write() as session:
            track = {"title": "", "artists": "", "match_key": ""}
            label = {
                "label_set": LABELS,
                "genre_id": "dub",
                "score": 1.0,
                "known": True,
            }
            part = {"split_set": PARTS, "split": "train"}
            session.execute(insert(m.Track), [{"id": i, **track} for i in ids])
            session.execute(insert(m.Label), [{"track_id": i, **label} for i in ids])
            session.execute(insert(m.SplitRow), [{"track_id": i, **part} for i in ids])
        with catalog.read() as session:
            found = published_tracks(session, LABELS, PARTS, split=Split.TRAIN)
            assert [(p.track.id, p.labels[0].genre) for p in found] == [
                (i, "Dub") for i in ids
            ]

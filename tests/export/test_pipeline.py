"""An export holds what the catalog says, and nothing that is nobody's business."""

import shutil
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from genre.config import Settings
from genre.db import models, open_catalog
from genre.errors import BusyError, ExportError, NotReadyError
from genre.export.parquet import SCHEMA, Row, read_rows
from genre.export.pipeline import ExportRequest, export
from genre.export.verify import verify
from genre.files import stage_lock
from genre.records import Plan, Stage, Status
from tests.export.corpus import SONGS, Song, make_corpus, run_export

TRAIN = "data/train-00000-of-00001.parquet"
TEST = "data/test-00000-of-00001.parquet"


def _rows(folder: Path) -> dict[str, Row]:
    """Return all rows of an export by the song's name in the catalog."""
    names = {song.id: song.name for song in SONGS}
    files = sorted((folder / "data").iterdir())
    rows = [row for file in files for row in read_rows(file)]
    return {names[row["track_id"]]: row for row in rows}


def _files(folder: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_one_file_per_part_and_an_outcome_for_each(tmp_path: Path) -> None:
    """Three parts, card and manifest; the plan counts the outcomes."""
    settings = make_corpus(tmp_path / "corpus")
    plan, *outcomes = export(settings, ExportRequest(tmp_path / "out"))
    data = [
        f"data/{part}-00000-of-00001.parquet"
        for part in ("test", "train", "validation")
    ]
    assert sorted(_files(tmp_path / "out")) == ["README.md", *data, "manifest.json"]
    assert isinstance(plan, Plan)
    assert plan.total == len(outcomes) == 5
    assert verify(tmp_path / "out").ok


def test_a_song_of_two_playlists_has_both_genres(tmp_path: Path) -> None:
    """Genres come surest first, each with its score and the playlist that said so."""
    run_export(make_corpus(tmp_path / "corpus"), tmp_path / "out")
    row = _rows(tmp_path / "out")["a"]
    assert row["genres"] == ["Techno", "House"]
    assert row["scores"] == [
        {"genre": "Techno", "score": 0.6},
        {"genre": "House", "score": 0.4},
    ]
    said = [(e["genre"], e["playlist"], e["source"]) for e in row["evidence"]]
    assert said == [
        ("House", "List p-house", "deezer"),
        ("Techno", "List p-techno", "deezer"),
    ]


def test_unknown_genres_are_told_from_negative_ones(tmp_path: Path) -> None:
    """A genre nobody judged is unknown; one with a low score is known and not hard."""
    run_export(make_corpus(tmp_path / "corpus"), tmp_path / "out")
    rows = _rows(tmp_path / "out")
    assert rows["b"]["unknown_genres"] == ["Techno"]
    assert rows["d"]["genres"] == ["Techno"]
    assert rows["d"]["scores"][1] == {"genre": "Dub", "score": 0.1}


def test_audio_is_described_not_included(tmp_path: Path) -> None:
    """Hash, length and source of the audio are columns; without audio they are null."""
    run_export(make_corpus(tmp_path / "corpus"), tmp_path / "out")
    rows = _rows(tmp_path / "out")
    assert rows["a"]["audio_duration_s"] == 30.0
    assert rows["a"]["audio_id"] == rows["a"]["audio_sha256"]
    audio = [name for name in SCHEMA.names if name.startswith("audio_")]
    assert [rows["b"][name] for name in audio] == [None] * 5


def test_excluded_songs_are_left_out_and_counted(tmp_path: Path) -> None:
    """A song that would leak an artist is in no file; the card says how many."""
    run_export(make_corpus(tmp_path / "corpus"), tmp_path / "out")
    assert sorted(_rows(tmp_path / "out")) == ["a", "b", "c", "d", "e"]
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "- 1 would share an artist between test and the other parts" in card


def test_unknown_licence_is_never_redistributable(tmp_path: Path) -> None:
    """The flag counts only together with a licence."""
    songs = [
        Song("a", redistributable=True),
        Song("c", licence="CC0", redistributable=True),
    ]
    run_export(make_corpus(tmp_path / "corpus", songs), tmp_path / "out")
    rows = _rows(tmp_path / "out")
    assert (rows["a"]["redistributable"], rows["c"]["redistributable"]) == (False, True)


@pytest.mark.parametrize("reader", ["pandas", "polars", "pyarrow"])
def test_other_tools_read_the_same_values(tmp_path: Path, reader: str) -> None:
    """The ways to load that the card names give the catalog's values."""
    run_export(make_corpus(tmp_path / "corpus"), tmp_path / "out")
    data = tmp_path / "out" / "data"
    if reader == "pandas":
        frame = pd.read_parquet(data, filters=[("split", "==", "train")])
        found = {r["title"]: list(r["genres"]) for r in frame.to_dict("records")}
    elif reader == "polars":
        rows = pl.read_parquet(data / "train-*.parquet").to_dicts()
        found = {r["title"]: r["genres"] for r in rows}
    else:
        rows = pq.read_table(data / "train-00000-of-00001.parquet").to_pylist()
        found = {r["title"]: r["genres"] for r in rows}
    assert found == {"Ünder": ["Techno", "House"], "Title": ["House"]}


def test_two_exports_are_equal_byte_for_byte(tmp_path: Path) -> None:
    """Neither the clock, nor the place, nor another copy of the catalog shows."""
    settings = make_corpus(tmp_path / "corpus")
    run_export(settings, tmp_path / "one")
    run_export(settings, tmp_path / "elsewhere" / "two")
    run_export(make_corpus(tmp_path / "copy"), tmp_path / "three")
    one = _files(tmp_path / "one")
    assert one == _files(tmp_path / "elsewhere" / "two") == _files(tmp_path / "three")


def test_paths_and_secrets_stay_at_home(tmp_path: Path) -> None:
    """No path, private address, password, token or owner is in any file."""
    secret = "https://me:SECRET-pw@music.org/a.mp3?token=SECRET-t"
    refs = (
        ("file", "ab" * 32, "/home/me/SECRET-folder/a.mp3"),
        ("file", "/home/me/SECRET-id.mp3", ""),
        ("url", secret, secret),
        (
            "url",
            "http://192.168.0.7/SECRET-lan.mp3",
            "http://192.168.0.7/SECRET-lan.mp3",
        ),
    )
    song = Song("a", refs=refs, audio=("url", "file:///home/me/SECRET-audio.mp3"))
    run_export(make_corpus(tmp_path / "corpus", [song]), tmp_path / "out")
    row = _rows(tmp_path / "out")["a"]
    url = "https://music.org/a.mp3"
    assert row["references"] == [
        {"source": "file", "id": "ab" * 32, "url": ""},
        {"source": "url", "id": url, "url": url},
    ]
    (tmp_path / "out" / "rows.txt").write_text(repr(row))
    assert not any(b"SECRET" in data for data in _files(tmp_path / "out").values())


@pytest.mark.parametrize(
    "title",
    [
        '=HYPERLINK("http://evil.org")', "+1", "-1", "@x", "<script>alert(1)</script>",
        "a|b\n# c", "\x00\x1b[31m\u202e", "x" * 10_000, "日本語 עברית 😀", "",
    ],
)  # fmt: skip
def test_hostile_titles_survive_as_they_are(tmp_path: Path, title: str) -> None:
    """Parquet runs no formula and shows no markup, so it keeps the catalog's text."""
    settings = make_corpus(tmp_path / "corpus", [Song("a", title=title, licence=title)])
    run_export(settings, tmp_path / "out")
    assert _rows(tmp_path / "out")["a"]["title"] == title
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert not any(
        bad in card for bad in ("<script", "\x1b", "\u202e", "\n# c", "x" * 100)
    )
    assert verify(tmp_path / "out").ok


def test_a_hostile_genre_name_stays_a_name(tmp_path: Path) -> None:
    """It is data in every file: exact in Parquet, escaped and on one line in the card."""
    name = '"x": [y](http://z) | <script>\n---\n# h'
    settings = make_corpus(tmp_path / "corpus")
    with open_catalog(settings) as catalog, catalog.write() as session:
        session.query(models.Genre).filter_by(id="techno").update({"name": name})
    run_export(settings, tmp_path / "out")
    assert _rows(tmp_path / "out")["a"]["genres"] == [name, "House"]
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    row = r'| "x"&#58; \[y\](http&#58;//z) \| &lt;script&gt; --- # h | 1 | 0 | 2 | 3 |'
    assert row in card
    assert card.count("\n---\n") == 1
    assert verify(tmp_path / "out").ok


@pytest.mark.parametrize(
    ("songs", "table", "message"),
    [
        ((), None, "Expected songs in the catalog, found none; run `genre crawl`"),
        (SONGS, models.LabelSet, "Expected labelled songs .*; run `genre label`"),
        (SONGS, models.SplitSet, "Expected parts .*; run `genre split`"),
        ([Song("f", "excluded")], None, "Expected labelled songs in a part"),
        ([Song("a", scores={})], None, "Expected labelled songs in a part"),
    ],
)
def test_not_ready_says_what_to_run(
    tmp_path: Path, songs: list[Song], table: type[models.Base] | None, message: str
) -> None:
    """Without songs, labels or parts the command to run first is named."""
    settings = make_corpus(tmp_path / "corpus", songs)
    if table is not None:
        with open_catalog(settings) as catalog, catalog.write() as session:
            session.query(table).update({"is_current": False})
    with pytest.raises(NotReadyError, match=message):
        run_export(settings, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_no_catalog_is_not_created(tmp_path: Path) -> None:
    """A mistyped corpus folder gets a sentence and stays away."""
    with pytest.raises(NotReadyError, match="Expected a catalog at"):
        run_export(Settings(corpus=tmp_path / "typo"), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_labels_newer_than_the_parts_are_noted(tmp_path: Path) -> None:
    """Songs without a part, and parts for other labels, are told, not hidden."""
    settings = make_corpus(tmp_path / "corpus", [*SONGS, Song("g", split="")])
    with open_catalog(settings) as catalog, catalog.write() as session:
        session.query(models.SplitSet).update({"params": {"label_set": "old"}})
    notes = [
        o for o in run_export(settings, tmp_path / "out") if o.status is Status.NOTE
    ]
    assert [note.message.partition(";")[0] for note in notes] == [
        "The parts were made for other labels",
        "1 labelled songs are in no part and are left out",
    ]


@pytest.mark.parametrize(
    "songs",
    [
        [Song("a", artist="same"), Song("d", "test", artist="same")],
        [Song("a", isrc="DEA000000001"), Song("d", "test", isrc="DEA000000001")],
    ],
)
def test_a_leak_is_not_published(tmp_path: Path, songs: list[Song]) -> None:
    """When the catalog changed after the split, the parts have to be made again."""
    settings = make_corpus(tmp_path / "corpus", songs)
    with pytest.raises(ExportError, match=r"found 1 .*; run `genre split` again"):
        run_export(settings, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("nobody", ["various artists", "n a", "none", "unknown"])
def test_nobody_is_no_shared_artist(tmp_path: Path, nobody: str) -> None:
    """Songs by "various artists" have no artist in common."""
    songs = [Song("a", artist=nobody), Song("d", "test", artist=nobody)]
    run_export(make_corpus(tmp_path / "corpus", songs), tmp_path / "out")
    assert _rows(tmp_path / "out")["a"]["artist_keys"] == []


def test_only_one_export_of_a_corpus_at_a_time(tmp_path: Path) -> None:
    """A second one is told that the first is at work."""
    settings = make_corpus(tmp_path / "corpus")
    with (
        stage_lock(settings.corpus, Stage.EXPORT),
        pytest.raises(BusyError, match="export"),
    ):
        run_export(settings, tmp_path / "out")


def test_a_generator_left_midway_leaves_nothing(tmp_path: Path) -> None:
    """After any number of events, stopping leaves the folder as it was."""
    settings = make_corpus(tmp_path / "corpus")
    before = sorted(tmp_path.rglob("*"))
    for n_events in range(1, 6):
        events = export(settings, ExportRequest(tmp_path / "out"))
        for _ in range(n_events):
            next(events)
        events.close()  # type: ignore[attr-defined]
        left = set(tmp_path.rglob("*")) - {settings.corpus / "locks" / "export.lock"}
        assert sorted(left) == before


def test_an_export_moves_and_stays_whole(tmp_path: Path) -> None:
    """Nothing inside depends on where the folder lies."""
    run_export(make_corpus(tmp_path / "corpus"), tmp_path / "out")
    shutil.move(tmp_path / "out", tmp_path / "moved")
    assert verify(tmp_path / "moved").ok

"""A person names a file of their own for a song, or asks where its recording is from."""

from pathlib import Path

import pytest

from genre.crawler.named import file_at
from genre.crawler.review import decide, reviews
from genre.crawler.shown import as_text
from genre.db import models as m
from genre.errors import UsageError
from genre.files import sha256_file
from genre.records import Decision, Status
from tests.crawler.crawls import rows, run, settings, song, songs, wavs, write_lists
from tests.crawler.test_review import crawl, present, routes, uncertain_only, word
from tests.servers import serve


def test_a_file_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is fetched like any choice; its path is kept only where references are."""
    monkeypatch.chdir(tmp_path)
    mine = song(tmp_path / "mine.wav", freq=330)
    with serve(uncertain_only(tmp_path)) as server:
        crawl(tmp_path, server)
        word(tmp_path, "mine.wav", Decision.ACCEPTED)
        [outcome] = crawl(tmp_path, server)

    sha256 = sha256_file(mine)
    assert (outcome.status, present(tmp_path)) == (Status.DONE, [sha256])
    kept = {r["source_id"]: r["url"] for r in rows(tmp_path, m.TrackRef)}
    assert kept[sha256] == str(mine)
    assert str(tmp_path) not in str(rows(tmp_path, m.Candidate))
    assert str(tmp_path) not in str(rows(tmp_path, m.Attempt))


def test_a_file_in_place_of_what_was_matched(tmp_path: Path) -> None:
    """Taken back, it is forgotten as the song's, and can be named again."""
    mine = str(song(tmp_path / "mine.wav", freq=330))
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        for _ in range(2):
            word(tmp_path, mine, Decision.ACCEPTED)
            [taken] = crawl(tmp_path, server)
            word(tmp_path, "", Decision.REJECTED)
        gone = wavs(tmp_path)

    assert (taken.status, gone) == (Status.DONE, {})
    with pytest.raises(UsageError, match="found one that no playlist names any more"):
        word(tmp_path, f"file:{sha256_file(Path(mine))}", Decision.ACCEPTED)


def test_a_file_at_a_path_that_held_another(tmp_path: Path) -> None:
    """What the path held when it was read last does not count against it."""
    path = song(tmp_path / "a.wav")
    write_lists(tmp_path, {"m.m3u Techno": "#EXTINF:2,The Band - Song\na.wav\n"})
    run(tmp_path)
    song(path, freq=880)
    word(tmp_path, str(path), Decision.ACCEPTED)
    [outcome] = songs(run(tmp_path, request={"list_file": None, "audio_only": True}))

    assert (outcome.status, present(tmp_path)) == (Status.DONE, [sha256_file(path)])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "gone.mp3",
            "Expected an audio file at .*gone.mp3, found none; correct the path",
        ),
        ("list.txt", "Expected an audio file .*found list.txt; name another"),
        ("other.wav", "found that a playlist names it as A - Other"),
    ],
)
def test_files_that_cannot_be_taken(tmp_path: Path, name: str, message: str) -> None:
    """One sentence says why."""
    song(tmp_path / "other.wav")
    rows_of = "title,artist,path\nOther,A,other.wav\nSong,The Band,\n"
    write_lists(tmp_path, {"p.csv Techno": rows_of})
    run(tmp_path, request={"metadata_only": True})

    with pytest.raises(UsageError, match=message):
        decide(settings(tmp_path), "Band", str(tmp_path / name), Decision.ACCEPTED)


@pytest.mark.parametrize("text", ["x" * 5_000 + ".mp3", "a\0b.mp3", "http://a/b.mp3"])
def test_texts_that_name_no_file(text: str) -> None:
    """They are no error here: they may be something else."""
    assert file_at(text, sha256_file) is None


def test_where_the_recording_of_a_song_is_from(tmp_path: Path) -> None:
    """Also if no search found it, but a playlist names it."""
    path = song(tmp_path / "a.wav")
    write_lists(tmp_path, {"m.m3u Techno": "#EXTINF:2,The Band - Song\na.wav\n"})
    run(tmp_path)

    [found] = reviews(settings(tmp_path), track="song")
    assert as_text(found).splitlines()[1:] == [
        f"  the recording it has, as a playlist names it: file:{sha256_file(path)}"
    ]

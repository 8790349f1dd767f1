"""Downloads that stay beside their WAVs."""

from pathlib import Path

import pytest

from genre.crawler import originals
from genre.crawler.choosing import AudioPlace


def kept(folder: Path, source: Path, url: str = "") -> Path:
    """Keep a place's file under the name ``song``; return what is there then."""
    scratch, beside = folder / "scratch", folder / "beside"
    scratch.mkdir(exist_ok=True)
    beside.mkdir()
    originals.keep(
        source, AudioPlace("url", "1", url), beside / "song", scratch=scratch
    )
    [found] = beside.iterdir()
    return found


@pytest.mark.parametrize(
    ("came_as", "url", "name"),
    [
        ("a.OPUS", "https://x.example/b.mp3", "song.opus"),
        ("download", "https://x.example/b.MP3?token=c.flac", "song.mp3"),
        ("download", "https://x.example/b.sh", "song.bin"),
        ("download", "https://x.example/b.mp3/..%2f..", "song.bin"),
    ],
)
def test_a_download_is_moved(tmp_path: Path, came_as: str, url: str, name: str) -> None:
    """It has the ending of its file or address, if that is one of audio files."""
    (tmp_path / "scratch").mkdir()
    source = tmp_path / "scratch" / came_as
    source.write_bytes(b"sound")

    found = kept(tmp_path, source, url)

    assert (found.name, found.read_bytes()) == (name, b"sound")
    assert not source.exists()


def test_the_users_own_file_stays_where_it_is(tmp_path: Path) -> None:
    """It gets a second name, which outlasts the first."""
    source = tmp_path / "own.flac"
    source.write_bytes(b"sound")

    found = kept(tmp_path, source)

    assert source.read_bytes() == b"sound"
    source.unlink()
    assert (found.name, found.read_bytes()) == ("song.flac", b"sound")


def test_another_recording_replaces_the_kept_one(tmp_path: Path) -> None:
    """Of a song there is one original, also when the new one is of another kind."""
    for folder, ending in (("one", ".mp3"), ("two", ".opus")):
        scratch = tmp_path / folder
        scratch.mkdir()
        source = scratch / f"download{ending}"
        source.write_bytes(ending.encode())
        originals.keep(
            source, AudioPlace("url", "1", ""), tmp_path / "song", scratch=scratch
        )

    [found] = tmp_path.glob("song*")
    assert (found.name, found.read_bytes()) == ("song.opus", b".opus")

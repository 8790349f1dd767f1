"""Folders of audio files, by their tags or their names."""

import hashlib
import os
from pathlib import Path

import mutagen
import pytest
from mutagen import id3

from genre.crawler.sources import check_argument
from genre.errors import ItemError, UsageError
from genre.records import ErrorClass, PlaylistData, Tag
from tests.crawler.sources.kits import make_kit, read_one
from tests.synth import pure_tone, write_media

VORBIS = {
    "title": "Song",
    "artist": ["A", "B"],
    "album": "Al",
    "date": "1999-03",
    "isrc": "GBAYE6800011",
    "genre": ["House; Deep", "Pop"],
}
MP4 = {
    "\xa9nam": ["Song"],
    "\xa9ART": ["A", "B"],
    "\xa9alb": ["Al"],
    "\xa9day": ["1999-03"],
    "----:com.apple.iTunes:ISRC": [b"GBAYE6800011"],
    "\xa9gen": ["House; Deep", "Pop"],
}
ID3: dict[str, str | list[str]] = {
    "TIT2": "Song",
    "TPE1": ["A", "B"],
    "TALB": "Al",
    "TDRC": "1999-03",
    "TSRC": "GBAYE6800011",
    "TCON": ["House; Deep", "Pop"],
}


def tagged(path: Path) -> Path:
    """Write 2 s of sound with tags of its container's kind."""
    write_media(path, pure_tone(440, 2.0))
    audio = mutagen.File(path)
    if audio.tags is None:
        audio.add_tags()
    if path.suffix in {".mp3", ".wav", ".aiff"}:
        for name, text in ID3.items():
            audio.tags.add(getattr(id3, name)(text=text))
    else:
        audio.tags.update(MP4 if path.suffix == ".m4a" else VORBIS)
    audio.save()
    return path


def read(folder: Path) -> PlaylistData:
    """Read the folder ``music`` in ``folder``."""
    return read_one("music", make_kit(folder))


def put(folder: Path, name: str, content: bytes = b"sound") -> Path:
    """Write a file without tags into ``music``."""
    path = folder / "music" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "ending", [".mp3", ".flac", ".ogg", ".opus", ".m4a", ".wav", ".aiff"]
)
def test_tags(tmp_path: Path, ending: str) -> None:
    """Every kind of tags gives names, album, year, ISRC, genres and length."""
    path = tagged(tmp_path / "music" / f"x{ending}")

    data = read(tmp_path)

    [item] = data.items
    assert (item.title, item.artists, item.album) == ("Song", ("A", "B"), "Al")
    assert (item.year, item.isrc) == (1999, "GBAYE6800011")
    assert item.tags == (Tag("House"), Tag("Deep"), Tag("Pop"))
    assert item.duration_s == pytest.approx(2.0, abs=0.15)
    assert (item.source, item.path) == ("file", str(path))
    assert item.source_id == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (data.source, data.title, data.notes) == ("folder", "music", ())


def test_length_that_is_a_guess(tmp_path: Path) -> None:
    """An MP3 without a count of its frames states no length."""
    path = tmp_path / "music" / "A - B.mp3"
    write_media(path, pure_tone(440, 2.0), options=("-write_xing", "0"))

    assert read(tmp_path).items[0].duration_s is None


def test_names_of_files(tmp_path: Path) -> None:
    """Without tags the file's name tells artist and title; folders are in order."""
    put(tmp_path, "b/02 - The Band - Song.webm")
    put(tmp_path, "b/01 - The Band - First.webm", b"1")
    put(tmp_path, "a/some_song.webm", b"2")

    items = read(tmp_path).items

    assert [(i.artists, i.title) for i in items] == [
        ((), "some song"),
        (("The Band",), "First"),
        (("The Band",), "Song"),
    ]


def test_damaged_tags(tmp_path: Path) -> None:
    """The file counts by its name, and the user is told."""
    put(tmp_path, "A - B.flac", b"no FLAC at all")

    data = read(tmp_path)

    assert [(i.artists, i.title) for i in data.items] == [(("A",), "B")]
    assert data.notes[0].startswith("Files whose tags cannot be read: 1; their names")


def test_what_is_left_out(tmp_path: Path) -> None:
    """Hidden files and folders, and files that are no audio, are no songs."""
    put(tmp_path, "A - B.mp3")
    for name in ("._A - B.mp3", ".trash/x.mp3", "cover.jpg", "list.m3u"):
        put(tmp_path, name)

    assert [item.title for item in read(tmp_path).items] == ["B"]


def test_links_in_a_circle(tmp_path: Path) -> None:
    """A folder that is linked from within, or twice, is read once."""
    put(tmp_path, "a/A - B.mp3")
    (tmp_path / "music" / "a" / "up").symlink_to(tmp_path / "music")
    (tmp_path / "music" / "b").symlink_to(tmp_path / "music" / "a")

    assert [item.title for item in read(tmp_path).items] == ["B"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """Each is one sentence with its name, to be tried again by the next crawl."""
    put(tmp_path, "A - B.mp3")
    (tmp_path / "music" / "gone.mp3").symlink_to(tmp_path / "nothing.mp3")
    os.mkfifo(tmp_path / "music" / "pipe.mp3")
    Path(os.fsdecode(os.fsencode(tmp_path / "music") + b"/\xff.mp3")).write_bytes(b"x")

    data = read(tmp_path)

    assert [item.title for item in data.items] == ["B"]
    assert [problem[:16] for problem in data.unreadable] == [
        "music, gone.mp3:",
        "music, pipe.mp3:",
        "music, \\udcff.mp",
    ]


def test_same_folder_same_checksum(tmp_path: Path) -> None:
    """The checksum changes with what the folder holds, and with nothing else."""
    path = put(tmp_path, "A - B.mp3")
    first = read(tmp_path).checksum
    path.touch()

    assert first == read(tmp_path).checksum
    put(tmp_path, "C - D.mp3")
    assert first != read(tmp_path).checksum


def test_folder_without_audio(tmp_path: Path) -> None:
    """It is refused before anything is made, and named as a mistake of the list."""
    (tmp_path / "music").mkdir()

    with pytest.raises(ItemError, match="Expected audio files in the folder") as caught:
        read(tmp_path)
    with pytest.raises(UsageError, match="Expected audio files in the folder"):
        check_argument("music", base=tmp_path)

    assert caught.value.error_class == ErrorClass.ENVIRONMENT

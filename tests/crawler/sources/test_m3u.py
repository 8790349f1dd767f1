"""M3U playlists as players write them, and files that only look like one."""

import hashlib
import re
from pathlib import Path

import pytest

from genre.errors import ItemError
from genre.records import ErrorClass, PlaylistData
from tests.crawler.sources.kits import make_kit, read_one


def read(folder: Path, content: str | bytes, *, name: str = "p.m3u8") -> PlaylistData:
    """Write a playlist into ``folder`` and read it."""
    raw = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(raw)
    return read_one(name, make_kit(folder))


def song(folder: Path, name: str, content: bytes = b"sound") -> Path:
    """Write a file that stands for a song."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_names_and_lengths(tmp_path: Path) -> None:
    """``#EXTINF`` names artist, title and length; -1 means an unknown length."""
    song(tmp_path, "a.mp3"), song(tmp_path, "b.mp3", b"other")
    text = "#EXTM3U\n#EXTINF:215,The Band - Song\na.mp3\n#EXTINF:-1,Solo\nb.mp3\n"

    items = read(tmp_path, text).items

    assert [item.artists for item in items] == [("The Band",), ()]
    assert [item.title for item in items] == ["Song", "Solo"]
    assert [item.duration_s for item in items] == [215.0, None]


def test_identity_of_a_local_file_is_its_content(tmp_path: Path) -> None:
    """The source id is the sha256 of the bytes, wherever the file is."""
    path = song(tmp_path, "music/a.mp3", b"bytes")

    [item] = read(tmp_path, "music/a.mp3\n").items

    assert ("file", hashlib.sha256(b"bytes").hexdigest()) == (
        item.source,
        item.source_id,
    )
    assert (str(path), "") == (item.path, item.url)


def test_title_of_the_playlist(tmp_path: Path) -> None:
    """``#PLAYLIST`` names it; without one the file's name does."""
    song(tmp_path, "a.mp3")

    assert read(tmp_path, "#EXTM3U\n#PLAYLIST:Deep\na.mp3\n").title == "Deep"
    assert read(tmp_path, "a.mp3\n", name="house.m3u").title == "house"


@pytest.mark.parametrize(
    ("name", "artists", "title"),
    [
        ("The Band - Song.mp3", ("The Band",), "Song"),
        ("03 - The Band - Song.mp3", ("The Band",), "Song"),
        ("07. Song.mp3", (), "Song"),
        ("99 Balloons.mp3", (), "99 Balloons"),
        ("some_song.flac", (), "some song"),
    ],
)
def test_names_from_the_file_name(
    tmp_path: Path, name: str, artists: tuple[str, ...], title: str
) -> None:
    """Without ``#EXTINF`` the file's name tells artist and title."""
    song(tmp_path, name)

    [item] = read(tmp_path, f"{name}\n").items

    assert (artists, title) == (item.artists, item.title)


@pytest.mark.parametrize(
    "line",
    ["{folder}/my song.mp3", "my song.mp3", "./my song.mp3", "sub\\..\\my song.mp3",
     "my%20song.mp3", "file://{folder}/my%20song.mp3"],
)  # fmt: skip
def test_ways_to_write_a_path(tmp_path: Path, line: str) -> None:
    """Absolute, relative, Windows' and percent-encoded paths and file: all work."""
    path = song(tmp_path, "my song.mp3")
    (tmp_path / "sub").mkdir()

    [item] = read(tmp_path, line.format(folder=tmp_path) + "\n").items

    assert str(path) == item.path


def test_addresses(tmp_path: Path) -> None:
    """A local playlist may name any address; a site's song is known by its id."""
    text = "http://127.0.0.1:9/a.mp3#x\nhttps://youtu.be/dQw4w9WgXcQ\n"

    direct, video = read(tmp_path, text).items

    assert (direct.source, direct.source_id) == ("url", "http://127.0.0.1:9/a.mp3")
    assert direct.trusted
    assert (video.source, video.source_id) == ("youtube", "dQw4w9WgXcQ")


def test_windows_encoding(tmp_path: Path) -> None:
    """An old .m3u is read as Windows-1252, with its quotes and dashes, and a note."""
    song(tmp_path, "a.mp3"), song(tmp_path, "Été… – 2.mp3", b"other")
    names = "#EXTINF:10,Café – Don’t…\na.mp3\nÉté… – 2.mp3\n"

    data = read(tmp_path, names.encode("cp1252"), name="old.m3u")

    assert [item.title for item in data.items] == ["Don’t…", "2"]
    assert [item.artists for item in data.items] == [("Café",), ("Été…",)]
    assert data.notes == ("old.m3u is not UTF-8; it was read as Windows-1252.",)


def test_reference_without_names(tmp_path: Path) -> None:
    """A reference to a locked site identifies a song that nothing names yet."""
    [item] = read(tmp_path, "spotify:track:6rqhFgbbKwnb9MLmUQDhG6\n").items

    assert (item.source, item.source_id) == ("spotify", "6rqhFgbbKwnb9MLmUQDhG6")
    assert (item.artists, item.url) == ((), "")


def test_page_that_is_no_song(tmp_path: Path) -> None:
    """Another page of a known site is no address of audio."""
    text = "https://www.youtube.com/playlist?list=PL1\nhttps://h/a.mp3\n"

    [problem] = read(tmp_path, text).problems

    assert "expected the address of one song at youtube" in problem


@pytest.mark.parametrize("char", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1e"])
def test_separators_of_unicode_end_no_line(tmp_path: Path, char: str) -> None:
    """Only line feeds and carriage returns end a line; other separators are blanks."""
    song(tmp_path, "a.mp3")

    data = read(tmp_path, f"#EXTM3U\r#EXTINF:9,The Band - So{char}ng\ra.mp3\r")

    assert [(i.artists, i.title) for i in data.items] == [(("The Band",), "So ng")]
    assert data.problems == ()


def test_m3u8_is_unicode(tmp_path: Path) -> None:
    """An .m3u8 must be UTF-8."""
    content = "#EXTINF:10,Café - Été\na.mp3\n".encode("latin-1")

    with pytest.raises(ItemError, match="save it as UTF-8"):
        read(tmp_path, content, name="new.m3u8")


def test_quoted_comma_in_attributes(tmp_path: Path) -> None:
    """Attributes between length and name do not become part of the name."""
    song(tmp_path, "a.mp3")
    text = '#EXTINF:10 tvg-name="x, y" group="z",The Band - Song\na.mp3\n'

    assert read(tmp_path, text).items[0].title == "Song"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("gone.mp3", "expected an audio file at .*gone.mp3, found nothing"),
        (".", "found something else"),
        ("ftp://host/a.mp3", "found the scheme 'ftp:'"),
        ("http://", "expected an http"),
        ("http://[half/a.mp3", "expected an http"),
        ("x" * 3000, "too long"),
        ("y" * 300 + ".mp3", "File name too long"),
        ("a\x1b[2J.mp3", "control characters"),
    ],
)
def test_row_that_cannot_be_used(tmp_path: Path, line: str, message: str) -> None:
    """It becomes one printable sentence with its line number; the others stay."""
    song(tmp_path, "a.mp3")

    data = read(tmp_path, f"#EXTM3U\n{line}\na.mp3\n")

    [problem] = (*data.unreadable, *data.problems)
    assert [item.position for item in data.items] == [1]
    assert problem.startswith("p.m3u8, line 2: ")
    assert re.search(message, problem)
    assert problem.isprintable()


def test_hls_manifest(tmp_path: Path) -> None:
    """A stream's manifest is refused: its lines are pieces, not songs."""
    text = "#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://h/1.ts\n"

    with pytest.raises(ItemError, match="found an HLS manifest"):
        read(tmp_path, text)


@pytest.mark.parametrize("text", ["", "#EXTM3U\n", "no-file.mp3\n"])
def test_no_usable_row(tmp_path: Path, text: str) -> None:
    """A playlist without any usable row says so."""
    with pytest.raises(
        ItemError, match=r"at least one usable row in p\.m3u8"
    ) as caught:
        read(tmp_path, text)

    may_come = "no-file" in text  # as when its disk is plugged in
    assert (caught.value.error_class is ErrorClass.ENVIRONMENT) == may_come


def test_hostile_names(tmp_path: Path) -> None:
    """Escape codes and NUL go, and 10,000 characters become 500."""
    song(tmp_path, "a.mp3")
    name = "A\x1b[31m\0 - " + "b" * 10_000

    [item] = read(tmp_path, f"#EXTINF:1,{name}\na.mp3\n").items

    assert item.artists == ("A [31m",)
    assert item.title == "b" * 500


def test_missing_playlist_is_the_lists_fault(tmp_path: Path) -> None:
    """A playlist that is not there can be mended: the same command can do more."""
    with pytest.raises(ItemError, match="no such file") as caught:
        read_one("gone.m3u", make_kit(tmp_path))

    assert caught.value.error_class == ErrorClass.ENVIRONMENT

"""The list file: what each line means, and what is said about those that mean nothing."""

from pathlib import Path

import pytest

from genre.crawler.playlists import by_source, one_spelling, read_list_file
from genre.errors import ListFileError
from genre.records import ListEntry


def write_list(folder: Path, content: str | bytes) -> Path:
    """Write a list file."""
    path = folder / "list.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("line", "source", "genres"),
    [
        ("a.m3u Techno", "a.m3u", ("Techno",)),
        ("a.m3u\tTechno", "a.m3u", ("Techno",)),
        ("  a.m3u    Drum and Bass ,  Liquid DnB  ", "a.m3u",
         ("Drum and Bass", "Liquid DnB")),
        ('"my mixes/a b.csv"  Deep House', "my mixes/a b.csv", ("Deep House",)),
        ("a.m3u Techno # loved", "a.m3u", ("Techno",)),
        ("a.m3u # no genre", "a.m3u", ()),
        ("folk Techno # was folk.csv", "folk", ("Techno",)),
        ("http://h/a.m3u#top Techno", "http://h/a.m3u#top", ("Techno",)),
        ("a.m3u C#, Techno", "a.m3u", ("C#", "Techno")),
        ("a.m3u Techno, techno, ,TECHNO", "a.m3u", ("Techno",)),
        ("a.m3u", "a.m3u", ()),
        ("\ufeffa.m3u Techno", "a.m3u", ("Techno",)),
        ("a.m3u Techno\r", "a.m3u", ("Techno",)),
        ("a.m3u\u00a0Techno", "a.m3u", ("Techno",)),
        ("a.m3u\u3000Techno", "a.m3u", ("Techno",)),
        ('"a\u00a0b.m3u"\u00a0Techno', "a\u00a0b.m3u", ("Techno",)),
        ("a.m3u Techno\u00a0# loved", "a.m3u", ("Techno",)),
    ],
)  # fmt: skip
def test_line(tmp_path: Path, line: str, source: str, genres: tuple[str, ...]) -> None:
    """A line is a source up to white space (or quoted), then genres, then a comment."""
    listed = read_list_file(write_list(tmp_path, line + "\n"))

    assert (ListEntry(source, genres, 1),) == listed.entries
    assert listed.problems == ()


def test_comments_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    """Line numbers count every line of the file, also those that hold no source."""
    path = write_list(tmp_path, "# mine\n\n   # more\na.m3u Techno\n")

    assert (ListEntry("a.m3u", ("Techno",), 4),) == read_list_file(path).entries


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system(tmp_path: Path, end: str) -> None:
    """Unix, Windows and old Mac files hold the same lines; numbers count them."""
    path = write_list(tmp_path, end.join(["a.m3u House", "", "b.m3u Techno", ""]))

    assert (
        ListEntry("a.m3u", ("House",), 1),
        ListEntry("b.m3u", ("Techno",), 3),
    ) == read_list_file(path).entries


@pytest.mark.parametrize("char", ["\u2028", "\x85", "\x0b"])
def test_nothing_else_ends_a_line(tmp_path: Path, char: str) -> None:
    """What Unicode calls a line separator is white space inside a line."""
    path = write_list(tmp_path, f"a.m3u Deep{char}House\n")

    assert (ListEntry("a.m3u", ("Deep House",), 1),) == read_list_file(path).entries


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'"a b.m3u Techno', "expected a closing quote"),
        (b'"a b.m3u"Techno', "expected a closing quote"),
        (b'"" Techno', "expected a source"),
        (b"./my lists/folk songs.csv  Folk",
         'put the path in quotes: "./my lists/folk songs.csv"  Genre'),
        (b"folk songs.M3U8", 'put the path in quotes: "folk songs.M3U8"'),
        (b"a\x1b[2J.m3u Techno", "expected a source"),
        (b"caf\xe9.m3u Techno", "expected UTF-8 text"),
        (b"a.m3u " + b"x" * 200, "expected a genre of at most 100 characters"),
    ],
)  # fmt: skip
def test_line_that_is_not_understood(tmp_path: Path, line: bytes, message: str) -> None:
    """It is named with its number in one printable sentence; the others still run."""
    path = write_list(tmp_path, b"a.m3u Techno\n" + line + b"\nb.m3u House\n")

    listed = read_list_file(path)

    assert [entry.source for entry in listed.entries] == ["a.m3u", "b.m3u"]
    assert len(listed.problems) == 1
    assert listed.problems[0].startswith("Line 2: ")
    assert message in listed.problems[0]
    assert listed.problems[0].isprintable()


@pytest.mark.parametrize(
    "line",
    [
        '"https://h.org/a.csv?key=s3cret  Techno',
        "me:s3cret@h.org/a b.csv  Techno",
        '"//me:s3cret@h.org/a.csv?key=s3cret',
    ],
)
def test_line_with_a_secret(tmp_path: Path, line: str) -> None:
    """What an address hides is not shown, however it is mistyped."""
    [problem] = read_list_file(write_list(tmp_path, f"{line}\n")).problems

    assert "h.org/a" in problem
    assert "s3cret" not in problem


@pytest.mark.parametrize(
    "given", ["https://me:s3cret@h.org/l.txt?key=s3cret", "spotify:x"]
)
def test_address_as_list_file(given: str) -> None:
    """A playlist at an address is a source; what the address hides is not shown."""
    with pytest.raises(ListFileError, match="without --playlists") as caught:
        read_list_file(Path(given))

    assert "s3cret" not in str(caught.value)


def test_missing_list_file(tmp_path: Path) -> None:
    """A missing list file is wrong usage (exit code 2)."""
    with pytest.raises(ListFileError, match="found none") as caught:
        read_list_file(tmp_path / "nothing.txt")

    assert caught.value.exit_code == 2


@pytest.mark.parametrize("content", ["", "\n\n", "# nothing but a comment\n"])
def test_empty_list_file(tmp_path: Path, content: str) -> None:
    """A list file without any source is wrong usage, and says how to write one."""
    with pytest.raises(ListFileError, match=r"SOURCE  Genre"):
        read_list_file(write_list(tmp_path, content))


def test_list_file_in_utf16(tmp_path: Path) -> None:
    """A list file that Windows saved as UTF-16 is refused with what to do."""
    with pytest.raises(ListFileError, match=r"found UTF-16; name a UTF-8 text file"):
        read_list_file(write_list(tmp_path, "a.m3u Techno".encode("utf-16")))


@pytest.mark.parametrize(
    "start", [b"ID3\x04\0\0", "a.m3u Techno\n".encode("utf-16-le")]
)
def test_list_file_that_is_no_text(tmp_path: Path, start: bytes) -> None:
    """A song, or text of another kind, is refused once, not line by line."""
    with pytest.raises(ListFileError, match=r"found no text; name a UTF-8 text file"):
        read_list_file(write_list(tmp_path, start + b"\xff\n" * 9))


def test_folder_as_list_file(tmp_path: Path) -> None:
    """A folder is no list file."""
    with pytest.raises(ListFileError, match="is a directory"):
        read_list_file(tmp_path)


def test_first_spelling_of_a_genre_wins() -> None:
    """Two spellings of a genre become one, and the user is told once."""
    entries = [
        ListEntry("a", ("Drum & Bass",), 1),
        ListEntry("b", ("drum n bass", "House"), 2),
        ListEntry("c", ("drum n bass",), 3),
    ]

    merged, notes = one_spelling(entries, {})

    assert [entry.genres for entry in merged] == [
        ("Drum & Bass",),
        ("Drum & Bass", "House"),
        ("Drum & Bass",),
    ]
    assert notes == ["Genre 'drum n bass' is the same as 'Drum & Bass', which is kept."]


def test_spelling_in_the_catalog_wins() -> None:
    """A genre the catalog knows keeps the name it has there."""
    merged, notes = one_spelling([ListEntry("a", ("techno",), 1)], {"techno": "Techno"})

    assert merged[0].genres == ("Techno",)
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("one", "other", "n"),
    [
        ("https://www.deezer.com/playlist/1", "http://deezer.com/en/playlist/1/?a=b", 1),
        ("https://www.deezer.com/playlist/1", "https://www.deezer.com/album/1", 2),
        ("https://link.deezer.com/s/a", "https://link.deezer.com/s/b", 2),
        ("spotify:playlist:37i9dQZF1DX0SM0LYsmbMT",
         "https://open.spotify.com/playlist/37i9dQZF1DX0SM0LYsmbMT?si=x", 1),
        ("https://www.youtube.com/playlist?list=PL0123456789ABCDEF",
         "https://music.youtube.com/playlist?list=PL0123456789ABCDEF&si=x", 1),
        ("p.csv", "./p.csv", 2),
        ("https://example.org/a.csv", "http://example.org/a.csv", 2),
    ],
)  # fmt: skip
def test_spellings_of_one_playlist(one: str, other: str, n: int) -> None:
    """A service's playlist is read once, for the genres of all its lines."""
    entries = [ListEntry(one, ("Techno",), 1), ListEntry(other, ("House",), 2)]

    joined = by_source(entries)

    assert len(joined) == n
    assert joined[0].genres == (("Techno", "House") if n == 1 else ("Techno",))

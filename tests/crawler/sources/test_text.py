"""Plain text playlists, and text files that are something else."""

from pathlib import Path

import pytest

from genre.crawler.sources import check_argument
from genre.errors import ItemError, UsageError
from genre.records import ErrorClass, PlaylistData
from tests.crawler.sources.kits import make_kit, read_one

SPOTIFY_ID = "6rqhFgbbKwnb9MLmUQDhG6"


def read(folder: Path, content: str | bytes, *, name: str = "p.txt") -> PlaylistData:
    """Write a playlist into ``folder`` and read it."""
    raw = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(raw)
    return read_one(name, make_kit(folder))


@pytest.mark.parametrize(
    ("line", "artists", "title"),
    [
        ("The Band - Song", ("The Band",), "Song"),
        ("The Band – Song", ("The Band",), "Song"),
        ("The Band — Song", ("The Band",), "Song"),
        ("Jay-Z - Song - Live", ("Jay-Z",), "Song - Live"),
        ("12. The Band - Song", ("The Band",), "Song"),
        ("3) The Band - Song", ("The Band",), "Song"),
        ("10cc - Song", ("10cc",), "Song"),
        ("فيروز - أغنية", ("فيروز",), "أغنية"),
        ("🎧 DJ - 🔥", ("🎧 DJ",), "🔥"),
        ("A\x1b[31m - B\x07", ("A [31m",), "B"),
        ("../../etc - CON", ("../../etc",), "CON"),
    ],
)
def test_artist_and_title(
    tmp_path: Path, line: str, artists: tuple[str, ...], title: str
) -> None:
    """The first dash with blanks parts them; a number says nothing."""
    [item] = read(tmp_path, f"{line}\n").items

    assert (item.artists, item.title, item.source) == (artists, title, "text")


def test_long_titles(tmp_path: Path) -> None:
    """A title of 400 characters is kept whole; an endless one is cut."""
    lines = f"A - {'x' * 400}\nB - {'y' * 10_000}\n"

    assert [len(item.title) for item in read(tmp_path, lines).items] == [400, 500]


def test_comments_and_blank_lines(tmp_path: Path) -> None:
    """Both are passed over; the numbers in messages count them."""
    data = read(tmp_path, "# summer\n\nA - B\nno dash-here\n")

    assert [item.title for item in data.items] == ["B"]
    [problem] = data.problems
    assert problem == (
        "p.txt, line 4: expected Artist - Title or an address, found 'no dash-here';"
        " put a dash with a blank on both sides between artist and title."
    )


def test_addresses(tmp_path: Path) -> None:
    """A line may be an address, with names after it."""
    data = read(
        tmp_path,
        f"https://youtu.be/dQw4w9WgXcQ  The Band - Song\nspotify:track:{SPOTIFY_ID}\n"
        "https://www.deezer.com/track/7 # good\n",
    )

    places = [(item.source, item.source_id) for item in data.items]
    assert places == [
        ("youtube", "dQw4w9WgXcQ"),
        ("spotify", SPOTIFY_ID),
        ("deezer", "7"),
    ]
    assert data.items[0].artists == ("The Band",)


def test_references_without_names(tmp_path: Path) -> None:
    """The user learns that a bare number of a song gives no audio by itself."""
    data = read(tmp_path, f"spotify:track:{SPOTIFY_ID}\nA - B\n")

    [note] = data.notes
    assert note == (
        "p.txt: rows that only refer to a song, without names: 1; audio can be found"
        " once another playlist names it."
    )


def test_paths(tmp_path: Path) -> None:
    """A line that ends like an audio file is one, beside the list."""
    (tmp_path / "The Band - Song.mp3").write_bytes(b"sound")

    data = read(tmp_path, "The Band - Song.mp3\ngone.flac\n")

    assert [(i.source, i.title) for i in data.items] == [("file", "Song")]
    assert "expected an audio file at" in data.unreadable[0]


@pytest.mark.parametrize(
    "lines",
    [
        "./house.csv  House\n",
        '# mine\n"my mixes/deep.m3u8"  Deep House\nA - B\nx.csv#Mix  Techno\n',
        "https://example.org/playlist/1  Techno, House\n",
        "https://www.deezer.com/playlist/1234567890\n",
    ],
)
def test_list_of_playlists(tmp_path: Path, lines: str) -> None:
    """A list file given as a playlist is recognised, before anything is made."""
    with pytest.raises(ItemError, match="give it with --playlists") as caught:
        read(tmp_path, lines, name="list.txt")
    with pytest.raises(UsageError, match="give it with --playlists"):
        check_argument("list.txt", base=tmp_path)

    assert caught.value.error_class == ErrorClass.ENVIRONMENT


def test_other_encodings(tmp_path: Path) -> None:
    """UTF-16 is read; anything else is taken for Windows-1252, with a note."""
    assert read(tmp_path, "Å - Ö".encode("utf-16")).items[0].artists == ("Å",)

    data = read(tmp_path, "Å - Ö".encode("cp1252"))

    assert data.items[0].title == "Ö"
    assert data.notes == ("p.txt is not UTF-8; it was read as Windows-1252.",)


@pytest.mark.parametrize("content", ["", "# nothing\n", "neither\n"])
def test_no_song(tmp_path: Path, content: str) -> None:
    """A file without a usable line says so."""
    with pytest.raises(ItemError, match=r"at least one usable row in p\.txt"):
        read(tmp_path, content)

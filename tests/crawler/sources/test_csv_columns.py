"""Which columns are understood by themselves, and which with ``--map``."""

from pathlib import Path

import pytest

from genre.crawler.sources import read_source
from genre.crawler.sources.csv_columns import (
    ALIASES,
    MEANINGS,
    find_columns,
    parse_columns,
)
from genre.errors import ItemError, UsageError
from genre.records import ListEntry, PlaylistData, Tag
from genre.text import text_key
from tests.crawler.sources.kits import make_kit, read_one

ODD = "Lied;Wer;Dauer in s;Stil\nSong;The Band;215;House; Deep\n"


def read(folder: Path, content: str, columns: dict[str, str]) -> PlaylistData:
    """Read a CSV playlist with columns that the command line named."""
    (folder / "p.csv").write_text(content)
    return read_one("p.csv", make_kit(folder, kit={"columns": columns}))


def test_no_name_means_two_things() -> None:
    """Each name of a column has one meaning."""
    keys = [key for names in ALIASES.values() for key in set(map(text_key, names))]

    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (["TITLE ", " ARTIST"], {"title": 0, "artist": 1}),
        (["Track", "Title"], {"title": 1}),
        (["Track ID", "Name"], {"title": 1}),
        (["Platform", "trackId"], {"platform": 0, "platform_id": 1}),
        (["Spotify Track Id", "Song"], {"id:spotify": 0, "title": 1}),
        (["Artist ID", "Song"], {"title": 1}),
    ],
)
def test_find_columns(header: list[str], columns: dict[str, int]) -> None:
    """Case and blanks do not matter; the plainer of two names counts less."""
    assert columns == find_columns(header, {})


def test_columns_of_the_users_own(tmp_path: Path) -> None:
    """``--map`` names columns that no exporter has."""
    columns = {"title": "lied", "artist": "Wer", "duration": "Dauer in s"}

    data = read(tmp_path, ODD, columns)

    [item] = data.items
    assert (item.title, item.artists, item.duration_s) == ("Song", ("The Band",), 215.0)
    assert data.notes == ("p.csv: these columns are not used: Stil.",)


def test_mapped_column_loses_its_own_meaning(tmp_path: Path) -> None:
    """What the user says of a column comes before what its name says."""
    text = "Name,Title,Length ms,Genres\nThe Band,Song,9000,House\n"
    columns = {"artist": "Name", "duration": "Length ms", "genres": "Genres"}

    [item] = read(tmp_path, text, columns).items

    assert (item.title, item.artists) == ("Song", ("The Band",))
    assert (item.duration_s, item.tags) == (9.0, (Tag("House"),))


def test_column_that_is_missing(tmp_path: Path) -> None:
    """The sentence names the option and the columns there are."""
    (tmp_path / "p.csv").write_text("Song,Artist\nA,B\n")
    kit = make_kit(tmp_path, kit={"columns": {"title": "Sogn"}})

    with pytest.raises(
        ItemError, match=r"--map title=Sogn in p\.csv, found Song, Artist; name one"
    ):
        read_source(ListEntry("p.csv", (), 0), kit)


def test_columns_meant_for_another_file_of_a_list(tmp_path: Path) -> None:
    """In a list ``--map`` leaves alone the files that have none of its columns."""
    (tmp_path / "p.csv").write_text("Song,Artist\nA,B\n")
    kit = make_kit(tmp_path, kit={"columns": {"title": "Lied"}})

    [data] = read_source(ListEntry("p.csv", (), 3), kit)

    assert isinstance(data, PlaylistData)
    assert data.items[0].title == "A"
    assert data.notes == (
        "A file without the columns of --map is read by its own header.",
    )


def test_length_of_another_file_of_a_list(tmp_path: Path) -> None:
    """A length that is named for another file leaves a file its own."""
    (tmp_path / "p.csv").write_text("Title,Artist,Duration (ms)\nSong,A,215000\n")
    kit = make_kit(tmp_path, kit={"columns": {"duration": "Dauer"}})

    [data] = read_source(ListEntry("p.csv", (), 1), kit)

    assert isinstance(data, PlaylistData)
    assert data.items[0].duration_s == 215.0


def test_parse_columns() -> None:
    """Blanks around the names do not matter; a column's name may hold a ``=``."""
    found = parse_columns(["title=Song", " artist = a=b "])

    assert found == {"title": "Song", "artist": "a=b"}


@pytest.mark.parametrize(
    "options", [["titel=Song"], ["title"], ["title="], ["title=A", "title=B"]]
)
def test_option_that_is_not_understood(options: list[str]) -> None:
    """The sentence names all meanings there are."""
    with pytest.raises(UsageError, match=", ".join(MEANINGS)):
        parse_columns(options)

"""CSV playlists of the exporters people use, and hand-made ones."""

from pathlib import Path

import pytest

from genre.crawler.sources.csv_rows import parse_duration
from genre.errors import ItemError
from genre.records import PlaylistData
from tests.crawler.sources.kits import make_kit, read_one


def read(folder: Path, content: str | bytes) -> PlaylistData:
    """Write a playlist into ``folder`` and read it."""
    raw = content.encode() if isinstance(content, str) else content
    (folder / "p.csv").write_bytes(raw)
    return read_one("p.csv", make_kit(folder))


def test_unused_columns_are_named(tmp_path: Path) -> None:
    """The user learns which columns say nothing to us."""
    data = read(tmp_path, "Title,Artist,Mood,BPM\nSong,The Band,calm,120\n")

    assert data.notes == ("p.csv: these columns are not used: Mood, BPM.",)


def test_paths_and_addresses(tmp_path: Path) -> None:
    """A row's file comes first, then its address, then its names."""
    (tmp_path / "a.mp3").write_bytes(b"sound")
    text = (
        "title\tartist\tfile\tlink\n"
        "One\tX\ta.mp3\thttp://h/a.mp3\n"
        "Two\tX\t\thttp://h/b.mp3\n"
        "Three\tX\tgone.mp3\thttp://h/c.mp3\n"
        "Four\tX\t\t\n"
    )

    data = read(tmp_path, text)

    assert [item.source for item in data.items] == ["file", "url", "url", "text"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("Song,,,", "expected a file, an http(s) address, or artist and title"),
        (",The Band,,", "expected a file, an http(s) address, or artist and title"),
        ("Song,The Band,gone.mp3,", "expected an audio file at"),
        ("Song,The Band,,ftp://h/a.mp3", "found the scheme 'ftp:'"),
        (
            '"' + "x" * 200_000 + '",y,,',
            "expected a CSV row, found one that is damaged",
        ),
    ],
)
def test_row_that_cannot_be_used(tmp_path: Path, row: str, message: str) -> None:
    """It becomes one sentence with its row number; the others stay."""
    text = f"title,artist,path,url\n{row}\nGood,The Band,,\n"

    data = read(tmp_path, text)

    [problem] = (*data.unreadable, *data.problems)
    assert [item.title for item in data.items] == ["Good"]
    assert problem.startswith("p.csv, row 2: ")
    assert message in problem


@pytest.mark.parametrize(
    ("rows", "titles", "damaged"),
    [
        (["One,A,X", '"Two,B,X', "Three,C,X", "Four,D,X"], ["One", "Three", "Four"], 3),
        (['One,"A,X', 'Two,"B",X', "Three,C,X"], ["Two", "Three"], 2),
        (['One,"A,X', 'Two,B,12"', "Three,C,X"], ["Two", "Three"], 2),
        (['One,"A,X', "Two,B,X", 'Three,"C,X', "Four,D,X"], ["Two", "Four"], 2),
        (['One,"A', '"Two",B,X', "Three,C,X"], ["Two", "Three"], 2),
        (["One,A,X", 'Two,B,"X'], ["One"], 3),
        (
            ['One,A,"X', "Two,B,X", 'Three,C,12"', "Four,D,X"],
            ["Two", "Three", "Four"],
            2,
        ),
    ],
)
def test_quote_that_is_not_closed(
    tmp_path: Path, rows: list[str], titles: list[str], damaged: int
) -> None:
    """It costs its own row, which is reported by number; the following rows stay."""
    data = read(tmp_path, "\n".join(["title,artist,album", *rows, ""]))

    assert [item.title for item in data.items] == titles
    assert data.problems[0] == (
        f"p.csv, row {damaged}: expected a CSV row, found one that is damaged (a quote"
        " in it is not closed); mend it."
    )
    assert len(data.items) + len(data.problems) == len(rows)


def test_quote_in_a_single_column(tmp_path: Path) -> None:
    """In a file of one column no cell holds two lines."""
    text = 'title\n"The Band - 12\nThe Band - 7"\nThe Band - One\n'

    data = read(tmp_path, text)

    assert [item.title for item in data.items] == ['7"', "One"]
    assert len(data.problems) == 1


def test_sloppy_quotes_in_one_line(tmp_path: Path) -> None:
    """Quotes that do not hide a line end cost nothing."""
    text = 'title,artist\n"Song" (live),The Band\n7" Mix,The Band\n"One" ,A\n'

    data = read(tmp_path, text)

    assert [i.title for i in data.items] == ["Song (live)", '7" Mix', "One"]
    assert data.problems == ()


def test_cell_of_several_lines(tmp_path: Path) -> None:
    """A quoted line break that makes no row of its own belongs to the cell."""
    text = 'title,artist,note\n"A Long\nSong",The Band,"good,\n\nvery good"\nB,C,\n'

    data = read(tmp_path, text)

    assert [item.title for item in data.items] == ["A Long Song", "B"]
    assert data.problems == ()


@pytest.mark.parametrize(
    "note", ["nice,\nsee it, hear it, buy it", "a\n1,2,3\nb", "x,y\n\n" + "z,\n" * 90]
)
def test_a_cell_that_looks_like_rows(tmp_path: Path, note: str) -> None:
    """A row that is whole and well quoted stays one, whatever is in its cells."""
    data = read(tmp_path, f'title,artist,note\nOne,A,"{note}"\nTwo,B,ok\n')

    assert [(i.title, i.artists) for i in data.items] == [
        ("One", ("A",)),
        ("Two", ("B",)),
    ]
    assert data.problems == ()


def test_many_open_quotes(tmp_path: Path) -> None:
    """Each costs a look at the lines that follow, not at the whole file."""
    data = read(tmp_path, "title,artist\n" + 'a","b\n' * 50_000 + "Song,The Band\n")

    assert (data.items[-1].title, data.items[-1].artists) == ("Song", ("The Band",))


def test_separators_of_unicode_end_no_row(tmp_path: Path) -> None:
    """Only line feeds and carriage returns end a row."""
    data = read(tmp_path, "title,artist\rA\u2028B\x85C,The Band\rD,E\r")

    assert [item.title for item in data.items] == ["A B C", "D"]


def test_twenty_thousand_rows(tmp_path: Path) -> None:
    """A long playlist is read whole, in order; a song that stands twice stays twice."""
    rows = "".join(f"Song {n % 15_000},The Band\n" for n in range(20_000))

    items = read(tmp_path, f"title,artist\n{rows}").items

    assert [item.position for item in items] == list(range(20_000))
    assert items[0].title == items[15_000].title == "Song 0"


def test_line_for_excel_and_blank_lines_before_the_header(tmp_path: Path) -> None:
    """``sep=;`` names the delimiter; rows are numbered as they stand in the file."""
    data = read(tmp_path, "sep=;\n\ntitle;artist\nA;B\nC;\n")

    assert [item.title for item in data.items] == ["A"]
    assert data.problems[0].startswith("p.csv, row 5: ")


def test_blank_rows_are_passed_over(tmp_path: Path) -> None:
    """Empty lines and rows of delimiters are no problem."""
    data = read(tmp_path, "title,artist\n\n,,\nSong,The Band\n")

    assert (len(data.items), data.problems) == (1, ())


@pytest.mark.parametrize("text", ["", "one,two\n1,2\n", "Alpha,Beta\n"])
def test_no_header(tmp_path: Path, text: str) -> None:
    """Without a known column the user learns which ones are needed."""
    with pytest.raises(ItemError, match="Expected a header row with at least"):
        read(tmp_path, text)


def test_header_without_rows(tmp_path: Path) -> None:
    """A playlist without any usable row says so."""
    with pytest.raises(ItemError, match=r"at least one usable row in p\.csv"):
        read(tmp_path, "title,artist\n")


def test_windows_encoding(tmp_path: Path) -> None:
    """A file that is not UTF-8 is read as Windows-1252, and the user is told."""
    data = read(tmp_path, "title,artist\nDéjà,Été\n".encode("cp1252"))

    assert data.items[0].title == "Déjà"
    assert data.notes == ("p.csv is not UTF-8; it was read as Windows-1252.",)


def test_bytes_without_a_meaning_in_windows(tmp_path: Path) -> None:
    """What is not even Windows-1252 is read as Latin-1, and the user is told."""
    data = read(tmp_path, b"title,artist\nD\xe9j\xe0\x81,Me\n")

    assert data.items[0].title == "D\xe9j\xe0"
    assert data.notes == ("p.csv is not UTF-8; it was read as Latin-1.",)


def test_utf_16(tmp_path: Path) -> None:
    """Excel's "Unicode text" is read."""
    data = read(tmp_path, "title\tartist\nDéjà\tÉté\n".encode("utf-16"))

    assert data.items[0].title == "Déjà"


@pytest.mark.parametrize(
    ("raw", "seconds"),
    [
        ("215", 215.0),
        ("225s", 225.0),
        ("3:45", 225.0),
        ("1:02:03", 3723.0),
        ("215000", 215.0),
        ("12.5", 12.5),
        ("0", None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 400, None),
    ],
)
def test_parse_duration(raw: str, seconds: float | None) -> None:
    """Lengths come in many forms; what is not understood is unknown."""
    assert seconds == parse_duration(raw)


def test_parse_milliseconds() -> None:
    """A column in milliseconds stays so for short songs too."""
    assert parse_duration("9000", milliseconds=True) == 9.0

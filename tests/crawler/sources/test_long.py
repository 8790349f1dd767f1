"""Small files that a careless pattern would take hours for: they are read at once.

A run of blanks, digits or open elements whose time grows with its square takes longer
here than a test may take.
"""

from pathlib import Path

import pytest

from genre.crawler import titles
from genre.errors import ItemError
from genre.text import text_key
from tests.crawler.sources.kits import make_kit, read_one

N = 1_000_000
RUNS = [" ", "\n", "\u2003", "-", "- ", "(", "(a)", "&", ",", ";", '"', "1", "'"]
ADDRESS = "http://h/a.mp3"


@pytest.mark.parametrize("run", RUNS, ids=ascii)
def test_titles_of_any_length(run: str) -> None:
    """Nothing that takes a name apart slows down on a long run of anything."""
    name = f"a{run * (N // len(run))}b - c"

    assert titles.split_artist_title(name)[1].endswith("c")
    assert titles.split_featured(name)[1] == ""
    assert titles.split_credit(name)
    assert text_key(name)


@pytest.mark.parametrize("run", [" ", "\t", "\u2003"], ids=ascii)
def test_versions_behind_many_blanks(run: str) -> None:
    """Blanks count once, wherever they stand."""
    blanks = run * N
    raw = f"Song{blanks}({blanks}Ann{blanks}Remix{blanks})"

    assert titles.parse_title(raw) == titles.parse_title("Song (Ann Remix)")
    assert titles.version_kinds(f"Live{blanks}session") == {"live"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("p.m3u", f"#EXTINF:1,A{{run}} - B\n{ADDRESS}\n"),
        ("p.m3u", f"#EXTINF:{{run}}B\n{ADDRESS}\n"),
        ("p.csv", f'title,url\n"A{{run}} - B",{ADDRESS}\n'),
        ("p.csv", f'title,url,type,playlist\nA,{ADDRESS},"a{{run}}b",p\n'),
        ("p.txt", "A{run} - B\n"),
        ("p.txt", f"{ADDRESS}{{run}}A - B\n"),
    ],
)
@pytest.mark.parametrize("run", [" ", "1", '""'])
def test_names_of_any_length(tmp_path: Path, name: str, text: str, run: str) -> None:
    """A file with such a name becomes a playlist, or one sentence."""
    (tmp_path / name).write_text(text.format(run=run * (N // len(run))))

    try:
        found = len(read_one(name, make_kit(tmp_path)).items)
    except ItemError as error:
        found = len(str(error))

    assert 0 < found < 1_000


@pytest.mark.parametrize("run", ["<a ", "<a b=", "<!--", "</", "<script ", "<?"])
def test_pages_full_of_open_tags(tmp_path: Path, run: str) -> None:
    """Of a saved page only the element with the songs is parsed."""
    data = '<script id="__NEXT_DATA__">{}'
    (tmp_path / "p.html").write_text(run * 50_000 + data + run * 50_000 + "</script>")

    with pytest.raises(ItemError, match="Expected"):
        read_one("p.html", make_kit(tmp_path))


@pytest.mark.parametrize("n", [100, 500_000])
def test_elements_within_elements(tmp_path: Path, n: int) -> None:
    """XML that opens ever more elements is refused when it becomes absurd."""
    (tmp_path / "p.xspf").write_text("<playlist>" + "<a>" * n)

    with pytest.raises(ItemError, match="found more than 100 elements within each"):
        read_one("p.xspf", make_kit(tmp_path))

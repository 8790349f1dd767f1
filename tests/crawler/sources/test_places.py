"""Whatever a row names is a place or one sentence; nothing ends the reading."""

from pathlib import Path

import pytest

from genre.crawler.sources.places import Document, Place, RowError, locate

NASTY = [
    *("http://[", "http://[half/x.mp3", "//[x/y.mp3", "file://[x/y.mp3"),
    *("http://x:99999/a.mp3", "http://:80/", "http://@/a", "https://xn--/a"),
    *("file:///a%00b.mp3", "a%00b.mp3", "file://localhost/etc/passwd", "file:"),
    *("http://a\u2100b/x.mp3", "http://\u24d4xample.com/a.mp3", "http://%zz/a.mp3"),
    *("http://exa mple/a.mp3", "http://" + "a." * 300 + "b/", "http://x/\ud800.mp3"),
    *("~nouser/x.mp3", "C:\\x.mp3", "../../etc/passwd", "/dev/zero"),
    *("a/" * 900 + "x.mp3", "x" * 300 + ".mp3", "s:" + "x" * 300, "spotify:album:1"),
    *("https://youtu.be/[x]", "https://www.youtube.com/watch?v=" + "&v=a" * 50),
]


def document(folder: Path | None) -> Document:
    """Return a playlist on disk, or one from the web."""
    source_id = str(folder / "p.m3u") if folder else "http://example.org/p.m3u"
    return Document(source_id, "p.m3u", b"", folder, digest=lambda _path: "0" * 64)


@pytest.mark.parametrize("location", NASTY, ids=ascii)
@pytest.mark.parametrize("is_local", [True, False])
def test_nothing_else_is_raised(tmp_path: Path, location: str, is_local: bool) -> None:
    """It can be stored, or is refused in one line."""
    try:
        place = locate(location, document(tmp_path if is_local else None))
        found = f"{place.source_id} {place.url} {place.path}"
    except RowError as error:
        found = str(error)

    assert found.encode().decode().isprintable()


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ("http://[half", "something that is no web address"),
        ("http://me:SECRET@a\u2100b/x.mp3", "something that is no web address"),
    ],
)
def test_an_address_that_cannot_be_taken_apart(location: str, found: str) -> None:
    """The sentence shows no login."""
    with pytest.raises(RowError, match=f"found '{found}', which is none; correct"):
        locate(location, document(None))


@pytest.mark.parametrize("name", ["Mix: Part 1.mp3", "Mix:1.mp3", "file.mp3"])
def test_a_file_with_a_colon(tmp_path: Path, name: str) -> None:
    """A file that is there is one, whatever its name looks like."""
    path = tmp_path / name
    path.write_bytes(b"sound")

    assert locate(name, document(tmp_path)) == Place("file", "0" * 64, path=str(path))


def test_a_file_with_a_colon_that_is_gone(tmp_path: Path) -> None:
    """It keeps its place in the playlist while the catalog knows its content."""
    path = str(tmp_path / "Mix: Part 1.mp3")

    found = locate("Mix: Part 1.mp3", document(tmp_path))

    assert found == Place("file", "0" * 64, path=path)

"""Which sources there are, and what a fetched playlist may name."""

import os
import re
from pathlib import Path

import pytest

from genre.crawler.sources import service_of_source
from genre.errors import FetchError, ItemError
from genre.records import ErrorClass, PlaylistData
from tests.crawler.sources.kits import make_kit, read_one
from tests.servers import Reply, serve

PAGE = b"<!DOCTYPE html><html><title>Just a moment...</title></html>"


def read(source: str, folder: Path) -> PlaylistData:
    """Read one source as the list file's line would name it."""
    return read_one(source, make_kit(folder))


@pytest.mark.parametrize(
    "source",
    [
        "https://example.org/playlist/1234567890",
        "https://example.org/playlist.docx",
    ],
)
def test_unknown_source(tmp_path: Path, source: str) -> None:
    """One sentence lists what is supported; the list can be mended (exit code 3)."""
    with pytest.raises(ItemError, match="genre reads playlist files") as caught:
        read(source, tmp_path)

    assert caught.value.error_class == ErrorClass.ENVIRONMENT


@pytest.mark.parametrize(
    "address",
    [
        "https://www.deezer.com/playlist/1",
        "https://listenbrainz.org/playlist/0709f0b3-f731-4d09-8e6d-09ba4a84ea31",
        "https://www.jamendo.com/playlist/1",
        "https://archive.org/details/x",
        "https://www.youtube.com/playlist?list=PL1",
        "https://open.spotify.com/playlist/1",
    ],
)
@pytest.mark.parametrize("char", ["\x1b", "\r", "\u2028", "\u202e"])
def test_addresses_are_printable(address: str, char: str) -> None:
    """No service knows an address that a terminal or an editor would not show."""
    assert service_of_source(address)
    assert service_of_source(f"{address}?{char}") is None
    assert service_of_source(f"{address}&{char}") is None


def test_folder_whose_disk_is_away(tmp_path: Path) -> None:
    """It is missing, not of an unknown kind."""
    with pytest.raises(ItemError, match="no such file or folder") as caught:
        read("disk/away/", tmp_path)

    assert caught.value.error_class == ErrorClass.ENVIRONMENT


def test_services_ask_for_an_export(tmp_path: Path) -> None:
    """A streaming service's playlist can be exported to a file."""
    with pytest.raises(ItemError, match="export the playlist to a CSV file"):
        read("https://tidal.com/playlist/x", tmp_path)


def test_playlist_from_the_web(tmp_path: Path) -> None:
    """An address of a playlist file is fetched; relative rows are on its server."""
    with serve({"/l/p.m3u": b"#EXTINF:9,The Band - Song\na.mp3\n"}) as server:
        data = read(server.url("/l/p.m3u"), tmp_path)

        assert server.url("/l/p.m3u") == data.url == data.source_id
        assert server.url("/l/a.mp3") == data.items[0].url
        assert data.items[0].trusted


def test_playlist_from_the_web_names_foreign_addresses(tmp_path: Path) -> None:
    """Addresses of other servers are kept but not trusted."""
    rows = b"http://127.0.0.1:1/a.mp3\nhttps://h/b.mp3\n"
    with serve({"/p.m3u8": rows}) as server:
        data = read(server.url("/p.m3u8"), tmp_path)

    assert [item.trusted for item in data.items] == [False, False]


@pytest.mark.parametrize(
    "row", ["/etc/passwd", "file:///etc/passwd", "\\\\host\\a.mp3", "C:\\a.mp3", "~/a"]
)
def test_playlist_from_the_web_names_local_files(tmp_path: Path, row: str) -> None:
    """Files of this machine are never read for a playlist that came from the web."""
    with (
        serve({"/p.m3u": f"{row}\n".encode()}) as server,
        pytest.raises(ItemError, match="local files need a local playlist"),
    ):
        read(server.url("/p.m3u"), tmp_path)


def test_dead_playlist_address(tmp_path: Path) -> None:
    """A playlist that is gone is a permanent failure of that playlist."""
    with (
        serve({"/p.m3u": Reply(status=404)}) as server,
        pytest.raises(FetchError) as caught,
    ):
        read(server.url("/p.m3u"), tmp_path)

    assert caught.value.error_class == ErrorClass.PERMANENT


def test_playlist_that_is_no_file(tmp_path: Path) -> None:
    """What is neither a file nor a folder, and may never end, is not read."""
    os.mkfifo(tmp_path / "p.m3u")

    with pytest.raises(ItemError, match="not a regular file"):
        read("p.m3u", tmp_path)


def test_links_in_a_circle(tmp_path: Path) -> None:
    """A link that leads to itself is no file."""
    (tmp_path / "p.csv").symlink_to(tmp_path / "p.csv")

    with pytest.raises(ItemError, match="Expected a playlist file at") as caught:
        read("p.csv", tmp_path)

    assert caught.value.error_class == ErrorClass.ENVIRONMENT


def test_several_playlists_from_the_web(tmp_path: Path) -> None:
    """An address with a ``#`` is one playlist of the file there."""
    csv = b"title,artist,playlist\nOne,A,Mix\nTwo,B,Deep & slow\n"
    with serve({"/p.csv": csv}) as server:
        data = read(server.url("/p.csv#deep%20%26%20slow"), tmp_path)

    assert [item.title for item in data.items] == ["Two"]
    assert data.source_id.endswith("/p.csv#Deep & slow")


@pytest.mark.parametrize("ending", ["json", "jspf", "xspf", "txt", "csv", "m3u8"])
def test_page_instead_of_a_playlist(tmp_path: Path, ending: str) -> None:
    """A server that answers with a web page has a bad moment."""
    with (
        serve({f"/p.{ending}": PAGE}) as server,
        pytest.raises(ItemError, match=rf"in p\.{ending}, found a web page") as caught,
    ):
        read(server.url(f"/p.{ending}"), tmp_path)

    assert caught.value.error_class == ErrorClass.TEMPORARY


def test_page_in_a_file_of_ones_own(tmp_path: Path) -> None:
    """A download that went wrong is for the user to mend."""
    (tmp_path / "p.m3u").write_bytes(b"\xef\xbb\xbf\n" + PAGE)

    with pytest.raises(ItemError, match="found a web page; export or") as caught:
        read("p.m3u", tmp_path)

    assert caught.value.error_class == ErrorClass.ENVIRONMENT


@pytest.mark.parametrize(
    ("source", "form"),
    [
        (
            "https://www.deezer.com/en/track/3135556",
            "https://www.deezer.com/playlist/ID",
        ),
        ("https://deezer.com/artist/27", "https://www.deezer.com/playlist/ID"),
        ("https://open.spotify.com/album/x?si=1", "spotify:playlist:ID"),
        ("spotify:track:6rqhFgbbKwnb9MLmUQDhG6", "spotify:playlist:ID"),
        ("https://youtu.be/aaaaaaaaaaa", "https://www.youtube.com/playlist?list=ID"),
        ("https://m.youtube.com/@somebody", "https://www.youtube.com/playlist?list=ID"),
        (
            "https://listenbrainz.org/user/rob/",
            "https://listenbrainz.org/playlist/MBID",
        ),
        ("https://jamendo.com/track/1", "https://www.jamendo.com/playlist/ID"),
        ("http://archive.org/search?query=x", "https://archive.org/details/ID"),
    ],
)
def test_something_else_of_a_service(tmp_path: Path, source: str, form: str) -> None:
    """A song, an artist or a user is no playlist; the sentence shows how one looks."""
    with pytest.raises(ItemError, match=f"; give {re.escape(form)}") as caught:
        read(source, tmp_path)

    assert len(str(caught.value)) < 200

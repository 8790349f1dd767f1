"""XSPF playlists, and XML that means harm."""

from pathlib import Path

import pytest

from genre.errors import ItemError
from genre.records import PlaylistData
from tests.crawler.sources.kits import make_kit, read_one

MBID = "e8f9b188-f819-4e43-ab0f-4bd26ce9ff56"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
OPEN = '<playlist version="1" xmlns="http://xspf.org/ns/0/">'


def read(folder: Path, content: str | bytes) -> PlaylistData:
    """Write a playlist into ``folder`` and read it."""
    raw = content.encode() if isinstance(content, str) else content
    (folder / "p.xspf").write_bytes(raw)
    return read_one("p.xspf", make_kit(folder))


def playlist(*tracks: str, head: str = "<title>Deep &amp; slow</title>") -> str:
    """Return an XSPF file of these tracks."""
    inside = "".join(f"<track>{track}</track>" for track in tracks)
    return f"{HEAD}{OPEN}{head}<trackList>{inside}</trackList></playlist>"


def test_tracks(tmp_path: Path) -> None:
    """Names, album, length in milliseconds and a file: address are understood."""
    song = tmp_path / "a song.mp3"
    song.write_bytes(b"sound")
    track = (
        f"<location>file://{tmp_path}/a%20song.mp3</location><title>So\nng</title>"
        "<creator>A &amp; B</creator><album>Al</album><duration>215500</duration>"
    )

    data = read(
        tmp_path, playlist(track, head="<title>Deep</title><creator>Me</creator>")
    )

    [item] = data.items
    assert (data.title, data.owner) == ("Deep", "Me")
    assert (item.path, item.title, item.artists) == (str(song), "So ng", ("A & B",))
    assert (item.album, item.duration_s) == ("Al", 215.5)


def test_identifiers(tmp_path: Path) -> None:
    """A known site's song in an identifier is the reference; other ones are not."""
    names = "<title>S</title><creator>A</creator>"
    data = read(
        tmp_path,
        playlist(
            f"<identifier>https://musicbrainz.org/recording/{MBID}</identifier>{names}",
            f"<identifier>https://example.org/x</identifier>{names}",
        ),
    )

    places = [(item.source, item.source_id) for item in data.items]
    assert places == [("musicbrainz", MBID), ("text", "")]


def test_first_location_that_is_there(tmp_path: Path) -> None:
    """Of several locations the first usable one counts."""
    track = "<location>gone.mp3</location><location>http://h/a.mp3</location>"

    assert read(tmp_path, playlist(track)).items[0].url == "http://h/a.mp3"


def test_names_inside_an_extension(tmp_path: Path) -> None:
    """What other programs add does not disturb."""
    track = (
        "<title>S</title><creator>A</creator><extension application='x'>"
        "<title>no</title><track><title>no</title></track></extension>"
    )

    [item] = read(tmp_path, playlist(track)).items

    assert (item.title, item.artists) == ("S", ("A",))


def test_other_encoding_and_no_namespace(tmp_path: Path) -> None:
    """The encoding that the file declares counts; old files lack the namespace."""
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?><playlist><trackList><track>'
        "<title>Été</title><creator>Ö</creator></track></trackList></playlist>"
    )

    assert read(tmp_path, text.encode("latin-1")).items[0].title == "Été"


def test_track_without_names(tmp_path: Path) -> None:
    """It is one sentence with its number."""
    data = read(tmp_path, playlist("<title>S</title><creator>A</creator>", "<title/>"))

    assert data.problems[0].startswith("p.xspf, track 2: expected a file")


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE playlist>",
        '<!DOCTYPE playlist SYSTEM "http://127.0.0.1:1/x.dtd">',
        '<!DOCTYPE playlist [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        f'<!DOCTYPE playlist [<!ENTITY l0 "ha">{LAUGHS}]>',
    ],
)
def test_document_type(tmp_path: Path, doctype: str) -> None:
    """Entities are refused where they would be declared, and nothing is read."""
    track = "<track><title>&x;&l9;</title><creator>A</creator></track>"
    text = f"{HEAD}{doctype}{OPEN}<trackList>{track}</trackList></playlist>"

    with pytest.raises(ItemError, match=r"found a document type \(DOCTYPE\)"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found a fault"),
        ("{}", "found a fault"),
        (f"{HEAD}{OPEN}<trackList><track>", "found a fault"),
        (f"{HEAD}{OPEN}<title>&x;</title></playlist>", "found a fault"),
        ('<?xml version="1.0" encoding="x-none"?><playlist/>', "found a fault"),
        ("<rss><channel/></rss>", "found XML of the kind 'rss'"),
        (playlist(), r"at least one usable row in p\.xspf"),
    ],
)
def test_no_playlist(tmp_path: Path, text: str, message: str) -> None:
    """Damaged XML, other XML and a playlist without tracks say what they are."""
    with pytest.raises(ItemError, match=message):
        read(tmp_path, text)

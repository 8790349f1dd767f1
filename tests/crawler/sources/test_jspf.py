"""JSPF playlists, as ListenBrainz and others write them."""

import json
from pathlib import Path
from typing import Any

import pytest

from genre.errors import ItemError
from genre.records import PlaylistData
from tests.crawler.sources.kits import make_kit, read_one

MBID = "e8f9b188-f819-4e43-ab0f-4bd26ce9ff56"
RECORDING = f"https://musicbrainz.org/recording/{MBID}"
NAMES = {"title": "Gold", "creator": "Spandau Ballet"}


def read(folder: Path, *tracks: Any, name: str = "p.jspf") -> PlaylistData:
    """Write a playlist of these tracks into ``folder`` and read it."""
    playlist = {"title": "80s", "creator": "me", "track": list(tracks)}
    (folder / name).write_text(json.dumps({"playlist": playlist}))
    return read_one(name, make_kit(folder))


@pytest.mark.parametrize("name", ["p.jspf", "p.json"])
@pytest.mark.parametrize(
    "where",
    [
        {"identifier": RECORDING},
        {"identifier": ["urn:x", RECORDING]},
        {
            "extension": {
                "https://musicbrainz.org/doc/jspf#track": {
                    "recording_identifier": RECORDING
                }
            }
        },
    ],
)
def test_recording(tmp_path: Path, name: str, where: dict[str, Any]) -> None:
    """A MusicBrainz recording identifies the song, wherever it is written."""
    data = read(tmp_path, {**NAMES, **where}, name=name)

    [item] = data.items
    assert (item.source, item.source_id, item.url) == ("musicbrainz", MBID, "")
    assert (data.title, data.owner, data.source) == ("80s", "me", "jspf")


def test_track(tmp_path: Path) -> None:
    """Names, album, length and the date of ListenBrainz' extension are understood."""
    about = {"added_at": "2020-11-27T10:45:49+00:00", "added_by": "zas"}
    track = {
        **NAMES,
        "album": "True",
        "duration": 231000,
        "location": ["http://h/a.mp3"],
        "extension": {"https://musicbrainz.org/doc/jspf#track": about},
    }

    [item] = read(tmp_path, track).items

    assert (item.title, item.artists, item.album) == (
        "Gold",
        ("Spandau Ballet",),
        "True",
    )
    assert (item.duration_s, item.url) == (231.0, "http://h/a.mp3")
    assert item.added_at == "2020-11-27T10:45:49Z"


@pytest.mark.parametrize(
    "track", [None, [], "x", 7, {}, {"title": ["x"], "creator": 1}]
)
def test_track_that_cannot_be_used(tmp_path: Path, track: object) -> None:
    """It is one sentence with its number; the others stay."""
    data = read(tmp_path, NAMES, track)

    assert len(data.items) == 1
    assert data.problems[0].startswith("p.jspf, track 2: expected ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found a fault"),
        (b'{"playlist": {"track": [{"ti', "found a fault"),
        (b"<!DOCTYPE html><html>", "found a web page"),
        (b"[" * 100_000, "found a fault"),
        (b'{"playlist": "\xff"}', "found a fault"),
        (
            b'{"playlist": {"track": {}}}',
            "Expected a JSPF playlist .* found other JSON",
        ),
        (b"[]", "found other JSON"),
        (b'{"playlist": {"track": []}}', "at least one usable row"),
    ],
)
def test_no_playlist(tmp_path: Path, content: bytes, message: str) -> None:
    """Damaged and other JSON say what they are."""
    (tmp_path / "p.jspf").write_bytes(content)

    with pytest.raises(ItemError, match=message):
        read_one("p.jspf", make_kit(tmp_path))

"""Spotify playlists out of saved pages."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from genre.errors import ItemError
from genre.records import PlaylistData
from tests.crawler.sources.kits import make_kit, read_one

SPOTIFY_ID = "6rqhFgbbKwnb9MLmUQDhG6"
SONG = {
    "uri": f"spotify:track:{SPOTIFY_ID}",
    "title": "Song </b> & more",
    "subtitle": "Tyler, The Creator,\u00a0B",
    "duration": 215000,
    "isPlayable": False,
    "entityType": "track",
    "audioPreview": None,
}


def page(page_props: dict[str, Any]) -> str:
    """Return a saved page that carries this data."""
    data = json.dumps({"props": {"pageProps": page_props}}).replace("</", "<\\/")
    script = f'<script id="__NEXT_DATA__" type="application/json">{data}</script>'
    return f"<!DOCTYPE html><html><head><script>1<2</script></head>{script}</html>"


def playlist(*tracks: Any, kind: str = "playlist") -> str:
    """Return a saved page of these tracks."""
    entity = {
        "type": kind,
        "name": "Hits",
        "title": "Hits",
        "subtitle": "Someone",
        "uri": f"spotify:{kind}:37i9dQ",
        "trackList": list(tracks),
    }
    return page({"state": {"data": {"entity": entity}}})


def read(folder: Path, content: str, *, name: str = "page.html") -> PlaylistData:
    """Write a page into ``folder`` and read it."""
    (folder / name).write_text(content, encoding="utf-8")
    return read_one(name, make_kit(folder))


@pytest.mark.parametrize("name", ["page.html", "page.htm"])
def test_songs(tmp_path: Path, name: str) -> None:
    """It is the service's own playlist; a comma with a plain blank is part of a name."""
    text = playlist(SONG)

    data = read(tmp_path, text, name=name)

    [item] = data.items
    assert (data.source, data.source_id, data.title) == ("spotify", "37i9dQ", "Hits")
    assert (data.owner, data.truncated) == ("Someone", False)
    assert data.checksum == hashlib.sha256(text.encode()).hexdigest()
    assert item.artists == ("Tyler, The Creator", "B")
    assert (item.title, item.duration_s) == ("Song </b> & more", 215.0)
    assert (item.source, item.source_id, item.url) == ("spotify", SPOTIFY_ID, "")


@pytest.mark.parametrize(("n", "truncated"), [(49, False), (50, True), (100, True)])
def test_pages_that_may_hold_only_the_first_songs(
    tmp_path: Path, n: int, truncated: bool
) -> None:
    """Exactly 50 or 100 songs are as many as a page shows; the user is told."""
    data = read(tmp_path, playlist(*[SONG] * n))

    assert data.truncated == truncated
    assert [f"exactly {n} songs" in note for note in data.notes] == [True] * truncated


@pytest.mark.parametrize("track", [None, {"entityType": "episode", "title": "Talk"}])
def test_row_that_is_no_song(tmp_path: Path, track: object) -> None:
    """It is one sentence with its number; the others stay."""
    data = read(tmp_path, playlist(SONG, track))

    assert len(data.items) == 1
    [said] = data.notes if track else data.problems
    assert said.startswith("Hits, row 2: expected a song, found")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (page({"status": 404}), r"a page that shows none \(status 404\)"),
        (page({"forbiddenReason": "geo\x1b"}), r"\(forbiddenReason geo\\u001b\)"),
        (playlist(SONG, kind="album"), "found a page of the kind 'album'"),
        ("<html><title>Just a moment...</title>", "found a page without songs"),
        ("", "found a page without songs"),
        (playlist(SONG).partition("</script>")[0], "found a page without songs"),
        ('<script id="__NEXT_DATA__">{"props":</script>', "Expected JSON in page.html"),
        ('<script id="__NEXT_DATA__"></script>', "found a page without songs"),
        (playlist(None), "at least one usable row in Hits"),
    ],
)
def test_no_playlist(tmp_path: Path, content: str, message: str) -> None:
    """The sentence says what the page says, and which page to save."""
    with pytest.raises(ItemError, match=message):
        read(tmp_path, content)

"""Playlists in the account data that Spotify sends."""

import json
from pathlib import Path
from typing import Any

import pytest

from genre.errors import ItemError
from genre.records import PlaylistData
from tests.crawler.sources.kits import make_kit, read_all, read_one

SPOTIFY_ID = "6rqhFgbbKwnb9MLmUQDhG6"
SONG = {
    "track": {
        "trackName": "Song",
        "artistName": "The Band",
        "albumName": "Al",
        "trackUri": f"spotify:track:{SPOTIFY_ID}",
    },
    "episode": None,
    "localTrack": None,
    "addedDate": "2023-11-04",
}


def read(folder: Path, *playlists: tuple[str, list[Any]]) -> list[PlaylistData]:
    """Write an account's playlists (name, items) into ``folder`` and read them."""
    content = [
        {"name": name, "lastModifiedDate": "2024-03-01", "items": items}
        for name, items in playlists
    ]
    (folder / "Playlist1.json").write_text(json.dumps({"playlists": content}))
    found = read_all("Playlist1.json", make_kit(folder))
    return [data for data in found if isinstance(data, PlaylistData)]


def test_songs(tmp_path: Path) -> None:
    """Names, reference and date are understood; each playlist is one of its own."""
    run, rest = read(tmp_path, ("Run", [SONG]), ("Rest", [SONG, SONG]))

    [item] = run.items
    assert (item.title, item.artists, item.album) == ("Song", ("The Band",), "Al")
    assert (item.source, item.source_id) == ("spotify", SPOTIFY_ID)
    assert item.added_at == "2023-11-04T00:00:00Z"
    assert (run.source_id, rest.title) == (f"{tmp_path}/Playlist1.json#Run", "Rest")
    assert len(rest.items) == 2


@pytest.mark.parametrize(
    "local",
    [
        {"uri": "spotify:local:The+Band:Al:My+Song%21:258"},
        {"trackName": "My Song!", "artistName": "The Band", "duration": 258},
    ],
)
def test_local_file(tmp_path: Path, local: dict[str, Any]) -> None:
    """A file of the user's own is searched by its names."""
    [data] = read(tmp_path, ("Run", [{"track": None, "localTrack": local}]))

    [item] = data.items
    assert (item.source, item.title, item.artists) == (
        "text",
        "My Song!",
        ("The Band",),
    )
    assert item.duration_s == 258.0


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ({"track": None, "episode": {"episodeName": "Talk"}}, "found an episode"),
        ({"track": None, "audiobook": {"x": 1}}, "found an audiobook"),
        ({"track": None, "episode": None, "localTrack": None}, "has taken away"),
        (None, "has taken away"),
        ({"track": {"trackName": "", "artistName": ""}}, "artist and title"),
    ],
)
def test_row_that_is_no_song(tmp_path: Path, item: object, problem: str) -> None:
    """It is one sentence that says where it stands; the others stay."""
    [data] = read(tmp_path, ("Run", [SONG, item]))

    assert len(data.items) == 1
    [said] = (*data.notes, *data.problems)
    assert said.startswith("Playlist1.json, playlist 1, row 2: expected")
    assert problem in said
    assert bool(data.notes) is problem.startswith("found an ")


def test_two_playlists_of_one_name(tmp_path: Path) -> None:
    """They stay two, and an empty one is empty, not wrong."""
    first, second = read(tmp_path, ("Mix", [SONG]), ("Mix", []))

    assert first.source_id.endswith("#Mix")
    assert second.source_id.endswith("#Mix (2)")
    assert second.items == ()


def test_name_that_is_no_text(tmp_path: Path) -> None:
    """Half a character and an escape of the terminal are cleaned away."""
    [data] = read(tmp_path, ("\ud800Mix\x1b[2J", [SONG]))

    assert (data.title, data.source_id[-8:]) == ("Mix [2J", "#Mix [2J")


def test_one_playlist_of_an_account(tmp_path: Path) -> None:
    """``Playlist1.json#Name`` is one of them."""
    read(tmp_path, ("Run", [SONG]), ("Rest", [SONG]))

    assert read_one("Playlist1.json#rest", make_kit(tmp_path)).title == "Rest"


def test_other_json(tmp_path: Path) -> None:
    """Another file of the same archive is told apart by its shape."""
    (tmp_path / "x.json").write_text('[{"endTime": "2024", "trackName": "Song"}]')

    with pytest.raises(ItemError, match=r"Playlist1\.json.* or a JSPF playlist in x"):
        read_one("x.json", make_kit(tmp_path))

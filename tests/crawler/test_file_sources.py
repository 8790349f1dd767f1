"""One song out of every kind of playlist file is one track of the catalog."""

import itertools
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from genre.db import models as m
from genre.records import Status
from tests.crawler.crawls import rows, run, song
from tests.crawler.sources.test_embed import page

SPOTIFY_ID = "6rqhFgbbKwnb9MLmUQDhG6"
MBID = "e8f9b188-f819-4e43-ab0f-4bd26ce9ff56"
URI = f"spotify:track:{SPOTIFY_ID}"
RECORDING = f"https://musicbrainz.org/recording/{MBID}"
ENTITY = {
    "uri": "spotify:playlist:37i9dQ",
    "trackList": [
        {"uri": URI, "title": "Song", "subtitle": "Ann,\u00a0Bob", "duration": 2000}
    ],
}
FILES = {
    "exportify.csv": "Track URI,Track Name,Artist Name(s),Track Duration (ms),ISRC\n"
    f'{URI},Song,"Ann, Bob",2000,GBAYE6800011\n',
    "tunemymusic.csv": "Track name,Artist name,Playlist name,Type,ISRC,Deezer - id\n"
    "Song,Ann & Bob,Mine,Playlist,GBAYE6800011,7\n",
    "soundiiz.csv": "title;artist;album;isrc;duration\nSong;Ann, Bob;;;2s\n",
    "lines.txt": "Bob & Ann – Song\n",
    "player.m3u8": "#EXTM3U\n#EXTINF:2,Ann, Bob - SONG (Official Audio)\nmusic/x.wav\n",
    "list.xspf": "<playlist><trackList><track><title>Song</title><creator>Ann &amp; Bob"
    "</creator><duration>2000</duration></track></trackList></playlist>",
    "list.jspf": json.dumps(
        {
            "playlist": {
                "track": [
                    {"title": "Song", "creator": "Ann, Bob", "identifier": [RECORDING]}
                ]
            }
        }
    ),
    "Playlist1.json": json.dumps(
        {
            "playlists": [
                {"name": "Mine", "items": [{"track": {"trackUri": URI,
                 "trackName": "Song", "artistName": "Ann"}}]}
            ]
        }
    ),
    "page.html": page({"state": {"data": {"entity": ENTITY}}}),
}  # fmt: skip


def crawl_metadata(folder: Path, names: Iterable[str]) -> None:
    """Write the files, and record them in this order."""
    song(folder / "music" / "x.wav")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    lines = "".join(f"{name} Techno\n" for name in names)
    (folder / "list.txt").write_text(lines)
    assert not [
        o
        for o in run(folder, request={"metadata_only": True})
        if o.status is Status.FAILED
    ]


@pytest.mark.parametrize("backwards", [False, True])
def test_one_song_of_all_files(tmp_path: Path, backwards: bool) -> None:
    """By reference, ISRC and text the rows of all files meet, in either order."""
    names = [*FILES, "music/"]

    crawl_metadata(tmp_path, reversed(names) if backwards else names)

    found = {
        (row["source"], row["source_id"][:9]) for row in rows(tmp_path, m.TrackRef)
    }
    assert len(rows(tmp_path, m.Playlist)) == len(names)
    assert ("spotify", SPOTIFY_ID[:9]) in found
    assert ("musicbrainz", MBID[:9]) in found
    assert ("deezer", "7") in found
    assert [r["isrc"] for r in rows(tmp_path, m.Track)] == ["GBAYE6800011"]


@pytest.mark.parametrize(
    "names",
    list(itertools.permutations(["exportify.csv", "lines.txt", "player.m3u8"])),
)
def test_csv_text_and_m3u(tmp_path: Path, names: tuple[str, ...]) -> None:
    """A Spotify export, a line of text and a file of the user's own are one song."""
    crawl_metadata(tmp_path, names)

    [track] = rows(tmp_path, m.Track)
    assert (track["isrc"], track["duration_s"]) == ("GBAYE6800011", 2.0)
    assert {"file", "spotify"} <= {r["source"] for r in rows(tmp_path, m.TrackRef)}


def test_names_for_a_bare_reference(tmp_path: Path) -> None:
    """A list of references gets its names from a playlist read later."""
    (tmp_path / "uris.txt").write_text(f"{URI}\n")

    crawl_metadata(tmp_path, ["uris.txt", "exportify.csv"])

    [track] = rows(tmp_path, m.Track)
    assert (track["title"], track["artists"]) == ("Song", "Ann, Bob")

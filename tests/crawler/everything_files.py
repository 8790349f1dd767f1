"""A playlist file of every kind, each with Ann's "Aurora" and a song of its own."""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.crawler.loopback_youtube import video_id
from tests.crawler.sources.test_embed import playlist as saved_page
from tests.services.listenbrainz import mbid
from tests.synth import pure_tone, write_media, write_wave

ISRC = "GBAYE6800011"
SPOTIFY_ID = "0000000000000000AURORA"
URI = f"spotify:track:{SPOTIFY_ID}"
COLUMNS = {"title": "Stueck", "artist": "Wer", "duration": "Wie lang"}

# line of the list -> what its playlists are called, and how many rows each has
LINES: Mapping[str, dict[str, int]] = {
    "exportify.csv  Techno": {"exportify": 2},
    "exportify_net.csv  Techno": {"exportify_net": 2},
    "exportify_de.csv  House": {"exportify_de": 2},
    "tunemymusic.csv  House, Techno": {"Mine": 2, "Yours": 1},
    "soundiiz.csv  Trance": {"soundiiz": 2},
    "soundiiz_comma.csv  Trance": {"soundiiz_comma": 2},
    "Playlist1.json  Ambient": {"Run": 2},
    "foreign.csv  Ambient": {"foreign": 2},
    "radio.m3u  Dub": {"radio": 2},
    '"my radio.m3u8"  Dub': {"My Radio": 2},
    "list.xspf  Electro": {"Deep": 2},
    "list.jspf  Electro": {"80s": 2},
    "lines.txt  Disco": {"lines": 2},
    "music/  Disco": {"music": 2},
    "page.html  Pop": {"Hits": 2},
}


def tone(word: str) -> float:
    """Return the frequency that only this word has."""
    return 200.0 + zlib.crc32(word.encode()) % 3000


def write_files(folder: Path, sounds: str) -> None:
    """Write all files; ``sounds`` is where a server of sounds is."""
    for name, text in {**_tables(), **_lists(sounds)}.items():
        (folder / name).write_text(text, encoding="utf-8")
    _media(folder / "music" / "1.flac", "Aurora", "Ann")
    _media(folder / "music" / "2.mp3", "Pine", "Band Pine")
    write_wave(folder / "own" / "maple.wav", pure_tone(tone("Maple"), 2.0))


def _media(path: Path, title: str, artist: str) -> None:
    """Write two seconds of sound with tags."""
    path.parent.mkdir(exist_ok=True)
    tags = ("-metadata", f"title={title}", "-metadata", f"artist={artist}")
    write_media(path, pure_tone(tone(title), 2.0), options=tags)


def _tables() -> dict[str, str]:
    """Return the files of exporters that write tables."""
    return {
        "exportify.csv": '"Track URI","Track Name","Artist Name(s)","Album Name",'
        '"Track Duration (ms)","ISRC","Added At"\n'
        f'"{URI}","Aurora","Ann","Sky","2000","{ISRC}","2026-05-02T10:11:12Z"\n'
        '"","Alder","Band Alder","","2000","",""\n',
        "exportify_net.csv": "\ufeffTrack URI,Track Name,Album Name,Artist Name(s),"
        f"Duration (ms),Genres\n{URI},Aurora,Sky,Ann,2000,techno\n"
        ",Birch,,Band Birch,2000,\n",
        "exportify_de.csv": "Track-URI,Track-Name,Künstlername(n),Track-Dauer (ms)\n"
        f"{URI},Aurora,Ann,2000\n,Cedar,Band Cedar,2000\n",
        "tunemymusic.csv": "Track name,Artist name,Album,Playlist name,Type,ISRC,"
        f"Deezer - id\nAurora,Ann,,Mine,Playlist,{ISRC},1\n"
        "Elm,Band Elm,,Mine,Playlist,,\nFir,Band Fir,,Yours,Playlist,,\n",
        "soundiiz.csv": "\ufefftitle;artist;album;isrc;duration\r\n"
        "Aurora;Ann;;;2s\r\nHazel;Band Hazel;;;2s\r\n",
        "soundiiz_comma.csv": "title,artist,album,isrc,platform,trackId,duration\n"
        "Aurora,Ann,,,tidal,12,2\nIris,Band Iris,,,tidal,13,2\n",
        "foreign.csv": "Nr,Stueck,Wer,Wie lang\n1,Aurora,Ann,0:02\n"
        "2,Kapok,Band Kapok,0:02\n",
    }


def _lists(sounds: str) -> dict[str, str]:
    """Return the files of players, of Spotify, and of hands."""
    return {
        "Playlist1.json": json.dumps({"playlists": [_account()]}),
        "radio.m3u": "#EXTM3U\n#EXTINF:2,Ann - Aurora\n"
        f"https://youtu.be/{video_id('Aurora')}\n"
        f"#EXTINF:2,Band Linden - Linden\n{sounds}/Linden.wav\n",
        "my radio.m3u8": "#EXTM3U\n#PLAYLIST:My Radio\n#EXTINF:2,Ann - Aurora\n"
        "music/1.flac\n#EXTINF:2,Band Maple - Maple\nown/maple.wav\n",
        "list.xspf": '<playlist version="1" xmlns="http://xspf.org/ns/0/">'
        "<title>Deep</title><trackList>"
        f"{_xspf('Aurora', 'Ann')}{_xspf('Nutmeg', 'Band Nutmeg', sounds)}"
        "</trackList></playlist>",
        "list.jspf": json.dumps({"playlist": {"title": "80s", "track": _jspf()}}),
        "lines.txt": "# by hand\nAnn - Aurora\n2. Band Larch – Larch\n",
        "page.html": saved_page(
            {"uri": URI, "title": "Aurora", "subtitle": "Ann", "duration": 2000},
            {"title": "Quince", "subtitle": "Band Quince", "duration": 2000},
        ),
    }


def _account() -> dict[str, Any]:
    songs = [
        {"trackName": "Aurora", "artistName": "Ann", "trackUri": URI},
        {"trackName": "Juniper", "artistName": "Band Juniper"},
    ]
    items = [{"track": song, "episode": None, "localTrack": None} for song in songs]
    return {"name": "Run", "lastModifiedDate": "2024-03-01", "items": items}


def _xspf(title: str, artist: str, sounds: str = "") -> str:
    place = f"<location>{sounds}/{title}.wav</location>" if sounds else ""
    names = f"<title>{title}</title><creator>{artist}</creator>"
    return f"<track>{place}{names}<duration>2000</duration></track>"


def _jspf() -> list[dict[str, Any]]:
    recording = f"https://musicbrainz.org/recording/{mbid(1)}"
    return [
        {"title": "Aurora", "creator": "Ann", "identifier": [recording]},
        {
            "title": "Oak",
            "creator": "Band Oak",
            "identifier": "urn:x",
            "duration": 2000,
        },
    ]

"""M3U and M3U8 playlists: one path or address per line, names in ``#EXTINF``.

    #EXTM3U
    #PLAYLIST:Deep House
    #EXTINF:215,Artist - Title
    music/song.mp3

An HLS manifest looks the same but lists pieces of one stream: it is refused, and
no playlist is ever handed to ffmpeg or yt-dlp.
"""

import re
from collections.abc import Iterator

from genre.crawler import titles
from genre.crawler.sources.base import Row, playlist_of, read_lines
from genre.crawler.sources.kit import Kit
from genre.crawler.sources.places import Document
from genre.errors import ItemError
from genre.records import PlaylistData
from genre.text import display

# Possessive (++, *+, ?+): a line without its comma is given up at once.
_EXTINF = re.compile(
    r'#EXTINF:\s*+(?P<length>-?\d++(?:\.\d++)?+)?+(?:[^,"]|"[^"]*+")*+,(?P<name>.*)',
    re.IGNORECASE,
)
_TITLE = re.compile(r"#PLAYLIST:(?P<name>.*)", re.IGNORECASE)
_ALBUM = re.compile(r"#EXTALB:(?P<name>.*)", re.IGNORECASE)


def read(document: Document, _kit: Kit) -> tuple[PlaylistData, ...]:
    """Read an M3U or M3U8 playlist.

    Raises
    ------
    ItemError
        It is an HLS manifest, not text, or holds no usable row.
    """
    legacy = not document.name.lower().endswith(".m3u8")
    read, notes = read_lines(document, legacy=legacy)
    lines = [line.strip() for line in read]
    if any(line.upper().startswith("#EXT-X-") for line in lines):
        raise ItemError(
            f"Expected a playlist of songs in {display(document.name)}, found an HLS"
            " manifest (pieces of one stream); name a list of audio files."
        )
    title = next((m["name"] for line in lines if (m := _TITLE.match(line))), "")
    return (playlist_of(document, _rows(lines), kind="m3u", title=title, notes=notes),)


def _rows(lines: list[str]) -> Iterator[Row]:
    name, album, length = "", "", None
    for number, line in enumerate(lines, start=1):
        if match := _EXTINF.match(line):
            name, length = match["name"].strip(), _seconds(match["length"])
        elif match := _ALBUM.match(line):
            album = match["name"]
        elif line and not line.startswith("#"):
            artist, title = titles.split_artist_title(name)
            yield Row(
                where=f"line {number}",
                locations=(line,),
                title=title,
                artists=(artist,) if artist else (),
                album=album,
                duration_s=length,
            )
            name, album, length = "", "", None


def _seconds(text: str | None) -> float | None:
    """Return a stated length; -1 and 0 mean that it is not known."""
    seconds = float(text or 0)
    return seconds if 0 < seconds < 1e6 else None

"""A Spotify playlist out of the page that a browser saved.

The page for embedding a playlist (``open.spotify.com/embed/playlist/ID``) carries its
songs as data, editorial lists too, but only the first 50 or 100. It is the same
playlist as the service's own: whichever was read last counts.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bs4 import BeautifulSoup, Tag

from genre.crawler import sites
from genre.crawler.sources import answers
from genre.crawler.sources.base import Head, Row, read_lines, service_playlist
from genre.crawler.sources.json_text import parse_json
from genre.crawler.sources.kit import Kit
from genre.crawler.sources.places import Document, Place
from genre.errors import ItemError
from genre.records import PlaylistData
from genre.text import display

_DATA = "__NEXT_DATA__"
_SCRIPT = re.compile(rf"<script\b[^<>]{{0,500}}{_DATA}[^<>]{{0,500}}>", re.IGNORECASE)
_URI = re.compile(r"spotify:playlist:(?P<id>[A-Za-z0-9]{1,64})")
_LIMITS = (50, 100)  # so many songs a page shows at most, now and formerly
_BETWEEN_ARTISTS = ",\u00a0"  # a comma inside a name is followed by a plain blank
_PAGE = "https://open.spotify.com/embed/playlist/ID"


def read(document: Document, _kit: Kit) -> tuple[PlaylistData, ...]:
    """Read a saved page of a Spotify playlist.

    Raises
    ------
    ItemError
        It is another page, says that the playlist is not shown, or holds no song.
    """
    page = answers.part(_data(document), "props", "pageProps")
    playlist = answers.part(page, "state", "data", "entity")
    uri = _URI.fullmatch(answers.text(answers.part(playlist, "uri")))
    if uri is None:
        raise _no_playlist(document, page, playlist)
    playlist_id = uri["id"]
    tracks = answers.items(answers.part(playlist, "trackList"))
    head = Head(
        source="spotify",
        source_id=playlist_id,
        url=f"https://open.spotify.com/playlist/{playlist_id}",
        title=answers.text(playlist.get("title") or playlist.get("name")),
        owner=answers.text(playlist.get("subtitle")),
        checksum=hashlib.sha256(document.content).hexdigest(),
        truncated=len(tracks) in _LIMITS,
        notes=tuple(_notes(document, tracks)),
    )
    rows = [_row(track, f"row {n}") for n, track in enumerate(tracks, start=1)]
    return (service_playlist(head, rows),)


def _data(document: Document) -> object:
    """Return the data that the page carries for its own script."""
    text = "".join(read_lines(document)[0])
    script = BeautifulSoup(_element(text), "html.parser").find("script", id=_DATA)
    if not isinstance(script, Tag) or script.string is None:
        raise ItemError(
            f"Expected a saved page of a Spotify playlist in {display(document.name)},"
            f" found a page without songs; save {_PAGE} and name that."
        )
    return parse_json(replace(document, content=script.string.encode()))


def _element(text: str) -> str:
    """Return the element that carries the data; the parser would be slow on a bad page."""
    opened = _SCRIPT.search(text)
    if opened is None:
        return ""
    end = text.find("</script", opened.end())
    return text[opened.start() : end] + "</script>" if end >= 0 else ""


def _no_playlist(document: Document, page: object, entity: object) -> ItemError:
    """Return the error of a page that shows none, with the reason it gives."""
    names = ("status", "forbiddenReason")
    said = [f"{n} {answers.part(page, n)}" for n in names if answers.part(page, n)]
    kind = answers.text(answers.part(entity, "type"))
    found = f"a page of the kind {kind!r}" if kind else "a page that shows none"
    reason = f" ({display(', '.join(said), width=100)})" if said else ""
    return ItemError(
        f"Expected a Spotify playlist in {display(document.name)}, found"
        f" {display(found, width=60)}{reason}; save {_PAGE} of a public playlist."
    )


def _notes(document: Document, tracks: list[Any]) -> Iterator[str]:
    if len(tracks) in _LIMITS:
        yield (
            f"{document.name} holds exactly {len(tracks)} songs, as many as such a page"
            " shows: the playlist may have more."
        )


def _row(track: object, where: str) -> Row:
    kind = answers.text(answers.part(track, "entityType")) or "track"
    if not isinstance(track, dict) or kind != "track":
        found = display(kind if isinstance(track, dict) else "nothing", width=40)
        return Row(
            where=where,
            problem=f"expected a song, found {found}; it is left out.",
            is_no_song=isinstance(track, dict),
        )
    song = sites.song_at(answers.text(track.get("uri")))
    artists = answers.text(track.get("subtitle")).split(_BETWEEN_ARTISTS)
    return Row(
        where=where,
        place=Place(song.site.name, song.id) if song else None,
        title=answers.text(track.get("title")),
        artists=tuple(filter(None, artists)),
        duration_s=answers.milliseconds(track.get("duration")),
    )

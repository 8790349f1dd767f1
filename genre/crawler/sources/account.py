"""Playlists out of the account data that Spotify sends its users.

``Playlist1.json`` holds all of a user's own playlists with names, albums and
references, without lengths. A row is a song, a file of the user's own ("local"), an
episode of a podcast, or nothing any more.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_plus

from genre.crawler import sites
from genre.crawler.sources import answers
from genre.crawler.sources.base import Row
from genre.crawler.sources.places import Document
from genre.crawler.sources.several import Part, playlists_of
from genre.records import PlaylistData

_LOCAL = "spotify:local:"


def playlists(document: Document, content: object) -> tuple[PlaylistData, ...]:
    """Return the playlists of an account; ``content`` is the file's JSON.

    Raises
    ------
    ItemError
        There is none, or not one usable row where there are rows.
    """
    parts = [
        Part(
            name=answers.text(answers.part(playlist, "name")),
            rows=list(_rows(answers.items(answers.part(playlist, "items")), number)),
        )
        for number, playlist in enumerate(answers.part(content, "playlists"), start=1)
    ]
    return playlists_of(document, parts, kind="account")


def _rows(items: list[Any], playlist: int) -> Iterator[Row]:
    for number, item in enumerate(items, start=1):
        yield _row(item, where=f"playlist {playlist}, row {number}")


def _row(item: object, where: str) -> Row:
    track, local = (answers.part(item, name) for name in ("track", "localTrack"))
    if not isinstance(track, dict) and not isinstance(local, dict):
        kind = _other_kind(item)
        return Row(where=where, problem=_problem(kind), is_no_song=bool(kind))
    song = track if isinstance(track, dict) else _local(local)
    reference = answers.text(song.get("trackUri"))
    artist = answers.text(song.get("artistName"))
    return Row(
        where=where,
        locations=(reference,) if sites.song_at(reference) else (),
        title=answers.text(song.get("trackName")),
        artists=(artist,) if artist else (),
        album=answers.text(song.get("albumName")),
        duration_s=answers.seconds(song.get("duration")),
        added_at=answers.utc(answers.part(item, "addedDate")),
    )


def _local(song: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of a user's own file: its address holds its names."""
    address = answers.text(song.get("uri"))
    if not address.startswith(_LOCAL):
        return song
    names = ("artistName", "albumName", "trackName", "duration")
    parts = address.removeprefix(_LOCAL).split(":")
    return dict(zip(names, map(unquote_plus, parts), strict=False)) | song


def _other_kind(item: object) -> str:
    """Return what a row holds instead of a song; "" when nothing is left of it."""
    kinds = ("episode", "audiobook")
    return next((kind for kind in kinds if answers.part(item, kind)), "")


def _problem(kind: str) -> str:
    if kind:
        return f"expected a song, found an {kind}; it is left out."
    return "expected a song, found one that Spotify has taken away; it is left out."

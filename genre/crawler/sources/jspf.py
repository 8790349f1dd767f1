"""JSPF playlists: XSPF written as JSON, as ListenBrainz and others export it.

An identifier is a text or a list of texts; a MusicBrainz recording in one of them
identifies the song. What MusicBrainz adds stands in ``extension``.
"""

from collections.abc import Iterable

from genre.crawler import sites
from genre.crawler.sources import answers
from genre.crawler.sources.base import Row, playlist_of
from genre.crawler.sources.json_text import malformed, parse_json
from genre.crawler.sources.kit import Kit
from genre.crawler.sources.places import Document
from genre.records import PlaylistData

_TRACK = "https://musicbrainz.org/doc/jspf#track"


def read(document: Document, _kit: Kit) -> tuple[PlaylistData, ...]:
    """Read a JSPF playlist.

    Raises
    ------
    ItemError
        It is not JSON, no JSPF, or holds no usable track.
    """
    return playlists(document, parse_json(document))


def playlists(document: Document, content: object) -> tuple[PlaylistData, ...]:
    """Return the one playlist of a file; ``content`` is its JSON.

    Raises
    ------
    ItemError
        It has another shape, or holds no usable track.
    """
    playlist = answers.part(content, "playlist")
    tracks = answers.part(playlist, "track")
    if not isinstance(tracks, list):
        raise malformed(document, "a JSPF playlist (playlist, with a list track)")
    rows = [_row(track, f"track {n}") for n, track in enumerate(tracks, start=1)]
    data = playlist_of(
        document,
        rows,
        kind="jspf",
        title=answers.text(answers.part(playlist, "title")),
        owner=answers.text(answers.part(playlist, "creator")),
    )
    return (data,)


def songs_of(identifiers: Iterable[str]) -> Iterable[str]:
    """Return the identifiers that are addresses of songs at sites we know."""
    return (one for one in identifiers if sites.song_at(one))


def _row(track: object, where: str) -> Row:
    if not isinstance(track, dict):
        return Row(
            where=where, problem="expected a track, found none; export it again."
        )
    about = answers.part(track, "extension", _TRACK)
    return Row(
        where=where,
        locations=(
            *answers.texts(track.get("location")),
            *songs_of(answers.texts(track.get("identifier"))),
            *songs_of(answers.texts(answers.part(about, "recording_identifier"))),
        ),
        title=answers.text(track.get("title")),
        artists=answers.texts(track.get("creator")),
        album=answers.text(track.get("album")),
        duration_s=answers.milliseconds(track.get("duration")),
        added_at=answers.utc(answers.part(about, "added_at")),
    )

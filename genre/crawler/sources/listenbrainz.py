"""Public playlists of ListenBrainz, as JSPF; no key is needed.

Each row names a MusicBrainz recording, which makes it the same song wherever another
source names that recording too.
"""

import re
from collections.abc import Iterator
from typing import Any

from genre.crawler import sites
from genre.crawler.sources import answers
from genre.crawler.sources.base import Head, Row, service_playlist
from genre.crawler.sources.kit import Kit, Service
from genre.crawler.sources.places import Place
from genre.errors import FetchError
from genre.records import ErrorClass, PlaylistData

_NAME = "listenbrainz"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_ADDRESS = re.compile(
    rf"https?://(?:www\.|beta\.)?listenbrainz\.org/playlist/(?P<id>{_UUID})/?"
    r"(?:[?#].*)?",
    re.IGNORECASE,
)
_MORE = "https://musicbrainz.org/doc/jspf#track"  # under which a row's extras are
_MAX_BYTES = 64_000_000  # the whole playlist is one answer


def recognise(source: str) -> str | None:
    """Return the id of a playlist that an address names."""
    match = _ADDRESS.fullmatch(source)
    return match["id"].lower() if match else None


def read(playlist_id: str, kit: Kit) -> PlaylistData:
    """Read a playlist.

    Raises
    ------
    ItemError
        No row can be used.
    FetchError
        There is none such, it is private, or the answer is none we understand.
    ServiceStopError
        ListenBrainz asks us to stay away.
    """
    playlist = _playlist(playlist_id, kit)
    head = Head(
        source=_NAME,
        source_id=playlist_id,
        url=f"https://listenbrainz.org/playlist/{playlist_id}",
        title=answers.text(playlist.get("title")),
        owner=answers.text(playlist.get("creator")),
    )
    return service_playlist(head, _rows(playlist["track"]))


SERVICE = Service(_NAME, "https://listenbrainz.org/playlist/MBID", recognise, read)


def _playlist(playlist_id: str, kit: Kit) -> dict[str, Any]:
    url = answers.endpoint(kit.settings.listenbrainz_url, f"playlist/{playlist_id}")
    try:
        answer = kit.client.get_json(
            url, service=_NAME, check=_check, max_bytes=_MAX_BYTES
        )
    except FetchError as error:
        if "HTTP 404" not in str(error):
            raise
        raise FetchError(
            f"Expected a public playlist {playlist_id} at ListenBrainz, found none (HTTP"
            " 404); correct the address, or make the playlist public.",
            error_class=ErrorClass.PERMANENT,
        ) from error
    playlist: dict[str, Any] = answer["playlist"]
    return playlist


def _check(answer: object) -> None:
    answers.mapping(answers.part(answer, "playlist"), "a playlist from ListenBrainz")
    tracks = answers.part(answer, "playlist", "track")
    answers.listing(tracks, "a list of songs from ListenBrainz")


def _rows(tracks: list[Any]) -> Iterator[Row]:
    for number, track in enumerate(tracks, start=1):
        recording = _recording(answers.part(track, "identifier"))
        title = answers.text(answers.part(track, "title")).strip()
        yield Row(
            where=f"row {number}",
            place=Place("musicbrainz", recording) if recording else None,
            title=title,
            artists=answers.texts(answers.part(track, "creator")),
            album=answers.text(answers.part(track, "album")),
            duration_s=answers.milliseconds(answers.part(track, "duration")),
            added_at=answers.utc(
                answers.part(track, "extension", _MORE, "added_at"),
            ),
            problem="" if title else answers.NO_TITLE,
        )


def _recording(identifier: object) -> str:
    """Return the recording among a row's identifiers, which are one or a list."""
    songs = map(sites.song_at, answers.texts(identifier))
    return next((s.id for s in songs if s and s.site.name == "musicbrainz"), "")

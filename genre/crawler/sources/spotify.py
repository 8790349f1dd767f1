"""Spotify playlists: the user's own, and those they collaborate on.

Needs ``genre login spotify``; Spotify lets nobody read other playlists. A row is a song
(often with its ISRC), a file of the user's own that only has names, an episode of a
podcast, or empty where Spotify no longer has the song.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genre.crawler import titles
from genre.crawler.sources.answers import (
    count,
    listing,
    milliseconds,
    part,
    text,
    utc,
    year,
)
from genre.crawler.sources.base import Head, Row, service_playlist
from genre.crawler.sources.kit import Kit, Service
from genre.crawler.sources.places import Place
from genre.errors import FetchError
from genre.records import ErrorClass, PlaylistData, Unchanged
from genre.text import clean_text, display

if TYPE_CHECKING:
    from genre.crawler.spotify import SpotifyClient

_READER = "1"  # goes up when rows are read differently: playlists are then read again
_ID = r"(?P<id>[0-9A-Za-z]{1,64})"
_SONG_ID = re.compile(r"[0-9A-Za-z]{1,64}")
_URI = re.compile(rf"spotify:(?:user:[^:\s]+:)?playlist:{_ID}")
_ADDRESS = re.compile(
    r"https?://open\.spotify\.com/(?:intl-\w+/)?(?:embed/)?(?:user/[^/\s]+/)?"
    rf"playlist/{_ID}/?(?:[?#]\S*)?",
    re.IGNORECASE,
)


def recognise(source: str) -> str | None:
    """Return the id of the playlist that a URI or address names."""
    match = _URI.fullmatch(source) or _ADDRESS.fullmatch(source)
    return match["id"] if match else None


def read(playlist_id: str, kit: Kit) -> PlaylistData | Unchanged:
    """Read a playlist with the user's login, unless it is as the catalog knows it.

    Raises
    ------
    ItemError
        Nobody is logged in, or Spotify refuses or fails.
    """
    from genre.crawler.spotify import SpotifyClient

    client = SpotifyClient(kit.settings, kit.client)
    about = client.playlist(playlist_id)
    snapshot = text(about.get("snapshot_id"))
    checksum = f"{_READER}:{clean_text(snapshot)}" if snapshot else ""
    title = clean_text(about.get("name"))
    if checksum and kit.last_checksum("spotify", playlist_id) == checksum:
        return Unchanged("spotify", playlist_id, title)
    found = _read_rows(client, playlist_id, about)
    owner = part(about, "owner", "display_name") or part(about, "owner", "id")
    head = Head(
        source="spotify",
        source_id=playlist_id,
        url=f"https://open.spotify.com/playlist/{playlist_id}",
        title=title,
        owner=text(owner),
        checksum="" if found.is_cut else checksum,  # it has to be read again
        truncated=found.is_cut,
        notes=found.notes(),
    )
    return service_playlist(head, found.rows())


SERVICE = Service(
    "spotify",
    "spotify:playlist:ID or https://open.spotify.com/playlist/ID (your own)",
    recognise,
    read,
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A playlist's rows as Spotify states them."""

    stated: list[Any]
    is_cut: bool  # it has more rows than Spotify gave

    def notes(self) -> tuple[str, ...]:
        """Say which rows are missing, and why."""
        n, n_lost = len(self.stated), sum(_song(row) is None for row in self.stated)
        lost = f"{n_lost} of {n} rows are empty; Spotify no longer has these songs."
        cut = (
            f"Spotify gave only the first {n} rows; copy the playlist into a new one of your"
            " own to get all."
        )
        return (lost,) * bool(n_lost) + (cut,) * self.is_cut

    def rows(self) -> Iterator[Row]:
        """Yield the rows that hold something."""
        for number, stated in enumerate(self.stated, start=1):
            song = _song(stated)
            if song is not None:
                yield _row(song, f"row {number}", utc(part(stated, "added_at")))


def _read_rows(
    client: "SpotifyClient", playlist_id: str, about: dict[str, Any]
) -> _Found:
    """Read all pages; where they are refused, the rows that came with the playlist."""
    try:
        first = client.first_page(playlist_id)
    except FetchError as error:
        nested = about.get("items") or about.get("tracks")
        refused = error.error_class is ErrorClass.PERMANENT
        if not refused or not part(nested, "items"):
            raise
        rows = _rows_of(nested)
        is_cut = bool(part(nested, "next")) or len(rows) < _total(nested)
        return _Found(rows, is_cut)
    rows = _rows_of(first)
    for page in client.pages_after(first):
        rows += _rows_of(page)
    return _Found(rows, len(rows) < _total(first))


def _rows_of(page: Any) -> list[Any]:
    return listing(part(page, "items"), "the rows of a playlist from Spotify")


def _total(page: Any) -> int:
    """Return how many rows Spotify says there are; 0 when it does not."""
    return count(part(page, "total")) or 0


def _song(stated: Any) -> dict[str, Any] | None:
    """Return what a row holds; ``track`` is the old name, which some answers keep."""
    song = part(stated, "item") or part(stated, "track")
    return song if isinstance(song, dict) else None


def _row(song: dict[str, Any], where: str, added_at: str) -> Row:
    if text(song.get("type")) == "episode":
        name = display(text(song.get("name")), width=60)
        return Row(
            where=where,
            problem=f"expected a song, found an episode ({name!r}); it is left out.",
            is_no_song=True,
        )
    title, artists = text(song.get("name")), _artists(song.get("artists"))
    song_id = text(song.get("id"))
    place = Place("spotify", song_id) if _SONG_ID.fullmatch(song_id) else None
    if not place and not artists:  # a file without tags: its name is all there is
        artist, title = titles.split_artist_title(title)
        artists = (artist,) if artist else ()
    return Row(
        where=where,
        place=place,
        title=title,
        artists=artists,
        album=text(part(song, "album", "name")),
        duration_s=milliseconds(song.get("duration_ms")),
        isrc=text(part(song, "external_ids", "isrc")),
        year=year(part(song, "album", "release_date")),
        added_at=added_at,
    )


def _artists(credited: Any) -> tuple[str, ...]:
    credited = credited if isinstance(credited, list) else []
    return tuple(filter(None, (text(part(one, "name")) for one in credited)))

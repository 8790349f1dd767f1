"""Playlists, albums and tags of Jamendo, with licence, genres and allowed downloads.

Needs a client id of one's own, which is free. ``jamendo:tag/techno?limit=500`` names
the most popular songs that their artists tagged so. Addresses of audio are stored
without what tells who asked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote_plus, unquote_plus, urlencode

from genre.crawler import licences, sites
from genre.crawler.sources import answers
from genre.crawler.sources.base import Head, Row, service_playlist
from genre.crawler.sources.jamendo_api import MAX_SONGS, NAME, Jamendo, Songs
from genre.crawler.sources.kit import Kit, Service
from genre.crawler.sources.places import Place
from genre.errors import ItemError
from genre.records import ErrorClass, PlaylistData, Tag
from genre.text import clean_text, display

_DEFAULT = 200  # songs of a tag, when the address names no limit
_ASKER = {"client_id", "from"}  # parameters of an audio address that tell who asks

_ADDRESS = re.compile(
    r"https?://(?:www\.)?jamendo\.com/(?:[a-z]{2}/)?"
    r"(?:(?P<kind>playlist|album)/|list/(?P<letter>[pa]))(?P<id>\d{1,20})"
    r"(?:/[^?#]*)?(?:[?#].*)?",
    re.IGNORECASE | re.ASCII,
)
_TAG = re.compile(
    r"jamendo:tag/(?P<tag>[^?#]{1,200})(?:\?limit=(?P<limit>[0-9]{1,6}))?",
    re.IGNORECASE,
)


def recognise(source: str) -> str | None:
    """Return what ``read`` takes for an address of Jamendo's, or ``jamendo:tag/TAG``."""
    if match := _ADDRESS.fullmatch(source):
        letter = (match["kind"] or match["letter"])[0].lower()
        return f"{'album' if letter == 'a' else 'playlist'}/{match['id']}"
    if match := _TAG.fullmatch(source):
        tag = clean_text(unquote_plus(match["tag"])).lower()
        limit = f"?limit={match['limit']}" if match["limit"] else ""
        return f"tag/{tag}{limit}" if tag else None
    return None


def read(wanted: str, kit: Kit) -> PlaylistData:
    """Read ``playlist/ID``, ``album/ID`` or ``tag/TAG?limit=N``.

    Raises
    ------
    ToolError
        There is no client id.
    ItemError
        There is none such, or no row can be used.
    FetchError
        Jamendo refuses, or gave no answer we understand.
    ServiceStopError
        Jamendo asks us to stay away.
    """
    kind, _, name = wanted.partition("/")
    reader = {"playlist": _playlist, "album": _album, "tag": _tag}[kind]
    found = reader(name, Jamendo(kit.settings, kit.client))
    rows = list(_rows(found.listed.songs, kit.settings.jamendo_url))
    head = Head(
        source=NAME,
        source_id=wanted.removeprefix("playlist/"),
        url=found.url,
        title=found.title,
        owner=found.owner,
        truncated=bool(found.listed.lacks),
        notes=(*found.notes, *_notes(found.listed, rows)),
    )
    return service_playlist(head, rows)


SERVICE = Service(
    NAME, "https://www.jamendo.com/playlist/ID or jamendo:tag/TAG", recognise, read
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A playlist, an album or a tag."""

    listed: Songs
    url: str
    title: str
    owner: str = ""
    notes: tuple[str, ...] = ()


def _playlist(playlist_id: str, jamendo: Jamendo) -> _Found:
    about = jamendo.ask("playlists", id=playlist_id)
    if not about:
        raise _none_such(f"a public playlist {playlist_id}")
    return _Found(
        listed=jamendo.songs_in_playlist(playlist_id),
        url=f"https://www.jamendo.com/playlist/{playlist_id}",
        title=answers.text(answers.part(about[0], "name")),
        owner=answers.text(answers.part(about[0], "user_name")),
    )


def _album(album_id: str, jamendo: Jamendo) -> _Found:
    listed = jamendo.songs(MAX_SONGS, album_id=album_id, order="id")
    songs = listed.songs
    if not songs:
        raise _none_such(f"an album {album_id}")
    songs.sort(key=lambda song: answers.count(answers.part(song, "position")) or 0)
    return _Found(
        listed=listed,
        url=f"https://www.jamendo.com/album/{album_id}",
        title=answers.text(answers.part(songs[0], "album_name")),
        owner=answers.text(answers.part(songs[0], "artist_name")),
    )


def _tag(name: str, jamendo: Jamendo) -> _Found:
    tag, _, limit = name.partition("?limit=")
    address = f"jamendo:tag/{display(quote_plus(tag))}"
    n_wanted = int(limit or _DEFAULT)
    if not 1 <= n_wanted <= MAX_SONGS:
        raise ItemError(
            f"Expected a limit of 1 to {MAX_SONGS} for {address}, found {n_wanted};"
            " correct it.",
            error_class=ErrorClass.ENVIRONMENT,
        )
    note = (
        f"At most the {_DEFAULT} most popular songs of a tag are read; write"
        f" {address}?limit=N for another number."
    )
    return _Found(
        listed=jamendo.songs(n_wanted, tags=tag, order="popularity_total"),
        url=f"https://www.jamendo.com/search?q={quote_plus(tag)}",
        title=tag,
        notes=() if limit else (note,),
    )


def _none_such(what: str) -> ItemError:
    return ItemError(f"Expected {what} at Jamendo, found none; correct the address.")


# --- rows --------------------------------------------------------------------------


def _rows(songs: list[object], base: str) -> Iterator[Row]:
    for number, song in enumerate(songs, start=1):
        title = answers.text(answers.part(song, "name")).strip()
        written = answers.part(song, "musicinfo", "tags", "genres")
        genres = filter(None, map(clean_text, answers.texts(written)))
        licence = answers.text(answers.part(song, "license_ccurl"))
        yield Row(
            where=f"row {number}",
            place=_place(song, base),
            title=title,
            artists=answers.texts(answers.part(song, "artist_name")),
            album=answers.text(answers.part(song, "album_name")),
            duration_s=answers.seconds(answers.part(song, "duration")),
            year=answers.year(answers.part(song, "releasedate")),
            added_at=answers.utc(answers.part(song, "playlistadddate")),
            licence=licences.canonical(licence),
            tags=tuple(map(Tag, genres)),
            problem="" if title else answers.NO_TITLE,
        )


def _place(song: object, base: str) -> Place | None:
    """Return a song's reference, with an address if its artist allows to download it."""
    source_id = answers.identifier(answers.part(song, "id"))
    url = _audio(song)
    trusted = sites.same_origin(url, base)
    return Place(NAME, source_id, url, trusted=trusted) if source_id else None


def _audio(song: object) -> str:
    """Return where a song may be downloaded, without what tells who asks; else ""."""
    allowed = answers.is_true(answers.part(song, "audiodownload_allowed"))
    url = answers.web_address(answers.part(song, "audiodownload"))
    parts = sites.split(url)
    if not allowed or not url or parts is None:
        return ""
    kept = [
        (name, value) for name, value in parse_qsl(parts.query) if name not in _ASKER
    ]
    return parts._replace(query=urlencode(kept), fragment="").geturl()


def _notes(listed: Songs, rows: list[Row]) -> tuple[str, ...]:
    notes = []
    if listed.lacks:
        notes.append(f"The list may be incomplete: {listed.lacks}.")
    n_locked = sum(1 for row in rows if row.place and not row.place.url)
    if n_locked:
        notes.append(
            f"Jamendo allows no download of {n_locked} of {len(rows)} songs; these are"
            " searched instead."
        )
    return tuple(notes)

"""Playlists and albums of YouTube and YouTube Music, as yt-dlp lists them.

The list alone is read, no video's own page: a hundred rows cost one request. A row's
video is the song's reference. Its artist is only stated where YouTube vouches for it;
any other channel may be a fan's, and no artist does less harm than a wrong one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs

from genre.crawler import sites, titles
from genre.crawler.sources.base import Head, Row, service_playlist
from genre.crawler.sources.kit import Kit, Service
from genre.crawler.sources.places import Place
from genre.errors import ItemError
from genre.records import NOBODY, ErrorClass, PlaylistData
from genre.text import clean_text, text_key

_NAME = "youtube"
_HOSTS = re.compile(r"(?:(?:www\.|m\.|music\.)?youtube\.com|youtu\.be)")
_LIST_ID = re.compile(r"[\w-]{2,100}", re.ASCII)
_VIDEO_ID = re.compile(r"[\w-]{11}", re.ASCII)
_OF_AN_ACCOUNT = {"LL", "LM", "WL", "LI", "RDMM"}  # likes, watch later, own mix
_RADIO = re.compile(r"RD(?!CLAK5uy_)")  # but YouTube's own lists begin so too
_CHANNEL = re.compile(r"UC[\w-]{22}", re.ASCII)
_ALBUM = "OLAK5uy_"
_TOPIC = " - Topic"  # the channel that YouTube makes for an artist's own releases
_CLOSED = {"private", "premium_only", "subscriber_only", "needs_auth"}
_HIDDEN = {"", "[private video]", "[deleted video]"}
_NOT_YET = {"is_live", "is_upcoming", "post_live"}
_MOST_LISTED = 10  # rows that one sentence names


def recognise(source: str) -> str | None:
    """Return the id of the list that an address of YouTube's names."""
    parts = sites.split(source)
    if parts is None or parts.scheme.lower() not in {"http", "https"}:
        return None
    if not _HOSTS.fullmatch((parts.hostname or "").lower()):
        return None
    _, in_path, found = parts.path.partition("/browse/VL")  # YouTube Music's own form
    if not in_path:
        found = parse_qs(parts.query).get("list", [""])[0]
    return found if _LIST_ID.fullmatch(found) else None


def read(list_id: str, kit: Kit) -> PlaylistData:
    """Read a playlist or an album.

    Raises
    ------
    ItemError
        It is endless, belongs to an account, or has no row that can be used.
    FetchError
        It could not be read; its class says how.
    ServiceStopError
        YouTube asks us to stay away.
    """
    _refuse_closed(list_id)
    url = f"https://www.youtube.com/playlist?list={list_id}"
    found = kit.player.playlist(url)
    numbered = list(enumerate(found["rows"], start=1))
    notes = [*_skipped(numbered), *_cut(found)]
    head = Head(
        source=_NAME,
        source_id=list_id,
        url=url,
        title=clean_text(found.get("title")),
        owner=clean_text(found.get("owner")),
        truncated=bool(found["truncated"]),
        notes=tuple(notes),
    )
    album = head.title.removeprefix("Album - ") if list_id.startswith(_ALBUM) else ""
    return service_playlist(head, _rows(numbered, album))


SERVICE = Service(_NAME, "https://www.youtube.com/playlist?list=ID", recognise, read)


def is_open(list_id: str) -> bool:
    """Tell whether an id is of a playlist or album that anybody can read."""
    return bool(_LIST_ID.fullmatch(list_id)) and not _what_else(list_id)


def _refuse_closed(list_id: str) -> None:
    if found := _what_else(list_id):
        raise ItemError(
            f"Expected a YouTube playlist that anybody can open, found {list_id}: {found};"
            " save its songs to a public or unlisted playlist and name that.",
            error_class=ErrorClass.ENVIRONMENT,
        )


def _what_else(list_id: str) -> str:
    """Say what an id names that is no playlist for everybody; "" when it may be one."""
    if list_id in _OF_AN_ACCOUNT:
        return "a list that only its account can see"
    if _RADIO.match(list_id):
        return "a mix, which is endless and another one for everybody"
    return "a channel" if _CHANNEL.fullmatch(list_id) else ""


# --- rows --------------------------------------------------------------------------


def _rows(numbered: Iterable[tuple[int, Any]], album: str) -> Iterator[Row]:
    """Yield the rows that are songs, then one for all that nobody can watch."""
    closed = []
    for number, entry in numbered:
        if _is_closed(entry):
            closed.append(number)
        elif entry.get("live_status") not in _NOT_YET:
            yield _row(number, entry, album)
    if closed:
        n = len(closed)
        yield Row(
            where=_listed(closed),
            problem=f"expected videos that anybody can watch, found {n} that"
            f" {'are' if n > 1 else 'is'} private, deleted, or for members alone; name"
            f" {'these songs' if n > 1 else 'this song'} in a file of your own.",
        )


def _row(number: int, entry: Mapping[str, Any], album: str) -> Row:
    video, length = entry["id"], entry.get("duration")
    artist, title = _names(entry, is_album=bool(album))
    return Row(
        where=f"row {number}",
        place=Place(_NAME, video, f"https://www.youtube.com/watch?v={video}"),
        title=title,
        artists=(artist,) if artist else (),
        album=album,
        duration_s=float(length)
        if isinstance(length, int | float) and length
        else None,
    )


def _names(entry: Mapping[str, Any], *, is_album: bool) -> tuple[str, str]:
    """Return artist and title: of an artist's own channel, or "Artist - Title"."""
    title = clean_text(entry.get("title"))
    channel = clean_text(entry.get("channel") or entry.get("uploader"))
    if is_album or channel.endswith(_TOPIC):
        artist = channel.removesuffix(_TOPIC)
        return ("" if text_key(artist) in {*NOBODY, "release"} else artist), title
    artist, rest = titles.split_artist_title(title)
    bare, _ = titles.split_artist_title(titles.parse_title(title).title)
    return (artist, rest) if bare else ("", title)  # "Song - Live" names no artist


def _is_closed(entry: Mapping[str, Any]) -> bool:
    hidden = clean_text(entry.get("title")).casefold() in _HIDDEN
    watchable = _VIDEO_ID.fullmatch(str(entry.get("id") or ""))
    return hidden or not watchable or entry.get("availability") in _CLOSED


# --- what the user should know ---------------------------------------------------------


def _skipped(numbered: Iterable[tuple[int, Any]]) -> Iterator[str]:
    live = [n for n, entry in numbered if entry.get("live_status") in _NOT_YET]
    if live:
        what = "streams" if len(live) > 1 else "a stream"
        yield f"Skipped {_listed(live)}: {what}, live or yet to come, and no song."


def _cut(found: Mapping[str, Any]) -> Iterator[str]:
    if found["truncated"]:
        n = len(found["rows"])
        yield f"Only the first {n:,} rows were read; the playlist has more."


def _listed(numbers: list[int]) -> str:
    """Return ``rows 3, 7 and 12``; of many only the first are named."""
    names = [str(number) for number in numbers[:_MOST_LISTED]]
    if len(numbers) > _MOST_LISTED:
        names.append(f"{len(numbers) - _MOST_LISTED:,} more")
    first, last = ", ".join(names[:-1]), names[-1]
    return f"rows {first} and {last}" if first else f"row {last}"

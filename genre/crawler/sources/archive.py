"""Items and collections of the Internet Archive, with licence and direct downloads.

An item is an album or a recording: its audio files are the rows, one per song although
the Archive keeps each in several formats. A collection is read item by item, the most
downloaded first. No key is needed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote

from genre.crawler import licences, sites
from genre.crawler.sources import answers
from genre.crawler.sources.archive_api import (
    ID,
    MAX_ITEMS,
    NAME,
    Item,
    Members,
    is_many,
    item_named,
    members_of,
)
from genre.crawler.sources.archive_files import Song, songs_of
from genre.crawler.sources.base import Head, Row, service_playlist
from genre.crawler.sources.kit import Kit, Service
from genre.crawler.sources.places import Place
from genre.errors import ItemError, ServiceStopError
from genre.records import ErrorClass, EvidenceLevel, PlaylistData, Tag, Unchanged
from genre.text import clean_text, display

_DEFAULT = 100  # items of a collection, when the address names no limit
_MOST_LOST = 5  # items in a row without an answer; each has been asked several times
_ADDRESS = re.compile(
    rf"https?://(?:www\.)?archive\.org/(?:details|metadata|download)/(?P<id>{ID})/?"
    r"(?:\?limit=(?P<limit>[0-9]{1,6})|[?#].*)?"
)
_BETWEEN = re.compile(r"[;,]")


def recognise(source: str) -> str | None:
    """Return the id of the item or collection that an address names, with its limit."""
    match = _ADDRESS.fullmatch(source)
    if match is None:
        return None
    return f"{match['id']}?limit={match['limit']}" if match["limit"] else match["id"]


def read(wanted: str, kit: Kit) -> PlaylistData | Unchanged:
    """Read an item, or a collection's items.

    Raises
    ------
    ItemError
        There is none such, it is withdrawn, or no file can be used.
    FetchError
        The Archive gave no answer we understand.
    ServiceStopError
        The Archive asks us to stay away.
    """
    name, _, limit = wanted.partition("?limit=")
    item = item_named(name, kit)
    if is_many(item.about):
        return _collection(item, limit, kit)
    return service_playlist(_head(item), _rows(item, kit))


SERVICE = Service(NAME, "https://archive.org/details/ID", recognise, read)


def _head(item: Item) -> Head:
    """Return what an item is as a playlist."""
    return Head(
        source=NAME,
        source_id=item.name,
        url=f"https://archive.org/details/{item.name}",
        title=_title(item) or item.name,
        owner=", ".join(answers.texts(item.about.get("creator"))),
    )


def _title(item: Item) -> str:
    return answers.first(item.about.get("title"))


# --- rows --------------------------------------------------------------------------


def _rows(item: Item, kit: Kit) -> list[Row]:
    """Return a row for each song of an item."""
    lent = answers.is_true(item.about.get("access-restricted-item"))
    songs = [] if lent else songs_of(item.files)
    if not songs:
        raise ItemError(
            f"Expected audio to download in the item {item.name} of the Internet Archive,"
            f" found {'one that is only lent' if lent else 'no such file'}; name another"
            " item."
        )
    about = _Description(item, kit.settings.archive_url, is_single=len(songs) == 1)
    return [about.row(song) for song in songs]


@dataclass(frozen=True, slots=True)
class _Description:
    """What an item says of all its songs."""

    item: Item
    base: str  # the Archive's address
    is_single: bool  # then the item's title is the song's too

    def row(self, song: Song) -> Row:
        """Return a song's row; its own tags come before what the item says."""
        about = self.item.about
        artist = song.tag("artist") or song.tag("creator")
        dates = (answers.year(about.get(name)) for name in ("year", "date"))
        return Row(
            where=f"file {display(song.root, width=100)}",
            place=self._place(song),
            title=song.tag("title") or (_title(self.item) if self.is_single else ""),
            artists=(artist,) if artist else answers.texts(about.get("creator")),
            album=song.tag("album") or _title(self.item),
            duration_s=song.duration_s,
            year=next(filter(None, dates), None),
            licence=licences.canonical(answers.first(about.get("licenseurl"))),
            tags=self._tags(song),
        )

    def _place(self, song: Song) -> Place:
        path = quote(f"download/{self.item.name}/{song.file_name}", errors="ignore")
        url = answers.endpoint(self.base, path)
        source_id = clean_text(f"{self.item.name}/{song.root}")
        trusted = sites.same_origin(url, self.base)
        return Place(NAME, source_id, url, trusted=trusted)

    def _tags(self, song: Song) -> tuple[Tag, ...]:
        """Return the file's genre and the item's subjects.

        Subjects are a list, or one text with ``;`` or ``,`` between them.
        """
        genre = clean_text(song.tag("genre"))
        written = answers.texts(self.item.about.get("subject"))
        words = (clean_text(w) for text in written for w in _BETWEEN.split(text))
        subjects = dict.fromkeys(filter(None, words))
        own = (Tag(genre),) if genre else ()
        return own + tuple(Tag(word, EvidenceLevel.ALBUM) for word in subjects)


# --- collections -------------------------------------------------------------------


def _collection(item: Item, limit: str, kit: Kit) -> PlaylistData | Unchanged:
    members = members_of(item.name, _limit(item.name, limit), kit)
    notes = _notes(members, asked=bool(limit))
    head = replace(
        _head(item),
        source_id=f"{item.name}?limit={limit}" if limit else item.name,
        checksum=members.checksum,
        truncated=bool(notes),
        notes=notes,
    )
    known = kit.last_checksum(NAME, head.source_id)
    if known and known == members.checksum:
        return Unchanged(NAME, head.source_id, clean_text(head.title))
    return service_playlist(head, _all_rows(members, kit))


def _all_rows(members: Members, kit: Kit) -> Iterator[Row]:
    """Yield the rows of all items, until too many in a row cannot be read."""
    names = list(members.changed)
    n_lost = 0
    while names and n_lost < _MOST_LOST:
        rows = _rows_or_problem(names.pop(0), kit)
        n_lost = n_lost + 1 if rows[0].unreadable else 0
        yield from rows
    if names:
        yield Row(
            where="the other items",
            problem=(
                f"expected answers of the Internet Archive, found none for {n_lost} items"
                f" in a row; {len(names)} are left for the next crawl."
            ),
            unreadable=True,
        )


def _rows_or_problem(name: str, kit: Kit) -> list[Row]:
    """Return an item's rows, or the one that says why it has none.

    What cannot be read now, the next crawl may be able to read.
    """
    try:
        return _rows(item_named(name, kit), kit)
    except ServiceStopError:
        raise
    except ItemError as error:
        may_pass = error.error_class is not ErrorClass.PERMANENT
        return [Row(where=f"item {name}", problem=str(error), unreadable=may_pass)]


def _notes(members: Members, *, asked: bool) -> tuple[str, ...]:
    """Say what was not read, unless the user's own limit leaves it out."""
    n = len(members.changed)
    if not members.whole:
        more = "the list may be incomplete."
    elif n < members.n_in_all and not asked:
        more = "the most downloaded; add ?limit=N to its address for another number."
    else:
        return ()
    return (f"{n} of the collection's {members.n_in_all} items were read: {more}",)


def _limit(name: str, limit: str) -> int:
    n_wanted = int(limit or _DEFAULT)
    if 1 <= n_wanted <= MAX_ITEMS:
        return n_wanted
    raise ItemError(
        f"Expected a limit of 1 to {MAX_ITEMS} items for the collection {name}, found"
        f" {n_wanted}; correct it.",
        error_class=ErrorClass.ENVIRONMENT,
    )

"""Items and collections of the Internet Archive, with licence and direct downloads.

An item is an album or a recording: its audio files are the rows, one per song although
the Archive keeps each in several formats. A collection is read item by item, the most
downloaded first. No key is needed.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from genre.crawler import licences, sites
from genre.crawler.sources import answers
from genre.crawler.sources.archive_files import Song, songs_of
from genre.crawler.sources.base import Head, Row, service_playlist
from genre.crawler.sources.kit import Kit, Service
from genre.crawler.sources.places import Place
from genre.errors import FetchError, ItemError
from genre.records import ErrorClass, EvidenceLevel, PlaylistData, Tag, Unchanged
from genre.text import clean_text, display

_NAME = "archive"
_READER = "1"  # of this file: what is read differently has to be read again
_DEFAULT = 100  # items of a collection, when the address names no limit
_MAX_ITEMS = 10_000  # the Archive's search pages no further
_PAGE = 500
_MAX_BYTES = 64_000_000  # an item may hold many thousand files

_ID = r"[A-Za-z0-9][\w.-]{0,100}"
_ADDRESS = re.compile(
    rf"https?://(?:www\.)?archive\.org/(?:details|metadata|download)/(?P<id>{_ID})/?"
    r"(?:\?limit=(?P<limit>\d{1,6})|[?#].*)?"
)
_SEARCH: Mapping[str, str] = {
    "fl[0]": "identifier",
    "fl[1]": "oai_updatedate",
    "sort[0]": "downloads desc",
}
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
    item = _item(name, kit)
    if item.about.get("mediatype") == "collection":
        return _collection(item, limit, kit)
    return service_playlist(item.head(), item.rows())


SERVICE = Service(_NAME, "https://archive.org/details/ID", recognise, read)


# --- items -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Item:
    """An item as the Archive describes it."""

    name: str
    about: dict[str, Any]
    files: list[Any]
    base: str  # the Archive's address

    def head(self) -> Head:
        """Return what the item is as a playlist."""
        return Head(
            source=_NAME,
            source_id=self.name,
            url=f"https://archive.org/details/{self.name}",
            title=answers.first(self.about.get("title")) or self.name,
            owner=", ".join(answers.texts(self.about.get("creator"))),
        )

    def rows(self) -> list[Row]:
        """Return a row for each song.

        Raises
        ------
        ItemError
            There is none that may be downloaded.
        """
        lent = answers.is_true(self.about.get("access-restricted-item"))
        songs = [] if lent else songs_of(self.files)
        if not songs:
            raise ItemError(
                f"Expected audio to download in the item {self.name} of the Internet"
                f" Archive, found {'one that is only lent' if lent else 'no such file'};"
                " name another item."
            )
        title = answers.first(self.about.get("title")) if len(songs) == 1 else ""
        return [self._row(song, title) for song in songs]

    def _row(self, song: Song, title: str) -> Row:
        artist = song.tag("artist") or song.tag("creator")
        creators = answers.texts(self.about.get("creator"))
        genre = clean_text(song.tag("genre"))
        dates = (answers.year(self.about.get(name)) for name in ("year", "date"))
        licence = answers.first(self.about.get("licenseurl"))
        return Row(
            where=f"file {display(song.root, width=100)}",
            place=self._place(song),
            title=song.tag("title") or title,
            artists=(artist,) if artist else creators,
            album=song.tag("album") or answers.first(self.about.get("title")),
            duration_s=song.duration_s,
            year=next(filter(None, dates), None),
            licence=licences.canonical(licence),
            tags=((Tag(genre),) if genre else ()) + self._subjects(),
        )

    def _place(self, song: Song) -> Place:
        path = f"download/{self.name}/{song.file_name}"
        url = answers.endpoint(self.base, quote(path, errors="ignore"))
        trusted = sites.same_origin(url, self.base)
        return Place(
            _NAME, clean_text(f"{self.name}/{song.root}"), url, trusted=trusted
        )

    def _subjects(self) -> tuple[Tag, ...]:
        """Return the subjects: a list, or one text with ``;`` or ``,`` between them."""
        written = answers.texts(self.about.get("subject"))
        words = (clean_text(w) for text in written for w in _BETWEEN.split(text))
        found = dict.fromkeys(filter(None, words))
        return tuple(Tag(word, EvidenceLevel.ALBUM) for word in found)


def _item(name: str, kit: Kit) -> _Item:
    """Ask for an item; of one that it lacks the Archive answers nothing."""
    found = _ask(kit, f"metadata/{name}", check=_check_item)
    about = answers.part(found, "metadata")
    if not about:
        gone = "one that was withdrawn" if answers.part(found, "is_dark") else "none"
        raise ItemError(
            f"Expected an item {name} at the Internet Archive, found {gone}; correct the"
            " address."
        )
    about = answers.mapping(about, f"a description of {name} from the Internet Archive")
    files = answers.items(answers.part(found, "files"))
    return _Item(name, about, files, kit.settings.archive_url)


# --- collections -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Members:
    """The first items of a collection."""

    changed: dict[str, str]  # id: when it changed last, "" when that is not said
    n_wanted: int
    n_in_all: int

    @property
    def whole(self) -> bool:
        """Tell whether these are as many as were wanted and are there."""
        return len(self.changed) >= min(self.n_wanted, self.n_in_all)

    @property
    def checksum(self) -> str:
        """The state of all the items, "" when the Archive does not say it of each."""
        if not self.whole or not all(self.changed.values()):
            return ""
        state = repr(sorted(self.changed.items()))
        return f"{_READER}:{hashlib.sha256(state.encode()).hexdigest()}"

    def notes(self, *, asked: bool) -> tuple[str, ...]:
        """Say what was not read, unless the user's own limit leaves it out."""
        n = len(self.changed)
        if not self.whole:
            more = "the list may be incomplete."
        elif n < self.n_in_all and not asked:
            more = (
                "the most downloaded; add ?limit=N to its address for another number."
            )
        else:
            return ()
        return (f"{n} of the collection's {self.n_in_all} items were read: {more}",)


def _collection(item: _Item, limit: str, kit: Kit) -> PlaylistData | Unchanged:
    members = _members(item.name, _limit(item.name, limit), kit)
    notes = members.notes(asked=bool(limit))
    head = replace(
        item.head(),
        source_id=f"{item.name}?limit={limit}" if limit else item.name,
        checksum=members.checksum,
        truncated=bool(notes),
        notes=notes,
    )
    known = kit.last_checksum(_NAME, head.source_id)
    if known and known == members.checksum:
        return Unchanged(_NAME, head.source_id, clean_text(head.title))
    return service_playlist(head, _all_rows(members, kit))


def _all_rows(members: _Members, kit: Kit) -> Iterator[Row]:
    """Yield the rows of all items; one that cannot be used is a row with a problem."""
    for name in members.changed:
        try:
            yield from _item(name, kit).rows()
        except ItemError as error:
            if error.error_class is not ErrorClass.PERMANENT:
                raise
            yield Row(where=f"item {name}", problem=str(error))


def _members(name: str, n_wanted: int, kit: Kit) -> _Members:
    """Return the most downloaded items of a collection; this ends in any case."""
    changed: dict[str, str] = {}
    n_in_all = 0
    for number in range(1, -(-n_wanted // _PAGE) + 1):
        found = _ask(
            kit,
            "advancedsearch.php",
            check=_check_search,
            q=f"collection:{name} AND mediatype:(audio OR etree)",
            output="json",
            rows=min(_PAGE, n_wanted),
            page=number,
            **_SEARCH,
        )["response"]
        n_before, n_in_all = len(changed), answers.count(found.get("numFound")) or 0
        changed |= dict(_dated(found["docs"]))
        if len(changed) in {n_before, n_in_all}:
            break
    first = dict(list(changed.items())[:n_wanted])
    return _Members(first, n_wanted, n_in_all)


def _dated(docs: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield the items of a page with the last of their dates."""
    for doc in docs:
        name = answers.text(answers.part(doc, "identifier"))
        dates = answers.texts(answers.part(doc, "oai_updatedate"))
        if re.fullmatch(_ID, name):
            yield name, max(dates, default="")


def _limit(name: str, limit: str) -> int:
    n_wanted = int(limit or _DEFAULT)
    if 1 <= n_wanted <= _MAX_ITEMS:
        return n_wanted
    raise ItemError(
        f"Expected a limit of 1 to {_MAX_ITEMS} items for the collection {name}, found"
        f" {n_wanted}; correct it.",
        error_class=ErrorClass.ENVIRONMENT,
    )


# --- answers -----------------------------------------------------------------------


def _ask(
    kit: Kit, path: str, *, check: Callable[[Any], None], **params: str | int
) -> Any:
    return kit.client.get_json(
        answers.endpoint(kit.settings.archive_url, path),
        params=params,
        service=_NAME,
        check=check,
        max_bytes=_MAX_BYTES,
    )


def _check_item(answer: object) -> None:
    """Refuse what is no item; an empty answer means that there is none such."""
    if answer not in ({}, []):
        _refuse_error(answer)


def _check_search(answer: object) -> None:
    _refuse_error(answer)
    docs = answers.part(answer, "response", "docs")
    answers.listing(docs, "a list of items from the Internet Archive")


def _refuse_error(answer: object) -> None:
    about = answers.mapping(answer, "the Internet Archive to answer an object")
    if error := clean_text(answers.first(about.get("error")), limit=200):
        raise FetchError(
            f"Expected the Internet Archive to answer, found the error {error!r}; try"
            " again later."
        )

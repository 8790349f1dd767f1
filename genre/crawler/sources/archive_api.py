"""How the Internet Archive is asked: for an item, and for the items of a collection."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from genre.crawler.sources import answers
from genre.crawler.sources.kit import Kit
from genre.errors import FetchError, ItemError
from genre.text import clean_text

NAME = "archive"
ID = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,100}"
MAX_ITEMS = 10_000  # the search pages no further
_READER = "1"  # of these files: what is read differently has to be read again
_PAGE = 500
_MAX_BYTES = 64_000_000  # an item may hold many thousand files


@dataclass(frozen=True, slots=True)
class Item:
    """An item as the Archive describes it."""

    name: str
    about: dict[str, Any]
    files: list[Any]


@dataclass(frozen=True, slots=True)
class Members:
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


def is_id(name: str) -> bool:
    """Tell whether an item or a collection can have this name."""
    return re.fullmatch(ID, name) is not None


def is_many(about: object) -> bool:
    """Tell whether something is a collection by what the Archive says about it."""
    return answers.text(answers.part(about, "mediatype")) == "collection"


def item_named(name: str, kit: Kit) -> Item:
    """Ask for an item.

    Raises
    ------
    ItemError
        There is none such, or it is withdrawn.
    FetchError
        The Archive gave no answer we understand.
    ServiceStopError
        The Archive asks us to stay away.
    """
    found = _ask(kit, f"metadata/{name}", check=_check_item)
    about = answers.part(found, "metadata")
    if not about:  # of what it lacks it answers nothing
        gone = "one that was withdrawn" if answers.part(found, "is_dark") else "none"
        raise ItemError(
            f"Expected an item {name} at the Internet Archive, found {gone}; correct the"
            " address."
        )
    return Item(name, about, answers.items(answers.part(found, "files")))


def members_of(name: str, n_wanted: int, kit: Kit) -> Members:
    """Return the most downloaded items of a collection; this ends in any case.

    Raises
    ------
    FetchError
        The Archive gave no answer we understand.
    ServiceStopError
        The Archive asks us to stay away.
    """
    changed: dict[str, str] = {}
    n_in_all = 0
    for number in range(1, -(-n_wanted // _PAGE) + 1):
        found = _most_downloaded(
            kit,
            f"collection:{name} AND mediatype:(audio OR etree)",
            ("identifier", "oai_updatedate"),
            rows=min(_PAGE, n_wanted),
            page=number,
        )
        n_before, n_in_all = len(changed), answers.count(found.get("numFound")) or 0
        changed |= dict(_dated(found["docs"]))
        if len(changed) in {n_before, n_in_all}:
            break
    return Members(dict(list(changed.items())[:n_wanted]), n_wanted, n_in_all)


def search(words: str, n: int, kit: Kit) -> list[Any]:
    """Return the most downloaded items and collections of music about some words.

    Raises
    ------
    FetchError
        The Archive gave no answer we understand.
    ServiceStopError
        The Archive asks us to stay away.
    """
    plain = re.sub(r"[^\w\s]", " ", words)  # its query language has signs of its own
    music = "mediatype:(audio OR etree) OR (mediatype:collection AND collection:audio)"
    found = _most_downloaded(
        kit,
        f'(title:("{plain}") OR subject:("{plain}")) AND ({music})',
        ("identifier", "title", "creator", "downloads", "mediatype"),
        rows=n,
    )
    return list(found["docs"])


def _most_downloaded(
    kit: Kit, query: str, fields: tuple[str, ...], *, rows: int, page: int = 1
) -> dict[str, Any]:
    """Ask for a page of what fits a query; say these fields of each."""
    found = _ask(
        kit,
        "advancedsearch.php",
        check=_check_search,
        q=query,
        output="json",
        rows=rows,
        page=page,
        **{f"fl[{n}]": field for n, field in enumerate(fields)},
        **{"sort[0]": "downloads desc"},
    )
    return dict(found["response"])


def _dated(docs: list[Any]) -> Iterator[tuple[str, str]]:
    """Yield the items of a page with the last of their dates."""
    for doc in docs:
        name = answers.text(answers.part(doc, "identifier"))
        dates = answers.texts(answers.part(doc, "oai_updatedate"))
        if is_id(name):
            yield name, max(dates, default="")


def _ask(
    kit: Kit, path: str, *, check: Callable[[Any], None], **params: str | int
) -> Any:
    return kit.client.get_json(
        answers.endpoint(kit.settings.archive_url, path),
        params=params,
        service=NAME,
        check=check,
        max_bytes=_MAX_BYTES,
    )


def _check_item(answer: object) -> None:
    if answer not in ({}, []):
        _refuse_error(answer)
        if about := answers.part(answer, "metadata"):
            answers.mapping(about, "a description of an item from the Internet Archive")


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

"""XSPF playlists: XML with a track's location, names, length and identifiers.

Read by the standard library's expat, as events: nothing outside the file is looked
at. A document type is refused at once, so that no entity can be declared, neither one
that names another file nor one that grows without end.
"""

from dataclasses import dataclass, field
from xml.parsers import expat

from genre.crawler.sources import answers
from genre.crawler.sources.base import Row, playlist_of
from genre.crawler.sources.jspf import songs_of
from genre.crawler.sources.kit import Kit
from genre.crawler.sources.places import Document
from genre.errors import ItemError
from genre.records import PlaylistData
from genre.text import clean_text, display

_TRACK = ["playlist", "trackList", "track"]
_MAX_TEXT = 10_000  # characters of one field that are kept; more is no name
_MAX_DEPTH = 100  # of elements within elements; no playlist needs ten


class _RefusedError(Exception):
    """The file is well-formed, but nothing that we read; the text says what."""


@dataclass(slots=True)
class _Reader:
    """Collects tracks while expat walks through the file."""

    rows: list[Row] = field(default_factory=list)
    head: dict[str, list[str]] = field(default_factory=dict)  # of the playlist
    root: str = ""
    _open: list[str] = field(default_factory=list)  # names of the elements around
    _text: list[str] = field(default_factory=list)
    _track: dict[str, list[str]] = field(default_factory=dict)

    def start(self, name: str, _attributes: object) -> None:
        """Enter an element; its name's namespace does not matter."""
        self._open.append(name.rpartition(" ")[2])
        if len(self._open) > _MAX_DEPTH:
            raise _RefusedError(f"more than {_MAX_DEPTH} elements within each other")
        self.root = self.root or self._open[0]
        self._text.clear()
        if self._open == _TRACK:
            self._track = {}

    def text(self, text: str) -> None:
        """Take a piece of the text of an element."""
        if sum(map(len, self._text)) < _MAX_TEXT:
            self._text.append(text)

    def end(self, _name: str) -> None:
        """Leave an element; a track is a row."""
        *around, name = self._open
        if around == _TRACK:
            self._track.setdefault(name, []).append("".join(self._text).strip())
        elif around == ["playlist"]:
            self.head.setdefault(name, []).append("".join(self._text).strip())
        elif self._open == _TRACK:
            self.rows.append(_row(self._track, where=f"track {len(self.rows) + 1}"))
        self._open.pop()
        self._text.clear()

    def refuse(self, *_about: object) -> None:
        """Meet a document type."""
        raise _RefusedError("a document type (DOCTYPE), which may name other files")


def read(document: Document, _kit: Kit) -> tuple[PlaylistData, ...]:
    """Read an XSPF playlist.

    Raises
    ------
    ItemError
        It is not well-formed XML, declares a document type, is nested without end, is
        no playlist, or holds no usable track.
    """
    found = _parse(document)
    title, owner = (" ".join(found.head.get(n, [])) for n in ("title", "creator"))
    if found.root != "playlist":
        raise ItemError(
            f"Expected an XSPF playlist in {display(document.name)}, found XML of the"
            f" kind {display(found.root, width=40)!r}; export it as XSPF."
        )
    return (playlist_of(document, found.rows, kind="xspf", title=title, owner=owner),)


def _parse(document: Document) -> _Reader:
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = reader.refuse
    try:
        parser.Parse(document.content, True)
    except _RefusedError as error:
        raise ItemError(
            f"Expected a plain XSPF playlist in {display(document.name)}, found {error};"
            " remove it, or export the playlist again."
        ) from None
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise ItemError(
            f"Expected well-formed XML in {display(document.name)}, found a fault"
            f" ({display(error, width=100)}); export the playlist again."
        ) from error
    return reader


def _row(track: dict[str, list[str]], *, where: str) -> Row:
    first = {name: texts[0] for name, texts in track.items()}
    creator = clean_text(first.get("creator"))
    return Row(
        where=where,
        locations=(
            *filter(None, track.get("location", [])),
            *songs_of(track.get("identifier", [])),
        ),
        title=first.get("title", ""),
        artists=(creator,) if creator else (),
        album=first.get("album", ""),
        duration_s=answers.milliseconds(first.get("duration", "")),
    )

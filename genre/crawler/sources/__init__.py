"""Playlists of every kind, behind one function.

A source is a path, an http(s) address of a playlist file, a folder of audio files, or
a service's playlist. Each kind of file has one reader (``KINDS`` says for which name
ending), each service one ``SERVICE``; both are small files beside this one.

Kinds of files:

csv.py          with csv_cells.py, csv_columns.py and csv_rows.py, from line to song
embed.py        a Spotify playlist out of a saved page
folder.py       a folder of audio files, by their tags
json_files.py   tells apart what ends in ``.json``; json_text.py parses it
account.py      the account data that Spotify sends its users
jspf.py         XSPF written as JSON
m3u.py          paths and addresses, one per line
text.py         names or addresses, one per line
xspf.py         XML

Services:

archive.py       with archive_api.py and archive_files.py
deezer.py        public playlists and albums
jamendo.py       with jamendo_api.py
listenbrainz.py  public playlists
spotify.py       the user's own playlists
youtube.py       as yt-dlp lists them

What they share:

base.py      rows that become playlist items
places.py    where a row's audio is, and what identifies it
opening.py   files into memory, from disk or an address
several.py   files that hold several playlists
unreadable.py  why nobody can read what is named as a playlist
answers.py   answers of services, taken apart without trusting their shape
kit.py       what readers work with, and what a service has to offer
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

from genre.crawler import sites
from genre.crawler.sources import (
    archive,
    csv,
    deezer,
    embed,
    folder,
    jamendo,
    json_files,
    jspf,
    listenbrainz,
    m3u,
    spotify,
    text,
    xspf,
    youtube,
)
from genre.crawler.sources.kit import Kit, Service
from genre.crawler.sources.opening import (
    fetch,
    is_address,
    is_folder,
    is_there,
    name_in,
    open_file,
    path_of,
    real_path,
)
from genre.crawler.sources.places import AUDIO_ENDINGS, Document
from genre.crawler.sources.unreadable import why_unreadable
from genre.errors import ItemError, UsageError
from genre.files import sha256_file
from genre.records import ErrorClass, ListEntry, PlaylistData, Unchanged
from genre.text import display, text_key
from genre.urls import redact, veiled

__all__ = [
    "AUDIO_ENDINGS",
    "Kit",
    "Service",
    "check_argument",
    "check_list",
    "playlist_named",
    "read_source",
    "shown_source",
]

_FEW_SLIPS = 4  # lines that are wrong in a list that is one

Reader = Callable[[Document, Kit], tuple[PlaylistData, ...]]
KINDS: Mapping[str, Reader] = {
    ".csv": csv.read,
    ".htm": embed.read,
    ".html": embed.read,
    ".json": json_files.read,
    ".jspf": jspf.read,
    ".m3u": m3u.read,
    ".m3u8": m3u.read,
    ".tsv": csv.read,
    ".txt": text.read,
    ".xspf": xspf.read,
}
SERVICES: tuple[Service, ...] = (
    deezer.SERVICE,
    listenbrainz.SERVICE,
    jamendo.SERVICE,
    archive.SERVICE,
    youtube.SERVICE,
    spotify.SERVICE,
)


def read_source(entry: ListEntry, kit: Kit) -> tuple[PlaylistData | Unchanged, ...]:
    """Read the playlist that a line names, or all that its file holds.

    ``file.csv#Name`` is the playlist of that name in a file of several.

    Raises
    ------
    ItemError
        The source is of no known kind, missing, or has no usable row.
    FetchError
        Its address could not be fetched.
    ServiceStopError
        Its service asks us to stay away.
    """
    if service := service_of_source(entry.source):
        return (service.read(service.recognise(entry.source) or "", kit),)
    kit = replace(kit, listed=entry.line > 0)
    source, part = _split_part(entry.source, kit.base)
    if _is_folder(source, kit.base):
        return (folder.read(real_path(path_of(source, kit.base)), kit),)
    reader = _reader_of(source, kit.base)
    if is_address(source):
        document = fetch(source, kit)
    else:
        document = open_file(path_of(source, kit.base), kit.digest)
    _refuse_list(document)
    if reader is not embed.read:
        _refuse_page(document)
    found = reader(document, kit)
    return _named(found, part, document.name) if part else found


def service_of_source(source: str) -> Service | None:
    """Return the service whose playlist a source names; None for files."""
    if not source.isprintable():
        return None
    return next((s for s in SERVICES if s.recognise(source) is not None), None)


def playlist_named(source: str) -> tuple[str, str]:
    """Return what two spellings of one playlist of a service have in common.

    It is the service's name and the id; of any other source, itself.
    """
    service = service_of_source(source)
    named = service.recognise(source) if service else None
    return (service.name, named) if service and named else ("", source)


def shown_source(source: str) -> str:
    """Return a source for messages: no login, and of its query only a service's own."""
    if service_of_source(source):
        return display(source, width=100)
    return redact(source) if is_address(source) else display(veiled(source), width=100)


def check_argument(source: str, *, base: Path) -> None:
    """Refuse, before anything is made, what a command line names but nobody can read.

    Raises
    ------
    UsageError
        It is no playlist, or no such file; the sentence says what to give instead.
    """
    if service_of_source(source):
        return
    source, _ = _split_part(source, base)
    path = path_of(source, base)
    try:
        if _is_folder(source, base):
            folder.check(path)
            return
        _reader_of(source, base)
        if not is_address(source):
            _refuse_list(open_file(path, sha256_file))
    except ItemError as error:
        raise UsageError(str(error)) from error


def check_list(sources: Sequence[str], path: Path, *, n_foreign: int = 0) -> None:
    """Refuse a list file that is no list of playlists but, by its looks, a playlist.

    A single line may as well be a name with a mistake in it, which its own sentence
    explains better. ``n_foreign`` more lines are no text.

    Raises
    ------
    UsageError
        No line could name a playlist, or of many lines only a few could.
    """
    looks = len(sources) > 1 or path.suffix.lower() in KINDS.keys() - {".txt"}
    base = path.absolute().parent
    n_good = sum(_may_be_playlist(source, base) for source in sources)
    n_bad = len(sources) + n_foreign - n_good
    if (looks and not n_good) or n_bad > max(n_good, _FEW_SLIPS):
        raise UsageError(
            f"Expected a list of playlists in {display(path)}, found"
            f" {'hardly a' if n_good else 'no'} line that names one; {_instead(path)}."
        )


def _instead(path: Path) -> str:
    """Say how a file that is no list is given."""
    if path.suffix.lower() in AUDIO_ENDINGS:
        return "to read songs, name their folder without --playlists"
    return f"a playlist is given without --playlists: genre crawl {display(path)}"


def _may_be_playlist(source: str, base: Path) -> bool:
    if is_address(source):
        return service_of_source(source) is not None or not _is_song(source)
    # A folder is there, or looks like one whose disk is away.
    return _is_playlist(source) or "/" in source or is_folder(path_of(source, base))


def _is_song(address: str) -> bool:
    """Tell whether an address is a song's: a playlist's rows look so, no list's lines."""
    ending = Path(name_in(address)).suffix.lower()
    return sites.song_at(address) is not None or ending in AUDIO_ENDINGS


def _split_part(source: str, base: Path) -> tuple[str, str]:
    """Return a file and the name after its ``#``, which may also be a file's own."""
    path, mark, part = source.partition("#")
    whole = path_of(source, base)
    if not mark or is_there(whole):
        return source, ""
    return path, unquote(part) if is_address(path) else part


def _named(
    found: tuple[PlaylistData, ...], name: str, file: str
) -> tuple[PlaylistData, ...]:
    chosen = tuple(data for data in found if text_key(data.title) == text_key(name))
    if not chosen:
        titles = ", ".join(data.title for data in found)
        raise ItemError(
            f"Expected a playlist {display(name, width=60)!r} in {display(file)}, found"
            f" {display(titles, width=300)}; name one of these after the #.",
            error_class=ErrorClass.ENVIRONMENT,
        )
    return tuple(replace(data, file=None) for data in chosen)


def _refuse_list(document: Document) -> None:
    """Refuse a list of playlists, which is a text file too."""
    if Path(document.name).suffix.lower() == ".txt":
        text.refuse_list(document, _is_playlist)


def _refuse_page(document: Document) -> None:
    """Refuse a web page that came in a playlist's place: a login, or an error."""
    start = document.content[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if not start.startswith((b"<!doctype html", b"<html")):
        return
    is_local = document.folder is not None
    raise ItemError(
        f"Expected a playlist in {display(document.name)}, found a web page;"
        f" {'export or download it again' if is_local else 'try again later'}.",
        error_class=ErrorClass.ENVIRONMENT if is_local else ErrorClass.TEMPORARY,
    )


def _is_playlist(source: str) -> bool:
    ending = Path(source.partition("#")[0]).suffix.lower()
    return ending in KINDS or service_of_source(source) is not None


def _is_folder(source: str, base: Path) -> bool:
    return not is_address(source) and is_folder(path_of(source, base))


def _reader_of(source: str, base: Path) -> Reader:
    """Return the reader for a file or address, told by the ending of its name."""
    name = name_in(source) if is_address(source) else source
    ending = Path(name).suffix.lower()
    if ending in KINDS and (is_address(source) or is_there(path_of(source, base))):
        return KINDS[ending]
    why = why_unreadable(source, base, services=SERVICES, endings=sorted(KINDS))
    raise ItemError(
        f"Expected a playlist, found {shown_source(source)!r}: {why}"
        f"{'' if why.endswith('?') else '.'}",
        error_class=ErrorClass.ENVIRONMENT,
    )

"""Why nobody can read a source: what it is instead, and what to give.

Asked about what no reader takes: a path that leads nowhere, an address with a slip in
it, a page that is no playlist, a service whose playlists only an export shows. Pure,
but for looks at the disk.
"""

import difflib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit

from genre.crawler import sites
from genre.crawler.sources.kit import Service
from genre.crawler.sources.opening import is_address, is_there, path_of, real_path
from genre.crawler.sources.places import AUDIO_ENDINGS
from genre.text import display
from genre.urls import veiled

_SCHEME = re.compile(r"(?P<name>[a-z][a-z0-9+.-]*)(?::/{0,3}|//)", re.IGNORECASE)
_VARIABLE = re.compile(r"\$\w|\$\{|%\w+%|~[^/]")
_NO_SCHEME = re.compile(r"(?P<login>[^/\s@]+@)?[\w-]+(?:\.[\w-]+)+(?::\d+)?/\S")
_NEAR = 0.8  # likeness from which a name is taken for a slip of another
_TITLES = {"apple": "Apple Music", "amazon": "Amazon Music", "soundcloud": "SoundCloud",
           "musicbrainz": "MusicBrainz"}  # fmt: skip
_PAGES = (
    (r"//youtu\.be/|[:/](track|song|watch|shorts|embed|live|v|recording)\b", "a song"),
    (r"[:/]album\b", "an album"),
    (
        r"[:/](artist|channel|c|user|profile|people|label)\b|/@",
        "the page of an artist or a user",
    ),
    (r"[:/](show|episode|podcast)s?\b", "a podcast"),
)


def why_unreadable(
    source: str, base: Path, *, services: Sequence[Service], endings: Sequence[str]
) -> str:
    """Say what a source is that is no playlist, and what to give instead.

    Raises
    ------
    ItemError
        Its path may lead somewhere, but not for us.
    """
    is_path = not is_address(source)
    if is_path and is_there(path_of(source, base)):
        return _other_file(real_path(path_of(source, base)), endings)
    slip = _slip(source, services) if is_path else ""
    found = slip or _of_service(source, services) or _of_site(source)
    if is_path:
        return found or _missing(source, base)
    parts = sites.split(source)
    if parts is None or not parts.hostname:
        return "correct the address"
    names = ", ".join(service.name for service in services)
    return found or (
        f"genre reads playlist files ({', '.join(endings)}), folders of songs, and"
        f" playlists of {names}; export the playlist to a CSV file and give that"
    )


def _other_file(path: Path, endings: Sequence[str]) -> str:
    if path.suffix.lower() in AUDIO_ENDINGS:
        return "that is a song; to read songs, name their folder"
    kinds = ", ".join(endings)
    return f"a playlist file ends in one of {kinds}; export it again, or rename it"


# --- services and sites ---------------------------------------------------------------


def _of_service(source: str, services: Sequence[Service]) -> str:
    """Say what a page is of a service whose playlists can be read; "" for others."""
    service = _service_at(source, services)
    if service is None:
        return ""
    page = _page(source)
    if not page:
        return f"that names no playlist of {service.name}; give {service.form}"
    advice = f"; give {service.form}"
    site = sites.site_at(source)
    if page == "a song" and site and site.extractors:
        advice += ", or songs' addresses, one per line, in a .txt file"
    return f"that is {page}, not a playlist{advice}"


def _service_at(source: str, services: Sequence[Service]) -> Service | None:
    """Return the service that an address belongs to, whatever it names there."""
    parts, site = sites.split(source), sites.site_at(source)
    host = (parts.hostname or "") if parts else ""
    at_host = re.compile(rf"//(?:www\.)?{re.escape(host.removeprefix('www.'))}/")
    names = {source.partition(":")[0].lower(), site.name if site else ""}
    return next(
        (s for s in services if s.name in names or (host and at_host.search(s.form))),
        None,
    )


def _of_site(source: str) -> str:
    """Say how a playlist gets out of a site that shows it to nobody; "" for others."""
    scheme = source.partition(":")[0].lower()
    known = (site for site in sites.SITES if site.name == scheme)
    site = sites.site_at(source) or next(known, None)
    if site is None:
        return ""
    title = _TITLES.get(site.name, site.name.capitalize())
    if site.extractors:
        return (
            f"genre reads no lists of {title}; write the songs' addresses, one per line,"
            " into a .txt file and give that"
        )
    return (
        f"genre cannot read {title}; export the playlist to a CSV file, for example with"
        " tunemymusic.com or soundiiz.com, and give that"
    )


def _page(source: str) -> str:
    """Name what a page is by its address; "" when that does not say it."""
    fitting = (name for pattern, name in _PAGES if re.search(pattern, source))
    return next(fitting, "")


# --- slips of the pen ------------------------------------------------------------------


def _slip(source: str, services: Sequence[Service]) -> str:
    """Say which address is meant by what does not begin like one; "" for paths."""
    scheme = _SCHEME.match(source)
    rest = source[scheme.end() :] if scheme else source
    if scheme and scheme["name"].lower() == "file":
        path = display(unquote(urlsplit(source).path), width=100)
        return f"write the path without file://, {path!r}"
    if scheme and (meant := _like(scheme["name"].lower(), ("http", "https"))):
        return f"did you mean {_shown(f'{meant}://{rest}')}?"
    if scheme and scheme[0].endswith("://"):
        return (
            f"genre reads no {scheme['name'].lower()} addresses, but http and https ones"
            " and files; download it and give the file"
        )
    return (
        f"did you mean {_shown(f'https://{source}')}?"
        if _is_web(source, services)
        else ""
    )


def _is_web(source: str, services: Sequence[Service]) -> bool:
    """Tell whether a text is an address but for its beginning."""
    match = _NO_SCHEME.match(source)
    address = f"https://{source}"
    known = any(service.recognise(address) for service in services)
    return match is not None and bool(
        match["login"] or known or sites.site_at(address) or source.startswith("www.")
    )


def _missing(source: str, base: Path) -> str:
    """Say that a path leads nowhere, and where it may have meant to lead."""
    if _VARIABLE.match(source):
        return "genre fills in no variables; write the whole path, or begin it with ~/"
    meant = _as_it_is(source, base) or _as_it_is(source.replace("\\", "/"), base)
    if meant:
        return f"there is no such file or folder; did you mean {display(meant)}?"
    if "\\" in source and os.sep == "/":
        return "there is no such file or folder; write / between folders, not \\"
    return "there is no such file or folder; correct the name"


def _as_it_is(source: str, base: Path) -> str:
    """Return the path that exists and is written almost like a source; "" for none."""
    start = re.match(r"(?:\./|~/|/)?", source)
    begin = start[0] if start else ""
    here = path_of(begin or ".", base)
    found: list[str] = []
    for name in Path(source[len(begin) :]).parts:
        near = _nearest(name, here)
        if not near:
            return ""
        found.append(near)
        here /= near
    return begin + "/".join(found)


def _nearest(name: str, folder: Path) -> str:
    """Return a name as it is written in a folder; "" when nothing is like it."""
    try:
        there = os.listdir(folder)  # noqa: PTH208 - names are all that is wanted
    except (OSError, ValueError):
        return ""
    if name in {"..", *there}:
        return name
    by_key = {other.casefold(): other for other in there}
    return by_key.get(_like(name.casefold(), tuple(by_key)), "")


def _like(word: str, others: Sequence[str]) -> str:
    """Return what a word is a slip of; "" for none of the others."""
    near = difflib.get_close_matches(word, others, n=1, cutoff=_NEAR)
    return near[0] if near else ""


def _shown(address: str) -> str:
    return display(veiled(address), width=120)

"""Playlists and albums of Deezer, through its public API; no key is needed.

The playlist itself is asked first: it holds a checksum, and one that the catalog knows
spares its pages. Deezer says what is wrong inside answers of HTTP 200.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from genre.crawler import sites
from genre.crawler.sources import answers
from genre.crawler.sources.base import Head, Row, service_playlist
from genre.crawler.sources.kit import Kit, Service
from genre.crawler.sources.places import Place
from genre.errors import FetchError, ItemError, ServiceStopError
from genre.records import ErrorClass, EvidenceLevel, PlaylistData, Tag, Unchanged
from genre.text import clean_text, display

_NAME = "deezer"
_READER = "1"  # of this file: what is read differently has to be read again
_PAGE = 100  # the most that Deezer gives at once
_MAX_SONGS = 100_000
_REST = timedelta(seconds=6)  # the quota is 50 requests in 5 s

_ADDRESS = re.compile(
    r"(?:https?://(?:www\.)?deezer\.com/(?:[a-z]{2}(?:-[a-z]{2})?/)?|deezer:)"
    r"(?P<kind>playlist|album)[/:](?P<id>\d{1,20})/?(?:[?#].*)?",
    re.IGNORECASE | re.ASCII,
)
_CHECKSUM = re.compile(r"[0-9A-Za-z]{1,100}")
_SHORT = re.compile(
    r"https?://(?:link\.deezer\.com|(?:deezer|dzr)\.page\.link)/.*", re.IGNORECASE
)
_QUOTA = 4
_REFUSALS = {  # Deezer's code: what it means for the next attempt, and what to do
    100: (ErrorClass.PERMANENT, "report this address"),
    200: (ErrorClass.PERMANENT, "make the playlist public, or export it to a file"),
    300: (ErrorClass.PERMANENT, "make the playlist public, or export it to a file"),
    500: (ErrorClass.PERMANENT, "correct the address"),
    501: (ErrorClass.PERMANENT, "correct the address"),
    600: (ErrorClass.PERMANENT, "correct the address"),
    700: (ErrorClass.TEMPORARY, "try again later"),
    800: (ErrorClass.PERMANENT, "correct the address, or make the playlist public"),
}
_ODD = (ErrorClass.TEMPORARY, "try again later")


@dataclass(slots=True)
class _Songs:
    """The pages of a list, joined."""

    songs: list[Any] = field(default_factory=list)
    checksums: set[str] = field(default_factory=set)
    whole: bool = True  # the pages ended where they had to
    notes: tuple[str, ...] = ()


def recognise(source: str) -> str | None:
    """Return what ``read`` takes for an address of Deezer's."""
    if match := _ADDRESS.fullmatch(source):
        return f"{match['kind'].lower()}/{match['id']}"
    return source if _SHORT.fullmatch(source) else None


def read(wanted: str, kit: Kit) -> PlaylistData | Unchanged:
    """Read ``playlist/ID`` or ``album/ID``.

    Raises
    ------
    ItemError
        It cannot be read, or the address is a short one.
    FetchError
        Deezer has none such, keeps it private, or gave no answer we understand.
    ServiceStopError
        Deezer asks us to stay away.
    """
    if _SHORT.fullmatch(wanted):
        raise ItemError(
            "Expected the long address of a Deezer playlist, found a short link; open it"
            " in a browser and copy the address that is shown then.",
            error_class=ErrorClass.ENVIRONMENT,
        )
    about = answers.mapping(_ask(kit, wanted), f"Deezer to describe {wanted}")
    return (_playlist if wanted.startswith("playlist") else _album)(wanted, about, kit)


SERVICE = Service(_NAME, "https://www.deezer.com/playlist/ID", recognise, read)


def _playlist(wanted: str, about: dict[str, Any], kit: Kit) -> PlaylistData | Unchanged:
    source_id = wanted.partition("/")[2]
    title = answers.text(about.get("title"))
    said = answers.text(about.get("checksum"))
    stated = said if _CHECKSUM.fullmatch(said) else ""
    if stated and kit.last_checksum(_NAME, source_id) == f"{_READER}:{stated}":
        return Unchanged(_NAME, source_id, clean_text(title))
    found = _songs(kit, wanted, answers.count(about.get("nb_tracks")))
    steady = stated and found.checksums <= {stated} and found.whole
    head = Head(
        source=_NAME,
        source_id=source_id,
        url=f"https://www.deezer.com/{wanted}",
        title=title,
        owner=answers.text(answers.part(about, "creator", "name")),
        checksum=f"{_READER}:{stated}" if steady else "",
        truncated=not found.whole,
        notes=found.notes,
    )
    return service_playlist(head, _rows(found.songs))


def _album(wanted: str, about: dict[str, Any], kit: Kit) -> PlaylistData:
    found = _songs(kit, wanted, answers.count(about.get("nb_tracks")))
    genres = answers.items(answers.part(about, "genres", "data"))
    names = [clean_text(answers.part(genre, "name")) for genre in genres]
    head = Head(
        source=_NAME,
        source_id=wanted,
        url=f"https://www.deezer.com/{wanted}",
        title=answers.text(about.get("title")),
        owner=answers.text(answers.part(about, "artist", "name")),
        truncated=not found.whole,
        notes=found.notes,
    )
    rows = _rows(
        found.songs,
        album=head.title,
        year=answers.year(about.get("release_date")),
        tags=tuple(Tag(name, EvidenceLevel.ALBUM) for name in names if name),
    )
    return service_playlist(head, rows)


# --- rows --------------------------------------------------------------------------


def _rows(
    songs: list[Any],
    *,
    album: str = "",
    year: int | None = None,
    tags: tuple[Tag, ...] = (),
) -> Iterator[Row]:
    for number, song in enumerate(songs, start=1):
        source_id = answers.identifier(answers.part(song, "id"))
        title = _title(song)
        yield Row(
            where=f"row {number}",
            place=Place(_NAME, source_id) if source_id else None,
            title=title,
            artists=answers.texts(answers.part(song, "artist", "name")),
            album=answers.text(answers.part(song, "album", "title")) or album,
            duration_s=answers.seconds(answers.part(song, "duration")),
            isrc=answers.text(answers.part(song, "isrc")),
            year=year,
            added_at=answers.utc(answers.part(song, "time_add")),
            tags=tags,
            problem="" if title else answers.NO_TITLE,
        )


def _title(song: object) -> str:
    """Return the title with its version, which Deezer mostly writes into it already."""
    title = answers.text(answers.part(song, "title")).strip()
    version = answers.text(answers.part(song, "title_version")).strip()
    return f"{title} {version}" if title and version not in title else title


# --- pages -------------------------------------------------------------------------


def _songs(kit: Kit, wanted: str, n_stated: int | None) -> _Songs:
    """Read the pages of a list; whatever the server does, this ends."""
    found, n_songs, index = _Songs(), n_stated, 0
    page: dict[str, Any] = {}
    while n_songs is None or index < min(n_songs, _MAX_SONGS):
        before, page = page, _ask(kit, f"{wanted}/tracks", index=index, limit=_PAGE)
        songs = page["data"]
        n_songs = _total(page, songs) if n_songs is None else n_songs
        if not songs or songs == before.get("data"):
            break
        found.songs += songs
        found.checksums |= set(answers.texts(page.get("checksum")))
        index = _following(page, index, len(songs))
    # of the last page all songs may be gone; of a list that has none, nothing is known
    n_covered = index + (_PAGE if found.songs and not page["data"] else 0)
    found.whole = n_covered >= (n_songs or 0) and not page.get("next")
    if len(found.songs) != (n_songs or 0) or not found.whole:
        note = f"Deezer counts {n_songs} songs in {wanted} and gave {len(found.songs)}"
        more = "it leaves out what is gone" if found.whole else "there may be more"
        found.notes = (f"{note}; {more}.",)
    return found


def _total(page: dict[str, Any], songs: list[Any]) -> int:
    """Return how many songs a list claims to have; without a claim it is one page."""
    total = answers.count(page.get("total"))
    return len(songs) if total is None else total


def _following(page: dict[str, Any], index: int, n: int) -> int:
    """Return where the next page starts.

    Deezer leaves out songs that are gone, but counts them: its own ``next`` says where
    it goes on. Only that number is taken from there, and only if it can be right.
    """
    if not page.get("next"):
        return index + max(n, _PAGE)
    parts = sites.split(answers.text(page["next"]))
    stated = parse_qs(parts.query).get("index", [""])[0] if parts else ""
    after = answers.count(stated) or 0
    return after if index < after <= index + _PAGE else index + n


def _ask(kit: Kit, path: str, **params: int) -> dict[str, Any]:
    url = answers.endpoint(kit.settings.deezer_url, path)
    is_page = path.endswith("/tracks")
    check = check_page if is_page else _check
    answer: dict[str, Any] = kit.client.get_json(
        url, params=params, service=_NAME, check=check
    )
    return answer


def _check(answer: object) -> None:
    """Refuse an answer that says what is wrong, or is none."""
    about = answers.mapping(answer, "Deezer to answer an object")
    if "error" in about:
        raise _refusal(about["error"])


def check_page(answer: object) -> None:
    """Refuse an answer that says what is wrong, or holds no list."""
    _check(answer)
    answers.listing(answers.part(answer, "data"), "a list from Deezer")


def _refusal(error: object) -> ItemError:
    """Return the error that Deezer's own words mean."""
    code = answers.count(answers.part(error, "code"))
    words = answers.text(answers.part(error, "message")) or "no reason"
    found = f"error {code} ({display(clean_text(words), width=100)})"
    if code == _QUOTA:
        until = (datetime.now(UTC) + _REST).strftime("%Y-%m-%dT%H:%M:%SZ")
        return ServiceStopError(
            f"Expected Deezer to answer, found {found}: too many requests; run this"
            " again later.",
            service=_NAME,
            retry_at=until,
        )
    error_class, advice = _REFUSALS.get(code or 0, _ODD)
    return FetchError(
        f"Expected Deezer to answer, found {found}; {advice}.", error_class=error_class
    )

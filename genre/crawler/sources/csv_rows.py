"""One row of a CSV playlist: its cells, by meaning, into what they say of a song."""

import re
from collections.abc import Iterator, Mapping

from genre.crawler import sites, titles
from genre.crawler.sources import answers
from genre.crawler.sources.base import Row
from genre.records import EvidenceLevel, Tag

_YEAR = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_CLOCK = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})(?:\.\d+)?")
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*s?(?:ec)?")
_LEVELS = {
    "genres": EvidenceLevel.TRACK,
    "album_genres": EvidenceLevel.ALBUM,
    "artist_genres": EvidenceLevel.ARTIST,
}
_EPISODE = "spotify:episode:"


def row_of(cell: Mapping[str, str], where: str) -> Row:
    """Return the row that cells, by the meaning of their columns, make up."""
    title, artists = cell.get("title", ""), split_artists(cell.get("artist", ""))
    if title and not artists:  # "Artist - Title" in one column
        artist, title = titles.split_artist_title(title)
        artists = (artist,) if artist else ()
    year = _YEAR.search(cell.get("year", ""))
    return Row(
        where=where,
        locations=tuple(_locations(cell)),
        title=title,
        artists=artists,
        album=cell.get("album", ""),
        duration_s=_duration(cell),
        isrc=cell.get("isrc", ""),
        year=int(year[1]) if year else None,
        added_at=answers.utc(cell.get("added_at", "")),
        tags=tuple(_tags(cell)),
        problem=(problem := _problem(cell)),
        is_no_song=bool(problem),
    )


def damaged_row(fault: str, where: str) -> Row:
    """Return the row of a line that cannot be taken apart."""
    problem = f"expected a CSV row, found one that is damaged ({fault}); mend it."
    return Row(where=where, problem=problem)


def parse_duration(raw: str, *, milliseconds: bool = False) -> float | None:
    """Return seconds from ``215``, ``225s``, ``3:45``, ``1:02:03`` or milliseconds.

    A plain number over 10,000 can only be milliseconds. What is not understood is
    None: a row is not lost for it.
    """
    text = raw.strip().lower()
    if match := _CLOCK.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        return float(3600 * hours + 60 * minutes + seconds) or None
    if match := _SECONDS.fullmatch(text.replace(",", ".")):
        number = float(match[1])
        plain = text[-1].isdigit()
        number /= 1000 if milliseconds or (plain and number > 10_000) else 1
        return number if 0 < number < 1e6 else None
    return None


def split_artists(raw: str) -> tuple[str, ...]:
    r"""Return the artists of a cell: joined by ``;``, else by ``, ``.

    A comma written ``\,`` belongs to a name.
    """
    parts = raw.split(";") if ";" in raw else re.split(r"(?<!\\),\s", raw)
    return tuple(filter(None, (part.replace("\\,", ",").strip() for part in parts)))


def split_genres(raw: str) -> tuple[str, ...]:
    """Return the genres of a cell, each once: joined by ``;`` or ``,``."""
    parts = (part.strip() for part in re.split("[;,]", raw))
    return tuple(dict.fromkeys(filter(None, parts)))


def _problem(cell: Mapping[str, str]) -> str:
    if not cell.get("uri", "").startswith(_EPISODE):
        return ""
    return "expected a song, found an episode of a podcast; it is left out."


def _locations(cell: Mapping[str, str]) -> Iterator[str]:
    """Yield where a row's audio may be, then what identifies it.

    What a library's exporter calls an address is a page about the song: it counts
    where we know the site.
    """
    url, uri = cell.get("url", ""), cell.get("uri", "")
    platform = re.sub(r"\W", "", cell.get("platform", "")).lower()
    numbers = [
        sites.song_address(meaning.removeprefix("id:"), number)
        for meaning, number in cell.items()
        if meaning.startswith("id:")
    ]
    found = [
        cell.get("path", ""),
        url if not platform or sites.song_at(url) else "",
        uri if ":" in uri and not uri.startswith("spotify:local") else "",
        *numbers,
        sites.song_address(platform, cell.get("platform_id", "")),
    ]
    return filter(None, found)


def _duration(cell: Mapping[str, str]) -> float | None:
    if cell.get("duration_ms"):
        return parse_duration(cell["duration_ms"], milliseconds=True)
    return parse_duration(cell.get("duration", ""))


def _tags(cell: Mapping[str, str]) -> Iterator[Tag]:
    for meaning, level in _LEVELS.items():
        for genre in split_genres(cell.get(meaning, "")):
            yield Tag(genre, level)

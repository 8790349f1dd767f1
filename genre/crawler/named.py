"""Which recording a person means: a candidate, or an address or a file of their own.

``review`` writes down what is said of it. A file's path stays out of what is made of
it: it belongs to the song's references, which are never exported.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from genre.crawler import sites
from genre.crawler.choosing import LISTED, TYPED
from genre.crawler.shown import Review, as_shown, shown_candidate, without_query
from genre.crawler.sources.places import (
    AUDIO_ENDINGS,
    Document,
    RowError,
    locate,
)
from genre.errors import UsageError
from genre.records import Candidate, Decision
from genre.text import clean_text, display
from genre.urls import is_address, redact

FILE = "file"  # the provider of a file on this machine
REASON = "you named it"  # of what no search found, nor a playlist named


@dataclass(frozen=True, slots=True)
class NamedFile:
    """An audio file of the user's own."""

    candidate: Candidate
    path: str  # absolute


def file_at(text: str, digest: Callable[[Path], str]) -> NamedFile | None:
    """Return the audio file at a path; None where there is none.

    Raises
    ------
    UsageError
        It is there, but cannot be read.
    """
    if not _is_file(text) or not _is_audio(text):
        return None
    here = Document("", "", b"", folder=Path.cwd(), digest=digest)
    try:
        place = locate(text, here)
    except RowError as error:
        raise UsageError(f"Named file: {error}") from error
    found = Candidate(FILE, place.source_id, url="", title="", reason=REASON)
    return NamedFile(found, place.path)


def why_no_file(text: str) -> str:
    """Say what is wrong with a text that is meant as an audio file; "" of others."""
    if is_address(text):
        return ""
    if _is_audio(text) and not _is_file(text):
        return (
            f"Expected an audio file at {display(text)}, found none; correct the path."
        )
    if _is_file(text) and not _is_audio(text):
        known = ", ".join(sorted(AUDIO_ENDINGS))
        return (
            f"Expected an audio file ({known}), found {display(Path(text).name)};"
            " name another."
        )
    return ""


def address_at(text: str) -> Candidate | None:
    """Return a candidate for an address; None for other texts.

    Raises
    ------
    UsageError
        The address holds a login, which the catalog does not keep.
    """
    address = clean_text(text, limit=2_000)
    song = sites.song_at(address)
    if song and song.site.extractors:
        return Candidate(song.site.name, song.id, song.url, title="", reason=REASON)
    parts = sites.split(address)
    if song or parts is None or parts.scheme not in {"http", "https"}:
        return None
    if not parts.hostname:
        return None
    if "@" in parts.netloc:
        raise UsageError(
            f"Expected an address that the catalog may keep, found one with a login"
            f" ({redact(address)}); leave it out: a playlist of your list that names this"
            " server with its login serves for all its songs."
        )
    public = parts._replace(fragment="").geturl()
    return Candidate(TYPED, public, public, title="", reason=REASON)


def chosen(
    review: Review, text: str, decision: Decision, file: NamedFile | None
) -> Candidate:
    """Return the candidate that a text names; ``file`` is what lies at it as a path.

    Raises
    ------
    UsageError
        None is meant, or more than one.
    """
    if not text and decision is Decision.REJECTED:
        return _heard(review)
    known = _known(review)
    names = {text, text.partition(":")[2]}
    fitting = [
        c
        for c in known.values()
        for shown in (c, shown_candidate(c))
        if text in {shown.url, f"{shown.provider}:{shown.provider_id}"}
        or shown.provider_id in names
    ]
    fitting = list(dict.fromkeys(fitting))
    exact = [c for c in fitting if text != c.provider_id] or fitting
    if len(exact) == 1:
        return exact[0]
    new = None if exact else file.candidate if file else address_at(text)
    if new and (same := known.get(new.key)):
        return same
    if exact or decision is Decision.REJECTED:
        raise _unclear(review, text)
    if new:
        return new
    raise UsageError(why) if (why := why_no_file(text)) else _unclear(review, text)


def _heard(review: Review) -> Candidate:
    """Return where the present recording came from, as a candidate.

    Of a place that playlists name they know the address, today and tomorrow.
    """
    audio = review.audio
    if audio is None:
        raise UsageError(
            f"Expected {display(review.track.name)} to have a recording, found none;"
            f" name a candidate, as `genre matches {review.track.id}` lists them."
        )
    return _known(review)[audio.key]


def _known(review: Review) -> dict[tuple[str, str], Candidate]:
    """Return a song's candidates, and what it sounds like, which may be none of them."""
    known = {found.key: found for found in review.candidates}
    if audio := review.audio:
        key = audio.key
        known.setdefault(key, Candidate(*key, url="", title="", reason=LISTED))
    return known


def _unclear(review: Review, text: str) -> UsageError:
    shown = as_shown(review).candidates[:5]
    listed = ", ".join(f"{c.provider}:{c.provider_id}" for c in shown)
    return UsageError(
        f"Expected a candidate of {display(review.track.name)}"
        f" ({display(listed, width=300) or 'it has none'}) or an address or a file to take it from,"
        f" found {display(without_query(text), width=100)!r};"
        f" `genre matches {review.track.id}` lists them."
    )


def _is_audio(text: str) -> bool:
    return Path(text).suffix.lower() in AUDIO_ENDINGS


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a name, or a NUL in it
        return False

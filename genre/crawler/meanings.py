"""What yt-dlp's error texts mean for the next attempt: one table, pure.

The text is the only signal that most of these have; the words are YouTube's and
yt-dlp's own. ``ytdlp`` asks here, in the child; the parent gets an error of ours.
"""

import re
from datetime import UTC, datetime, timedelta

from genre.errors import DiskFullError, FetchError, GenreError, ServiceStopError
from genre.records import ErrorClass
from genre.text import clean_text
from genre.wire import no_network

# The first row that fits counts. Whatever fits none is temporary, and the ledger
# gives a song up after a few of these.
_MEANINGS = (
    # The site wants to be left alone.
    (r"confirm (that )?you.{0,3}re not a bot|captcha", ErrorClass.STOP),
    (r"HTTP Error (429|402)|too many requests|rate.?limit", ErrorClass.STOP),
    (r"content isn.t available, try again later", ErrorClass.STOP),
    # A bad moment: of the network, the server, or an address that expired.
    (r"HTTP Error (5\d\d|403|408)|fragment \d+ not found", ErrorClass.TEMPORARY),
    (r"incomplete ?read|timed out|connection (aborted|reset)", ErrorClass.TEMPORARY),
    (r"bytes read|incomplete (yt initial )?data", ErrorClass.TEMPORARY),
    (r"will begin in|premieres? (in|will)|check back later", ErrorClass.TEMPORARY),
    (r"try again later", ErrorClass.TEMPORARY),
    # Nobody gets it: private, gone, locked, or for money.
    (r"private video|(video|playlist) is private", ErrorClass.PERMANENT),
    (r"members.only|channel.s members", ErrorClass.PERMANENT),
    (r"premium members|requires payment", ErrorClass.PERMANENT),
    (r"\bDRM\b|terminated|closed their|\bremoved\b", ErrorClass.PERMANENT),
    (r"ffmpeg", ErrorClass.PERMANENT),  # yt-dlp may not start it
    # Somebody gets it: elsewhere, older, logged in, or with other tools.
    (r"your (current )?(country|location|region)", ErrorClass.ENVIRONMENT),
    (r"geo.?(restrict|block)", ErrorClass.ENVIRONMENT),
    (r"confirm your age|age.?(restrict|gate)", ErrorClass.ENVIRONMENT),
    (r"log ?in\b|sign in|registered users|authenticat", ErrorClass.ENVIRONMENT),
    (r"HTTP Error 401|not available on this app", ErrorClass.ENVIRONMENT),
    (r"requested format is not available|only images", ErrorClass.ENVIRONMENT),
    (r"no video formats|challenge solving failed", ErrorClass.ENVIRONMENT),
    (r"impersonat|client challenge", ErrorClass.ENVIRONMENT),
    (r"JavaScript runtime|JS runtime|\bPO.?token", ErrorClass.ENVIRONMENT),
    (r"certificate|unable to (open for writing|write)", ErrorClass.ENVIRONMENT),
    # It is not there, or not what we can use.
    (r"copyright", ErrorClass.PERMANENT),
    (r"HTTP Error (404|410)|not.{0,10}found", ErrorClass.PERMANENT),
    (r"unsupported URL|no suitable extractor", ErrorClass.PERMANENT),
    (r"deleted|unavailable|(not|isn.t) available", ErrorClass.PERMANENT),
    (r"no longer|does not exist|unviewable", ErrorClass.PERMANENT),
    (r"unsafe|\bunusual\b", ErrorClass.PERMANENT),
)
# What it says on a machine without network, and what that is.
_OFFLINE = (
    (r"failed to resolve|name or service not known", "its name cannot be resolved"),
    (r"temporary failure in name resolution", "its name cannot be resolved"),
    (r"no address associated|getaddrinfo", "its name cannot be resolved"),
    (r"network is (unreachable|down)", "the network is unreachable"),
)
_FULL_DISK = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_HOST = re.compile(r"(?:failed to resolve |host=)['\"]([^'\"]+)['\"]", re.IGNORECASE)
# What it puts before the fault itself: an extractor's name, then what was asked for. An
# id is random letters and a query is the name of a song: whatever they say, they mean
# nothing. A query may hold quotes and colons of its own, so its end is the last one.
_BEFORE = re.compile(
    r"^(?:ERROR:\s*)?(\[[\w:+.-]+\]\s+)?"
    r"(?:query \".*\"(?: page \d+)?:\s+|\S+ page \d+:\s+|(?(1)[^\s:]+:\s+|(?!)))?",
    re.DOTALL,
)
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)  # holds names as well
# Where what it says about the fault ends, and what it says to its own users begins.
_FOR_OTHERS = re.compile(r"\s*(\(caused by |; please report this issue)", re.IGNORECASE)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_SAID = 200  # characters of it that a message repeats
_READ = 1_000  # characters of it that are looked at
_PAUSE = timedelta(hours=1)  # as long as YouTube's own limit lasts; it names no time
_ADVICE = {
    ErrorClass.PERMANENT: "take another address",
    ErrorClass.ENVIRONMENT: "see `genre doctor`, then run the same command again",
    ErrorClass.TEMPORARY: "run the same command again later",
}


def meaning_of(text: str, site: str) -> GenreError:
    """Return the error of our own that an error text of yt-dlp means."""
    said, fault = shortened(text) or "no reason", _fault(text)
    if _FULL_DISK.search(fault):
        return DiskFullError(f"The disk is full ({said}); free some room.")
    for pattern, why in _OFFLINE:
        if re.search(pattern, fault, re.IGNORECASE):
            host = _HOST.search(fault)
            return no_network(host[1] if host else site, why)
    error_class = _class_of(fault)
    found = f"Expected {site} to answer, found: {said}"
    if error_class is ErrorClass.STOP:
        until = (datetime.now(UTC) + _PAUSE).strftime("%Y-%m-%dT%H:%M:%SZ")
        message = f"{found}; run the same command again after {until}."
        return ServiceStopError(message, service=site, retry_at=until)
    return FetchError(f"{found}; {_ADVICE[error_class]}.", error_class=error_class)


def shortened(text: str) -> str:
    """Return what yt-dlp says, cut at a sentence's or a word's end if it is long."""
    plain = re.sub(r"^ERROR:\s*", "", _COLOURS.sub("", text))
    said = _FOR_OTHERS.split(clean_text(plain, limit=_READ))[0]
    if len(said) <= _SAID:
        return said.rstrip(". ")
    sentences = said[: _SAID + 1].rpartition(". ")[0]
    return sentences or said[:_SAID].rpartition(" ")[0] + "…"


def _fault(text: str) -> str:
    """Return what an error text says of the fault, without what was asked for."""
    said = _BEFORE.sub("", _COLOURS.sub("", text), count=1)
    return _ADDRESS.sub("", said)[:_READ]


def _class_of(fault: str) -> ErrorClass:
    for pattern, error_class in _MEANINGS:
        if re.search(pattern, fault, re.IGNORECASE):
            return error_class
    return ErrorClass.TEMPORARY

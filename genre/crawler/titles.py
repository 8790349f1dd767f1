"""Takes titles and credits apart: what is the song, what the version, who took part.

Pure text rules, used by identity (are two rows one song?) and matching (is this
search result the song?). A remix or a live take is another recording, often of
another genre; "Official Video" and "2011 Remaster" are not.
"""

import re
from dataclasses import dataclass

from genre.crawler.wording import NOISE_PATTERN, REMARK_PATTERN, VERSION_PATTERNS
from genre.records import NOBODY
from genre.text import text_key

_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_YEAR = re.compile(r"(19|20)\d\d")
_DASH = re.compile(r"\s+[-–—‒―]+\s+")
_FEATURED = re.compile(
    r"\s*\b(?:feat\.?|ft\.?|featuring)\s+(?P<who>.+)$", re.IGNORECASE
)
_FEATURED_START = re.compile(
    r"^(?:feat\.?|ft\.?|featuring|with)\s+(?P<who>.+)$", re.IGNORECASE
)
_REMIXER = re.compile(
    r"^(?P<who>.+?)(?:['’]s)?\s+(?:extended\s+|club\s+|radio\s+|vip\s+|dub\s+)*"
    r"(?:remix|rmx|rework|bootleg|flip|refix|edit|mix|dub)\b",
    re.IGNORECASE,
)
_KINDS_OF_MIX = (
    "radio club extended original dub vip short long main single album the a dj re vocal"
    " instrumental festival final full special video official"
)
_NOT_A_REMIXER = frozenset(_KINDS_OF_MIX.split())
_JOINS = re.compile(
    r"\s*;\s*|\s*,\s+(?!the\b|jr\b|his\b)|\s+(?:&|and)\s+(?!the\b|his\b|her\b)"
    r"|\s+(?:x|×|vs\.?|versus|feat\.?|ft\.?|featuring|with|presents|pres\.?)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ParsedTitle:
    """A title in its parts."""

    title: str  # without version, featured artists and remarks
    version: str = ""  # "Someone Remix", "Live at X"; empty for the original
    featured: tuple[str, ...] = ()
    remixers: tuple[str, ...] = ()


def parse_title(raw: str) -> ParsedTitle:
    """Take a title apart: ``Song (feat. B) [C Remix] (Official Video)``."""
    raw = fold(raw)
    remarks = [match[1].strip() for match in _BRACKETS.finditer(raw)]
    base, *tails = _DASH.split(fold(_BRACKETS.sub(" ", raw)))
    while tails and not _is_remark(tails[0]):  # "A - B" is a title, not a version
        base = f"{base} - {tails.pop(0)}"
    remarks += tails
    featured: list[str] = []
    if match := _FEATURED.search(base):
        featured += split_credit(match["who"])
        base = base[: match.start()]
    versions = []
    for remark in filter(None, remarks):
        if match := _FEATURED_START.match(remark):
            featured += split_credit(match["who"])
        elif version_kinds(remark):
            versions.append(remark)
        elif not _is_remark(remark):  # part of the name: "Song (Part 2)"
            base = f"{base.strip()} ({remark})"
    title = fold(base)
    if not title:  # nothing but brackets
        return ParsedTitle(raw)
    remixers = tuple(who for v in versions for who in _remixers(v))
    return ParsedTitle(title, ", ".join(versions), tuple(featured), remixers)


def split_credit(raw: str) -> list[str]:
    """Return the single artists of a credit: ``A & B feat. C`` is three.

    Duos come apart too ("Chase & Status"): for keeping artists apart in splits a
    false tie does no harm, a missed one does.
    """
    parts = [part.strip(" ,;") for part in _JOINS.split(fold(raw))]
    return [part for part in parts if part]


def artist_keys(raw: str) -> list[str]:
    """Return the comparable names in a credit, without placeholders for nobody."""
    keys = [text_key(part) for part in split_credit(raw)]
    if text_key(raw) in NOBODY:
        return []
    return [key for key in dict.fromkeys(keys) if key not in NOBODY]


def split_featured(raw: str) -> tuple[str, str]:
    """Return a credit's main and featured part: ``A feat. B`` is (A, B)."""
    raw = fold(raw)
    match = _FEATURED.search(raw)
    return (raw[: match.start()], match["who"]) if match else (raw, "")


def split_artist_title(raw: str) -> tuple[str, str]:
    """Return artist and title of ``Artist - Title``; no dash means no artist."""
    artist, *rest = _DASH.split(fold(raw), maxsplit=1)
    return (artist, rest[0]) if rest else ("", artist)


def version_kinds(text: str) -> frozenset[str]:
    """Return which kinds of version a text speaks of: remix, live, cover..."""
    key = text_key(text)
    if REMARK_PATTERN.fullmatch(key):  # "original mix" is no remix
        return frozenset()
    kinds = {kind for kind, words in VERSION_PATTERNS.items() if words.search(key)}
    if key.endswith(" mix") and _remixers(text):  # "Extended Mix" is no remix
        kinds.add("remix")
    return frozenset(kinds)


def version_key(version: str) -> str:
    """Return the form under which two spellings of a version are equal."""
    filler = {"mix", "version", "the", "edit"}
    words = text_key(version).split()
    return " ".join([word for word in words if word not in filler] or words)


def without_noise(text: str) -> str:
    """Return the comparable form of a text without remarks like "official video"."""
    return fold(NOISE_PATTERN.sub(" ", text_key(text)))


def fold(text: str) -> str:
    """Return a text with single blanks; long runs of them would slow the patterns down."""
    return " ".join(text.split())


def _is_remark(text: str) -> bool:
    """Tell whether the part after a dash or in brackets is not part of the name."""
    key = text_key(text)
    return bool(REMARK_PATTERN.search(key) or version_kinds(text)) or bool(
        _YEAR.fullmatch(key)
    )


def _remixers(version: str) -> list[str]:
    match = _REMIXER.match(fold(version))
    if match is None:
        return []
    words = [w for w in match["who"].split() if text_key(w) not in _NOT_A_REMIXER]
    return split_credit(" ".join(words)) if words else []

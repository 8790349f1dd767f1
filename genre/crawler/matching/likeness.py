"""How like a search result's title and artist and the song's are, 0..1. Pure.

One part of a result's title should be the song's title; what the other parts hold is
explained by the artists, the uploader, or words that say nothing.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from rapidfuzz import fuzz

from genre.crawler import titles
from genre.crawler.matching.anatomy import LABEL, YEAR, Found, Wanted, divide, key_of
from genre.crawler.matching.numbering import counted_in, numbers_in
from genre.crawler.matching.scripts import is_foreign
from genre.crawler.wording import NOISE_PATTERN
from genre.text import text_key

_JOINS = frozenset(["feat", "ft", "the", "by", "and", "vs", "with"])
_QUOTED = re.compile(r"(?:^|(?<=\s))['\"“”‘’]([^'\"“”‘’]{2,})['\"“”‘’](?=\s|$)")


def title_likeness(wanted: Wanted, found: Found) -> float:
    """Return how like the title one part of the result's title is, 0..1."""
    return max(_similar(wanted.title, form) for form in _forms(wanted, found))


def unexplained(wanted: Wanted, found: Found) -> int:
    """Return how many words of the result's title nothing explains.

    What follows a bar or stands in square brackets describes, and is not counted.
    """
    text = LABEL.sub(" ", re.split(r"[|｜]", found.text)[0])
    words = set(NOISE_PATTERN.sub(" ", key_of(text)).split())
    script = is_foreign(wanted.title)  # a title in two scripts says everything twice
    words = {w for w in words if is_foreign(w) == script}
    known = wanted.words | set(found.channel.split())
    known |= set(text_key(wanted.version).split()) | _JOINS
    strange = (w for w in words if len(w) > 1 and not YEAR.fullmatch(w))
    return sum(not near(w, known) for w in strange)


def another_number(wanted: Wanted, found: Found) -> bool:
    """Tell whether a part, number or chapter is there that is not asked for."""
    asked, text = numbers_in(wanted.title), key_of(found.text)
    offered = numbers_in(text) - numbers_in(key_of(wanted.names[0]))
    if not asked:
        return bool(counted_in(text))
    return bool(offered) and not asked <= offered


def lacks_number(wanted: Wanted, found: Found) -> bool:
    """Tell whether a part, number or chapter is asked for and none is there."""
    return bool(numbers_in(wanted.title)) and not numbers_in(key_of(found.text))


def _forms(wanted: Wanted, found: Found) -> set[str]:
    """Return the comparable forms of what may be the title in a result's title."""
    parsed = titles.parse_title(found.text).title
    raw = [*found.parts, parsed, *_pairs(divide(parsed)), found.text]
    raw += [titles.split_artist_title(parsed)[1], *_QUOTED.findall(found.text)]
    forms = set()
    for text in raw:
        bare = titles.parse_title(text).title
        for key in (key_of(text), key_of(bare), key_of(titles.without_noise(bare))):
            named = _without_names(key, wanted.artists)
            forms |= {key, named, YEAR.sub("", named).strip()}
    return forms - {""} or {key_of(found.text)}


def _pairs(parts: list[str]) -> list[str]:
    return [f"{a} {b}" for a, b in pairwise(parts)]


def _similar(wanted: str, form: str) -> float:
    """Compare two titles word by word: one other word makes another title."""
    ratio = fuzz.ratio(wanted, form) / 100
    if wanted.replace(" ", "") == form.replace(" ", ""):
        return 1.0
    if len(wanted) <= 4:
        return ratio if ratio < 0.7 else 0.69  # in short names each letter counts
    ours, theirs = wanted.split(), form.split()
    strange = sum(not near(w, theirs) for w in ours)
    strange += sum(not near(w, ours) for w in theirs)
    return min(ratio, 0.84) if strange else max(ratio, 0.9)


def near(word: str, words: Iterable[str]) -> bool:
    """Tell whether a word is among others, a slip of the finger allowed."""
    if word in words:
        return True
    if len(word) < 5:
        return False
    return any(len(w) > 3 and fuzz.ratio(word, w) >= 82 for w in words)


def _without_names(key: str, names: Iterable[str]) -> str:
    for name in names:
        key = key.removeprefix(f"{name} ").removesuffix(f" {name}")
    return key.strip()

"""Is the song's artist the one that a search result names? Whole names only. Pure.

"Bush" is not "Kate Bush" and "Prince" not "Prince Royce": a name counts where it is all
that the uploader, a credit or a part of the title says.
"""

import re
from collections.abc import Iterable

from rapidfuzz import fuzz

from genre.crawler import titles
from genre.crawler.matching.anatomy import Found, Wanted, key_of
from genre.crawler.matching.likeness import near
from genre.crawler.wording import NOISE_PATTERN
from genre.records import NOBODY
from genre.text import text_key

_BESIDE = re.compile(r"\s*[•·|]\s*.*$")  # "Name • 4.2M views"
_JOINS = frozenset(["and", "x", "feat", "ft", "vs", "with", "featuring"])
_WITH = re.compile(r"\s+(?:con|y|e|et|und|og|och|и|і)\s+")
_SLIP, _SPELLING = 0.9, 0.7  # of a name with a typing mistake, with other letters
_LIKE = 0.55  # at most, for part of a name or one that only looks like it


def artist_likeness(wanted: Wanted, found: Found) -> float:
    """Look for each main artist among those whom the result names, 0..1."""
    names = _names(wanted, found)
    scores = [_presence(key, names) for key in wanted.artists]
    if scores and max(scores) < 1:  # "Lía con Ana" may be one name or two
        apart = [part for key in wanted.artists for part in _WITH.split(key)]
        scores = max(scores, [_presence(key, names) for key in apart], key=max)
    return 0.8 * max(scores) + 0.2 * sum(scores) / len(scores) if scores else 0.0


def names_nobody(wanted: Wanted, found: Found) -> bool:
    """Tell whether neither uploader nor an "Artist - Title" names an artist."""
    before, after = titles.split_artist_title(found.text)
    bare = {titles.without_noise(titles.parse_title(t).title) for t in (before, after)}
    spoken = before and bare - {"", wanted.title}
    uploader = {text_key(found.candidate.uploader), found.channel}
    return bool(uploader & NOBODY) and not spoken


def other_guests(wanted: Wanted, found: Found) -> bool:
    """Tell whether the result names guests that the song does not have."""
    guests = titles.parse_title(found.text).featured
    keys = {key for guest in guests for key in titles.artist_keys(guest)}
    known = {*wanted.artists, *wanted.guests}
    return any(not any(_is_same(key, name) for name in known) for key in keys)


def _names(wanted: Wanted, found: Found) -> set[str]:
    """Return every name in a result, comparable: uploader, credits, title's parts."""
    uploader = _BESIDE.sub("", found.candidate.uploader)
    raw = [uploader, found.channel, _BESIDE.sub("", found.channel), *found.parts]
    parsed = titles.parse_title(found.text)
    raw += [titles.split_artist_title(found.text)[0], *parsed.featured]
    raw += [re.sub(r"\s+-\s+topic$", "", uploader, flags=re.IGNORECASE)]
    names = {key_of(name) for text in raw for name in titles.split_credit(text)}
    return names | {key_of(text) for text in raw} | _left_over(wanted, found)


def _left_over(wanted: Wanted, found: Found) -> set[str]:
    """Return the artists, where an undivided title holds them and nothing else."""
    rest = NOISE_PATTERN.sub(
        " ", f" {key_of(found.text)} ".replace(f" {wanted.title} ", " ")
    )
    known = {word for name in wanted.artists for word in name.split()} | _JOINS
    words = [w for w in rest.split() if not re.fullmatch(r"(19|20)\d\d", w)]
    if not words or set(words) - known:
        return set()
    return {name for name in wanted.artists if f" {name} " in f" {' '.join(words)} "}


def _presence(key: str, names: Iterable[str]) -> float:
    """Return 1 for a whole name; less, the less it is the same name."""
    if key in names:
        return 1.0
    if any(_is_same(key, name) for name in names):
        return _SLIP
    like = max(names, key=lambda name: fuzz.ratio(key, name))
    ratio = fuzz.ratio(key, like) / 100
    same_shape = len(key.split()) == len(like.split()) and ratio >= 0.85
    return _SPELLING if same_shape else min(_LIKE, ratio)


def _is_same(name: str, other: str) -> bool:
    """Tell whether two spellings are one name: run together, without "the", a slip."""
    ours, theirs = (n.removeprefix("the ").split() for n in (name, other))
    if "".join(ours) == "".join(theirs):
        return True
    pairs = zip(ours, theirs, strict=False)
    return len(ours) == len(theirs) and all(near(a, [b]) for a, b in pairs)

"""Names in different scripts: do they sound alike? Pure."""

import re

from anyascii import anyascii
from rapidfuzz import fuzz

from genre.crawler.matching.anatomy import Found, Wanted
from genre.text import text_key


def transliterated(wanted: Wanted, found: Found) -> float:
    """Return how alike title and artist sound, where they are in different scripts."""
    if not scripts_differ(wanted, found):
        return 0.0
    spelled = [skeleton(wanted.title), *map(skeleton, wanted.artists[:1])]
    parts = [skeleton(part) for part in (*found.parts, found.channel)]
    likes = [max(fuzz.ratio(one, part) for part in parts) for one in spelled if one]
    return min(likes, default=0.0) / 100


def scripts_differ(wanted: Wanted, found: Found) -> bool:
    """Tell whether one title is in Latin letters and the other is not."""
    return is_foreign(wanted.title) != is_foreign(found.text)


def is_foreign(text: str) -> bool:
    """Tell whether a text is mostly in letters other than Latin ones."""
    letters = [c for c in text if c.isalpha()]
    return sum(ord(c) > 0x24F for c in letters) * 2 > len(letters)


def skeleton(text: str) -> str:
    """Return the consonants that a text sounds like: vowels differ by system."""
    return re.sub(r"[aeiouy'\s\W]", "", anyascii(text_key(text)).casefold())

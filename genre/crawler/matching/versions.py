"""Which kinds of version a search result speaks of, and whose remix it is. Pure."""

from rapidfuzz import fuzz

from genre.crawler import titles
from genre.crawler.matching.anatomy import Found, Wanted, key_of, kinds_of, other_kinds
from genre.crawler.wording import CUT_PATTERN, DOUBT_PATTERN, NOISE_PATTERN
from genre.text import text_key

# What a channel's name says about all it holds.
_CHANNEL_KINDS = frozenset(
    ["karaoke", "cover", "sped up", "slowed", "8d", "bass boosted", "instrumental",
     "a lesson or a game", "talk", "a loop", "a beat"]
)  # fmt: skip


def kinds_found(wanted: Wanted, found: Found) -> frozenset[str]:
    """Return the kinds of version that a result's words speak of."""
    rest = _rest(wanted, found)
    channel = " ".join(w for w in found.channel.split() if w not in wanted.words)
    of_channel = titles.version_kinds(channel) | other_kinds(channel)
    own = titles.version_kinds(rest) | _remix_parts(found, wanted)
    return own | other_kinds(rest) | (of_channel & _CHANNEL_KINDS)


def doubtful(wanted: Wanted, found: Found, *, same_length: bool) -> bool:
    """Tell whether a word of the result suggests another arrangement, take or cut."""
    bare = NOISE_PATTERN.sub(" ", _rest(wanted, found))
    asked = key_of(wanted.version)
    said = DOUBT_PATTERN.findall(bare)
    if not same_length and not wanted.kinds:
        said += CUT_PATTERN.findall(bare)
    return any(word not in asked for word in said)


def same_remix(wanted: Wanted, found: Found) -> float:
    """Return how like the wanted remix the result's remix is, 0..1."""
    versions = [p for p in found.parts if "remix" in kinds_of(p)]
    asked = titles.version_key(wanted.version)
    likes = [fuzz.ratio(asked, titles.version_key(p)) for p in versions]
    who = titles.parse_title(f"x ({wanted.version})").remixers
    named = who and all(text_key(w) in text_key(found.text) for w in who)
    words = set(asked.split()) - {"remix"}
    partly = any(words & set(text_key(p).split()) for p in versions)
    best = max(likes, default=0.0) / 100
    if best >= 0.85 or not who:
        return 1.0
    return 0.9 if named and best >= 0.7 else 0.6 if partly or named else 0.0


def _rest(wanted: Wanted, found: Found) -> str:
    """Return the words of a result that the song's names do not hold."""
    return " ".join(w for w in key_of(found.text).split() if w not in wanted.words)


def _remix_parts(found: Found, wanted: Wanted) -> frozenset[str]:
    """Return "remix" for a part such as "Someone's Sunset Mix"."""
    parts = [p for p in found.parts if set(text_key(p).split()) - wanted.words]
    return frozenset(k for p in parts for k in kinds_of(p) if k == "remix")

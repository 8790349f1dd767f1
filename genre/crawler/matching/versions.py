"""Which kinds of version a search result speaks of, and whose remix it is. Pure."""

from genre.crawler import titles
from genre.crawler.matching.anatomy import Found, Wanted, key_of, kinds_of, other_kinds
from genre.crawler.matching.likeness import near
from genre.crawler.wording import DOUBT_PATTERN, NOISE_PATTERN
from genre.taxonomy import load_taxonomy

_JOINS = frozenset(["and", "x", "feat", "ft", "vs", "with", "the"])
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
    own = titles.version_kinds(rest)
    if any("remix" in kinds_of(part) for part in _remarks(wanted, found)):
        own |= {"remix"}  # "Someone's Sunset Mix"
    return own | other_kinds(rest) | (of_channel & _CHANNEL_KINDS)


def names_genre(wanted: Wanted, found: Found) -> bool:
    """Tell whether a remark names a genre: "[Hardstyle]" is often a remix."""
    return any(load_taxonomy().read_title(part) for part in _remarks(wanted, found))


def doubtful(wanted: Wanted, found: Found) -> bool:
    """Tell whether a word of the result suggests another arrangement, take or cut."""
    bare = NOISE_PATTERN.sub(" ", _rest(wanted, found))
    asked = key_of(wanted.version)
    if wanted.kinds:  # "Acoustic Version" is how people write what is asked for
        asked += " version ver mix"
    return any(word not in asked for word in DOUBT_PATTERN.findall(bare))


def same_remix(wanted: Wanted, found: Found) -> float:
    """Return how like the wanted remix the result's remix is, 0..1."""
    asked = _words(wanted.version)
    if not titles.parse_title(f"x ({wanted.version})").remixers:
        return 1.0
    parts = [p for p in found.parts if "remix" in kinds_of(p)] or [found.text]
    return max(_same_words(asked, _words(part)) for part in parts)


def _words(version: str) -> list[str]:
    """Return the words that tell one remix from another."""
    return [w for w in titles.version_key(version).split() if w not in _JOINS]


def _same_words(asked: list[str], offered: list[str]) -> float:
    """Return 1 for the same words, 0.6 where one says only some of the other's."""
    lacking = [w for w in asked if not near(w, offered)]
    strange = [w for w in offered if not near(w, asked)]
    if not lacking and not strange:
        return 1.0
    common = set(asked) & set(offered) - {"remix", "dub", "edit", "extended"}
    return 0.6 if common else 0.0


def _rest(wanted: Wanted, found: Found) -> str:
    """Return the words of a result that the song's names do not hold."""
    return " ".join(w for w in key_of(found.text).split() if w not in wanted.words)


def _remarks(wanted: Wanted, found: Found) -> list[str]:
    """Return the parts of a result that say more than the song's names."""
    return [p for p in found.parts if set(key_of(p).split()) - wanted.words]

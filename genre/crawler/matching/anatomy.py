"""A song as it is wanted and a search result as it is found, taken apart. Pure.

A result's title comes apart where people divide titles: dashes, bars, brackets.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from genre.crawler import titles
from genre.crawler.matching.numbering import ROMAN
from genre.crawler.wording import OTHER_PATTERNS, REMARK_PATTERN
from genre.records import Candidate, Track
from genre.text import text_key

LABEL = re.compile(r"\[[^\[\]]*\]")  # mostly a label or a catalogue number
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_BRACKET = re.compile(r"[(\[{【「『]([^()\[\]{}【】「」『』]*)[)\]}】」』]")
_DIVIDED = re.compile(r"\s+[-–—‒―~]+\s+|\s*[|｜•]+\s*|\s+/+\s+|:\s+")
# what tells namesakes apart: "Kestrel (UK)", "Nirvana (2)"
_NAMESAKE = re.compile(r"\s+\((?:[A-Z]{2,3}|\d{1,2})\)")
_TRACK_NUMBER = re.compile(r"^\s*\d{1,3}\s*[-.)]\s+(?=\S)")
_PRODUCER = re.compile(
    r"[(\[]?\bprod(?:uced|\.)?\s*(?:by\s+)?[^()\[\]|]*[)\]]?", re.IGNORECASE
)
_CHANNEL_WORDS = (
    "topic", "vevo", "official", "music", "tv", "channel", "records", "official channel",
    "official youtube channel", "officiel", "oficial",
)  # fmt: skip
_VIDEO = re.compile(r"\b(?:video|videoclip|clip|mv|m v|pv)\b")
_PART = re.compile(r"\b(?:pt|parte|teil|partie)\b")
_PART_ROMAN = re.compile(
    rf"\bpart ({'|'.join(sorted(ROMAN, key=len, reverse=True))})\b"
)
_LIGATURES = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


@dataclass(frozen=True)
class Wanted:
    """The song as it is looked for."""

    track: Track

    @cached_property
    def names(self) -> tuple[str, str]:
        """Artists and title; a row without artists may hold both in its title."""
        if self.track.artists:
            return self.track.artists, self.track.title
        return titles.split_artist_title(self.track.title)

    @cached_property
    def parsed(self) -> titles.ParsedTitle:
        """The title without versions, guests and remarks."""
        return titles.parse_title(self.names[1])

    @cached_property
    def title(self) -> str:
        """The comparable title, without a remark such as "clean version"."""
        kept = [p for p in divide(self.parsed.title) if not other_kinds(text_key(p))]
        return key_of(" ".join(kept)) or key_of(self.parsed.title)

    @cached_property
    def artists(self) -> list[str]:
        """The comparable names of the main artists."""
        main, _ = titles.split_featured(self.names[0])
        return [key_of(name) for name in titles.artist_keys(_NAMESAKE.sub("", main))]

    @cached_property
    def guests(self) -> frozenset[str]:
        """The comparable names of everyone else who takes part."""
        _, featured = titles.split_featured(self.names[0])
        named = (featured, *self.parsed.featured, *self.parsed.remixers)
        return frozenset(key for name in named for key in titles.artist_keys(name))

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the song's names."""
        t = self.track
        return frozenset(key_of(f"{t.artists} {t.title} {t.album}").split())

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of version that are wanted."""
        remark = key_of(self.parsed.title).removeprefix(self.title)
        return kinds_of(self.version) | other_kinds(remark)

    @cached_property
    def version(self) -> str:
        """The wanted version, as it is written."""
        return self.track.version or self.parsed.version


@dataclass(frozen=True)
class Found:
    """A search result, taken apart."""

    candidate: Candidate

    @cached_property
    def text(self) -> str:
        """The title without a track number and producers."""
        plain = _TRACK_NUMBER.sub("", self.candidate.title)
        return _PRODUCER.sub(" ", plain).strip() or plain

    @cached_property
    def parts(self) -> list[str]:
        """The title's parts, as they are written."""
        return divide(self.text)

    @cached_property
    def channel(self) -> str:
        """The uploader's comparable name, without what channels add to it."""
        key = text_key(self.candidate.uploader)
        for word in sorted(_CHANNEL_WORDS, key=len, reverse=True):
            key = key.removesuffix(f" {word}")
        return key.removesuffix("vevo").strip() or key

    @cached_property
    def is_video(self) -> bool:
        """True where a film may begin before the song and end after it."""
        return self.official or bool(_VIDEO.search(text_key(self.candidate.title)))

    @cached_property
    def official(self) -> bool:
        """True for the channels that labels fill."""
        name = self.candidate.uploader.strip().casefold()
        return name.endswith((" - topic", "vevo"))


def key_of(text: str) -> str:
    """Return the comparable form of a text; "Pt." and "Part" are one word."""
    key = _PART.sub("part", text_key(text).translate(_LIGATURES))
    return _PART_ROMAN.sub(lambda m: f"part {ROMAN[m[1]]}", key)


def divide(text: str) -> list[str]:
    """Return the parts of a title: what stands in brackets, and what divides it."""
    inside = _BRACKET.findall(text)
    outside = _DIVIDED.split(_BRACKET.sub(" | ", text))
    return [part.strip() for part in (*outside, *inside) if part.strip()]


def kinds_of(part: str) -> frozenset[str]:
    """Return a part's kinds of version; somebody's edit is a remix."""
    kinds = titles.version_kinds(part)
    if "edit" in kinds and titles.parse_title(f"x ({part})").remixers:
        kinds |= {"remix"}
    return kinds


def other_kinds(key: str) -> frozenset[str]:
    """Return what a text says that is no song at all, or not a whole one."""
    bare = REMARK_PATTERN.sub(" ", key)
    return frozenset(
        kind for kind, words in OTHER_PATTERNS.items() if words.search(bare)
    )

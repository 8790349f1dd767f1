"""Titles and credits, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre.crawler.titles import (
    ParsedTitle,
    artist_keys,
    parse_title,
    split_artist_title,
    split_credit,
    split_featured,
    version_key,
    version_kinds,
)


@pytest.mark.parametrize(
    ("raw", "parsed"),
    [
        ("Song", ParsedTitle("Song")),
        ("Song (Official Video)", ParsedTitle("Song")),
        ("Song [HD] (Lyrics)", ParsedTitle("Song")),
        ("Song - Remastered 2009", ParsedTitle("Song")),
        ("Song (Original Mix)", ParsedTitle("Song")),
        ("Song (1999)", ParsedTitle("Song")),
        ("Song (Part 2)", ParsedTitle("Song (Part 2)")),
        ("One - Two", ParsedTitle("One - Two")),
        ("(Intro)", ParsedTitle("(Intro)")),
        ("Song ft. Bob", ParsedTitle("Song", featured=("Bob",))),
        ("Song (feat. Bob & Eve)", ParsedTitle("Song", featured=("Bob", "Eve"))),
        ("Song - Radio Edit", ParsedTitle("Song", "Radio Edit")),
        ("Song (Extended Mix)", ParsedTitle("Song", "Extended Mix")),
        ("Song - Live at Home", ParsedTitle("Song", "Live at Home")),
        ("Song (Bob Remix)", ParsedTitle("Song", "Bob Remix", remixers=("Bob",))),
        ("Song - Bob's Dub Mix",
         ParsedTitle("Song", "Bob's Dub Mix", remixers=("Bob",))),
        ("Song (feat. A) [B & C Extended Remix] (Official Audio)",
         ParsedTitle("Song", "B & C Extended Remix", ("A",), ("B", "C"))),
    ],
)  # fmt: skip
def test_parse_title(raw: str, parsed: ParsedTitle) -> None:
    """Versions and guests are told from the name; remarks are dropped."""
    assert parsed == parse_title(raw)


@given(st.text(max_size=500))
def test_parse_title_survives_any_text(raw: str) -> None:
    """No title breaks the parser, and none becomes empty that was not."""
    assert bool(" ".join(raw.split())) == bool(parse_title(raw).title)


@pytest.mark.parametrize(
    ("credit", "artists"),
    [
        ("A", ["A"]),
        ("A & B feat. C", ["A", "B", "C"]),
        ("A, B and C", ["A", "B", "C"]),
        ("A;B", ["A", "B"]),
        ("A x B vs. C", ["A", "B", "C"]),
        ("Tyler, The Creator", ["Tyler, The Creator"]),
        ("Florence & The Machine", ["Florence & The Machine"]),
        ("Alexx", ["Alexx"]),
    ],
)
def test_split_credit(credit: str, artists: list[str]) -> None:
    """A credit comes apart where artists are joined, but not inside a band's name."""
    assert artists == split_credit(credit)


@pytest.mark.parametrize(
    ("credit", "keys"),
    [
        ("Beyoncé & JAY-Z", ["beyonce", "jay z"]),
        ("A, a", ["a"]),
        ("Various Artists", []),
        ("Unknown Artist", []),
        ("", []),
    ],
)
def test_artist_keys(credit: str, keys: list[str]) -> None:
    """Keys are comparable, come once, and placeholders name nobody."""
    assert keys == artist_keys(credit)


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("A - B", ("A", "B")),
        ("A – B - C", ("A", "B - C")),
        ("A-B", ("", "A-B")),
        ("B", ("", "B")),
    ],
)
def test_split_artist_title(raw: str, parts: tuple[str, str]) -> None:
    """The first dash between spaces divides artist and title."""
    assert parts == split_artist_title(raw)


def test_split_featured() -> None:
    """A credit's guests are told from its main artists."""
    assert split_featured("A & B feat. C") == ("A & B", "C")


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("", set()),
        ("Original Mix", set()),
        ("Extended Mix", {"extended"}),
        ("Bob Mix", {"remix"}),
        ("Bob Bootleg", {"remix"}),
        ("Live at Home", {"live"}),
        ("sped up + nightcore", {"sped up"}),
        ("slowed + reverb", {"slowed"}),
        ("karaoke instrumental", {"karaoke", "instrumental"}),
    ],
)
def test_version_kinds(text: str, kinds: set[str]) -> None:
    """Words give away what kind of version a text speaks of."""
    assert kinds == version_kinds(text)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("Extended Mix", "extended version", True),
        ("Radio Edit", "Radio Version", True),
        ("Bob Remix", "Eve Remix", False),
        ("", "Bob Remix", False),
    ],
)
def test_version_key(one: str, other: str, equal: bool) -> None:
    """Filler words do not make another version; another remixer does."""
    assert equal == (version_key(one) == version_key(other))

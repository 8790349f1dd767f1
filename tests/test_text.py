"""Foreign text on its way in and out."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre.text import clean_text, counted, display, genre_key, text_key

HOSTILE = [
    "\x1b]0;owned\x07",
    "a\x00b",
    "\ud800lone",
    "\u202ertl\u202c",
    "line\u2028sep",
    "tab\there\r\n",
    "\x9b31m",
]


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  two   words\n", "two words"),
        ("a\x00b", "a b"),
        ("Cafe\u0301", "Caf\u00e9"),
        (None, ""),
        (7, "7"),
        ("\ud800x", "x"),
    ],
)
def test_clean_text_gives_one_line_of_safe_nfc(raw: object, clean: str) -> None:
    """White space folds, unsafe characters go, accents compose."""
    assert clean_text(raw) == clean


def test_clean_text_bounds_a_field() -> None:
    """A title of ten thousand characters is cut to the limit."""
    assert len(clean_text("x" * 10_000)) == 500


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_clean_text_can_always_be_stored(raw: str) -> None:
    """Whatever comes in, UTF-8 can hold what comes out, and cleaning twice is once."""
    clean = clean_text(raw)

    assert clean.encode("utf-8").decode("utf-8") == clean
    assert clean_text(clean) == clean


@pytest.mark.parametrize("raw", HOSTILE)
def test_display_shows_no_control_character(raw: str) -> None:
    """Escapes that would drive a terminal are written out instead."""
    shown = display(raw)

    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs"} for c in shown)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("at http://ann:pw@h:81/a@b?x=1@2", "at http://h:81/a@b?x=1@2"),
        ("ftp://token@h/", "ftp://h/"),
        ("/lists/http:/ann:p%40w@h/p.m3u", "/lists/http:/h/p.m3u"),
        ("//ann:pw@h/x", "//h/x"),
        ("https://www.youtube.com/@somebody", "https://www.youtube.com/@somebody"),
        ("me@example.org: a/b@c", "me@example.org: a/b@c"),
        ("x" * 90 + " http://ann:" + "p" * 500 + "@h/", "x" * 90 + " http://h/"),
    ],
)
def test_display_leaves_logins_out(raw: str, shown: str) -> None:
    """Whatever is shown with an address, nobody reads the login in it."""
    assert display(raw) == shown


def test_display_cuts_to_the_width() -> None:
    """A long text ends with an ellipsis at the width."""
    assert display("abcdef", width=4) == "abc…"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Beyoncé & Jay-Z", "BEYONCE and Jay Z"),
        ("Don't Stop", "Dont stop"),
        ("AC/DC", "ac dc"),
        ("Sigur Rós", "sigur ros"),
    ],
)
def test_text_key_meets_spellings(one: str, other: str) -> None:
    """Case, accents and punctuation do not make another name."""
    assert text_key(one) == text_key(other)


def test_text_key_keeps_names_of_punctuation() -> None:
    """A band called "!!!" does not become the empty name."""
    assert text_key("!!!") == "!!!"


@pytest.mark.parametrize(
    "raw",
    ["Drum & Bass", "drum n bass", "Drum'n'Bass", "DRUM AND BASS", "drum-and-bass"],
)
def test_genre_key_meets_spellings_of_a_genre(raw: str) -> None:
    """All usual spellings of drum and bass share one key."""
    assert genre_key(raw) == "drum-and-bass"


def test_genre_key_keeps_genres_apart() -> None:
    """A subgenre is not its parent."""
    assert genre_key("Deep House") != genre_key("House")


@pytest.mark.parametrize(
    ("n", "noun", "shown"),
    [
        (0, "song", "0 songs"),
        (1, "song", "1 song"),
        (1_234, "song", "1,234 songs"),
        (2, "search", "2 searches"),
    ],
)
def test_one_thing_is_not_many(n: int, noun: str, shown: str) -> None:
    """A number and its noun agree."""
    assert counted(n, noun) == shown

"""When two playlist rows are one song."""

from typing import Any

import pytest

from genre.crawler.identity import (
    clean_isrc,
    durations_agree,
    same_by_text,
    song_of,
    track_id,
)
from genre.records import ArtistRole, PlaylistItem, Track


def item(artist: str, title: str, **more: Any) -> PlaylistItem:
    """Return a playlist row that names a song."""
    values = {"position": 0, "source": "text", "source_id": "", **more}
    return PlaylistItem(title=title, artists=(artist,), **values)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (("Beyoncé", "Déjà Vu"), ("BEYONCE", "deja vu!"), True),
        (("A & B", "Song"), ("B, A", "Song"), True),
        (("A", "Song (Official Video)"), ("A", "Song - 2011 Remaster"), True),
        (("A feat. C", "Song"), ("A", "Song (feat. C)"), True),
        (("A", "Song (Bob Remix)"), ("A", "Song - Bob Remix"), True),
        (("A", "Song (Bob Remix)"), ("A", "Song"), False),
        (("A", "Song"), ("B", "Song"), False),
        (("A", "Song (Live)"), ("A", "Song"), False),
    ],
)
def test_match_key(one: tuple[str, str], other: tuple[str, str], equal: bool) -> None:
    """Spelling, order of artists, guests and remarks do not matter; versions do."""
    a, b = song_of(item(*one)), song_of(item(*other))

    assert equal == (a.match_key == b.match_key)


@pytest.mark.parametrize("artist", ["", "Unknown Artist", "Various Artists"])
def test_nobody_has_no_match_key(artist: str) -> None:
    """A row without an artist is never merged by its text."""
    assert (
        song_of(item(artist, "Track 1", source="file", source_id="0")).match_key == ""
    )


def test_rows_by_nobody_stay_apart() -> None:
    """Two titles by an unknown artist are two songs."""
    a, b = (song_of(item("Unknown Artist", title)) for title in ("One", "Two"))

    assert a.track.id != b.track.id


def test_roles() -> None:
    """Main artists, guests and remixers are told apart."""
    song = song_of(item("A & B feat. C", "Song (feat. D) [E Remix]"))

    assert song.artists == (
        ("a", ArtistRole.MAIN),
        ("b", ArtistRole.MAIN),
        ("c", ArtistRole.FEATURED),
        ("d", ArtistRole.FEATURED),
        ("e", ArtistRole.REMIXER),
    )


@pytest.mark.parametrize(
    ("artists", "title"),
    [
        ("A, B", "Song (feat. B)"),
        ("A", "Song (feat. B)"),
        ("A feat. B", "Song"),
        ("A", "Song ft. B"),
    ],
)
def test_guests_are_credited_in_many_ways(artists: str, title: str) -> None:
    """Where the title names a guest, it does not matter whether the artists do, too."""
    assert song_of(item(artists, title)).match_key == "a|song|"


def test_guests_that_share_a_word_with_the_artist() -> None:
    """Whole names are guests, not their words: DJ Snake stays beside DJ Khaled."""
    with_guest = song_of(item("DJ Snake", "Song (feat. DJ Khaled)"))

    assert with_guest.match_key == song_of(item("DJ Snake", "Song")).match_key
    assert with_guest.match_key != song_of(item("Snake", "Song")).match_key


def test_id_is_the_hash_of_the_first_identity_key() -> None:
    """The id is 16 hex characters and depends on the reference alone, if there is one."""
    song = song_of(
        item("A", "Song", source="youtube", source_id="x" * 11, isrc="GBAYE6800011")
    )

    assert track_id("youtube", "x" * 11) == song.track.id
    assert track_id("file", "abc") == "20fc5ed3869fceba"


def test_isrc_comes_before_text() -> None:
    """A row that only names a song is identified by its ISRC when it has one."""
    named = [song_of(item("A", t, isrc="gb-aye-68-00011")) for t in ("Song", "Songg")]

    assert named[0].track.id == named[1].track.id
    assert named[0].track.isrc == "GBAYE6800011"


@pytest.mark.parametrize("raw", ["", "none", "GBAYE680001", "GBAYE68000111"])
def test_what_is_no_isrc(raw: str) -> None:
    """Anything but twelve characters of the right form is dropped."""
    assert clean_isrc(raw) == ""


@pytest.mark.parametrize(
    ("a", "b", "agree"),
    [
        (200.0, 203.0, True),
        (200.0, 205.0, False),
        (600.0, 611.0, True),
        (600.0, 613.0, False),
        (None, 200.0, True),
        (200.0, None, True),
    ],
)
def test_durations_agree(a: float | None, b: float | None, agree: bool) -> None:
    """Lengths agree within max(3 s, 2 %) of the first one seen; unknown ones always."""
    assert agree == durations_agree(a, b)


def test_two_isrcs_never_merge_by_text() -> None:
    """Equal names with different ISRCs are two recordings."""
    one, other = (
        Track(id=i, title="Song", version="", artists="A", isrc=isrc)
        for i, isrc in (("1", "GBAYE6800011"), ("2", "GBAYE6800012"))
    )

    assert not same_by_text(one, other)

"""What a division has to keep together."""

import pytest

from genre.labeler.groups import artists_of, group_tracks, home_artists
from genre.records import SplitTrack
from tests.labeler.small import track


def ids(tracks: list[SplitTrack], *pairs: tuple[str, str]) -> list[str]:
    """Return the groups as strings of one-letter ids."""
    return ["".join(t.id for t in group) for group in group_tracks(tracks, pairs)]


@pytest.mark.parametrize(
    ("a", "b", "together"),
    [
        (track("a", "x"), track("b", "x"), True),
        (track("a", "x"), track("b", "y"), False),
        (track("a", "x", isrc="I"), track("b", "y", isrc="I"), True),
        (track("a", "x", pcm="P"), track("b", "y", pcm="P"), True),
        (track("a", "x", others="y"), track("b", "y"), False),
        (track("a"), track("b"), False),
    ],
)
def test_ties(a: SplitTrack, b: SplitTrack, together: bool) -> None:
    """A main artist, an ISRC and equal sound tie; guests and empty fields do not."""
    assert (ids([a, b]) == ["ab"]) is together


def test_duplicates_tie() -> None:
    """Tracks found to sound the same stay together; unknown ids are ignored."""
    tracks = [track("a", "x"), track("b", "y"), track("c", "z")]
    assert ids(tracks, ("a", "c"), ("b", "gone")) == ["ac", "b"]


@pytest.mark.parametrize("nobody", ["various artists", "va", "unknown artist"])
def test_nobody_is_not_an_artist(nobody: str) -> None:
    """Names that stand for no one tie nothing."""
    one = SplitTrack("a", (nobody,), (), "", "", ())
    other = SplitTrack("b", (nobody,), (), "", "", ())
    assert ids([one, other]) == ["a", "b"]
    assert artists_of(one) == set()


def test_home_is_the_main_artist_with_most_songs() -> None:
    """A joint song belongs to the busier artist, ties to the first by name."""
    tracks = [track("a", "x y"), track("b", "y"), track("c", "p q"), track("d")]
    assert home_artists(tracks) == {"a": "y", "b": "y", "c": "p", "d": ""}


def test_joint_songs_tie_within_a_tenth() -> None:
    """A chain of joint songs stays whole while it holds at most 10 % of the songs."""
    chain = [track("a", "x y"), track("b", "y z"), track("c", "z")]
    rest = [track(f"_{i:02}", f"artist{i}") for i in range(27)]
    assert ["a", "b", "c"] in [[t.id for t in g] for g in group_tracks([*chain, *rest])]


def test_a_larger_component_is_cut_between_artists() -> None:
    """A chain through half of the corpus falls apart; catalogues stay whole."""
    chain = [
        track(f"{i:02}{s}", f"a{i:02} a{i + 1:02}") for i in range(10) for s in "xy"
    ]
    alone = [track(f"z{i:02}", f"b{i}") for i in range(20)]
    sizes = [len(group) for group in group_tracks([*chain, *alone])]
    assert max(sizes) <= 4
    assert sum(sizes) == 40


def test_a_prolific_artist_is_not_cut() -> None:
    """One artist's catalogue stays together even above 10 %."""
    tracks = [track(f"{i:02}", "x" if i < 10 else f"y{i}") for i in range(20)]
    assert max(len(group) for group in group_tracks(tracks)) == 10

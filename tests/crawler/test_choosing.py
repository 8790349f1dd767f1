"""What a person is told about a song that nothing was fetched for."""

import pytest

from genre.crawler.choosing import why_refused
from genre.records import Candidate, Decision, Track

ID = "0123456789abcdef"


def found(decision: Decision) -> Candidate:
    """Return a search result that was judged."""
    return Candidate("youtube", "a", "https://h/a", "Else", decision=decision)


@pytest.mark.parametrize(
    ("title", "named"),
    [
        ("Song", '"The Band - Song"'),
        ('The "Song"', f'"{ID}"'),
        ("$ong", f'"{ID}"'),
        ("So\u202eng", f'"{ID}"'),
        ("Song" * 20, f'"{ID}"'),
    ],
)
def test_rejected(title: str, named: str) -> None:
    """The command that lists its results names the song as a shell takes it."""
    song = Track(ID, title, "", "The Band")

    said = why_refused(song, (found(Decision.REJECTED),), needed=0.75)

    assert said.endswith(f"see `genre matches {named}`, decide with `genre match`.")


def test_nothing_found() -> None:
    """Without any result there is nothing to list."""
    said = why_refused(Track(ID, "Song", "", "The Band"), (), needed=0.75)

    assert said == (
        "Expected a match scoring at least 0.75, found no search result at all; check the"
        " names, or name a recording with `genre match`."
    )

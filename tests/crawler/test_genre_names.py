"""Genres of a list that look like doubles or typing mistakes."""

import pytest

from genre.crawler.genre_names import doubts
from genre.taxonomy import load_taxonomy


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Techno", "House"], []),
        (["DnB", "Drum & Bass"], ["DnB and Drum & Bass seem to be one genre"]),
        (["Techo"], ["Genre 'Techo' is not known; was 'Techno' meant?"]),
        (["Zeuhl of my own"], []),
        (
            ["Psy-Trance", "Psytrance"],
            ["Psy-Trance and Psytrance seem to be one genre"],
        ),
    ],
)
def test_doubts(names: list[str], said: list[str]) -> None:
    """Two names of one genre and a near miss are told; a name of one's own is not."""
    found = list(doubts(names, load_taxonomy()))

    assert len(found) == len(said)
    assert all(text.startswith(start) for text, start in zip(found, said, strict=True))

"""What the user is told of a playlist."""

from typing import Any

import pytest

from genre.crawler.recounting import Recorded, recount
from genre.records import (
    ErrorClass,
    ListEntry,
    PlaylistData,
    PlaylistItem,
    Status,
    Unchanged,
)

ENTRY = ListEntry("p.csv", ("Techno",), 3)


def data(n: int = 2, **more: Any) -> PlaylistData:
    """Return a playlist of some songs."""
    items = tuple(PlaylistItem(at, "One", ("A",), "text", "") for at in range(n))
    return PlaylistData("csv", "p", "", "Mix", "", "", items, **more)


@pytest.mark.parametrize(
    ("n", "recorded", "status", "message"),
    [
        (212, Recorded("p", is_news=True), Status.DONE, "212 songs"),
        (1, Recorded("p"), Status.KEPT, "1 song"),
        (0, Recorded("p"), Status.KEPT, "0 songs"),
        (212, Recorded("p", is_news=True, n_added=3, n_removed=2), Status.DONE,
         "212 songs (3 added, 2 removed)"),
        (9, Recorded("p", is_news=True, n_removed=1), Status.DONE,
         "9 songs (0 added, 1 removed)"),
    ],
)  # fmt: skip
def test_counts(n: int, recorded: Recorded, status: Status, message: str) -> None:
    """How many songs there are, and how many came and went since the last reading."""
    [outcome] = recount(ENTRY, data(n), recorded)

    assert (outcome.status, outcome.label, outcome.message) == (status, "Mix", message)
    assert outcome.data["n_songs"] == n


def test_unchanged() -> None:
    """What a service says is unchanged was not counted again."""
    [outcome] = recount(ENTRY, Unchanged("deezer", "1", "Mix"), Recorded("p"))

    assert (outcome.status, outcome.message) == (Status.KEPT, "as it was read last")


def test_lost_rows_and_notes() -> None:
    """Each row that was lost is a failure of its class, whatever else is a note."""
    shown = data(unreadable=("no file",), problems=("no title",), notes=("UTF-16",))

    _, *others = recount(ENTRY, shown, Recorded("p"))

    assert [(o.status, o.error_class, o.message) for o in others] == [
        (Status.FAILED, ErrorClass.ENVIRONMENT, "no file"),
        (Status.FAILED, ErrorClass.PERMANENT, "no title"),
        (Status.NOTE, None, "UTF-16"),
    ]


def test_another_licence() -> None:
    """One note says how many songs are stated under another licence than is known."""
    recorded = Recorded(
        "p", other_licences=("A - One (x, not y)", "A - Two (x, not y)")
    )

    _, note = recount(ENTRY, data(), recorded)

    assert note.message == (
        "Songs for which it states another licence than is known: 2; the first known"
        " stays, as for A - One (x, not y)."
    )


def test_no_genre() -> None:
    """A line without a genre is told that the title will be looked up."""
    _, note = recount(ListEntry("p.csv", (), 3), data(), Recorded("p"))

    assert "looks its title up" in note.message

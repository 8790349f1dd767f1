"""What people see of status, doctor and plan, on 80 columns and on few."""

from collections.abc import Iterable
from dataclasses import replace
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType

from genre import screens
from genre.db.funnel import Funnel, Stages
from genre.db.summary import Blocked, Counts, Failure, SameSound
from genre.records import SubjectKind
from genre.status.doctor import Check, State
from genre.status.overview import Overview, Trouble
from genre.status.plan import Cost, Origins, Room

COUNTS = Counts(
    playlists=3,
    genres=2,
    tracks=1_234,
    with_audio=1_000,
    audio_hours=66.7,
    label_set="0123456789abcdef",
    splits={"test": 100, "train": 900},
    runs=("run-1",),
)
HALF = Stages(1_000, 900, 800, 750, 1_000, 500)
FAILURE = Failure("track", "x", "A - [bold]B", "crawl", "temporary", "No \x1b[2J.", "T")


def _overview(
    genres: dict[str, Stages],
    *,
    troubles: Iterable[Trouble] = (),
    blocked: Iterable[Blocked] = (),
    uncertain: int = 0,
) -> Overview:
    """Return a corpus whose songs are all of the first genre."""
    total = next(iter(genres.values()), Stages())
    funnel = Funnel(total, genres, Stages(), uncertain, {"mel1-x": total.featured})
    return Overview("corpus", COUNTS, funnel, tuple(troubles), tuple(blocked))


def _lines(screen: Iterable[RenderableType], *, width: int = 80) -> list[str]:
    """Return what a terminal of so many columns shows."""
    stream = StringIO()
    console = Console(file=stream, width=width, highlight=False, markup=False)
    for part in screen:
        console.print(part)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def _status(found: Overview, *, all_genres: bool = False, width: int = 80) -> list[str]:
    return _lines(
        screens.status(found, all_genres=all_genres, width=width), width=width
    )


def test_the_funnel_has_a_row_per_genre_and_one_for_all() -> None:
    """Numbers stand right below each other; the bar is the share with features."""
    lines = _status(_overview({"House": HALF, "Dub": Stages(8, 8, 8, 8, 8, 8)}))

    assert lines[3:7] == [
        "genre      listed  matched  downloaded  converted  labelled  featured      share",
        "House       1,000      900         800        750     1,000       500  ██    50%",
        "Dub             8        8           8          8         8         8  ████ 100%",
        "all songs   1,000      900         800        750     1,000       500  ██    50%",
    ]


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("n", [1_234, 98_765, 1_000_000])
@pytest.mark.parametrize(
    "name", ["Dub", "A genre of quite some length", "電子音楽" * 5]
)
def test_the_funnel_fits_the_terminal(width: int, n: int, name: str) -> None:
    """Bars give way to names, and names to numbers."""
    lines = _status(_overview({name: Stages(*[n] * 6)}), width=width)

    row = next(line for line in lines if line.startswith(name[:3]))
    assert cell_len(row) <= width
    assert row.count(f"{n:,}") == 6
    assert row.endswith("100%")


@pytest.mark.parametrize("n", [8, 98_765, 1_000_000])
def test_the_funnel_on_a_narrow_terminal(n: int) -> None:
    """Heads take two lines rather than lose their ends; so do big numbers."""
    lines = _status(_overview({"Drum and Bass": Stages(*[n] * 6)}), width=60)

    assert [" ".join(line.split()) for line in lines[3:5]] == [
        "match- down- con- label- fea-",
        "genre listed ed loaded verted led tured share",
    ]
    assert all(cell_len(line) <= 60 for line in lines[3:7])
    shown = "1,000k" if n == 1_000_000 else f"{n:,}"
    assert lines[5].split().count(shown) == 6
    assert lines[5].endswith("100%")


def test_a_corpus_of_one_is_spoken_of_in_the_singular() -> None:
    """One playlist, one genre, one song."""
    one = replace(COUNTS, playlists=1, genres=1, tracks=1, audio_hours=0.05)

    lines = _status(replace(_overview({"Dub": Stages(1)}), counts=one))

    assert lines[1] == "1 playlist, 1 genre, 1 song, 3 min of audio"


def test_many_genres_are_cut_and_counted() -> None:
    """The biggest are shown, the number of the others, and how to see them."""
    genres = {f"genre {n}": HALF for n in range(25)}

    lines = _status(_overview(genres))
    assert sum(line.startswith("genre ") for line in lines) == 1 + 20
    assert "5 more: --all" in lines

    lines = _status(_overview(genres), all_genres=True)
    assert sum(line.startswith("genre ") for line in lines) == 1 + 25


def test_what_is_in_the_way_comes_with_what_to_do() -> None:
    """Classes with a count, an example and advice; foreign text is harmless."""
    lines = _status(
        _overview(
            {"House": HALF},
            troubles=[
                Trouble("temporary", SubjectKind.TRACK, 12, FAILURE, "run it again"),
                Trouble("permanent", SubjectKind.PLAYLIST, 1, FAILURE, "mend it"),
            ],
            blocked=[Blocked("youtube", "2026-11-20T15:00:00Z", "a bot check")],
            uncertain=3,
        )
    )

    assert lines[lines.index("What is in the way") + 1 :] == [
        "  uncertain     3 songs  left to you: `genre matches --uncertain`",
        "  temporary    12 songs  run it again",
        "                         e.g. A - [bold]B: No \\u001b[2J.",
        "  permanent  1 playlist  mend it",
        "                         e.g. A - [bold]B: No \\u001b[2J.",
        "  youtube                is left alone until 2026-11-20T15:00:00Z",
        "                         a bot check",
    ]


def test_equal_sound_is_one_line_with_an_example() -> None:
    """How many pairs, what to do, and two names."""
    found = replace(
        _overview({"House": HALF}), same_sound=SameSound(1, ("A - X [1]", "B - Y [2]"))
    )

    assert _status(found, width=100)[-2:] == [
        "  same sound  1 pair  one song twice, or a wrong match: `genre match TRACK --reject`",
        "                      e.g. A - X [1] and B - Y [2]",
    ]


def test_an_empty_corpus_says_what_comes_first() -> None:
    """Nothing is in the way, and no number is divided by zero."""
    lines = _status(_overview({}))

    assert "What is in the way" not in lines
    total = next(line for line in lines if line.startswith("all songs"))
    assert total.split() == ["all", "songs", *"000000", "0%"]
    assert "  label set  none yet: `genre label`" in _lines(
        screens.status(
            replace(_overview({}), counts=replace(COUNTS, label_set="")),
            all_genres=False,
            width=80,
        )
    )


def test_the_doctor_says_what_to_do_below_what_was_found() -> None:
    """A line per check, advice only where something is not well."""
    lines = _lines(
        screens.doctor(
            [
                Check("python", State.OK, "3.12"),
                Check("javascript", State.LIMITED, "none found", "install deno"),
            ]
        )
    )

    assert lines[2:] == [
        "  python      ok       3.12",
        "  javascript  limited  none found",
        "                       install deno",
    ]


def _cost(*, fits: bool, free_gb: float) -> Cost:
    """Return the cost of a list of thousand songs."""
    return Cost(
        playlists=2,
        genres=3,
        n_rows=1_500,
        n_songs=1_000,
        n_held=100,
        n_given_up=50,
        origins=Origins(direct=300, searched=550),
        sound_h=66.6,
        youtube_h=4.0,
        download_h=0.5,
        download_gb=4.3,
        room=Room(7.7, 1.9, 0.0, free_gb, 9.8, fits),
        memory_gb={"float16": 1.9, "uint8": 0.95},
        unread=("line 3: Expected a playlist.",),
    )


def test_a_plan_says_songs_time_and_room() -> None:
    """What is nothing is left out."""
    lines = _lines(screens.plan(_cost(fits=True, free_gb=71.0)))

    assert lines[2:] == [
        "  playlists            2  genres named: 3",
        "  rows             1,500  a song in several playlists counts each time",
        "  songs            1,000  each once: 66.6 h of sound",
        "  already here       100  with audio in the catalog",
        "  given up            50  unless with `--retry permanent`",
        "  addresses          300  that the playlists name, or you",
        "  to be searched     550  by artist and title",
        "",
        "  YouTube          4.0 h  at the pace of youtube_per_hour",
        "  downloads       4.3 GB  30 min on a line of 20 Mbit/s",
        "  WAV             7.7 GB  on disk, 16 kHz mono",
        "  segments        1.9 GB  on disk",
        "  memory          1.9 GB  for the segments of all songs as float16",
        "  memory          0.9 GB  for the segments of all songs as uint8",
        "",
        "It fits on the disk: 9.8 GB needed, 71.0 GB free.",
        "  line 3: Expected a playlist.",
    ]


def test_a_plan_that_does_not_fit_says_what_to_do() -> None:
    """In a sentence, with both figures."""
    text = " ".join(_lines(screens.plan(_cost(fits=False, free_gb=2.0))))

    assert "It does not fit on the disk: 9.8 GB needed, 2.0 GB free." in text
    assert "--excerpt 60" in text

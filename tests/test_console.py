"""The one owner of terminal output."""

import json
import re
from dataclasses import replace
from io import StringIO

import pytest
from rich.console import Console

from genre.console import Report
from genre.progress import counts_towards, progress_bar
from genre.records import ErrorClass, Outcome, Plan, Stage, Status

DONE = Outcome(Stage.CRAWL, "t1", Status.DONE, label="A - B")
GONE = Outcome(
    Stage.CRAWL,
    "t2",
    Status.FAILED,
    label="C - D",
    message="Expected audio, found nothing.",
    error_class=ErrorClass.PERMANENT,
)
LATER = Outcome(
    Stage.CRAWL,
    "t3",
    Status.FAILED,
    message="The server did not answer.",
    error_class=ErrorClass.TEMPORARY,
)


@pytest.mark.parametrize(
    ("outcomes", "exit_code"),
    [([DONE], 0), ([DONE, GONE], 0), ([DONE, LATER], 3), ([], 0)],
)
def test_exit_code_tells_whether_more_can_be_done(
    outcomes: list[Outcome], exit_code: int
) -> None:
    """Failures for good are 0; what may work next time makes it 3."""
    report = Report("crawl")

    report.follow([Plan(Stage.CRAWL, len(outcomes)), *outcomes])

    assert report.finish() == exit_code


def test_people_read_counts_and_reasons_on_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The summary counts each status and gives each failure's sentence."""
    report = Report("crawl")
    report.follow([DONE, GONE, LATER])
    report.finish()

    out, err = capsys.readouterr()
    assert out == ""
    assert "crawl: 1 done, 2 failed" in err
    assert "failed: C - D: Expected audio, found nothing." in err
    assert "run the same command again" in err


def test_a_fault_of_the_machine_is_told_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """However many items meet it, it is one line with their number."""
    offline = replace(
        GONE, message="Expected a network.", error_class=ErrorClass.ENVIRONMENT
    )
    report = Report("crawl")
    report.follow([replace(offline, label=f"Song {n}") for n in range(40)] + [GONE])
    report.finish()

    _, err = capsys.readouterr()
    assert err.splitlines() == [
        "  failed: Song 0 (and 39 more): Expected a network.",
        "  failed: C - D: Expected audio, found nothing.",
        "crawl: 41 failed",
        "Unfinished: mend what is named above, then run the same command again.",
    ]


def test_a_note_on_several_playlists_is_told_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Notes on songs are told one by one, as each is about that song."""
    note = replace(DONE, status=Status.NOTE, message="Read.", data={"kind": "playlist"})
    song = replace(note, label="A - B", data={"kind": "track"})
    report = Report("crawl")
    report.follow([replace(note, label=f"p{n}.csv") for n in range(3)] + [song, song])
    report.finish()

    _, err = capsys.readouterr()
    assert err.splitlines()[:3] == [
        "  note: p0.csv (and 2 more): Read.",
        "  note: A - B: Read.",
        "  note: A - B: Read.",
    ]


def test_json_is_one_object_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """Machines get command, exit code, counts and every item."""
    report = Report("crawl", as_json=True)
    report.follow([DONE, GONE])
    report.result("extra", {"a": (1, 2)})
    report.finish()

    value = json.loads(capsys.readouterr().out)
    assert value["command"] == "crawl"
    assert value["exit_code"] == 0
    assert value["counts"] == {"done": 1, "failed": 1}
    assert value["extra"] == {"a": [1, 2]}
    assert [item["subject"] for item in value["items"]] == ["t1", "t2"]
    assert value["items"][1]["error_class"] == "permanent"


def test_json_stays_valid_when_a_command_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An error in the middle still closes the object, with the sentence inside."""
    report = Report("crawl", as_json=True)
    report.add(DONE)
    report.finish(1, 'no "room"')

    value = json.loads(capsys.readouterr().out)
    assert (value["exit_code"], value["error"]) == (1, 'no "room"')


def test_hostile_titles_cannot_drive_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Escapes and markup in titles and messages are shown, not obeyed."""
    hostile = "\x1b]0;owned\x07[/foo][link=http://x]\u202e"
    report = Report("crawl")
    report.add(
        Outcome(
            Stage.CRAWL,
            "t",
            Status.FAILED,
            label=hostile,
            message=hostile,
            error_class=ErrorClass.PERMANENT,
        )
    )
    report.table(hostile, (hostile,), [(hostile,)])
    report.say(hostile)
    report.finish(1, hostile)

    text = "".join(capsys.readouterr())
    assert "[/foo]" in text
    assert not set(text) & {"\x1b", "\x07", "\u202e"}


def test_many_failures_are_counted_not_listed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The summary lists the first dozen and says how many more there are."""
    report = Report("crawl")
    report.follow(replace(GONE, message=f"Expected audio {n}.") for n in range(100))
    report.finish()

    err = capsys.readouterr().err
    assert err.count("Expected audio") == 12
    assert "88 more; --json lists them all" in err


def test_results_come_as_they_are_made(capsys: pytest.CaptureFixture[str]) -> None:
    """Every message of what went well is a line of its own, however many there are."""
    told = [
        Outcome(Stage.TRAIN, f"{i}.mp3", Status.DONE, message="House")
        for i in range(300)
    ]

    Report("predict").follow(told)

    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["0.mp3: House", "1.mp3: House"]
    assert len(lines) == 300


def test_a_log_gets_a_line_now_and_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Off a terminal there is no bar; quick work writes no progress at all."""
    Report("crawl").follow([Plan(Stage.CRAWL, 1), DONE])

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("stage", "status", "kind", "counts"),
    [
        (Stage.CRAWL, Status.DONE, "track", True),
        (Stage.CRAWL, Status.FAILED, None, True),
        (Stage.CRAWL, Status.DONE, "playlist", False),
        (Stage.CRAWL, Status.NOTE, "track", False),
        (Stage.LABEL, Status.DONE, None, False),
    ],
)
def test_a_bar_counts_what_its_plan_counts(
    stage: Stage, status: Status, kind: str | None, counts: bool
) -> None:
    """Rows and notes do not make a bar of tracks run past its end."""
    data = {"kind": kind} if kind else {}

    found = counts_towards(Outcome(stage, "x", status, data=data), Plan(Stage.CRAWL, 9))

    assert found is counts


def test_a_plan_that_grows_is_one_bar() -> None:
    """The bar goes on with the new total; another unit begins another."""
    stream = Console(file=StringIO(), force_terminal=True, width=80)
    with progress_bar(stream) as bar:
        for plan in (
            Plan(Stage.CRAWL, 1, "playlists"),
            Plan(Stage.CRAWL, 3, "playlists"),
        ):
            bar.plan(plan)
        for n in range(3):
            data = {"kind": "playlist"}
            bar.advance(Outcome(Stage.CRAWL, str(n), Status.DONE, data=data))

    assert isinstance(stream.file, StringIO)
    shown = stream.file.getvalue()
    assert "3/3" in shown
    assert "3/1" not in shown
    assert "2/1" not in shown


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_bar_on_a_narrow_terminal(width: int) -> None:
    """The bar keeps ten cells at least, the counts all; the title gets what is left."""
    stream = Console(
        file=StringIO(), force_terminal=True, width=width, color_system="standard"
    )
    with progress_bar(stream) as bar:
        bar.plan(Plan(Stage.CRAWL, 345))
        bar.advance(replace(DONE, label="A title of quite some length, in fact " * 3))

    assert isinstance(stream.file, StringIO)
    shown = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", stream.file.getvalue())
    last = next(line for line in shown.split("\r")[::-1] if "1/345" in line)
    assert len(re.findall("[━╸╺]", last)) >= 10
    assert "A t" in last
    assert "…" in last


def test_counts_name_what_was_counted(capsys: pytest.CaptureFixture[str]) -> None:
    """Playlists and tracks are not added up for people; machines count outcomes."""
    kinds = ["playlist", "track", "track"]
    outcomes = [
        Outcome(Stage.CRAWL, str(i), Status.DONE, data={"kind": kind})
        for i, kind in enumerate(kinds)
    ]
    report = Report("crawl")
    report.follow(outcomes)
    report.finish()

    assert "crawl: 1 playlist done, 2 tracks done" in capsys.readouterr().err


def test_a_pipe_gets_unfolded_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A long value stays on one line when nobody looks at a terminal."""
    Report("status").table("T", ("", ""), [("digest", "f" * 200)])

    assert f"digest  {'f' * 200}" in capsys.readouterr().out


def test_a_log_gets_unfolded_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """The summary's counts stay on one line, and a long label is cut."""
    report = Report("crawl")
    kinds = ("playlist", "row", "track", "search")
    outcomes = [
        Outcome(Stage.CRAWL, "x", status, label="L" * 400, data={"kind": kind})
        for kind in kinds
        for status in (Status.DONE, Status.FAILED)
    ]
    report.follow([*outcomes, replace(outcomes[0], message="1 song")])
    report.finish()

    printed = capsys.readouterr()
    assert printed.err.count("\n") == 2  # the counts, and that it is unfinished
    assert printed.out == f"{'L' * 69}…: 1 song\n"

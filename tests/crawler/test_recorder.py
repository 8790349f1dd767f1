"""What concerns a list as a whole: genres, failures, what came into playlists and left."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from genre.crawler.pipeline import CrawlRequest, crawl
from genre.crawler.pipeline import changes as crawled_changes
from genre.db import models as m
from genre.db import open_catalog, readings
from genre.db.playlists import playlist_id
from genre.errors import UsageError
from genre.progress import counts_towards
from genre.records import Outcome, Plan, Status
from tests.crawler.crawls import HEADER, file_of, read, rows, run, settings, write_lists
from tests.servers import Reply, Route, json_reply, serve

ONLY = {"metadata_only": True}


def genres_of(folder: Path) -> list[str]:
    """Return the genres that playlists are about."""
    return sorted(row["genre_id"] for row in rows(folder, m.PlaylistGenre))


def test_same_source_on_two_lines(tmp_path: Path) -> None:
    """Two lines about one playlist give it the genres of both."""
    (tmp_path / "p.csv").write_text(HEADER + "One,A,,,\n")
    (tmp_path / "list.txt").write_text("p.csv Techno\n./p.csv House\np.csv Dub\n")

    run(tmp_path, request={"metadata_only": True})

    assert [row["genre_id"] for row in rows(tmp_path, m.PlaylistGenre)] == [
        "dub",
        "house",
        "techno",
    ]


def test_genre_that_was_corrected(tmp_path: Path) -> None:
    """The list says what a playlist is about now: a corrected genre goes."""
    read(tmp_path, {"p.csv Tehcno": HEADER + "One,A,,,\n"})
    read(tmp_path, {"p.csv Techno": HEADER + "One,A,,,\n"})

    assert [row["genre_id"] for row in rows(tmp_path, m.PlaylistGenre)] == ["techno"]


def test_failed_playlist_keeps_what_is_known(tmp_path: Path) -> None:
    """A playlist that cannot be read now does not lose its songs; others still run."""
    read(
        tmp_path,
        {"a.csv Techno": HEADER + "One,A,,,\n", "b.csv Dub": HEADER + "Two,B,,,\n"},
    )
    (tmp_path / "a.csv").unlink()

    outcomes = run(tmp_path, request={"metadata_only": True})

    assert [outcome.status for outcome in outcomes] == [Status.FAILED, Status.KEPT]
    assert all(row["removed_at"] is None for row in rows(tmp_path, m.PlaylistTrack))
    assert rows(tmp_path, m.Attempt)[-1]["outcome"] == Status.FAILED


def test_failed_playlist_that_is_read_again(tmp_path: Path) -> None:
    """Once it could be read, its failure does not stand in the ledger any more."""
    lists = {"a.csv Techno": HEADER + "One,A,,,\n"}
    read(tmp_path, lists)
    (tmp_path / "a.csv").unlink()
    run(tmp_path, request={"metadata_only": True})

    read(tmp_path, lists)

    assert [(a["subject"], a["outcome"]) for a in rows(tmp_path, m.Attempt)][1:] == [
        ("a.csv", "failed"),
        (playlist_id("csv", str(tmp_path / "a.csv")), "done"),
        ("a.csv", "done"),
    ]


def unread(folder: Path) -> list[str]:
    """Return the sources that count as not read."""
    with open_catalog(settings(folder)) as catalog, catalog.read() as session:
        return list(readings.unread(session))


def test_failure_of_an_unchanged_playlist(tmp_path: Path) -> None:
    """Once a service gives the playlist again, as it was, the failure is settled."""
    ids = {"id": 5, "title": "One", "artist": {"name": "A"}, "duration": 200}
    songs = {"data": [ids], "total": 1, "checksum": "a" * 32}
    about = {"id": 1, "title": "P", "nb_tracks": 1, "checksum": "a" * 32}
    answers = [json_reply(about), Reply(status=404), json_reply(about)]
    given = iter([*answers, json_reply(about)])
    routes: dict[str, Route] = {
        "/playlist/1": lambda _: next(given),
        "/playlist/1/tracks": json_reply(songs),
    }
    address = "https://www.deezer.com/playlist/1"
    (tmp_path / "list.txt").write_text(f"{address} Techno\n")
    seen = []
    with serve(routes) as server:
        for _ in range(4):
            run(tmp_path, request={"metadata_only": True}, deezer_url=server.url(""))
            seen.append((unread(tmp_path), file_of(tmp_path)))

    assert [names for names, _ in seen] == [[], [address], [], []]
    assert seen[2] == seen[3]


def test_line_that_was_corrected(tmp_path: Path) -> None:
    """A source that the list names no more has failed for nobody."""
    (tmp_path / "p.csv").write_text(HEADER + "One,A,,,\n")
    (tmp_path / "other.txt").write_text("qq.csv Techno\n")
    run(tmp_path, request=ONLY | {"list_file": tmp_path / "other.txt"})
    seen = []
    for line in ("pp.csv", "p.csv", "p.csv"):
        (tmp_path / "list.txt").write_text(f"{line} Techno\n")
        run(tmp_path, request=ONLY)
        seen.append((unread(tmp_path), file_of(tmp_path)))

    assert [names for names, _ in seen] == [
        ["qq.csv", "pp.csv"],
        ["qq.csv"],
        ["qq.csv"],
    ]
    assert seen[1] == seen[2]
    (tmp_path / "other.txt").unlink()
    run(tmp_path, request=ONLY)
    assert unread(tmp_path) == []


@pytest.mark.parametrize("name", ["cafe\u0301.csv", "caf\u00e9.csv", "a  b\u200b.csv"])
def test_failure_of_a_file_with_an_odd_name(tmp_path: Path, name: str) -> None:
    """However its name is written, the failure is settled once it was read."""
    (tmp_path / "list.txt").write_text(f'"{name}" Techno\n')
    run(tmp_path, request=ONLY)
    assert len(unread(tmp_path)) == 1
    (tmp_path / name).write_text(HEADER + "One,A,,,\n")
    run(tmp_path, request=ONLY)
    before = file_of(tmp_path)

    run(tmp_path, request=ONLY)

    assert (unread(tmp_path), file_of(tmp_path)) == ([], before)


@pytest.mark.parametrize(
    ("about", "expected"), [((), ["techno"]), (("House",), ["house"])]
)
def test_playlist_crawled_alone(
    tmp_path: Path, about: tuple[str, ...], expected: list[str]
) -> None:
    """It keeps its genres where none are named; those that are named replace them."""
    read(tmp_path, {"p.csv Techno": HEADER + "One,A,,,\n"})

    asked = {"list_file": None, "source": str(tmp_path / "p.csv"), "genres": about}
    outcomes = run(tmp_path, request=ONLY | asked)

    assert genres_of(tmp_path) == expected
    assert [o.status for o in outcomes] == [Status.KEPT]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["p.csv Techno", "sub/p.csv House"], ["house", "techno"]),
        (["p.csv Techno", "sub/q.csv House"], ["techno"]),
        (["p.csv Techno", '"unclosed House'], ["house", "techno"]),
        (["p.csv Techno"], ["techno"]),
    ],
)
def test_genre_of_a_line_that_was_not_read(
    tmp_path: Path, lines: list[str], expected: list[str]
) -> None:
    """It stays while the line may mean the playlist."""
    (tmp_path / "p.csv").write_text(HEADER + "One,A,,,\n")
    (tmp_path / "sub").symlink_to(tmp_path)
    (tmp_path / "list.txt").write_text("p.csv Techno\nsub/p.csv House\n")
    run(tmp_path, request=ONLY)
    (tmp_path / "sub").unlink()
    (tmp_path / "list.txt").write_text("\n".join(lines))

    run(tmp_path, request=ONLY)

    assert genres_of(tmp_path) == expected


SEVERAL = "Track name,Artist name,Album,Playlist name,Type,ISRC\n"


def test_playlist_that_vanished_from_a_file_of_several(tmp_path: Path) -> None:
    """A note names it, its songs are removed, and it may come back."""
    one, two = "One,A,,Mix,Playlist,\n", "Two,B,,Deep,Playlist,\n"
    messages = []
    for text in (one + two, one, one, one + two):
        write_lists(tmp_path, {"t.csv Techno": SEVERAL + text})
        outcomes = run(tmp_path, request=ONLY)
        messages.append([o.message for o in outcomes if o.status is Status.NOTE])

    gone = "t.csv holds no playlist 'Deep' any more; its 1 song counts as removed."
    assert messages == [[], [gone], [], []]
    assert changes(tmp_path) == [("added", "B - Two"), ("removed", "B - Two")]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("t.csv#Mix Techno", "One,A,,Mix,Playlist,\n"),  # only one was asked for
        ("t.csv Techno", "One,A,,Mix,Playlist,\n,,,Deep,Playlist,\n"),  # unusable
    ],
)
def test_playlist_that_may_still_be_there(tmp_path: Path, line: str, text: str) -> None:
    """What was not read, or cannot be used, has not vanished."""
    both = "One,A,,Mix,Playlist,\nTwo,B,,Deep,Playlist,\n"
    read(tmp_path, {"t.csv Techno": SEVERAL + both})
    (tmp_path / "t.csv").write_text(SEVERAL + text)
    (tmp_path / "list.txt").write_text(f"{line}\n")

    run(tmp_path, request=ONLY)

    assert all(row["removed_at"] is None for row in rows(tmp_path, m.PlaylistTrack))


def changes(folder: Path) -> list[tuple[str, str]]:
    """Return what came into playlists and left them: "added", name."""
    found = crawled_changes(settings(folder))
    return sorted((event.change, event.track) for event in found)


def test_what_came_and_went(tmp_path: Path) -> None:
    """The outcome counts it, the diary names it; the first reading is no event."""
    messages = []
    for text in (
        "One,A,,,\nTwo,B,,,\n",
        "New,C,,,\nOne,A,,,\n",
        "New,C,,,\nOne,A,,,\n",
    ):
        write_lists(tmp_path, {"p.csv Techno": HEADER + text})
        [outcome] = run(tmp_path, request={"metadata_only": True})
        messages.append((outcome.status, outcome.message))

    assert messages == [
        (Status.DONE, "2 songs"),
        (Status.DONE, "2 songs (1 added, 1 removed)"),
        (Status.KEPT, "2 songs"),
    ]
    assert changes(tmp_path) == [("added", "C - New"), ("removed", "B - Two")]


def test_changes_since(tmp_path: Path) -> None:
    """Only what happened from a day on is told; what is no day is refused."""
    read(tmp_path, {"p.csv Techno": HEADER + "One,A,,,\n"})
    read(tmp_path, {"p.csv Techno": HEADER + "Two,A,,,\n"})

    assert len(list(crawled_changes(settings(tmp_path), since="2026-01-31"))) == 2
    assert (
        list(crawled_changes(settings(tmp_path), since="2999-01-01T00:00+01:00")) == []
    )
    with pytest.raises(UsageError, match="as a date like 2026-01-31, found 'May'"):
        list(crawled_changes(settings(tmp_path), since="May"))


def test_changes_hold_up_nobody(tmp_path: Path) -> None:
    """Who looks at them slowly does not keep a crawl from writing."""
    for name in "AB":
        read(tmp_path, {"p.csv Techno": HEADER + f"One,{name},,,\n"})
    shown = crawled_changes(settings(tmp_path))

    first = next(shown)
    with closing(sqlite3.connect(tmp_path / "corpus/genre.db", timeout=0)) as other:
        other.execute("INSERT INTO genres (id, name) VALUES ('dub', 'Dub')")
        other.commit()

    assert [event.change for event in (first, *shown)] == ["removed", "added"]


def test_the_plan_grows_with_files_of_several_playlists(tmp_path: Path) -> None:
    """What is counted never passes the total, and in the end they are equal."""
    several = "playlist,title,artist\n" + "".join(f"P{n},S{n},A\n" for n in range(3))
    twice = {"one.csv House": "title,artist\nSong,A\n", "three.csv Dub": several}
    path = write_lists(tmp_path, twice)
    path.write_text(path.read_text() + "one.csv Techno\n")
    request = CrawlRequest(list_file=path, metadata_only=True)

    plans: list[Plan] = []
    seen: list[tuple[int, int]] = [(0, 0)]
    for event in crawl(settings(tmp_path), request):
        if isinstance(event, Outcome):
            seen.append(
                (seen[-1][0] + counts_towards(event, plans[-1]), plans[-1].total)
            )
        else:
            plans.append(event)

    assert [plan.total for plan in plans] == [2, 4]
    assert seen[-1] == (4, 4)
    assert all(done <= total for done, total in seen)

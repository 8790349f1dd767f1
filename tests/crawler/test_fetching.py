"""Phase 2: what goes wrong with a song, what is remembered of it, what is searched."""

import re
from pathlib import Path
from typing import Any

import pytest

from genre.db import models as m
from genre.files import sha256_file
from genre.records import ErrorClass, Outcome, Status
from tests.crawler.crawls import (
    NO_ROUTE,
    by_status,
    rows,
    run,
    song,
    song_bytes,
    songs,
    wavs,
    write_lists,
)
from tests.servers import Reply, Route, json_reply, serve
from tests.synth import pure_tone, write_media, write_wave

# --- what goes wrong with a song ------------------------------------------------------


def crawl_routes(folder: Path, routes: dict[str, Route], **more: Any) -> list[Outcome]:
    """Crawl a playlist of everything a server offers."""
    with serve(routes) as server:
        lines = [
            f"#EXTINF:-1,The Band - Song{path}\n{server.url(path)}\n" for path in routes
        ]
        write_lists(folder, {"p.m3u Techno": "".join(lines)})
        return songs(run(folder, **more))


HLS = b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n"


@pytest.mark.parametrize(
    ("reply", "error_class", "message"),
    [
        (Reply(status=404), "permanent", "HTTP 404; it is gone: name another address"),
        (Reply(status=403), "environment", "found HTTP 403"),
        (
            b"<!DOCTYPE html><html><body>no music</body></html>",
            "permanent",
            "HTML page",
        ),
        (
            Reply(HLS, headers={"Content-Type": "audio/mpeg"}),
            "permanent",
            "HLS playlist",
        ),
        (b"", "permanent", "zero bytes"),
        (b"\x00" * 5000, "permanent", "cannot decode"),
    ],
)
def test_address_that_gives_no_audio(
    tmp_path: Path, reply: Route, error_class: ErrorClass, message: str
) -> None:
    """Its class and reason are in the outcome and in the ledger; no file stays."""
    [outcome] = crawl_routes(tmp_path, {"/a.mp3": reply})

    attempt = rows(tmp_path, m.Attempt)[-1]
    assert (Status.FAILED, error_class) == (outcome.status, outcome.error_class)
    assert message in outcome.message
    assert (outcome.subject, outcome.error_class, outcome.message) == (
        attempt["subject"],
        attempt["error_class"],
        attempt["message"],
    )
    assert wavs(tmp_path) == {}


def test_server_that_is_not_there(tmp_path: Path) -> None:
    """A dead server may be back tomorrow: temporary, the command is unfinished."""
    write_lists(tmp_path, {"p.m3u Techno": "http://127.0.0.1:9/a.mp3\n"})

    [outcome] = songs(run(tmp_path))

    assert outcome.error_class == ErrorClass.TEMPORARY
    assert outcome.unfinished


def test_silence(tmp_path: Path) -> None:
    """A silent file is refused."""
    write_wave(tmp_path / "a.wav", pure_tone(440, 2, amplitude=0.0))
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\n"})

    [outcome] = songs(run(tmp_path))

    assert "found silence" in outcome.message


def test_truncated_mp3(tmp_path: Path) -> None:
    """Half an MP3 is refused, not taken for a short song."""
    data = write_media(tmp_path / "a.mp3", pure_tone(440, 10)).read_bytes()
    (tmp_path / "half.mp3").write_bytes(data[: len(data) // 2])
    write_lists(tmp_path, {"p.m3u Techno": "half.mp3\n"})

    [outcome] = songs(run(tmp_path))

    assert outcome.error_class == ErrorClass.PERMANENT
    assert "cut" in outcome.message


def test_two_hour_file(tmp_path: Path) -> None:
    """A file over the limit is refused before it fills the disk."""
    song(tmp_path / "a.wav", s=12.0)
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\n"})

    [outcome] = songs(run(tmp_path, max_duration_s=10.0))

    assert "max_duration_s" in outcome.message


@pytest.mark.parametrize(
    ("stated", "excerpt", "status"),
    [
        (12, 0.0, Status.DONE),
        (25, 0.0, Status.FAILED),
        (12, 3.0, Status.DONE),
        (25, 3.0, Status.FAILED),
    ],
)
def test_duration_that_disagrees(
    tmp_path: Path, stated: int, excerpt: float, status: Status
) -> None:
    """The whole recording must be as long as the playlist says, also for an excerpt."""
    song(tmp_path / "a.wav", s=12.0)
    write_lists(tmp_path, {"p.m3u Techno": f"#EXTINF:{stated},A - B\na.wav\n"})

    [outcome] = songs(run(tmp_path, excerpt_s=excerpt))

    assert status == outcome.status
    assert (status is Status.FAILED) == (
        "Expected a recording of 25 s" in outcome.message
    )


def test_file_that_changed_meanwhile(tmp_path: Path) -> None:
    """A file that is not any more what its row meant is not taken for it."""
    song(tmp_path / "a.wav")
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\n"})
    run(tmp_path, request={"metadata_only": True})
    song(tmp_path / "a.wav", freq=880)

    [outcome] = songs(run(tmp_path, request={"list_file": None, "audio_only": True}))

    assert (outcome.error_class, outcome.unfinished) == (ErrorClass.ENVIRONMENT, True)
    assert "other content" in outcome.message


def test_a_file_that_was_replaced(tmp_path: Path) -> None:
    """Its song has the sound that the file holds now, there and back again."""
    names = {"m.m3u Techno": "#EXTINF:2,The Band - Song\na.wav\n"}
    write_lists(tmp_path, names)
    seen = []
    for freq in (440, 880, 880, 440):
        song(tmp_path / "a.wav", freq=freq)
        [outcome] = songs(run(tmp_path))
        seen.append((outcome.status, "its file was replaced" in outcome.message))

    assert seen == [
        (Status.DONE, False),
        (Status.DONE, True),
        (Status.KEPT, False),
        (Status.DONE, True),
    ]
    [track], sounds = rows(tmp_path, m.Track), rows(tmp_path, m.Audio)
    assert sorted(row["status"] for row in sounds) == ["present", "removed"]
    present = next(row for row in sounds if row["status"] == "present")
    assert present["provider_id"] == sha256_file(tmp_path / "a.wav")
    assert list(wavs(tmp_path)) == [f"{track['id']}.wav"]


def test_a_file_that_was_replaced_by_none(tmp_path: Path) -> None:
    """The new one is no audio: the song has none, and the old sound is gone."""
    write_lists(tmp_path, {"m.m3u Techno": "#EXTINF:2,The Band - Song\na.wav\n"})
    song(tmp_path / "a.wav")
    run(tmp_path)
    (tmp_path / "a.wav").write_bytes(b"\x00" * 5000)

    [outcome] = songs(run(tmp_path))

    assert (outcome.status, outcome.error_class) == (Status.FAILED, "permanent")
    assert wavs(tmp_path) == {}


def test_second_place_is_tried(tmp_path: Path) -> None:
    """Where one address of a song is dead, another one of it serves."""
    data = song_bytes(tmp_path)
    with serve({"/good.wav": data}) as server:
        names = "#EXTINF:-1,The Band - Song\n"
        lines = [f"{names}{server.url(path)}\n" for path in ("/dead.wav", "/good.wav")]
        write_lists(tmp_path, {"p.m3u Techno": "".join(lines)})

        assert by_status(run(tmp_path)) == {Status.DONE: 1}


# --- the ledger -----------------------------------------------------------------------


def test_permanent_failure_is_not_tried_again(tmp_path: Path) -> None:
    """It is told again but not asked again, until ``--retry permanent``."""
    with serve({}) as server:
        write_lists(tmp_path, {"p.m3u Techno": f"{server.url('/a.mp3')}\n"})
        first, second = (songs(run(tmp_path))[0] for _ in range(2))
        assert len(server.requests) == 1

        run(tmp_path, request={"retry": frozenset([ErrorClass.PERMANENT])})

        assert len(server.requests) == 2
    assert (first.message, first.error_class) == (second.message, second.error_class)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"max_duration_s": 10.0}, {}),
        ({"min_duration_s": 20.0}, {}),
        ({"max_bytes": 1000}, {}),
        ({"duration_tolerance_s": 1.0}, {"duration_tolerance_s": 9.0}),
    ],
)
def test_advice_about_a_setting_works(
    tmp_path: Path, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """The sentence names the setting and `--retry permanent`: both together help."""
    with serve({"/a.wav": song_bytes(tmp_path, s=12.0)}) as server:
        names = f"#EXTINF:{18 if after else 12},The Band - Song\n"
        write_lists(tmp_path, {"p.m3u Techno": f"{names}{server.url('/a.wav')}\n"})

        [outcome] = songs(run(tmp_path, **before))
        retry = {"retry": frozenset([ErrorClass.PERMANENT])}
        again = run(tmp_path, request=retry, **after)

    assert next(iter(before)) in outcome.message
    assert "`--retry permanent` tries it again" in outcome.message
    assert by_status(again) == {Status.DONE: 1}


def test_temporary_failures_are_given_up(tmp_path: Path) -> None:
    """Each run tries again; after the fifth failure in a row it is permanent."""
    write_lists(tmp_path, {"p.m3u Techno": "http://127.0.0.1:9/a.mp3\n"})

    seen = [songs(run(tmp_path))[0] for _ in range(6)]

    assert [outcome.error_class for outcome in seen] == [ErrorClass.TEMPORARY] * 4 + [
        ErrorClass.PERMANENT
    ] * 2
    assert seen[-1].message.startswith("Given up after 5 tries: Expected ")
    assert seen[-1].message.endswith("`--retry permanent` tries it again.")
    assert "later" not in seen[-1].message
    assert "--retry" not in seen[0].message


def test_no_network_is_not_held_against_a_song(tmp_path: Path) -> None:
    """Offline runs are never counted; each says to connect, and may be repeated."""
    write_lists(tmp_path, {"p.m3u Techno": f"http://{NO_ROUTE}/a.mp3\n"})

    seen = [songs(run(tmp_path))[0] for _ in range(6)]

    assert {outcome.error_class for outcome in seen} == {ErrorClass.ENVIRONMENT}
    assert f"Expected a network connection to {NO_ROUTE}" in seen[-1].message
    assert "Given up" not in seen[-1].message


def test_new_place_reopens_a_song(tmp_path: Path) -> None:
    """A song that failed for good is tried again when a playlist names another place."""
    names = "#EXTINF:-1,The Band - Song\n"
    with serve({"/good.wav": song_bytes(tmp_path)}) as server:
        write_lists(tmp_path, {"p.m3u Techno": f"{names}{server.url('/dead.wav')}\n"})
        run(tmp_path)
        write_lists(tmp_path, {"p.m3u Techno": f"{names}{server.url('/good.wav')}\n"})

        assert by_status(run(tmp_path)) == {Status.DONE: 1}


def test_service_that_asks_to_stay_away(tmp_path: Path) -> None:
    """A 429 blocks its host: its other songs wait unblamed, also in the next run."""
    busy = Reply(status=429, headers={"Retry-After": "3600"})
    song(tmp_path / "local.wav")
    with serve({f"/{i}.mp3": busy for i in range(4)}) as server:
        lines = [server.url(f"/{i}.mp3") for i in range(4)]
        write_lists(tmp_path, {"p.m3u Techno": "\n".join([*lines, "local.wav"])})
        first = run(tmp_path, jobs=1)
        n_asked = len(server.requests)
        second = run(tmp_path, jobs=1)

        assert 1 == n_asked == len(server.requests)
    assert by_status(first) == {Status.FAILED: 4, Status.DONE: 1}
    assert by_status(second) == {Status.FAILED: 4, Status.KEPT: 1}
    assert {ErrorClass.STOP} == {o.error_class for o in songs(first) if o.unfinished}
    [service] = rows(tmp_path, m.Service)
    assert service["name"] == f"127.0.0.1:{server.port}"
    assert service["blocked_until"]
    tried = [r for r in rows(tmp_path, m.Attempt) if r["subject_kind"] == "track"]
    assert [row["outcome"] for row in tried] == ["done"]


def test_stop_holds_for_one_port_only(tmp_path: Path) -> None:
    """Another server on the same machine answers while one wants to be left alone."""
    busy = Reply(status=429, headers={"Retry-After": "3600"})
    with serve({"/a.mp3": busy}) as one, serve({"/b.wav": song_bytes(tmp_path)}) as two:
        lines = [one.url("/a.mp3"), two.url("/b.wav")]
        write_lists(tmp_path, {"p.m3u Techno": "\n".join(lines)})

        seen = [by_status(run(tmp_path, jobs=1)) for _ in range(2)]

        assert (len(one.requests), len(two.requests)) == (1, 1)
    assert seen[0] == {Status.FAILED: 1, Status.DONE: 1}
    assert seen[1] == {Status.FAILED: 1, Status.KEPT: 1}


# --- searching ------------------------------------------------------------------------


def search_for(
    folder: Path,
    found: Any,
    media: dict[str, Route],
    *,
    retry: frozenset[ErrorClass] = frozenset(),
    **more: Any,
) -> list[Outcome]:
    """Crawl one named song with a search endpoint that answers ``found``."""
    (folder / "p.csv").write_text("title,artist,duration\nSong,The Band,2\n")
    (folder / "list.txt").write_text("p.csv Techno\n")
    with serve({"/search": json_reply(found), **media}) as server:
        more = {"search": f"http:{server.url('/search')}", **more}
        outcomes = songs(run(folder, request={"retry": retry}, **more))
        [asked] = [r for r in server.requests if r.path == "/search"]
        assert asked.query == {"q": ["The Band Song"]}
        return outcomes


def test_search(tmp_path: Path) -> None:
    """Every candidate is stored with score and reason; the best one is fetched."""
    found = [
        {"id": 1, "url": "/bad.wav", "title": "The Band - Song (Live)", "duration": 2},
        {
            "id": 2,
            "url": "/good.wav",
            "title": "The Band - Song",
            "uploader": None,
            "duration": 2,
        },
        {"id": 3, "url": None, "title": "The Band - Song"},
        "nonsense",
    ]

    outcomes = search_for(tmp_path, found, {"/good.wav": song_bytes(tmp_path)})

    assert by_status(outcomes) == {Status.DONE: 1}
    assert [
        (row["provider_id"], row["decision"]) for row in rows(tmp_path, m.Candidate)
    ] == [("1", "rejected"), ("2", "accepted")]
    assert "live is not wanted" in rows(tmp_path, m.Candidate)[0]["reason"]
    assert [(r["provider"], r["provider_id"]) for r in rows(tmp_path, m.Audio)] == [
        ("http", "2")
    ]


def test_nothing_good_enough(tmp_path: Path) -> None:
    """Below the threshold nothing is downloaded; the best candidate is named."""
    found = [{"id": "1", "url": "/a.wav", "title": "Someone - Song", "duration": 2}]

    [outcome] = search_for(tmp_path, found, {})

    assert (outcome.status, outcome.unfinished) == (Status.REFUSED, False)
    assert "found 'Someone - Song' at 0.40" in outcome.message
    assert by_status(run(tmp_path)) == {Status.REFUSED: 1}


def test_advice_about_a_close_match_works(tmp_path: Path) -> None:
    """A person is told how to decide; a lower threshold and a new try fetch it, too."""
    found = [{"id": "1", "url": "/a.wav", "title": "Someone - Song", "duration": 2}]
    media: dict[str, Route] = {"/a.wav": song_bytes(tmp_path)}

    [outcome] = search_for(tmp_path, found, media, match_uncertain=0.3)
    settings = {"match_uncertain": 0.3, "match_threshold": 0.35}
    retry = frozenset([ErrorClass.PERMANENT])
    again = search_for(tmp_path, found, media, retry=retry, **settings)

    assert outcome.status is Status.REFUSED
    advice = "; see `genre matches --uncertain`, decide with `genre match`."
    assert outcome.message.endswith(advice)
    assert by_status(again) == {Status.DONE: 1}


def test_naming_the_address_of_a_close_match_works(tmp_path: Path) -> None:
    """A song that was left to a person is fetched from where its playlist says it is."""
    found = [{"id": "1", "url": "/a.wav", "title": "Someone - Song", "duration": 2}]
    search_for(tmp_path, found, {}, match_uncertain=0.3)
    song(tmp_path / "mine.wav")
    rows_ = "title,artist,duration,path\nSong,The Band,2,mine.wav\n"
    (tmp_path / "p.csv").write_text(rows_)

    assert by_status(run(tmp_path)) == {Status.DONE: 1}


def test_advice_about_a_rejected_match(tmp_path: Path) -> None:
    """A person is told how to look at what was found, and to take one of it."""
    found = [{"id": "1", "url": "/a.wav", "title": "Somebody - Else", "duration": 2}]

    [outcome] = search_for(tmp_path, found, {})

    advice = '; see `genre matches "The Band - Song"`, decide with `genre match`.'
    assert outcome.message.endswith(advice)


def test_no_result(tmp_path: Path) -> None:
    """A search that finds nothing says so."""
    [outcome] = search_for(tmp_path, [], {})

    assert "found no search result at all" in outcome.message


def test_candidate_that_fails_makes_room_for_the_next(tmp_path: Path) -> None:
    """Accepted candidates are tried in the order of their scores."""
    found = [
        {"id": "1", "url": "/dead.wav", "title": "The Band - Song", "duration": 2},
        {"id": "2", "url": "/good.wav", "title": "The Band - Song", "duration": None},
    ]

    outcomes = search_for(tmp_path, found, {"/good.wav": song_bytes(tmp_path)})

    assert by_status(outcomes) == {Status.DONE: 1}


def test_a_result_that_is_gone_is_rejected(tmp_path: Path) -> None:
    """It fails the song now; ``--retry permanent`` searches and finds another."""
    gone = {"id": "1", "url": "/gone.wav", "title": "The Band - Song", "duration": 2}
    good = {**gone, "id": "2", "url": "/good.wav"}
    retry = frozenset([ErrorClass.PERMANENT])

    [outcome] = search_for(tmp_path, [gone], {})
    [rejected] = rows(tmp_path, m.Candidate)
    media: dict[str, Route] = {"/good.wav": song_bytes(tmp_path)}
    again = search_for(tmp_path, [good], media, retry=retry)

    assert (outcome.status, rejected["decision"]) == (Status.FAILED, "rejected")
    assert "found HTTP 404; it is gone" in rejected["reason"]
    assert by_status(again) == {Status.DONE: 1}


def test_two_results_that_are_no_good(tmp_path: Path) -> None:
    """Both faults are told, both are rejected with their own; so it is when retried."""
    long = {"id": "1", "url": "/long.wav", "title": "The Band - Song", "duration": 2}
    gone = {**long, "id": "2", "url": "/gone.wav"}
    media: dict[str, Route] = {"/long.wav": song_bytes(tmp_path, s=12.0)}
    retry = frozenset([ErrorClass.PERMANENT])

    [first] = search_for(tmp_path, [long, gone], media)
    told = {r["provider_id"]: r for r in rows(tmp_path, m.Candidate)}
    [second] = search_for(tmp_path, [long, gone], media, retry=retry)

    assert {key: row["decision"] for key, row in told.items()} == {
        "1": "rejected",
        "2": "rejected",
    }
    assert "found 12 s" in told["1"]["reason"]
    assert "HTTP 404" in told["2"]["reason"]
    for outcome in (first, second):
        assert "found 12 s" in outcome.message
        assert re.search(r"and 1 more: .*HTTP 404", outcome.message)


def test_search_is_not_repeated_for_a_temporary_failure(tmp_path: Path) -> None:
    """What was accepted is fetched by the next run without searching again."""
    found = [
        {
            "id": "1",
            "url": "http://127.0.0.1:9/a.wav",
            "title": "The Band - Song",
            "duration": 2,
        }
    ]
    (tmp_path / "p.csv").write_text("title,artist,duration\nSong,The Band,2\n")
    (tmp_path / "list.txt").write_text("p.csv Techno\n")

    with serve({"/search": json_reply(found)}) as server:
        for _ in range(2):
            run(tmp_path, search=f"http:{server.url('/search')}")

        assert server.paths == ["/search"]


def test_results_may_not_lead_into_the_private_network(tmp_path: Path) -> None:
    """A result's address on another local server is refused; the endpoint's own is not."""
    with serve({"/a.wav": song_bytes(tmp_path)}) as other:
        found = [
            {
                "id": "1",
                "url": other.url("/a.wav"),
                "title": "The Band - Song",
                "duration": 2,
            }
        ]

        [outcome] = search_for(tmp_path, found, {})

        assert other.paths == []
    assert (
        outcome.status,
        outcome.error_class,
    ) == (Status.FAILED, ErrorClass.PERMANENT)


@pytest.mark.parametrize("answer", [{"error": "quota"}, None, "no"])
def test_search_that_answers_something_else(tmp_path: Path, answer: Any) -> None:
    """An endpoint that answers no list is a temporary failure with a sentence."""
    [outcome] = search_for(tmp_path, answer, {})

    assert "Expected the search endpoint to answer a JSON list" in outcome.message
    assert outcome.unfinished

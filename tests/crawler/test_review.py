"""A person decides on matches, and what was wrong is undone with all that hangs on it."""

from pathlib import Path
from typing import Any

import pytest

from genre.crawler.review import decide, reviews
from genre.crawler.shown import Review, as_text
from genre.db import evidence, open_catalog
from genre.db import models as m
from genre.errors import UsageError
from genre.files import sha256_file
from genre.records import (
    AudioFile,
    AudioInfo,
    Candidate,
    Decision,
    EvidenceLevel,
    Outcome,
    Said,
    Status,
    Track,
)
from tests.crawler.crawls import (
    by_status,
    rows,
    run,
    settings,
    song,
    song_bytes,
    songs,
    wavs,
    write_lists,
)
from tests.servers import Reply, Request, Route, Server, json_reply, serve

RESULTS = [
    {"id": "right", "url": "/right.wav", "title": "The Band - Song", "duration": 2},
    {"id": "close", "url": "/close.wav", "title": "Someone - Song", "duration": 2},
]
RETRY = {"retry": frozenset(["permanent"])}


def routes(
    folder: Path, results: list[dict[str, Any]] | None = None
) -> dict[str, Route]:
    """Return a search endpoint and the audio of what it finds, each another sound."""
    found = RESULTS if results is None else results
    return {
        "/search": json_reply(found),
        "/right.wav": song_bytes(folder, freq=440),
        "/close.wav": song_bytes(folder, freq=880),
        "/mine.wav": song_bytes(folder, freq=660),
    }


def crawl(folder: Path, server: Server, **request: Any) -> list[Outcome]:
    """Crawl one song that has to be searched."""
    write_lists(folder, {"p.csv Techno": "title,artist,duration\nSong,The Band,2\n"})
    choice = {"search": server.url("/search"), "match_uncertain": 0.3}
    return songs(run(folder, request=request, **choice))


def uncertain_only(folder: Path) -> dict[str, Route]:
    """Return routes whose only result is close, but not close enough."""
    return routes(folder, RESULTS[1:])


def word(folder: Path, candidate: str, decision: Decision) -> Outcome:
    """Decide on the only song."""
    return decide(settings(folder), "song", candidate, decision)


def present(folder: Path) -> list[str]:
    """Return what the present recordings came from."""
    return [r["provider_id"] for r in rows(folder, m.Audio) if r["status"] == "present"]


def test_open_songs_are_listed(tmp_path: Path) -> None:
    """A song with only an uncertain candidate is open, and says why it is."""
    with serve(uncertain_only(tmp_path)) as server:
        [outcome] = crawl(tmp_path, server)

    [review] = reviews(settings(tmp_path), uncertain=True)
    [candidate] = review.candidates
    assert outcome.status is Status.REFUSED
    assert (review.track.name, review.audio) == ("The Band - Song", None)
    assert (candidate.provider_id, candidate.decision) == ("close", "uncertain")
    assert "artist" in candidate.reason


def test_what_a_person_reads_of_a_song() -> None:
    """Each candidate tells who decided, and whether it is the recording it has."""
    track = Track("ab12", "Song", "", "The Band", duration_s=185.0)
    far = Candidate("http", "x", "https://a.example/x", "Song", duration_s=61.9)
    near = Candidate(
        "youtube", "x", "https://y.example/x", "Song", "Label", score=0.9,
        reason="same", decision=Decision.ACCEPTED, by_person=True,
    )  # fmt: skip
    audio = AudioFile("ab12", "a.wav", "youtube", "x", AudioInfo("0", 16_000, 9, "mp3"))

    assert as_text(Review(track, (near, far), audio)).splitlines() == [
        "The Band - Song  [ab12]  (3:05)",
        "  accepted by you, the recording it has: 0.90  youtube:x",
        "      Song  (length unknown)  Label",
        "      https://y.example/x",
        "      same",
        "  rejected by matcher: 0.00  http:x",
        "      Song  (1:01)  ",
        "      https://a.example/x",
        "      ",
    ]


def test_accepted_candidate_is_fetched(tmp_path: Path) -> None:
    """What a person accepts the next crawl fetches; nothing is open after that."""
    with serve(uncertain_only(tmp_path)) as server:
        crawl(tmp_path, server)
        said = word(tmp_path, "close", Decision.ACCEPTED)
        again = crawl(tmp_path, server)

    assert said.message.startswith("accepted http:close; `genre crawl --audio-only`")
    assert by_status(again) == {Status.DONE: 1}
    assert present(tmp_path) == ["close"]
    assert list(reviews(settings(tmp_path), uncertain=True)) == []
    assert server.paths.count("/search") == 1


def test_wrong_match_is_undone(tmp_path: Path) -> None:
    """Its WAV goes, its row says so, and the next crawl does not take it again."""
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        before = len(wavs(tmp_path))
        incoming = tmp_path / "corpus" / "incoming"
        (incoming / f"{rows(tmp_path, m.Track)[0]['id']}.mp3").write_bytes(b"original")
        said = word(tmp_path, "", Decision.REJECTED)
        gone = wavs(tmp_path)
        crawl(tmp_path, server)

    assert "the recording it had is gone" in said.message
    assert (before, gone, present(tmp_path)) == (1, {}, [])
    assert list(incoming.iterdir()) == []
    assert [r["status"] for r in rows(tmp_path, m.Audio)] == ["removed"]
    assert server.paths.count("/right.wav") == 1


@pytest.mark.parametrize(("name", "is_wrong"), [("right", True), ("else", False)])
def test_rows_that_a_wrong_match_led_here(
    tmp_path: Path, name: str, is_wrong: bool
) -> None:
    """Its name goes, with what was said under it; the song's playlists are read anew."""
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
    [track], before = rows(tmp_path, m.Track), rows(tmp_path, m.Playlist)[0]["checksum"]
    with open_catalog(settings(tmp_path)) as catalog, catalog.write() as session:
        ref = {"source": "http", "source_id": name, "url": ""}
        session.add(m.TrackRef(track_id=track["id"], **ref))
        said = Said("http", EvidenceLevel.TRACK, "polka", f"http:{name}", "http")
        news = evidence.News({"e": (track["id"], said)}, {}, ())
        evidence.store(session, news, playlist=None)
    word(tmp_path, "", Decision.REJECTED)

    [playlist] = rows(tmp_path, m.Playlist)
    found = [ref["source"] for ref in rows(tmp_path, m.TrackRef)]
    assert (found == ["text"]) is is_wrong
    assert (rows(tmp_path, m.Evidence) == []) is is_wrong
    assert (playlist["checksum"], before != "") == ("" if is_wrong else before, True)


def test_another_recording_replaces_the_present_one(tmp_path: Path) -> None:
    """Accepting another candidate takes the place of the one that was matched."""
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        [before] = wavs(tmp_path).values()
        word(tmp_path, "http:close", Decision.ACCEPTED)
        crawl(tmp_path, server)
        [after] = wavs(tmp_path).values()

    assert present(tmp_path) == ["close"]
    assert before != after


def test_an_acceptance_that_was_a_mistake(tmp_path: Path) -> None:
    """Taken back, it leaves the song what the matcher had accepted before."""
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        word(tmp_path, "http:close", Decision.ACCEPTED)
        crawl(tmp_path, server)
        word(tmp_path, "http:close", Decision.REJECTED)
        [outcome] = crawl(tmp_path, server)

    assert (outcome.status, present(tmp_path)) == (Status.DONE, ["right"])
    assert [
        (row["provider_id"], row["decision"], row["decided_by"])
        for row in rows(tmp_path, m.Candidate)
    ] == [("close", "rejected", "person"), ("right", "accepted", "matcher")]


def test_a_person_who_changes_their_mind(tmp_path: Path) -> None:
    """The last acceptance counts; the one before is open again, not rejected."""
    third = {"id": "mine", "url": "/mine.wav", "title": "Others - Song", "duration": 2}
    with serve(routes(tmp_path, [RESULTS[1], third])) as server:
        crawl(tmp_path, server)
        word(tmp_path, "mine", Decision.ACCEPTED)
        word(tmp_path, "close", Decision.ACCEPTED)
        crawl(tmp_path, server)

    assert present(tmp_path) == ["close"]
    assert [
        (row["provider_id"], row["decision"], row["decided_by"])
        for row in rows(tmp_path, m.Candidate)
    ] == [("close", "accepted", "person"), ("mine", "uncertain", "matcher")]


def saying(folder: Path, candidate: str, decision: Decision, reply: Route) -> Route:
    """Return a route at which a person decides before it answers, once."""
    assert not callable(reply)
    left = [reply]

    def answer(request: Request) -> bytes | Reply:
        if left:
            left.clear()
            word(folder, candidate, decision)
        return reply

    return answer


def test_a_word_against_what_is_being_fetched(tmp_path: Path) -> None:
    """The recording is not taken; the next crawl takes the other one."""
    second = {**RESULTS[0], "id": "second", "url": "/mine.wav"}
    offered = routes(tmp_path, [RESULTS[0], second])
    with serve(offered) as server:
        crawl(tmp_path, server)
        [wav] = (tmp_path / "corpus" / "audio").rglob("*.wav")
        wav.unlink()
        original = tmp_path / "corpus" / "incoming" / f"{wav.stem}.wav"
        original.write_bytes(b"kept")
        rejecting = saying(tmp_path, "right", Decision.REJECTED, offered["/right.wav"])
        offered["/right.wav"] = rejecting
        [during] = crawl(tmp_path, server)
        kept = {**wavs(tmp_path), **{p.name: b"" for p in original.parent.iterdir()}}
        [after] = crawl(tmp_path, server)

    assert (during.unfinished, kept) == (True, {})
    assert "found that you did; run the same command again" in during.message
    assert (after.status, present(tmp_path)) == (Status.DONE, ["second"])


@pytest.mark.parametrize(
    ("results", "asked"), [(RESULTS[:1], "/right.wav"), ([], "/search")]
)
def test_another_recording_named_during_a_crawl(
    tmp_path: Path, results: list[dict[str, Any]], asked: str
) -> None:
    """It is the song's, whether the crawl finds one of its own or none."""
    offered = routes(tmp_path, results)
    with serve(offered) as server:
        mine = server.url("/mine.wav")
        offered[asked] = saying(tmp_path, mine, Decision.ACCEPTED, offered[asked])
        outcomes = crawl(tmp_path, server) + crawl(tmp_path, server)

    assert [outcome.unfinished for outcome in outcomes] == [True, False]
    assert present(tmp_path) == [mine]


def test_an_address_of_ones_own(tmp_path: Path) -> None:
    """An address that no search found is fetched, wherever it leads."""
    with serve(uncertain_only(tmp_path)) as server:
        crawl(tmp_path, server)
        word(tmp_path, server.url("/mine.wav"), Decision.ACCEPTED)
        crawl(tmp_path, server)

    assert present(tmp_path) == [server.url("/mine.wav")]


def test_a_decision_outlives_a_new_search(tmp_path: Path) -> None:
    """What a person rejected stays rejected when the song is searched anew."""
    with serve(routes(tmp_path, RESULTS[:1])) as server:
        crawl(tmp_path, server)
        word(tmp_path, "right", Decision.REJECTED)
        [again] = crawl(tmp_path, server, **RETRY)

    [candidate] = rows(tmp_path, m.Candidate)
    assert (candidate["decision"], candidate["decided_by"]) == ("rejected", "person")
    assert (again.status, server.paths.count("/right.wav")) == (Status.REFUSED, 1)
    assert "found nothing but what you rejected (1 in all)" in again.message


def test_a_listed_file_that_is_accepted_again(tmp_path: Path) -> None:
    """A rejection of what a playlist lists can be taken back; the path stays its own."""
    path = song(tmp_path / "a.wav")
    write_lists(tmp_path, {"m.m3u Techno": "#EXTINF:2,The Band - Song\na.wav\n"})
    run(tmp_path)
    name = f"file:{sha256_file(path)}"
    word(tmp_path, "", Decision.REJECTED)
    rejected = songs(run(tmp_path))
    word(tmp_path, name, Decision.ACCEPTED)
    taken_back = songs(run(tmp_path))
    word(tmp_path, "", Decision.REJECTED)

    assert [outcome.status for outcome in (*rejected, *taken_back)] == [
        Status.FAILED,
        Status.DONE,
    ]
    [candidate], [ref] = rows(tmp_path, m.Candidate), rows(tmp_path, m.TrackRef)
    assert (candidate["url"], ref["url"]) == ("", str(path))


def test_a_recording_one_chose_may_be_longer(tmp_path: Path) -> None:
    """The playlist's length does not hold against it; the matcher's choice it refuses."""
    long = [{"id": "close", "url": "/long.wav", "title": "Someone - Song"}]
    offered = routes(tmp_path, long)
    offered["/long.wav"] = song_bytes(tmp_path, s=12.0)
    with serve(offered) as server:
        crawl(tmp_path, server)
        word(tmp_path, "close", Decision.ACCEPTED)
        [outcome] = crawl(tmp_path, server)

    assert (outcome.status, present(tmp_path)) == (Status.DONE, ["close"])


@pytest.mark.parametrize(
    ("track", "candidate", "decision", "message"),
    [
        ("nobody", "close", Decision.ACCEPTED, "which fits no track"),
        ("song", "gone", Decision.ACCEPTED, r"Expected a candidate of .*http:close"),
        ("song", "gone", Decision.REJECTED, r"found 'gone'; `genre matches"),
        ("song", "", Decision.REJECTED, "to have a recording, found none"),
        (
            "song",
            "ftp://x/y",
            Decision.ACCEPTED,
            "or an address or a file to take it from",
        ),
    ],
)
def test_what_cannot_be_decided(
    tmp_path: Path, track: str, candidate: str, decision: Decision, message: str
) -> None:
    """One sentence says what was expected, and how to find it."""
    with serve(uncertain_only(tmp_path)) as server:
        crawl(tmp_path, server)

    with pytest.raises(UsageError, match=message):
        decide(settings(tmp_path), track, candidate, decision)

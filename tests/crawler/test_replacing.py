"""A recording that a person chose takes the place of another, which stays until then."""

from pathlib import Path
from typing import Any

from genre.crawler.review import reviews
from genre.db import audio_files, open_catalog
from genre.db import models as m
from genre.records import AudioStatus, Decision, Status
from tests.crawler.crawls import rows, run, settings, wavs
from tests.crawler.test_review import crawl, present, routes, word
from tests.servers import serve


def test_the_present_recording_stays_until_another_is_there(tmp_path: Path) -> None:
    """Choosing deletes nothing; the crawl that fetches the choice replaces it."""
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        before = wavs(tmp_path)
        said = word(tmp_path, "http:close", Decision.ACCEPTED)
        meanwhile = wavs(tmp_path), present(tmp_path)
        [outcome] = crawl(tmp_path, server)

    assert said.message.endswith("the recording the song has stays until then.")
    assert meanwhile == (before, ["right"])
    assert outcome.message == "what you chose took the place of the recording it had"
    assert (present(tmp_path), wavs(tmp_path) == before) == (["close"], False)
    assert {r["provider_id"]: r["status"] for r in rows(tmp_path, m.Audio)} == {
        "right": "replaced",
        "close": "present",
    }


def test_a_choice_that_cannot_be_fetched(tmp_path: Path) -> None:
    """The song keeps what it has, says so, and is not asked for again and again."""
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        before = wavs(tmp_path)
        word(tmp_path, server.url("/typo.wav"), Decision.ACCEPTED)
        [failed] = crawl(tmp_path, server)
        [again] = crawl(tmp_path, server)

    assert (failed.status, present(tmp_path)) == (Status.FAILED, ["right"])
    assert failed.message.endswith("The recording it has stays.")
    assert (again.status, again.message) == (failed.status, failed.message)
    assert (wavs(tmp_path), server.paths.count("/typo.wav")) == (before, 1)
    assert list((tmp_path / "corpus" / "incoming").iterdir()) == []


def test_a_choice_taken_back_before_it_was_fetched(tmp_path: Path) -> None:
    """The recording that was there is kept, and nothing is fetched."""
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        word(tmp_path, "http:close", Decision.ACCEPTED)
        word(tmp_path, "http:close", Decision.REJECTED)
        [outcome] = crawl(tmp_path, server)

    assert (outcome.status, present(tmp_path)) == (Status.KEPT, ["right"])
    assert server.paths.count("/close.wav") == 0


def test_choosing_what_is_there(tmp_path: Path) -> None:
    """The person's word is written down; there is nothing to fetch."""
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        said = word(tmp_path, "http:right", Decision.ACCEPTED)
        [outcome] = crawl(tmp_path, server)

    assert said.message == "accepted http:right; it is the recording that the song has."
    assert (outcome.status, server.paths.count("/right.wav")) == (Status.KEPT, 1)


def test_killed_while_one_takes_the_others_place(tmp_path: Path) -> None:
    """With the old row gone and the new WAV in its place, the next crawl ends right."""
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        word(tmp_path, "http:close", Decision.ACCEPTED)
        [track] = rows(tmp_path, m.Track)
        with open_catalog(settings(tmp_path)) as catalog, catalog.write() as session:
            audio_files.retire(session, track["id"], AudioStatus.REPLACED)
        [wav] = (tmp_path / "corpus" / "audio").rglob("*.wav")
        wav.write_bytes(b"the new one, perhaps")
        [outcome] = crawl(tmp_path, server)

    assert (outcome.status, present(tmp_path)) == (Status.DONE, ["close"])
    assert wavs(tmp_path)[wav.name][:4] == b"RIFF"


def test_originals_follow_their_recording(tmp_path: Path) -> None:
    """The original that is kept is the new recording's."""
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        choice: dict[str, Any] = {
            "search": server.url("/search"),
            "keep_originals": True,
        }
        word(tmp_path, "http:close", Decision.ACCEPTED)
        run(tmp_path, **choice)
        word(tmp_path, "http:right", Decision.ACCEPTED)
        run(tmp_path, **choice)

    [kept] = (tmp_path / "corpus" / "incoming").iterdir()
    assert kept.read_bytes() == routes(tmp_path)["/right.wav"]


def test_two_addresses_one_after_the_other(tmp_path: Path) -> None:
    """The earlier one is open again, and does not read as rejected by anybody."""
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        for path in ("/mine.wav", "/other.wav"):
            word(tmp_path, server.url(path), Decision.ACCEPTED)
        first, second = server.url("/mine.wav"), server.url("/other.wav")

    [found] = reviews(settings(tmp_path), track="song")
    said = {
        c.provider_id: (c.decision, c.by_person, c.reason) for c in found.candidates
    }
    assert said[first] == (Decision.UNCERTAIN, False, "you named it")
    assert said[second] == (Decision.ACCEPTED, True, "you named it")

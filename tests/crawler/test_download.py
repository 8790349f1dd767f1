"""One job: places in order, a named site through yt-dlp, a breaker between jobs."""

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from genre.crawler.choosing import AudioPlace
from genre.crawler.download import Job, fetch_track, wav_path
from genre.crawler.obtaining import Tools
from genre.crawler.player import Player
from genre.crawler.search import make_search
from genre.crawler.services import Services
from genre.errors import FetchError, ServiceStopError
from genre.files import sha256_file
from genre.http import HttpClient
from genre.records import Candidate, Decision, ErrorClass, Status, Track
from tests.crawler.crawls import settings, song, song_bytes
from tests.crawler.loopback_site import EXTRACTOR, SITE
from tests.servers import Reply, Route, json_reply, serve

TRACK = Track("ab" + "0" * 14, "Song", "", "The Band", duration_s=2.0)


@contextmanager
def tools(folder: Path, **more: object) -> Iterator[Tools]:
    """Make what a job works with; nothing of it leaves this machine."""
    chosen = settings(folder, **more)
    client = HttpClient(chosen)
    player = Player(chosen, extra_extractors=[EXTRACTOR])
    search = make_search(chosen, client=client, player=player)
    try:
        yield Tools(chosen, client, player, search, Services(), threading.Event())
    finally:
        player.close()
        client.close()


def place(url: str, provider: str = "url") -> AudioPlace:
    """Return a place that the user's own file names."""
    return AudioPlace(provider, url, url, trusted=True)


def test_direct_address(tmp_path: Path) -> None:
    """The WAV is in its place and described when the job is done."""
    with serve({"/a.wav": song_bytes(tmp_path)}) as server, tools(tmp_path) as t:
        result = fetch_track(Job(TRACK, (place(server.url("/a.wav")),)), t)

    assert result.audio is not None
    assert (Status.DONE, "url", wav_path(TRACK.id)) == (
        result.status,
        result.provider,
        result.audio.path,
    )
    assert (tmp_path / "corpus" / "audio" / "ab" / f"{TRACK.id}.wav").is_file()
    assert (
        result.audio.info.n_samples,
        result.audio.info.sample_rate,
    ) == (32_000, 16_000)


def test_named_site(tmp_path: Path) -> None:
    """A site's song comes through yt-dlp, which is given only its page's address."""
    with (
        serve({"/m.wav": song_bytes(tmp_path)}) as files,
        serve({"/site/x1": json_reply({"url": files.url("/m.wav")})}) as site,
        tools(tmp_path) as t,
    ):
        ours = dataclasses.replace(t, site_named={"loopback": SITE}.get)
        job = Job(TRACK, (place(site.url("/site/x1"), "loopback"),))
        result = fetch_track(job, ours)

    assert (result.status, result.provider) == (Status.DONE, "loopback")
    assert list((tmp_path / "corpus" / "incoming").iterdir()) == []


def test_song_of_a_site_that_is_cut_off(tmp_path: Path) -> None:
    """What a site's own page says of the length counts where no playlist says it."""
    unknown = dataclasses.replace(TRACK, duration_s=None)
    with (
        serve({"/m.wav": song_bytes(tmp_path)}) as files,
        serve(
            {"/site/x1": json_reply({"url": files.url("/m.wav"), "duration": 180})}
        ) as site,
        tools(tmp_path) as t,
    ):
        ours = dataclasses.replace(t, site_named={"loopback": SITE}.get)
        job = Job(unknown, (place(site.url("/site/x1"), "loopback"),))
        result = fetch_track(job, ours)

    assert result.status is Status.FAILED
    assert "of 180 s (+-7 s), as its page claims, found 2 s" in result.message


def test_site_that_checks_for_bots(tmp_path: Path) -> None:
    """The first song stops the site for the jobs after it; nobody asks again."""
    said = {"error": "Sign in to confirm you're not a bot"}
    with serve({"/site/x1": json_reply(said)}) as site, tools(tmp_path) as t:
        ours = dataclasses.replace(t, site_named={"loopback": SITE}.get)
        job = Job(TRACK, (place(site.url("/site/x1"), "loopback"),))
        results = [fetch_track(job, ours) for _ in range(2)]

        assert len(site.paths) == 1
    assert [r.error.error_class for r in results if r.error] == [ErrorClass.STOP] * 2


def test_untrusted_address_stays_out_of_the_private_network(tmp_path: Path) -> None:
    """A remote playlist's address that leads to loopback is refused unasked."""
    with serve({"/a.wav": b"x"}) as server, tools(tmp_path) as t:
        remote = AudioPlace("url", "x", server.url("/a.wav"), trusted=False)
        result = fetch_track(Job(TRACK, (remote,)), t)

        assert server.paths == []
    assert (Status.FAILED, FetchError) == (result.status, type(result.error))


@pytest.mark.parametrize(
    ("paths", "error_class"),
    [
        (("/404", "/503"), ErrorClass.TEMPORARY),
        (("/503", "/404"), ErrorClass.TEMPORARY),
        (("/404", "/403"), ErrorClass.ENVIRONMENT),
        (("/404", "/404"), ErrorClass.PERMANENT),
        (("/429", "/404"), ErrorClass.STOP),
    ],
)
def test_the_most_promising_failure_counts(
    tmp_path: Path, paths: tuple[str, ...], error_class: ErrorClass
) -> None:
    """Of several places that failed, the one that may work later decides."""
    routes = {f"/{code}": Reply(status=code) for code in (403, 404, 429, 503)}
    with serve(dict(routes)) as server, tools(tmp_path) as t:
        job = Job(TRACK, tuple(place(server.url(path)) for path in paths))
        result = fetch_track(job, t)

    assert result.error is not None
    assert error_class == result.error.error_class


def test_local_file_is_left_alone(tmp_path: Path) -> None:
    """A user's own file is read where it is, and neither moved, copied nor deleted."""
    path = song(tmp_path / "a.wav")
    local = AudioPlace("file", sha256_file(path), str(path))

    with tools(tmp_path) as t:
        result = fetch_track(Job(TRACK, (local,)), t)

    assert (result.status, path.is_file()) == (Status.DONE, True)
    assert list((tmp_path / "corpus" / "incoming").iterdir()) == []


def test_local_file_is_kept_as_an_original(tmp_path: Path) -> None:
    """Where originals are kept, a user's own file has a second name or a copy there."""
    path = song(tmp_path / "a.wav")
    local = AudioPlace("file", sha256_file(path), str(path))

    with tools(tmp_path, keep_originals=True) as t:
        fetch_track(Job(TRACK, (local,)), t)

    [original] = (tmp_path / "corpus" / "incoming").iterdir()
    assert (original.suffix, original.read_bytes()) == (".wav", path.read_bytes())


class Catalogue:
    """A search that finds little by names, and one recording by its code."""

    service = "catalogue"

    def __init__(self, by_name: list[Candidate], by_code: Candidate) -> None:
        self.by_name, self.by_code = by_name, by_code
        self.asked: list[str] = []

    def search(self, query: str, *, isrc: str = "") -> list[Candidate]:
        """Return what the names give."""
        self.asked.append(query)
        return self.by_name

    def search_isrc(self, isrc: str) -> list[Candidate]:
        """Return what the code gives."""
        self.asked.append(isrc)
        return [self.by_code]

    def trusts(self, url: str) -> bool:
        """Trust everything: it is all on loopback."""
        return True


def test_recording_shorter_than_it_claims(tmp_path: Path) -> None:
    """A page that claims 3 minutes and holds 2 seconds is refused, and rejected."""
    unknown = Track("t" * 16, "Song", "", "The Band")
    with serve({"/a.wav": song_bytes(tmp_path)}) as server, tools(tmp_path) as t:
        url = server.url("/a.wav")
        claim = Candidate("http", "1", url, "Song", "The Band", duration_s=180.0)
        search = Catalogue([claim], claim)
        result = fetch_track(Job(unknown, ()), dataclasses.replace(t, search=search))

    [heard] = result.found
    assert result.status is Status.FAILED
    assert "of 180 s (+-7 s), as its page claims, found 2 s" in result.message
    assert heard.decision is Decision.REJECTED
    assert "; Expected a recording of 180 s" in heard.reason


@pytest.mark.parametrize(("by_name", "n_asked"), [("Song", 1), ("Something else", 2)])
def test_code_is_searched_when_the_names_are_not_enough(
    tmp_path: Path, by_name: str, n_asked: int
) -> None:
    """A song's ISRC finds what its names do not; a good match asks no second time."""
    coded = dataclasses.replace(TRACK, isrc="GBAYE6800011")
    with serve({"/a.wav": song_bytes(tmp_path)}) as server, tools(tmp_path) as t:
        one = Candidate("http", "1", server.url("/a.wav"), by_name, "The Band", 2.0)
        same = dataclasses.replace(one, provider_id="2", title="?", isrc=coded.isrc)
        catalogue = Catalogue([one], same)
        result = fetch_track(Job(coded, ()), dataclasses.replace(t, search=catalogue))

    assert result.status is Status.DONE
    assert len(catalogue.asked) == n_asked


def test_a_video_that_is_gone_is_looked_for(tmp_path: Path) -> None:
    """What a playlist lists at a site may be found elsewhere when it is gone there."""
    gone = json_reply({"error": "Video unavailable. This video has been removed"})
    media: dict[str, Route] = {"/site/1": gone, "/a.wav": song_bytes(tmp_path)}
    with serve(media) as server, tools(tmp_path) as t:
        listed = place(server.url("/site/1"), "loopback")
        one = Candidate("http", "1", server.url("/a.wav"), "Song", "The Band", 2.0)
        search = Catalogue([one], one)
        sites = {"loopback": SITE}.get
        with_site = dataclasses.replace(t, search=search, site_named=sites)
        result = fetch_track(Job(TRACK, (listed,)), with_site)

    assert (result.status, result.provider) == (Status.DONE, "http")


def accepted(key: str, url: str, **more: Any) -> Candidate:
    """Return what an earlier search accepted."""
    return Candidate(
        "http", key, url, "Song", "The Band", 2.0,
        reason="r", decision=Decision.ACCEPTED, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "asked", "status", "decision"),
    [
        (410, ["The Band Song"], Status.DONE, Decision.REJECTED),
        (503, [], Status.FAILED, Decision.ACCEPTED),
    ],
)
def test_a_match_that_is_gone_is_searched_anew(
    tmp_path: Path, code: int, asked: list[str], status: Status, decision: Decision
) -> None:
    """What an earlier search accepted is rejected when it is gone, and not found again."""
    media: dict[str, Route] = {
        "/old.wav": Reply(status=code),
        "/a.wav": song_bytes(tmp_path),
    }
    with serve(media) as server, tools(tmp_path) as t:
        old = accepted("old", server.url("/old.wav"))
        new = dataclasses.replace(old, provider_id="new", url=server.url("/a.wav"))
        search = Catalogue([old, new], new)
        job = Job(TRACK, (), (old,))
        result = fetch_track(job, dataclasses.replace(t, search=search))

        assert ("/a.wav" in server.paths) is (status is Status.DONE)
    assert (result.status, search.asked) == (status, asked)
    assert (result.found[0].provider_id, result.found[0].decision) == ("old", decision)


def test_a_persons_match_that_is_gone_is_not_replaced(tmp_path: Path) -> None:
    """What a person chose stays their choice; they are told that it is gone."""
    with serve({}) as server, tools(tmp_path) as t:
        chosen = accepted("1", server.url("/gone.wav"), by_person=True)
        search = Catalogue([], chosen)
        job = Job(TRACK, (), (chosen,))
        result = fetch_track(job, dataclasses.replace(t, search=search))

    assert (result.status, search.asked) == (Status.FAILED, [])
    assert result.found == (chosen,)


@pytest.mark.parametrize("provider", ["url", "jamendo"])
def test_an_address_that_is_gone_is_not_replaced(tmp_path: Path, provider: str) -> None:
    """The user's own address, and a licensed one, are nobody else's to stand in for."""
    with serve({}) as server, tools(tmp_path) as t:
        named = place(server.url("/gone.wav"), provider)
        search = Catalogue([], Candidate("http", "1", "x", "Song"))
        result = fetch_track(
            Job(TRACK, (named,)), dataclasses.replace(t, search=search)
        )

    assert (result.status, search.asked) == (Status.FAILED, [])


def test_a_song_without_names_is_not_searched(tmp_path: Path) -> None:
    """A reference alone gives nothing to search by; no request is spent on it."""
    nameless = Track("0" * 16, "spotify 6rqhFgbbKwnb9MLmUQDhG6", "", "")
    search = Catalogue([], Candidate("http", "1", "x", "Song"))
    with tools(tmp_path) as t:
        result = fetch_track(Job(nameless, ()), dataclasses.replace(t, search=search))

    assert "Expected artist and title to search by" in result.message
    assert (result.status, search.asked) == (Status.FAILED, [])


def test_interrupted_thread_leaves(tmp_path: Path) -> None:
    """A job that begins after the interruption does nothing."""
    with tools(tmp_path) as t:
        t.stopping.set()

        with pytest.raises(KeyboardInterrupt):
            fetch_track(Job(TRACK, (place("http://127.0.0.1:9/"),)), t)


def test_services_are_left_alone_until_they_said() -> None:
    """A stopped service is refused with its time; others are not touched."""
    services = Services()
    services.stop(
        ServiceStopError("busy", service="a", retry_at="2030-01-01T00:00:00Z")
    )

    services.check("b")
    with pytest.raises(ServiceStopError, match="until 2030-01-01T00:00:00Z"):
        services.check("a")


def test_service_that_does_not_say_how_long() -> None:
    """It is left alone for an hour."""
    stopped = Services().stop(ServiceStopError("busy", service="a"))

    assert stopped.retry_at is not None

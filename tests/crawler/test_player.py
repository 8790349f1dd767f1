"""The player: its pace, its answers, and how it ends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from genre.config import Settings
from genre.crawler.player import Fetched, Player
from genre.crawler.sites import Site, site_named
from genre.errors import FetchError, OfflineError, ServiceStopError
from tests.clocks import FakeClock
from tests.crawler.loopback_youtube import YouTube, video, video_id
from tests.servers import Reply, Server

SONG = video_id("a")
WATCH = f"https://www.youtube.com/watch?v={SONG}"
PAGE = {
    "title": "So\x1b[2Jng",
    "channel": "The Band - Topic",
    "duration": 215,
    "track": "Song",
    "artists": ["The Band", "Guest"],
    "album": "Best",
    "release_year": 1999,
    "description": "Provided to YouTube by A Label",
}


@contextmanager
def playing(
    folder: Path, youtube: YouTube, clock: FakeClock | None = None, **more: Any
) -> Iterator[tuple[Player, Server]]:
    """Play from a YouTube of our own, by a clock of our own."""
    clock = clock or FakeClock()
    settings = Settings(corpus=folder, **{"youtube_per_hour": 0.0, **more})
    with youtube.serve() as server:
        player = Player(
            settings,
            extra_extractors=youtube.extractors(server),
            clock=clock,
            sleep=clock.sleep,
        )
        try:
            yield player, server
        finally:
            player.close()


def site() -> Site:
    """Return the site as a crawl knows it."""
    found = site_named("youtube")
    assert found is not None
    return found


def test_pace(tmp_path: Path) -> None:
    """All kinds of requests share one budget, evenly spread and a little uneven."""
    clock = FakeClock()
    youtube = YouTube(found=[video("a")], audio={SONG: b"sound"})

    with playing(tmp_path, youtube, clock, youtube_per_hour=360.0) as (player, _):
        for _ in range(3):
            player.search("the band a", n=5)
            player.fetch(WATCH, tmp_path, site=site())

    assert len(clock.slept) == 5
    assert all(7.5 <= seconds <= 12.5 for seconds in clock.slept)
    assert len(set(clock.slept)) > 1


def test_no_pace(tmp_path: Path) -> None:
    """With no budget nobody waits."""
    clock = FakeClock()
    with playing(tmp_path, YouTube(), clock) as (player, _):
        found = [player.search("x", n=5) for _ in range(3)]

    assert (found, clock.slept) == ([[], [], []], [])


def test_no_network(tmp_path: Path) -> None:
    """Three requests prove it; for a minute the others take no turn and fail too."""
    clock = FakeClock()
    youtube = YouTube(found=[video("a")], errors={"search": "Failed to resolve 'yt'"})

    with playing(tmp_path, youtube, clock, youtube_per_hour=0.0) as (player, server):
        for _ in range(9):
            with pytest.raises(OfflineError, match="its name cannot be resolved"):
                player.search("x", n=1)
        asked = len(server.paths)
        youtube.errors.clear()
        clock.sleep(60)

        assert player.search("x", n=1)

    assert asked == 3


def test_search(tmp_path: Path) -> None:
    """What is found comes as it is stated, and not more than was asked for."""
    youtube = YouTube(found=[video(name) for name in "abcdef"])

    with playing(tmp_path, youtube) as (player, server):
        found = player.search("the band & a?", n=3)

    assert [entry["title"] for entry in found] == [
        "The Band - a",
        "The Band - b",
        "The Band - c",
    ]
    assert server.requests[0].query["q"] == ["the band & a?"]


def test_nothing_of_the_users_own_yt_dlp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a plugin nor a proxy nor a configuration file of theirs is used."""
    plugins = tmp_path / "yt_dlp_plugins" / "extractor"
    plugins.mkdir(parents=True)
    marker = tmp_path / "loaded"
    (plugins / "theirs.py").write_text(f"open({str(marker)!r}, 'w')\n")
    (tmp_path / "yt-dlp").mkdir()
    (tmp_path / "yt-dlp" / "config").write_text("--proxy http://127.0.0.1:9\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    with playing(tmp_path, YouTube(found=[video("a")])) as (player, _):
        found = player.search("x", n=1)

    assert len(found) == 1
    assert not marker.exists()


def test_facts(tmp_path: Path) -> None:
    """A recording comes with what its page says of it, cleaned."""
    youtube = YouTube(audio={SONG: b"sound"}, facts={SONG: PAGE})

    with playing(tmp_path, youtube) as (player, _):
        found = player.fetch(WATCH, tmp_path, site=site())

    assert found == Fetched(
        path=tmp_path / f"{SONG}.m4a",
        title="So [2Jng",
        uploader="The Band - Topic",
        duration_s=215.0,
        track="Song",
        artists=("The Band", "Guest"),
        album="Best",
        year=1999,
        provided=True,
    )
    assert found.path.read_bytes() == b"sound"


def test_an_address_that_expired(tmp_path: Path) -> None:
    """Where the sound is refused with 403, its page is asked once more."""
    youtube = YouTube(audio={SONG: b"sound"})
    youtube.refusals = [Reply(status=403)]

    with playing(tmp_path, youtube) as (player, server):
        found = player.fetch(WATCH, tmp_path, site=site())

    assert found.path.read_bytes() == b"sound"
    assert server.paths == ["/watch", "/videoplayback"] * 2


def test_an_address_that_stays_refused(tmp_path: Path) -> None:
    """The second refusal is told; there is no third try."""
    youtube = YouTube(audio={SONG: b"sound"})
    youtube.refusals = [Reply(status=403)] * 9

    with (
        playing(tmp_path, youtube) as (player, server),
        pytest.raises(FetchError, match="HTTP Error 403"),
    ):
        player.fetch(WATCH, tmp_path, site=site())

    assert server.paths.count("/watch") == 2


def test_a_stop_reaches_those_who_wait(tmp_path: Path) -> None:
    """When YouTube asks for a rest, threads in the line do not ask any more."""
    youtube = YouTube(errors={"search": "HTTP Error 429: Too Many Requests"})
    stops: list[ServiceStopError] = []
    asked = threading.Barrier(6)

    def search(player: Player) -> None:
        asked.wait()
        with pytest.raises(ServiceStopError) as caught:
            player.search("x", n=1)
        stops.append(caught.value)

    with playing(tmp_path, youtube) as (player, server):
        threads = [threading.Thread(target=search, args=[player]) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert {stop.service for stop in stops} == {"youtube"}
    assert len(stops) == 6
    assert len(server.paths) <= 2  # as many as there are children


def test_closing_ends_the_wait(tmp_path: Path) -> None:
    """Who waits for a turn when the command ends leaves at once."""
    settings = Settings(corpus=tmp_path, youtube_per_hour=1.0)
    youtube = YouTube()
    with youtube.serve() as server:
        player = Player(settings, extra_extractors=youtube.extractors(server))
        player.search("the first waits for nobody", n=1)
        closer = threading.Timer(0.1, player.close)
        closer.start()
        with pytest.raises(KeyboardInterrupt):
            player.search("the second would wait for an hour", n=1)
        closer.join()

    assert server.paths == ["/search"]

"""Playlists of a genre are found, ranked and listed for the user to edit."""

import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from genre.config import Settings
from genre.crawler.discovery.listing import list_text, write
from genre.crawler.discovery.pipeline import DiscoverRequest, discover
from genre.crawler.discovery.ranking import Ranked, reasons
from genre.crawler.pipeline import CrawlRequest, crawl
from genre.crawler.playlists import read_list_file
from genre.errors import UsageError
from genre.records import ErrorClass, Outcome, Status
from tests.crawler.loopback_youtube import Listed, YouTube, video
from tests.servers import Server, serve
from tests.services.archive import ArchiveItem, FakeArchive, file
from tests.services.deezer import DeezerPlaylist, FakeDeezer, track
from tests.services.fakes import LATER, routes
from tests.services.jamendo import (
    CLIENT_ID,
    FakeJamendo,
    JamendoPlaylist,
    JamendoTrack,
)
from tests.services.listenbrainz import (
    FakeListenBrainz,
    JspfPlaylist,
    mbid,
    recording,
)

DAY = date(2026, 11, 20)


def songs(*numbers: int) -> list[dict[str, Any]]:
    """Return songs of Deezer's, each of one artist."""
    return [track(n, f"Song {n}", "The Band") for n in numbers]


def deezer(**more: DeezerPlaylist) -> FakeDeezer:
    """Return a Deezer with three playlists that techno finds, and one it does not."""
    playlists = {
        "1": DeezerPlaylist("Techno", songs(*range(1, 40))),
        "2": DeezerPlaylist("Minimal Techno", songs(*range(100, 130))),
        "3": DeezerPlaylist("Not Techno: Jazz, House", songs(1)),
        "4": DeezerPlaylist("Jazz", songs(2)),
    }
    return FakeDeezer(playlists=playlists)


def settings(folder: Path, server: Server, **more: Any) -> Settings:
    """Return settings under which every service is on loopback."""
    urls = {
        f"{name}_url": server.url(f"{prefix}/")
        for name, prefix in (
            ("deezer", "/deezer"),
            ("listenbrainz", "/listenbrainz/1"),
            ("jamendo", "/jamendo/v3.0"),
            ("archive", "/archive"),
        )
    }
    values = {"corpus": folder / "corpus", "youtube_per_hour": 0.0, **urls, **more}
    return Settings(**values)


def run(
    chosen: Settings, *genres: str, **request: Any
) -> tuple[list[Ranked], list[Outcome]]:
    """Discover; return what was found and what happened."""
    events = list(discover(chosen, DiscoverRequest(genres=genres, **request)))
    found = [e for e in events if isinstance(e, Ranked)]
    return found, [e for e in events if isinstance(e, Outcome)]


def test_ranked_playlists_of_a_service(tmp_path: Path) -> None:
    """The playlist that names the genre alone comes first; another genre's is left out."""
    with serve(routes(deezer())) as server:
        found, _ = run(settings(tmp_path, server), "techno", services=("deezer",))

    titles = [ranked.found.title for ranked in found]
    assert titles == ["Techno", "Minimal Techno", "Not Techno: Jazz, House"]
    assert found[0].overlap is not None
    assert (found[0].overlap.n_songs, found[0].overlap.n_known) == (39, 0)


def test_every_service_is_asked(tmp_path: Path) -> None:
    """Each service's playlists come with an address that a crawl can read."""
    youtube = YouTube(playlists={"PL1": Listed("Dub Techno", [video("a")])})
    others = (
        deezer(),
        FakeListenBrainz({mbid(7): JspfPlaylist("Techno", [recording(1, "Song")])}),
        FakeJamendo([JamendoTrack("9", "Song", genres=("techno",))]),
        FakeArchive({"tech-01": ArchiveItem(title="Techno live set", downloads=500)}),
    )
    with serve(routes(*others)) as server, youtube.serve() as tube:
        chosen = settings(tmp_path, server, jamendo_client_id=CLIENT_ID)
        request = DiscoverRequest(genres=("techno",), look=0)
        extractors = tuple(youtube.extractors(tube))
        events = list(discover(chosen, request, extractors=extractors))

    addresses = {e.found.address for e in events if isinstance(e, Ranked)}
    assert {
        "https://www.deezer.com/playlist/1",
        "https://www.youtube.com/playlist?list=PL1",
        f"https://listenbrainz.org/playlist/{mbid(7)}",
        "jamendo:tag/techno",
        "https://archive.org/details/tech-01",
    } <= addresses


def test_many_playlists_are_wanted(tmp_path: Path) -> None:
    """No service is asked for more at once than it gives."""
    playlists = {str(n): JamendoPlaylist(f"Techno {n}") for n in range(300)}
    with serve(routes(FakeJamendo(playlists=playlists))) as server:
        chosen = settings(tmp_path, server, jamendo_client_id=CLIENT_ID)
        found, outcomes = run(
            chosen, "techno", services=("jamendo",), limit=100, look=0
        )

    assert len(found) == 100
    assert [outcome.status for outcome in outcomes] == [Status.DONE]


def test_a_collection_is_looked_into_by_a_sample(tmp_path: Path) -> None:
    """Five items of a collection are read; how many songs it has stays unknown."""
    items = {
        f"item{n}": ArchiveItem([file("a.mp3", title=f"S{n}")], collections=("techno",))
        for n in range(30)
    }
    archive = FakeArchive(items, collections=["techno"])
    with serve(routes(archive)) as server:
        [found], _ = run(settings(tmp_path, server), "techno", services=("archive",))

    assert found.found.address == "https://archive.org/details/techno"
    assert found.overlap is not None
    assert found.overlap.n_songs == 5
    assert reasons(found) == "0 downloads"
    assert len(archive.requests) == 8  # two searches, the collection, its items


def test_what_the_catalog_holds_already(tmp_path: Path) -> None:
    """Common songs are counted, and a playlist that is there is listed as a comment."""
    fake = deezer()
    with serve(routes(fake)) as server:
        chosen = settings(tmp_path, server)
        source = "https://www.deezer.com/playlist/1"
        list(
            crawl(
                chosen,
                CrawlRequest(source=source, genres=("Techno",), metadata_only=True),
            )
        )
        fake.playlists["5"] = DeezerPlaylist(
            "Techno again", songs(1, 2, *range(60, 80))
        )
        found, _ = run(chosen, "techno", services=("deezer",))

    known = {r.found.title: (r.listed, r.overlap and r.overlap.n_same) for r in found}
    assert known["Techno"] == (True, 39)
    assert known["Techno again"] == (False, 2)
    text = list_text(found, day=DAY)
    assert "# in the catalog already: https://www.deezer.com/playlist/1  Techno" in text
    assert "22 songs, 2 songs here already" in text


def test_the_list_can_be_crawled(tmp_path: Path) -> None:
    """What is written is a list file: a playlist a line, its genre, the rest comments."""
    with serve(routes(deezer())) as server:
        found, _ = run(
            settings(tmp_path, server), "TECHNO", "jazz", services=("deezer",)
        )
    write(tmp_path / "list.txt", list_text(found, day=DAY))

    listed = read_list_file(tmp_path / "list.txt")
    assert listed.problems == ()
    assert [(e.source[-1], e.genres) for e in listed.entries] == [
        ("1", ("Techno",)),
        ("2", ("Techno",)),
        ("3", ("Techno",)),
        ("4", ("Jazz",)),
    ]


def test_a_service_that_wants_a_rest(tmp_path: Path) -> None:
    """It is asked no more in this run; the others still answer."""
    fake, brainz = deezer(), FakeListenBrainz({mbid(7): JspfPlaylist("Jazz", [])})
    fake.fail(LATER)
    with serve(routes(fake, brainz)) as server:
        services = ("deezer", "listenbrainz")
        found, outcomes = run(
            settings(tmp_path, server), "techno", "jazz", services=services, look=0
        )

    stopped = [o for o in outcomes if o.status is Status.FAILED]
    assert [o.subject for o in stopped] == ["deezer: techno", "deezer: jazz"]
    assert all(o.unfinished for o in stopped)
    assert len(fake.requests) == 1
    assert [r.found.service for r in found] == ["listenbrainz"]


def test_a_rest_that_a_crawl_was_told(tmp_path: Path) -> None:
    """A service that the catalog says is to be left alone is not asked."""
    fake = deezer()
    fake.fail(LATER)
    with serve(routes(fake)) as server:
        chosen = settings(tmp_path, server)
        source = "https://www.deezer.com/playlist/1"
        list(crawl(chosen, CrawlRequest(source=source, metadata_only=True)))
        _, outcomes = run(chosen, "techno", services=("deezer",))

    assert [(o.error_class, o.unfinished) for o in outcomes] == [
        (ErrorClass.STOP, True)
    ]
    assert "asked us to stay away until 20" in outcomes[0].message
    assert len(fake.requests) == 1


def test_a_service_that_is_named_twice(tmp_path: Path) -> None:
    """It is searched once."""
    fake = deezer()
    with serve(routes(fake)) as server:
        services = ("deezer", "deezer")
        run(settings(tmp_path, server), "techno", services=services, look=0)

    assert len(fake.requests) == 1


@pytest.mark.parametrize(("named", "status"), [((), "note"), (("jamendo",), "failed")])
def test_a_service_without_its_key(
    tmp_path: Path, named: tuple[str, ...], status: str
) -> None:
    """It is a note when all services are asked, a failure when it was named."""
    fakes = routes(deezer(), FakeListenBrainz(), FakeArchive())
    youtube = YouTube()
    with serve(fakes) as server, youtube.serve() as tube:
        request = DiscoverRequest(genres=("techno",), services=named, look=0)
        chosen = settings(tmp_path, server)
        extractors = tuple(youtube.extractors(tube))
        events = list(discover(chosen, request, extractors=extractors))

    [said] = [e for e in events if isinstance(e, Outcome) and "jamendo" in e.subject]
    assert (said.status, "jamendo_client_id" in said.message) == (status, True)


@pytest.mark.parametrize(
    ("genres", "services", "message"),
    [
        ((), (), "Expected genres to look for"),
        (("",), (), "Expected the name of a genre"),
        (("techno, house",), (), "name each genre by itself"),
        (("techno",), ("napster",), "Expected services among deezer, youtube"),
        (("techno",), ("spotify",), "Spotify shows the songs of your own playlists"),
    ],
)
def test_wrong_usage(
    tmp_path: Path, genres: tuple[str, ...], services: tuple[str, ...], message: str
) -> None:
    """One sentence says what to name instead."""
    request = DiscoverRequest(genres=genres, services=services)

    with pytest.raises(UsageError, match=message):
        list(discover(Settings(corpus=tmp_path), request))


def test_the_command(tmp_path: Path) -> None:
    """The list goes to standard output, or into a file that is not overwritten."""
    command = [
        sys.executable,
        "-m",
        "genre",
        "discover",
        "techno",
        "--service",
        "deezer",
    ]
    with serve(routes(deezer())) as server:
        chosen = settings(tmp_path, server)
        env = {"GENRE_DEEZER_URL": chosen.deezer_url, "PATH": "/usr/bin"}

        def discovered(*more: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [*command, *more],
                cwd=tmp_path,
                env=env,
                capture_output=True,
                text=True,
                check=False,
            )

        shown, written = discovered(), discovered("--out", "list.txt")
        again = discovered("--out", "list.txt")

    assert [r.returncode for r in (shown, written, again)] == [0, 0, 2]
    assert (tmp_path / "list.txt").read_text().strip() == shown.stdout.strip()
    assert "replace it with --force" in again.stderr

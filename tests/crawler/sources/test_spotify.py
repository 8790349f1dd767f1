"""Spotify playlists: what is recognised, what rows become, what a crawl makes of them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from genre.crawler.sources import read_source, spotify
from genre.db import dump, open_catalog
from genre.errors import FetchError, LoginError, ServiceStopError
from genre.http import HttpClient
from genre.records import ListEntry, PlaylistData, PlaylistItem, Status, Unchanged
from tests.clocks import FakeClock
from tests.crawler.crawls import run
from tests.crawler.sources.kits import make_kit
from tests.servers import Reply
from tests.services.spotify import FakeSpotify, refused, row, song

ITEMS = "/v1/playlists/mine/items"
LOCAL = {"type": "track", "id": None, "is_local": True, "name": "Tune",
         "uri": "spotify:local:Me:Album:Tune:215", "duration_ms": 215000,
         "artists": [{"id": None, "name": "Me"}], "album": {"name": "Album"},
         "external_ids": {}}  # fmt: skip
EPISODE = {"type": "episode", "id": "e" * 22, "name": "A podcast", "duration_ms": 9}


@pytest.fixture
def fake() -> Iterator[FakeSpotify]:
    """Serve one playlist; a test changes its rows."""
    with FakeSpotify({"mine": [song(1), song(2)]}).running() as running:
        yield running


def read(
    fake: FakeSpotify, folder: Path, *, known: str = "", source: str = "mine"
) -> PlaylistData | Unchanged:
    """Read a playlist with a valid login; the catalog knows the checksum ``known``."""
    settings, clock = fake.settings(folder), FakeClock()
    fake.log_in(settings)
    http = HttpClient(settings, clock=clock, sleep=clock.sleep)
    own = {"client": http, "settings": settings, "last_checksum": lambda *_of: known}
    return spotify.read(source, make_kit(folder, kit=own))


def data_of(fake: FakeSpotify, folder: Path) -> PlaylistData:
    """Read the playlist, which has changed."""
    data = read(fake, folder)
    assert isinstance(data, PlaylistData)
    return data


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("spotify:playlist:37i9dQ", "37i9dQ"),
        ("spotify:user:some.one:playlist:37i9dQ", "37i9dQ"),
        ("https://open.spotify.com/playlist/37i9dQ", "37i9dQ"),
        ("https://open.spotify.com/playlist/37i9dQ?si=abc&pt=1", "37i9dQ"),
        ("https://open.spotify.com/intl-de/playlist/37i9dQ/", "37i9dQ"),
        ("https://open.spotify.com/embed/playlist/37i9dQ?utm_source=x", "37i9dQ"),
        ("https://open.spotify.com/user/me/playlist/37i9dQ", "37i9dQ"),
        ("HTTPS://OPEN.SPOTIFY.COM/playlist/37i9dQ", "37i9dQ"),
        ("https://open.spotify.com/album/37i9dQ", None),
        ("https://open.spotify.com.evil.example/playlist/37i9dQ", None),
        ("https://evil.example/open.spotify.com/playlist/37i9dQ", None),
        ("https://open.spotify.com/playlist/../me", None),
        ("spotify:playlist:", None),
        ("spotify:track:37i9dQ", None),
        ("spotify.csv", None),
    ],
)
def test_addresses(source: str, found: str | None) -> None:
    """URIs and every form of address name a playlist; nothing else does."""
    assert spotify.recognise(source) == found


def test_a_song(fake: FakeSpotify, tmp_path: Path) -> None:
    """A row keeps id, names, length, ISRC, album, year and when it was added."""
    data = data_of(fake, tmp_path)

    assert data.items[0] == PlaylistItem(
        position=0,
        title="Song 1",
        artists=("Artist 1",),
        source="spotify",
        source_id=f"{1:022d}",
        album="Album",
        duration_s=180.001,
        isrc="GBAYE0000001",
        year=1999,
        added_at="2026-05-02T10:11:12Z",
    )
    assert (data.title, data.owner) == ("Playlist mine", "Me Myself")
    assert data.url == "https://open.spotify.com/playlist/mine"
    assert (data.truncated, data.notes, data.problems) == (False, (), ())


def test_rows_of_every_kind(fake: FakeSpotify, tmp_path: Path) -> None:
    """Local files go by their names, the old key counts, episodes and gaps are said."""
    old = song(3)["item"]
    fake.playlists["mine"] = [
        row(LOCAL, is_local=True, added_at=None), row(None), row(EPISODE),
        row(None, track=old), None, song(2),
    ]  # fmt: skip

    data = data_of(fake, tmp_path)

    found = [(i.source, i.title, i.artists, i.added_at[:4]) for i in data.items]
    assert found == [
        ("text", "Tune", ("Me",), ""),
        ("spotify", "Song 3", ("Artist 3",), "2026"),
        ("spotify", "Song 2", ("Artist 2",), "2026"),
    ]
    note, episode = data.notes
    assert "row 3: expected a song, found an episode ('A podcast')" in episode
    assert data.problems == ()
    assert "2 of 6 rows are empty" in note


@pytest.mark.parametrize(
    ("changed", "title", "artists"),
    [
        ({"artists": [], "name": "Artist - Title"}, "Title", ("Artist",)),
        ({"artists": None, "name": "Me - Tune.mp3"}, "Tune.mp3", ("Me",)),
        ({"artists": "nobody", "name": "A - B - C"}, "B - C", ("A",)),
        ({"artists": [{"name": None}, 7, {"name": "A\x1b[2J"}], "id": "x"}, "T", ("A [2J",)),
        ({"id": "x", "artists": [{"name": "A"}], "album": 7, "duration_ms": "long",
          "external_ids": []}, "T", ("A",)),
    ],
)  # fmt: skip
def test_odd_fields(
    fake: FakeSpotify,
    tmp_path: Path,
    changed: dict[str, Any],
    title: str,
    artists: tuple[str, ...],
) -> None:
    """What is missing or of another type is left out; the rest is kept and clean."""
    base = {"type": "track", "id": None, "name": "T"}
    fake.playlists["mine"] = [row({**base, **changed}), song(1)]

    data = data_of(fake, tmp_path)

    found = [(i.title, i.artists) for i in data.items if i.source_id != f"{1:022d}"]
    assert found == [(title, artists)]


def test_an_empty_playlist(fake: FakeSpotify, tmp_path: Path) -> None:
    """It is empty, not wrong."""
    fake.playlists["mine"] = []

    assert data_of(fake, tmp_path).items == ()


def test_a_playlist_that_did_not_change(fake: FakeSpotify, tmp_path: Path) -> None:
    """Spotify's snapshot tells; then one request is all, and rows are not asked for."""
    first = data_of(fake, tmp_path)
    asked = fake.asked(ITEMS)

    again = read(fake, tmp_path, known=first.checksum)
    fake.snapshots["mine"] = "snapshot-2"
    changed = read(fake, tmp_path, known=first.checksum)

    assert again == Unchanged("spotify", "mine", "Playlist mine")
    assert isinstance(changed, PlaylistData)
    assert fake.asked(ITEMS) == 2 * asked


def test_twenty_thousand_rows(fake: FakeSpotify, tmp_path: Path) -> None:
    """They come in 400 pages of 50, each asked for once."""
    fake.playlists["mine"] = [song(n) for n in range(20_000)]

    data = data_of(fake, tmp_path)

    assert [i.title for i in data.items] == [f"Song {n}" for n in range(20_000)]
    assert fake.asked(ITEMS) == 400


@pytest.mark.parametrize("more", [{"total": 3}, {"next": "https://x"}])
def test_rows_inside_the_playlist(
    fake: FakeSpotify, tmp_path: Path, more: dict[str, Any]
) -> None:
    """Where its pages are refused, the rows that came along are used, and said so."""
    fake.faults[ITEMS].append(refused(403))
    fake.nested["mine"] = {"items": [song(1), song(2)], "next": None, **more}

    data = data_of(fake, tmp_path)

    assert [item.title for item in data.items] == ["Song 1", "Song 2"]
    assert data.truncated
    assert "gave only the first 2 rows" in data.notes[0]
    assert "snapshot-1" not in data.checksum


def test_a_playlist_of_somebody_else(fake: FakeSpotify, tmp_path: Path) -> None:
    """The sentence says what can be done instead."""
    fake.faults[ITEMS].append(refused(403))

    with pytest.raises(FetchError, match="export it with Exportify") as caught:
        read(fake, tmp_path)

    assert "embed page" in str(caught.value)


def test_an_editorial_playlist(fake: FakeSpotify, tmp_path: Path) -> None:
    """Spotify says that there is none; the sentence says why."""
    with pytest.raises(FetchError, match="editorial and made-for-you"):
        read(fake, tmp_path, source="37i9dQ")


def test_rows_that_are_no_list(fake: FakeSpotify, tmp_path: Path) -> None:
    """An answer of another shape is a bad moment, not an empty playlist."""
    fake.faults[ITEMS].append(Reply(b'{"items": {"a": 1}}'))

    with pytest.raises(FetchError, match="Expected the rows of a playlist"):
        read(fake, tmp_path)


def test_without_a_login(fake: FakeSpotify, tmp_path: Path) -> None:
    """A line of a list leads to the sentence that says how to log in."""
    kit = make_kit(tmp_path, kit={"settings": fake.settings(tmp_path)})

    with pytest.raises(LoginError, match="run `genre login spotify` first"):
        read_source(ListEntry("spotify:playlist:mine", (), 1), kit)


# --- several at once -----------------------------------------------------------------


@pytest.fixture
def two() -> Iterator[FakeSpotify]:
    """Serve two playlists of one song."""
    with FakeSpotify({"a": [song(1)], "b": [song(2)]}).running() as running:
        yield running


def test_playlists_read_at_once_share_the_pace(
    two: FakeSpotify, tmp_path: Path
) -> None:
    """Four requests from two threads leave no faster than four a second."""
    settings, clock = two.settings(tmp_path), FakeClock()
    two.log_in(settings)
    http = HttpClient(settings, clock=clock, sleep=clock.sleep)
    kit = make_kit(tmp_path, kit={"client": http, "settings": settings})
    start = clock()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: spotify.read(name, kit), "ab"))

    assert [two.asked(f"/v1/playlists/{path}") for path in ("a", "b/items")] == [1, 1]
    assert clock() - start >= 0.75


def test_a_stop_holds_for_the_other_playlists(two: FakeSpotify, tmp_path: Path) -> None:
    """Told to stay away at one playlist, we do not ask for the next."""
    settings = two.settings(tmp_path)
    two.log_in(settings)
    kit = make_kit(tmp_path, kit={"settings": settings})
    wait = Reply(status=429, headers={"Retry-After": "86400"})
    two.faults["/v1/playlists/a"].append(wait)

    for name in "ab":
        with pytest.raises(ServiceStopError):
            spotify.read(name, kit)

    assert two.asked("/v1/playlists/b") == 0


def test_ctrl_c_ends_a_rest(two: FakeSpotify, tmp_path: Path) -> None:
    """An interrupt does not wait until Spotify may be asked again."""
    two.log_in(two.settings(tmp_path))
    for path in ("a", "b"):
        rest = Reply(status=429, headers={"Retry-After": "300"})
        two.faults[f"/v1/playlists/{path}"].extend([rest] * 4)
    (tmp_path / "list.txt").write_text("spotify:playlist:a X\nspotify:playlist:b X\n")
    options = {**two.options(tmp_path), "corpus": "corpus", "max_wait_s": "600"}
    own = {f"GENRE_{name.upper()}": value for name, value in options.items()}
    command = [sys.executable, "-m", "genre", "crawl", "--playlists", "list.txt"]

    crawl = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, **own})
    while not two.server.requests and crawl.poll() is None:
        time.sleep(0.02)
    crawl.send_signal(signal.SIGINT)

    try:
        assert crawl.wait(timeout=60) == 130
    finally:
        crawl.kill()


# --- whole crawls --------------------------------------------------------------------


def crawl(fake: FakeSpotify, folder: Path) -> tuple[dict[str, Any], str]:
    """Crawl the playlist's metadata; return its outcome and the catalog's digest."""
    (folder / "list.txt").write_text("spotify:playlist:mine  Techno\n")
    options = fake.options(folder)
    request = {"metadata_only": True}
    [outcome] = run(folder, request=request, **options)
    settings = fake.settings(folder)
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        digest = dump.digest(session)
    return {"status": outcome.status, "class": outcome.error_class}, digest


def test_a_crawl_that_stops_in_the_middle(fake: FakeSpotify, tmp_path: Path) -> None:
    """The catalog keeps the playlist as it was, and the crawl can go on later."""
    fake.log_in(fake.settings(tmp_path))
    _, before = crawl(fake, tmp_path)
    fake.playlists["mine"], fake.snapshots["mine"] = [song(n) for n in range(120)], "2"
    wait = Reply(status=429, headers={"Retry-After": "86400"})
    fake.faults[ITEMS].extend([fake.page, fake.page, wait])

    stopped, between = crawl(fake, tmp_path)

    assert stopped == {"status": Status.FAILED, "class": "stop"}
    assert between == before


def test_the_ledger_holds_no_secret(fake: FakeSpotify, tmp_path: Path) -> None:
    """Neither the catalog nor anything else in the corpus has seen a token."""
    fake.log_in(fake.settings(tmp_path))
    fake.faults[ITEMS].append(refused(403))
    crawl(fake, tmp_path)
    crawl(fake, tmp_path)

    files = [p for p in (tmp_path / "corpus").rglob("*") if p.is_file()]
    assert files
    assert not any(b"SECRET" in path.read_bytes() for path in files)


def test_a_long_rest_is_an_error(fake: FakeSpotify, tmp_path: Path) -> None:
    """The reader passes the stop on, with the time to come back."""
    fake.faults[ITEMS].append(Reply(status=429, headers={"Retry-After": "7200"}))

    with pytest.raises(ServiceStopError) as caught:
        read(fake, tmp_path)

    assert (caught.value.service, bool(caught.value.retry_at)) == ("spotify", True)

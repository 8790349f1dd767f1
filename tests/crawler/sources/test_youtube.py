"""YouTube playlists: which addresses they have, and what their rows become."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genre.config import Settings
from genre.crawler import ytdlp
from genre.crawler.player import Player
from genre.crawler.sources import youtube
from genre.errors import FetchError, ItemError, ServiceStopError
from genre.records import ErrorClass, PlaylistData
from tests.crawler.loopback_youtube import Listed, YouTube, video, video_id
from tests.crawler.sources.kits import make_kit
from tests.servers import Server

VIDEO = "dQw4w9WgXcQ"
SITE = YouTube()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Serve one YouTube; each test fills it anew."""
    with SITE.serve() as server:
        yield server


@pytest.fixture(scope="module")
def player(
    server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Player]:
    """Share one child, because loading yt-dlp takes seconds."""
    settings = Settings(corpus=tmp_path_factory.mktemp("c"), youtube_per_hour=0.0)
    player = Player(settings, extra_extractors=SITE.extractors(server))
    yield player
    player.close()


def read(player: Player, folder: Path, listed: Listed, *, list_id: str = "PL1") -> Any:
    """Read a playlist that shows what ``listed`` says."""
    SITE.playlists = {list_id: listed}
    return youtube.read(list_id, make_kit(folder, kit={"player": player}))


@pytest.mark.parametrize(
    ("source", "list_id"),
    [
        ("https://www.youtube.com/playlist?list=PL123", "PL123"),
        ("https://youtube.com/playlist?list=PL123&si=x", "PL123"),
        ("http://m.youtube.com/playlist?list=PL123", "PL123"),
        ("https://music.youtube.com/playlist?list=OLAK5uy_x", "OLAK5uy_x"),
        ("https://music.youtube.com/browse/VLPL123", "PL123"),
        (f"https://www.youtube.com/watch?v={VIDEO}&list=PL123&index=3", "PL123"),
        (f"https://youtu.be/{VIDEO}?list=PL123", "PL123"),
        (f"https://www.youtube.com/watch?v={VIDEO}", None),
        ("https://www.youtube.com/@somebody/videos", None),
        ("https://www.youtube.com.evil.example/playlist?list=PL123", None),
        ("https://www.youtube.com/playlist?list=../x", None),
        ("https://www.youtube.com/playlist?list=PL\u00e9", None),
        ("https://[half/playlist?list=PL123", None),
        ("file://www.youtube.com/playlist?list=PL123", None),
        ("playlists/techno.csv", None),
    ],
)  # fmt: skip
def test_addresses(source: str, list_id: str | None) -> None:
    """A list is known by its id, however its address is written."""
    assert youtube.recognise(source) == list_id


@pytest.mark.parametrize(
    ("list_id", "found"),
    [
        ("RDdQw4w9WgXcQ", "a mix, which is endless"),
        ("RDAMVMdQw4w9WgXcQ", "a mix, which is endless"),
        ("RDMM", "only its account can see"),
        ("WL", "only its account can see"),
        ("UCsXVk37bltHxD1rDPwtNM8Q", "found UCsXVk37bltHxD1rDPwtNM8Q: a channel;"),
        ("LL", "only its account can see"),
    ],
)
def test_personal_lists_are_refused(tmp_path: Path, list_id: str, found: str) -> None:
    """What is another list for everybody is refused before anybody is asked."""
    with pytest.raises(ItemError, match=found) as caught:
        youtube.read(list_id, make_kit(tmp_path))

    assert caught.value.error_class is ErrorClass.ENVIRONMENT


def test_playlist(player: Player, tmp_path: Path) -> None:
    """The head and each row come as YouTube states them."""
    listed = Listed("Te\x1b[2Jchno", [video("a", duration=215.0)], owner="Some\nbody")

    data = read(player, tmp_path, listed)

    assert isinstance(data, PlaylistData)
    assert (data.source, data.source_id) == ("youtube", "PL1")
    assert (data.title, data.owner) == ("Te [2Jchno", "Some body")
    assert data.url == "https://www.youtube.com/playlist?list=PL1"
    [item] = data.items
    assert (item.artists, item.title, item.duration_s) == (("The Band",), "a", 215.0)
    assert (item.source, item.source_id) == ("youtube", video_id("a"))
    assert item.url == f"https://www.youtube.com/watch?v={video_id('a')}"
    assert not item.trusted


@pytest.mark.parametrize(
    ("title", "channel", "artists", "song"),
    [
        ("Song - Part 2", "The Band - Topic", ("The Band",), "Song - Part 2"),
        ("Song", "Various Artists - Topic", (), "Song"),
        ("Song", "Release - Topic", (), "Song"),
        ("The Band - Song (Official Video)", "The Band", ("The Band",),
         "Song (Official Video)"),
        ("The Band – Song", "A fan", ("The Band",), "Song"),
        ("The Band - Song - Live at Home", "A fan", ("The Band",), "Song - Live at Home"),
        ("Song - Official Video", "A fan", (), "Song - Official Video"),
        ("Song", "A fan", (), "Song"),
        ("Jean-Michel", "A fan", (), "Jean-Michel"),
    ],
)  # fmt: skip
def test_names(
    player: Player,
    tmp_path: Path,
    title: str,
    channel: str,
    artists: tuple[str, ...],
    song: str,
) -> None:
    """The artist is whom YouTube vouches for or whom the title names, never a fan."""
    row = video("a", title=title, channel=channel)

    [item] = read(player, tmp_path, Listed("T", [row])).items

    assert (artists, song) == (item.artists, item.title)


def test_album(player: Player, tmp_path: Path) -> None:
    """In an album's list the channel is the artist, and a dash is part of the title."""
    row = video("a", title="One - Two", channel="The Band")

    data = read(player, tmp_path, Listed("Album - Best", [row]), list_id="OLAK5uy_1")

    [item] = data.items
    assert (item.artists, item.title, item.album) == (
        ("The Band",),
        "One - Two",
        "Best",
    )


def test_rows_that_nobody_can_watch(player: Player, tmp_path: Path) -> None:
    """They are one sentence with their number and rows; the others stay."""
    rows = [
        video("a"),
        video("b", title="[Private video]", channel=None),
        video("c", title="[Deleted video]", channel=None),
        video("d", availability="subscriber_only"),
        {"id": None, "title": "x"},
        video("e"),
    ]

    data = read(player, tmp_path, Listed("T", rows))

    assert [item.title for item in data.items] == ["a", "e"]
    [problem] = data.problems
    assert problem == (
        "T, rows 2, 3, 4 and 5: expected videos that anybody can watch, found 4 that are"
        " private, deleted, or for members alone; name these songs in a file of your"
        " own."
    )


def test_streams_are_no_songs(player: Player, tmp_path: Path) -> None:
    """Live and announced rows are passed over with a note."""
    rows = [video("a"), video("b", live_status="is_live"), video("c")]
    rows += [video("d", live_status="is_upcoming"), video("e", live_status="was_live")]

    data = read(player, tmp_path, Listed("T", rows))

    assert [item.title for item in data.items] == ["a", "c", "e"]
    assert data.problems == ()
    assert data.notes == (
        "Skipped rows 2 and 4: streams, live or yet to come, and no song.",
    )


def test_the_checksum_is_of_the_rows(player: Player, tmp_path: Path) -> None:
    """Equal rows give equal checksums, another row another one."""
    [a, b, c] = [
        read(player, tmp_path, Listed("T", [video(name) for name in names]))
        for names in ("ab", "ab", "ac")
    ]

    assert a.checksum == b.checksum != c.checksum


def test_empty_playlist(player: Player, tmp_path: Path) -> None:
    """A playlist without rows is empty, not wrong."""
    assert read(player, tmp_path, Listed("T")).items == ()


def test_playlist_without_one_usable_row(player: Player, tmp_path: Path) -> None:
    """A playlist of hidden rows alone is refused with the reason."""
    with pytest.raises(ItemError, match=r"found 1 that is private, deleted"):
        read(player, tmp_path, Listed("T", [video("a", title="[Private video]")]))


@pytest.mark.parametrize(
    ("said", "error_class"),
    [
        ("YouTube said: The playlist does not exist.", "permanent"),
        ("YouTube said: This playlist type is unviewable.", "permanent"),
        ("Incomplete data received", "temporary"),
    ],
)
def test_refusals(player: Player, tmp_path: Path, said: str, error_class: str) -> None:
    """What YouTube says instead of the list arrives with its class."""
    with pytest.raises(FetchError, match=said[:20]) as caught:
        read(player, tmp_path, Listed("T", error=said))

    assert error_class == caught.value.error_class


def test_every_page_is_read(player: Player, tmp_path: Path, server: Server) -> None:
    """Rows come page by page, each page once, in order."""
    rows = [video(f"n{i:04}") for i in range(250)]
    n_before = len(server.requests)

    data = read(player, tmp_path, Listed("T", rows))

    assert [item.title for item in data.items] == [f"n{i:04}" for i in range(250)]
    assert not data.truncated
    starts = [r.query["start"] for r in server.requests[n_before:]]
    assert starts == [["0"], ["100"], ["200"]]


def test_huge_playlist(player: Player, tmp_path: Path, server: Server) -> None:
    """Past 20,000 rows it is cut, and says so; no page beyond the next is asked for."""
    rows = [video(f"n{i:05}") for i in range(20_350)]
    n_before = len(server.requests)

    data = read(player, tmp_path, Listed("T", rows))

    assert (len(data.items), data.truncated) == (20_000, True)
    assert data.notes == (
        "Only the first 20,000 rows were read; the playlist has more.",
    )
    assert len(server.requests) - n_before == 201


def test_a_playlist_that_moved(player: Player, tmp_path: Path) -> None:
    """An address that leads on to another playlist is followed."""
    there = Listed("There", [video("a")])
    here = Listed("Here", moved_to="https://www.youtube.com/playlist?list=PL2")
    SITE.playlists = {"PL1": here, "PL2": there}

    data = youtube.read("PL1", make_kit(tmp_path, kit={"player": player}))

    assert (data.title, len(data.items)) == ("There", 1)


@pytest.mark.parametrize(
    ("leads_to", "said"),
    [
        ("https://www.youtube.com/playlist?list=PL1", "found something else"),
        (f"https://www.youtube.com/watch?v={VIDEO}", "No suitable extractor"),
    ],
)
def test_what_is_no_playlist(
    player: Player, tmp_path: Path, leads_to: str, said: str
) -> None:
    """A circle, or a single video, is refused for good."""
    with pytest.raises(FetchError, match=said) as caught:
        read(player, tmp_path, Listed("T", moved_to=leads_to))

    assert caught.value.error_class is ErrorClass.PERMANENT


def test_a_playlist_that_takes_too_long(server: Server) -> None:
    """At the deadline what was read is kept, and said to be a part."""
    SITE.playlists = {"PL1": Listed("T", [video(f"n{i}") for i in range(150)])}
    request = {
        "do": "playlist",
        "site": "youtube",
        "url": "https://www.youtube.com/playlist?list=PL1",
        "n": 20_000,
        "deadline_s": 0.0,
        "extractors": ["^youtube:tab$"],
        "extra_extractors": SITE.extractors(server),
        "javascript": "deno",
        "polite": False,
    }

    found = ytdlp.answer(request)

    assert (len(found["rows"]), found["truncated"]) == (1, True)


def test_a_stop_comes_last(server: Server, tmp_path: Path) -> None:
    """After a bot check nobody asks again; both errors say when to come back."""
    settings = Settings(corpus=tmp_path, youtube_per_hour=0.0)
    player = Player(settings, extra_extractors=SITE.extractors(server))
    listed = Listed("T", error="Sign in to confirm you're not a bot")
    n_before = len(server.requests)
    try:
        for _ in range(2):
            with pytest.raises(ServiceStopError, match=r"not a bot; .* after 20\d\d-"):
                read(player, tmp_path, listed)
    finally:
        player.close()

    assert len(server.requests) - n_before == 1

"""yt-dlp in its child process: what it may do, and what its errors mean."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genre.config import Settings
from genre.crawler.player import Player
from genre.crawler.sites import SITES, Site
from genre.crawler.ytdlp import answer
from genre.errors import FetchError, ItemError, ServiceStopError
from genre.records import ErrorClass
from tests.crawler.loopback_site import EXTRACTOR, SEARCH_EXTRACTOR, SITE
from tests.servers import Reply, Route, json_reply, serve

LIMITS: dict[str, Any] = {
    "max_bytes": 100_000,
    "max_duration_s": 1200.0,
    "youtube_per_hour": 0.0,
}


@pytest.fixture(scope="module")
def player(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Player]:
    """Share one child, because loading yt-dlp takes seconds."""
    settings = Settings(corpus=tmp_path_factory.mktemp("corpus"), **LIMITS)
    player = Player(settings, extra_extractors=[EXTRACTOR])
    yield player
    player.close()


def fetch(player: Player, folder: Path, video: Any, media: Route = b"sound") -> Path:
    """Fetch song ``x1`` of the loopback site, whose page says ``video``."""
    with serve({"/m.mp3": media}) as files:
        page = {"url": files.url("/m.mp3"), **video}
        with serve({"/site/x1": json_reply(page)}) as site:
            return player.fetch(site.url("/site/x1"), folder, site=SITE).path


def test_fetch(player: Player, tmp_path: Path) -> None:
    """The audio comes into the folder under the site's id."""
    path = fetch(player, tmp_path, {"duration": 200})

    assert (tmp_path / "x1.mp3", b"sound") == (path, path.read_bytes())


def test_a_title_is_never_a_path(player: Player, tmp_path: Path) -> None:
    """A hostile title does not name the file."""
    path = fetch(player, tmp_path, {"title": "../../evil\x1b[2J", "id": "../../y"})

    assert tmp_path == path.parent


@pytest.mark.parametrize(
    ("video", "said"),
    [
        ({"duration": 7200}, "duration"),
        ({"is_live": True}, "is_live"),
    ],
)
def test_what_is_too_long_is_not_fetched(
    player: Player, tmp_path: Path, video: Any, said: str
) -> None:
    """A live stream or a two-hour video is refused before its download."""
    with pytest.raises(FetchError, match=said) as caught:
        fetch(player, tmp_path, video)

    assert caught.value.error_class == ErrorClass.PERMANENT
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stated", [True, False])
def test_what_is_too_big_is_broken_off(
    player: Player, tmp_path: Path, stated: bool
) -> None:
    """The limit holds whether the server states the length or not."""
    media = Reply(b"x" * 3_000_000, content_length=stated)

    with pytest.raises(FetchError, match=r"at most .*100,000 bytes|100,000 bytes"):
        fetch(player, tmp_path, {}, media)


@pytest.mark.parametrize(
    ("text", "error_class"),
    [
        ("Private video. Sign in if you've been granted access", "permanent"),
        ("This video is only available in your country", "environment"),
        ("something nobody has seen before", "temporary"),
    ],
)
def test_errors_cross_the_process(
    player: Player, tmp_path: Path, text: str, error_class: str
) -> None:
    """What the extractor says arrives as an error of the right class."""
    with pytest.raises(ItemError) as caught:
        fetch(player, tmp_path, {"error": text})

    assert error_class == caught.value.error_class
    assert text[:20] in str(caught.value)


def test_bot_check_stops_the_site(player: Player, tmp_path: Path) -> None:
    """A bot check is nobody's fault: the site is to be left alone."""
    with pytest.raises(ServiceStopError) as caught:
        fetch(player, tmp_path, {"error": "Sign in to confirm you’re not a bot"})

    assert caught.value.service == "loopback"


@pytest.mark.parametrize(
    "site", [site for site in SITES if site.extractors], ids=lambda site: site.name
)
def test_only_the_sites_own_extractor(
    player: Player, tmp_path: Path, site: Site
) -> None:
    """A direct address is refused: the generic extractor is on for no site."""
    with (
        serve({"/a.mp3": b"sound"}) as server,
        pytest.raises(FetchError, match="No suitable extractor"),
    ):
        player.fetch(server.url("/a.mp3"), tmp_path, site=site)

    assert server.paths == []


def test_search() -> None:
    """A search returns the first entries as the site states them, without visiting them."""
    entries = [
        {"url": f"http://127.0.0.1:9/site/{i}", "video_id": f"{i}", "duration": 200 + i}
        for i in range(9)
    ]
    with serve({"/search": json_reply(entries)}) as server:
        request = {
            "do": "search",
            "site": "loopback",
            "prefix": "loopsearch",
            "query": server.url("/search"),
            "n": 3,
            "extractors": ["^loopback:search$"],
            "extra_extractors": [SEARCH_EXTRACTOR],
            "javascript": "deno",
            "polite": False,
        }
        found = answer(request)

    assert [(e["id"], e["duration"]) for e in found] == [
        ("0", 200),
        ("1", 201),
        ("2", 202),
    ]

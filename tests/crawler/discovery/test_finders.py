"""Whatever a service answers, only addresses that a crawl can read are offered."""

from datetime import date
from pathlib import Path

import pytest

from genre.crawler.discovery import finders
from genre.crawler.discovery.finders import Found
from genre.crawler.discovery.listing import list_text
from genre.crawler.discovery.ranking import rank, wish_of
from genre.crawler.player import Player
from genre.taxonomy import load_taxonomy
from tests.crawler.loopback_youtube import Listed, YouTube
from tests.crawler.sources.kits import make_kit
from tests.servers import json_reply, serve
from tests.services.listenbrainz import mbid

EVIL = "x  Techno\n/home/me/private.m3u  Techno\n#"


def test_listenbrainz(tmp_path: Path) -> None:
    """The id alone is taken out of an address, whatever follows it."""
    page = f"https://listenbrainz.org/playlist/{mbid(7)}"
    stated = [f"{page}?\x1b[2J\r/home/me/x.m3u  Techno\r#", EVIL, page[:-1], None]
    about = [{"playlist": {"identifier": one, "title": "techno"}} for one in stated]
    with serve({"/playlist/search": json_reply({"playlists": about})}) as server:
        kit = make_kit(tmp_path, listenbrainz_url=server.url("/"))
        found = finders.find_listenbrainz("techno", kit, 5)

    assert [one.address for one in found] == [page]


def test_archive(tmp_path: Path) -> None:
    """What is no identifier is passed over."""
    stated = [EVIL, "a/../b", "", None, ["x"], "techno-01"]
    docs = [{"identifier": one, "title": "techno"} for one in stated]
    answer = json_reply({"response": {"docs": docs, "numFound": len(docs)}})
    with serve({"/advancedsearch.php": answer}) as server:
        kit = make_kit(tmp_path, archive_url=server.url("/"))
        found = finders.find_archive("techno", kit, 5)

    assert [one.address for one in found] == ["https://archive.org/details/techno-01"]


def test_youtube(tmp_path: Path) -> None:
    """Channels, mixes, lists of an account and what has no id are passed over."""
    names = [
        "PL1",
        "",
        "UCsXVk37bltHxD1rDPwtNM8Q",
        "RDdQw4w9WgXcQ",
        "WL",
        EVIL,
        "OLAK5uy_x",
    ]
    youtube = YouTube(playlists={name: Listed("techno") for name in names})
    with youtube.serve() as server:
        kit = make_kit(tmp_path, youtube_per_hour=0.0)
        player = Player(kit.settings, extra_extractors=youtube.extractors(server))
        with_player = make_kit(tmp_path, kit={"player": player})
        found = finders.find_youtube("techno", with_player, len(names))
        player.close()

    lists = [one.address.removeprefix("https://www.youtube.com/") for one in found]
    assert lists == ["playlist?list=PL1", "playlist?list=OLAK5uy_x"]


@pytest.mark.parametrize("number", ["-7", "7\n8", "", None, [7], 7.5])
def test_deezer(tmp_path: Path, number: object) -> None:
    """What is no number of a playlist is passed over."""
    page = {"data": [{"id": number, "title": "techno"}, {"id": 7, "title": "techno"}]}
    with serve({"/search/playlist": json_reply(page)}) as server:
        kit = make_kit(tmp_path, deezer_url=server.url("/"))
        found = finders.find_deezer("techno", kit, 5)

    assert [one.address for one in found] == ["https://www.deezer.com/playlist/7"]


@pytest.mark.parametrize("address", [EVIL, "https://h/\x1b[2J", "https://h/ b", ""])
def test_the_list_holds_plain_addresses(address: str) -> None:
    """Anything but one printable word never reaches the list file."""
    taxonomy = load_taxonomy()
    found = Found(service="deezer", address=address, title="techno")
    ranked = rank(found, wish_of("techno", taxonomy), taxonomy)

    with pytest.raises(ValueError, match="not one printable word"):
        list_text([ranked], day=date(2026, 11, 20))

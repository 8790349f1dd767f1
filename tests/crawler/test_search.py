"""Search providers: what they make of an answer."""

from pathlib import Path
from typing import Any

import pytest

from genre.crawler.player import Player
from genre.crawler.search import HttpSearch, YouTube, make_search
from genre.errors import FetchError
from genre.http import HttpClient
from genre.records import Candidate, ErrorClass
from tests.crawler.crawls import settings
from tests.servers import Reply, json_reply, redirect, serve


def search(folder: Path, found: Any, *, n: int = 5) -> list[Candidate]:
    """Search an endpoint that answers ``found``."""
    with serve({"/s": json_reply(found)}) as server:
        client = HttpClient(settings(folder))
        return HttpSearch(server.url("/s"), client, n=n).search("The Band Song")


def test_fields(tmp_path: Path) -> None:
    """All fields arrive as they should be; texts are cleaned."""
    entry = {
        "id": "7",
        "url": "https://h/a.mp3",
        "title": "So\x1b[2Jng",
        "uploader": "The Band",
        "duration": 215,
    }

    [found] = search(tmp_path, [entry])

    assert (
        found.provider,
        found.provider_id,
        found.url,
        found.title,
        found.uploader,
        found.duration_s,
    ) == ("http", "7", "https://h/a.mp3", "So [2Jng", "The Band", 215.0)


def test_code_goes_with_the_words(tmp_path: Path) -> None:
    """An endpoint is told the ISRC, and may say that of a result; no search follows."""
    found = [{"url": "https://h/a", "isrc": "gb-aye-68-00011"}, {"url": "https://h/b"}]
    with serve({"/s": json_reply(found)}) as server:
        endpoint = HttpSearch(server.url("/s"), HttpClient(settings(tmp_path)), n=5)
        results = endpoint.search("Song", isrc="GBAYE6800011")
        more = endpoint.search_isrc("GBAYE6800011")

    [request] = server.requests
    assert request.query == {"q": ["Song"], "isrc": ["GBAYE6800011"]}
    assert [one.isrc for one in results] == ["GBAYE6800011", ""]
    assert more == []


@pytest.mark.parametrize("duration", [None, "215", 0, -1, True, 1e12, 10**400, []])
def test_length_that_is_none(tmp_path: Path, duration: Any) -> None:
    """What cannot be a song's length is unknown."""
    [found] = search(tmp_path, [{"url": "https://h/a", "duration": duration}])

    assert found.duration_s is None


@pytest.mark.parametrize(
    "entry",
    [
        *(None, 5, "x", [], {}, {"url": None}, {"url": 5}, {"url": "h" * 3000}),
        *(
            {"url": url}
            for url in ("http://[x", "//a\u2100b/x", "ftp://h/a", "http://h/\x1b")
        ),
    ],
)
def test_entry_that_names_no_address(tmp_path: Path, entry: Any) -> None:
    """It is passed over; the others stay."""
    found = search(tmp_path, [entry, {"url": "https://h/a.mp3", "title": None}])

    assert [one.provider_id for one in found] == ["https://h/a.mp3"]


@pytest.mark.parametrize("status", ["is_live", "is_upcoming", "post_live"])
def test_streams_are_passed_over(tmp_path: Path, status: str) -> None:
    """What is live or yet to come is no recording; what was live is one."""
    entry = {"url": "https://h/a", "live_status": status}

    assert search(tmp_path, [entry]) == []
    others: list[Any] = ["was_live", [], None]
    for other in others:
        assert len(search(tmp_path, [{**entry, "live_status": other}])) == 1


def test_each_recording_once_and_not_too_many(tmp_path: Path) -> None:
    """Doubles are dropped; the rest is cut to what was asked for."""
    entries = [{"id": i % 4, "url": f"https://h/{i}"} for i in range(9)]

    assert [c.provider_id for c in search(tmp_path, entries, n=3)] == ["0", "1", "2"]


def test_result_on_a_known_site(tmp_path: Path) -> None:
    """A result that is a site's song is fetched from that site."""
    [found] = search(tmp_path, [{"id": "1", "url": "https://youtu.be/dQw4w9WgXcQ"}])

    assert (found.provider, found.provider_id) == ("youtube", "dQw4w9WgXcQ")


def test_relative_address(tmp_path: Path) -> None:
    """An address may be relative to the endpoint; only its own server is trusted."""
    with serve({"/s/q": json_reply([{"id": "1", "url": "../a.mp3"}])}) as server:
        endpoint = HttpSearch(server.url("/s/q"), HttpClient(settings(tmp_path)), n=5)
        [found] = endpoint.search("x")

        assert server.url("/a.mp3") == found.url
        assert endpoint.trusts(found.url)
        assert not endpoint.trusts("http://127.0.0.1:1/a.mp3")


def test_answer_that_is_no_list(tmp_path: Path) -> None:
    """Anything else than a list is the setting's fault, told in one sentence."""
    with pytest.raises(FetchError, match="a JSON list of results, found dict") as found:
        search(tmp_path, {})
    assert found.value.error_class is ErrorClass.ENVIRONMENT


@pytest.mark.parametrize("reply", [Reply(status=404), redirect("file:///etc/passwd")])
def test_an_endpoint_that_is_gone(tmp_path: Path, reply: Reply) -> None:
    """It is no fault of the song, which is tried again by the next crawl."""
    with (
        serve({"/s": reply}) as server,
        pytest.raises(
            FetchError, match=r"found .*; correct the setting `search`\."
        ) as e,
    ):
        HttpSearch(server.url("/s"), HttpClient(settings(tmp_path)), n=5).search("x")

    assert e.value.error_class is ErrorClass.ENVIRONMENT


@pytest.mark.parametrize(
    ("url", "service"),
    [
        ("http://Host.example/s", "host.example"),
        ("https://host.example:443/s", "host.example"),
        ("http://127.0.0.1:9000/s", "127.0.0.1:9000"),
        ("http://[::1]:9000/s", "[::1]:9000"),
    ],
)
def test_service_of_an_endpoint(tmp_path: Path, url: str, service: str) -> None:
    """A server is left alone by host, and by port where that is unusual."""
    client = HttpClient(settings(tmp_path))

    assert HttpSearch(url, client, n=1).service == service


def test_the_setting_chooses(tmp_path: Path) -> None:
    """``youtube`` asks YouTube, ``http:URL`` or a plain address that endpoint."""
    found = {}
    for setting in ("youtube", "http:http://h/s", "http://h/s", "http:https://h/s"):
        chosen = settings(tmp_path, search=setting)
        client, player = HttpClient(chosen), Player(chosen)
        found[setting] = make_search(chosen, client=client, player=player)
        player.close()

    assert isinstance(found["youtube"], YouTube)
    endpoints = [one for one in found.values() if isinstance(one, HttpSearch)]
    assert [one.trusts("http://h/a.mp3") for one in endpoints] == [True, True, False]
    assert [one.service for one in endpoints] == ["h", "h", "h"]
    assert not found["youtube"].trusts("http://127.0.0.1/")

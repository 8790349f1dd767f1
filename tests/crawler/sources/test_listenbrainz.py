"""Playlists read from a server that answers like ListenBrainz."""

from pathlib import Path
from typing import Any

import pytest

from genre.crawler.sources import listenbrainz
from genre.errors import FetchError, ItemError, ServiceStopError
from genre.http import HttpClient
from genre.records import ErrorClass, PlaylistData
from tests.clocks import FakeClock
from tests.crawler.sources.kits import make_kit, read_one
from tests.servers import Reply, json_reply, serve
from tests.services.fakes import CUT_OFF, LATER, SOON, WEB_PAGE, routes
from tests.services.listenbrainz import (
    FakeListenBrainz,
    JspfPlaylist,
    mbid,
    recording,
)

ID = mbid(7)
URL = f"https://listenbrainz.org/playlist/{ID}"


def fake(*tracks: Any, **more: Any) -> FakeListenBrainz:
    """Return a ListenBrainz with one playlist of these rows."""
    return FakeListenBrainz({ID: JspfPlaylist("Jams", list(tracks), **more)})


def read(service: FakeListenBrainz, folder: Path, *, source: str = URL) -> PlaylistData:
    """Read a playlist from ``service``, without waiting."""
    clock = FakeClock()
    service.quota.clock = clock
    with serve(routes(service)) as server:
        kit = make_kit(folder, listenbrainz_url=service.url(server))
        client = HttpClient(kit.settings, clock=clock, sleep=clock.sleep)
        base = {"listenbrainz_url": service.url(server)}
        return read_one(source, make_kit(folder, kit={"client": client}, **base))


def failure(service: FakeListenBrainz, folder: Path, *, source: str = URL) -> ItemError:
    """Return the error that reading ends with."""
    with pytest.raises(ItemError) as caught:
        read(service, folder, source=source)
    return caught.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (URL, ID),
        (f"{URL}/?tab=1", ID),
        (f"http://www.listenbrainz.org/playlist/{ID.upper()}/", ID),
        ("https://listenbrainz.org/playlist/7", None),
        (f"https://listenbrainz.org/user/ann/playlist/{ID}", None),
    ],
)
def test_addresses(source: str, expected: str | None) -> None:
    """A playlist is named by its id, in any case."""
    assert listenbrainz.recognise(source) == expected


def test_a_song_with_all_that_listenbrainz_tells(tmp_path: Path) -> None:
    """The recording identifies the song; the length comes in milliseconds."""
    data = read(fake(recording(1, "Gold", "Spandau Ballet")), tmp_path)
    assert (data.source, data.source_id, data.url) == ("listenbrainz", ID, URL)
    assert (data.title, data.owner) == ("Jams", "ann")
    [item] = data.items
    assert (item.source, item.source_id, item.url) == ("musicbrainz", mbid(1), "")
    assert (item.title, item.artists) == ("Gold", ("Spandau Ballet",))
    assert (item.album, item.duration_s) == ("Some Album", 200.0)
    assert item.added_at == "2020-11-27T10:45:49Z"


def test_identifier_is_a_text_or_a_list(tmp_path: Path) -> None:
    """Older servers wrote one text; others may list more than the recording."""
    several = ["urn:x", f"https://musicbrainz.org/recording/{mbid(3)}"]
    rows = [
        recording(1, "A", as_text=True),
        recording(2, "B"),
        recording(3, "C", identifier=several),
        recording(4, "D", identifier=None),
    ]
    items = read(fake(*rows), tmp_path).items
    assert [item.source_id for item in items] == [mbid(1), mbid(2), mbid(3), ""]
    assert items[3].source == "text"


def test_length_may_be_missing(tmp_path: Path) -> None:
    """A recording without a length, or with none that can be, has none."""
    rows = [recording(1, "A", duration=None), recording(2, "B", duration=0)]
    assert [i.duration_s for i in read(fake(*rows), tmp_path).items] == [None, None]


def test_rows_that_name_nothing_are_problems(tmp_path: Path) -> None:
    """A row without title or artist is reported by number; the others stay."""
    rows = [recording(1, ""), recording(2, "A", ""), None, recording(4, "B")]
    data = read(fake(*rows), tmp_path)
    assert [item.title for item in data.items] == ["B"]
    assert [problem.split(":")[0] for problem in data.problems] == [
        "Jams, row 1",
        "Jams, row 2",
        "Jams, row 3",
    ]


def test_whole_in_one_request(tmp_path: Path) -> None:
    """Twenty thousand rows come in one answer; an empty playlist is no error."""
    service = fake(*(recording(n, f"Song {n}") for n in range(20_000)))
    assert len(read(service, tmp_path).items) == 20_000
    assert service.paths == [f"/playlist/{ID}"]
    assert read(fake(), tmp_path).items == ()


def test_private_and_missing_look_the_same(tmp_path: Path) -> None:
    """Both are permanent, and the sentence says what to do about the former."""
    for service in (fake(public=False), FakeListenBrainz()):
        found = failure(service, tmp_path)
        assert found.error_class is ErrorClass.PERMANENT
        assert "make the playlist public" in str(found)


def test_another_refusal_is_not_called_private(tmp_path: Path) -> None:
    """Only what looks like a missing playlist may be a private one."""
    service = fake()
    service.fail(Reply(status=410))
    assert "public" not in str(failure(service, tmp_path))


def test_wants_a_login(tmp_path: Path) -> None:
    """A 401 is for the user to settle."""
    service = fake()
    service.fail(Reply(status=401))
    assert failure(service, tmp_path).error_class is ErrorClass.ENVIRONMENT


def test_used_up_quota_is_waited_for(tmp_path: Path) -> None:
    """A 429 that names ten seconds is waited for; a day stops the service."""
    service = fake(recording(1, "A"))
    service.fail(SOON)
    service.fail(Reply(status=429, headers={"X-RateLimit-Reset-In": "10"}))
    assert len(read(service, tmp_path).items) == 1
    service.fail(LATER)
    found = failure(service, tmp_path)
    assert isinstance(found, ServiceStopError)
    assert found.service == "listenbrainz"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (WEB_PAGE, "found a web page"),
        (CUT_OFF, "found a body that was cut off"),
        (json_reply({"playlist": []}), "found a list"),
        (json_reply({"playlist": {"title": "x"}}), "found nothing"),
    ],
)
def test_answers_that_are_none(tmp_path: Path, reply: Reply, words: str) -> None:
    """What is no playlist is a fault that may pass, in plain words."""
    service = fake()
    service.fail(reply, times=9)
    found = failure(service, tmp_path)
    assert isinstance(found, FetchError)
    assert found.error_class is ErrorClass.TEMPORARY
    assert words in str(found)

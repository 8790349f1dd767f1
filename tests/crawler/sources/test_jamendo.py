"""Playlists, albums and tags read from a server that answers like Jamendo."""

from pathlib import Path
from typing import Any

import pytest

from genre.crawler.sources import jamendo
from genre.errors import FetchError, ItemError, ServiceStopError, ToolError
from genre.http import HttpClient
from genre.records import ErrorClass, PlaylistData, Tag
from tests.clocks import FakeClock
from tests.crawler.sources.kits import make_kit, read_one
from tests.servers import Reply, json_reply, redirect, serve
from tests.services.fakes import CUT_OFF, LATER, WEB_PAGE, routes
from tests.services.jamendo import (
    CLIENT_ID,
    FakeJamendo,
    JamendoPlaylist,
    JamendoTrack,
    failed,
)

URL = "https://www.jamendo.com/playlist/7/fresh-and-happy"


def many(n: int, **more: Any) -> list[JamendoTrack | None]:
    """Return ``n`` songs with ids from 1."""
    return [JamendoTrack(str(i), f"Song {i}", **more) for i in range(1, n + 1)]


def fake(*songs: JamendoTrack | None) -> FakeJamendo:
    """Return a Jamendo whose playlist 7 holds these songs."""
    return FakeJamendo(playlists={"7": JamendoPlaylist("Fresh", list(songs))})


def read(
    service: FakeJamendo, folder: Path, *, source: str = URL, client_id: str = CLIENT_ID
) -> PlaylistData:
    """Read a playlist from ``service``, without waiting."""
    clock = FakeClock()
    service.quota.clock = clock
    with serve(routes(service)) as server:
        url = service.url(server)
        own: dict[str, Any] = {"jamendo_url": url, "jamendo_client_id": client_id}
        settings = make_kit(folder, **own).settings
        client = HttpClient(settings, clock=clock, sleep=clock.sleep)
        return read_one(source, make_kit(folder, kit={"client": client}, **own))


def failure(service: FakeJamendo, folder: Path, **more: Any) -> ItemError:
    """Return the error that reading ends with; it never tells the client id."""
    with pytest.raises(ItemError) as caught:
        read(service, folder, **more)
    assert CLIENT_ID not in str(caught.value)
    return caught.value


# --- addresses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (URL, "playlist/7"),
        ("http://jamendo.com/en/playlist/7?x=1", "playlist/7"),
        ("https://www.jamendo.com/album/104336/season-one", "album/104336"),
        ("https://www.jamendo.com/list/a104336", "album/104336"),
        ("https://www.jamendo.com/list/p7", "playlist/7"),
        ("jamendo:tag/Techno", "tag/techno"),
        ("jamendo:tag/drum+bass?limit=500", "tag/drum bass?limit=500"),
        ("https://www.jamendo.com/track/7", None),
        ("https://www.jamendo.com/artist/7", None),
        ("jamendo:tag/", None),
        ("jamendo:tag/%00", None),
    ],
)
def test_addresses(source: str, expected: str | None) -> None:
    """Playlists, albums and tags are Jamendo's; songs and artists are no playlists."""
    assert jamendo.recognise(source) == expected


# --- what is read --------------------------------------------------------------------


def test_a_song_with_all_that_jamendo_tells(tmp_path: Path) -> None:
    """Names, album, length, licence, genres and the reference are kept."""
    song = JamendoTrack("9", "Groove", "Fankel", genres=("rock", "funk"))
    data = read(fake(song), tmp_path)
    assert (data.source, data.source_id) == ("jamendo", "7")
    assert (data.title, data.owner) == ("Fresh", "lilly")
    [item] = data.items
    assert (item.source, item.source_id) == ("jamendo", "9")
    assert (item.title, item.artists) == ("Groove", ("Fankel",))
    assert (item.album, item.duration_s, item.year) == ("Some Album", 200.0, 2021)
    assert item.licence == "https://creativecommons.org/licenses/by-sa/3.0/"
    assert item.tags == (Tag("rock"), Tag("funk"))
    assert item.added_at == "2012-01-04T00:00:00Z"


def test_audio_address_does_not_tell_who_asked(tmp_path: Path) -> None:
    """What may be downloaded has its address, on a trusted server, without our id."""
    [item] = read(fake(JamendoTrack("9", "Groove")), tmp_path).items
    assert item.url.endswith("/jamendo/v3.0/download/track/9/mp32/")
    assert item.trusted
    assert CLIENT_ID not in repr(item)


def test_audio_elsewhere_is_not_trusted(tmp_path: Path) -> None:
    """An address on another server may not lead into a private network."""
    service = fake()
    for host in ("http://127.0.0.1:9/a.mp3", "file:///etc/passwd"):
        song = {"id": "1", "name": "A", "artist_name": "B", "audiodownload": host}
        found = {"tracks": [{**song, "audiodownload_allowed": True}]}
        page = json_reply({"headers": {"status": "success"}, "results": [found]})
        service.fail(page, on="/playlists/tracks")
        [item] = read(service, tmp_path).items
        assert item.url == (host if host.startswith("http") else "")
        assert not item.trusted


def test_what_may_not_be_downloaded_is_searched(tmp_path: Path) -> None:
    """Such a song keeps its reference without an address, and a note counts them."""
    songs = [JamendoTrack("1", "A"), JamendoTrack("2", "B", allowed=False)]
    data = read(fake(*songs), tmp_path)
    assert [bool(item.url) for item in data.items] == [True, False]
    assert data.notes == (
        "Jamendo allows no download of 1 of 2 songs; these are searched instead.",
    )


def test_long_playlist_with_gaps_and_singles(tmp_path: Path) -> None:
    """Ranges of 200 positions make the pages; details come 200 songs at a time."""
    songs = many(450, genres=("techno",), is_single=True)
    songs[10] = songs[300] = None
    service = fake(*songs)
    data = read(service, tmp_path)
    expected = [str(n) for n in range(1, 451) if n not in {11, 301}]
    assert [item.source_id for item in data.items] == expected
    assert all(item.tags == (Tag("techno"),) for item in data.items)
    assert not data.truncated
    counts = [service.paths.count(p) for p in ("/playlists/tracks/", "/tracks/")]
    assert counts == [5, 3]


@pytest.mark.parametrize("gap", [200, 450, 2_000])
def test_gaps_longer_than_a_page(tmp_path: Path, gap: int) -> None:
    """Songs after a gap of any length are read, wherever it lies."""
    nothing: list[JamendoTrack | None] = [None] * gap
    songs = many(50)
    for places in (nothing + songs, songs[:30] + nothing + songs[30:]):
        data = read(fake(*places), tmp_path)
        assert [item.source_id for item in data.items] == [s.id for s in songs if s]
        assert (data.truncated, data.notes) == (False, ())


def test_more_places_than_are_read(tmp_path: Path) -> None:
    """What lies beyond 100,000 places is left out, and that is said."""
    songs = [JamendoTrack("1", "First"), *[None] * 99_998, JamendoTrack("2", "Last")]
    data = read(fake(*songs, JamendoTrack("3", "Beyond")), tmp_path)
    assert [item.title for item in data.items] == ["First", "Last"]
    assert data.truncated
    assert data.notes == (
        "The list may be incomplete: only its first 100,000 places were read.",
    )


def test_more_than_ten_thousand_rows(tmp_path: Path) -> None:
    """A huge playlist is read whole."""
    data = read(fake(*many(10_400)), tmp_path)
    assert (len(data.items), data.truncated, data.notes) == (10_400, False, ())


def test_album_in_its_order(tmp_path: Path) -> None:
    """An album's songs come by position, with the album's name and artist."""
    songs = [JamendoTrack(str(9 - n), f"Song {n}", position=n) for n in range(1, 5)]
    service = FakeJamendo(songs, albums={"50": "Season One"})
    data = read(service, tmp_path, source="https://www.jamendo.com/album/50")
    assert [item.title for item in data.items] == [
        "Song 1",
        "Song 2",
        "Song 3",
        "Song 4",
    ]
    assert (data.title, data.owner) == ("Season One", "Some Artist")


def test_most_popular_songs_of_a_tag(tmp_path: Path) -> None:
    """A tag gives as many songs as its limit says, the most popular first."""
    songs = [
        JamendoTrack(str(n), f"Song {n}", genres=("techno",), popularity=n)
        for n in range(1, 301)
    ]
    service = FakeJamendo([*songs, JamendoTrack("x", "Other", genres=("jazz",))])
    data = read(service, tmp_path, source="jamendo:tag/techno?limit=250")
    assert [item.source_id for item in data.items] == [
        str(n) for n in range(300, 50, -1)
    ]
    assert (data.title, data.notes) == ("techno", ())
    default = read(service, tmp_path, source="jamendo:tag/techno")
    assert len(default.items) == 200
    assert "write jamendo:tag/techno?limit=N for another number" in default.notes[0]


def test_limit_out_of_range(tmp_path: Path) -> None:
    """A limit of none or too many is for the user to correct."""
    for limit in ("0", "10001"):
        found = failure(fake(), tmp_path, source=f"jamendo:tag/techno?limit={limit}")
        assert found.error_class is ErrorClass.ENVIRONMENT


def test_rows_that_name_nothing_are_problems(tmp_path: Path) -> None:
    """A row without title is reported by number; the others stay."""
    data = read(fake(JamendoTrack("1", ""), JamendoTrack("2", "B")), tmp_path)
    assert [item.title for item in data.items] == ["B"]
    assert data.problems[0].startswith("Fresh, row 1: expected a title, found none;")


@pytest.mark.parametrize("source", [URL, "jamendo:tag/techno?limit=900"])
def test_repeated_page_ends_the_list(tmp_path: Path, source: str) -> None:
    """A server that always sends the first page is left after two, and that is said."""
    service = fake(*many(300, genres=("techno",)))
    service.repeats = True
    data = read(service, tmp_path, source=source)
    assert (len(data.items), data.truncated) == (200, True)
    assert "the same page again" in data.notes[0]
    assert len(service.requests) <= 4


# --- refusals --------------------------------------------------------------------------


def test_without_a_client_id(tmp_path: Path) -> None:
    """The sentence says where to get one and which setting takes it."""
    service = fake()
    found = failure(service, tmp_path, client_id="")
    assert isinstance(found, ToolError)
    assert "https://devportal.jamendo.com" in str(found)
    assert "GENRE_JAMENDO_CLIENT_ID" in str(found)
    assert service.requests == []


def test_wrong_client_id_is_not_shown(tmp_path: Path) -> None:
    """Jamendo quotes the id it refuses; we do not."""
    found = failure(fake(), tmp_path, client_id="my-secret-id")
    assert found.error_class is ErrorClass.ENVIRONMENT
    assert "correct the setting jamendo_client_id" in str(found)
    assert "my-secret-id" not in str(found)


def test_missing_playlist_and_album(tmp_path: Path) -> None:
    """What is not there, or not public, does not come back by trying again."""
    for source in (
        "https://www.jamendo.com/list/p8",
        "https://www.jamendo.com/list/a8",
    ):
        found = failure(fake(), tmp_path, source=source)
        assert found.error_class is ErrorClass.PERMANENT
        assert "at Jamendo, found none; correct the address." in str(found)


def test_empty_playlist_is_empty(tmp_path: Path) -> None:
    """No song at all is no error."""
    assert read(fake(), tmp_path).items == ()


@pytest.mark.parametrize(
    ("code", "message", "error_class"),
    [
        (1, "Exception", ErrorClass.TEMPORARY),
        (3, "Type", ErrorClass.PERMANENT),
        (5, "Your credential is not authorized", ErrorClass.ENVIRONMENT),
        (5, "Your credits are exhausted", ErrorClass.STOP),
        (6, "Rate Limit Exceeded", ErrorClass.STOP),
        (11, "Suspended Application", ErrorClass.ENVIRONMENT),
    ],
)
def test_errors_inside_200(
    tmp_path: Path, code: int, message: str, error_class: ErrorClass
) -> None:
    """Jamendo's codes have classes; the sentence holds the code and Jamendo's words."""
    service = fake()
    service.fail(failed(code, message), times=9)
    found = failure(service, tmp_path)
    assert found.error_class is error_class
    assert f"error {code} ({message})" in str(found)


def test_a_passing_rate_limit_is_waited_for(tmp_path: Path) -> None:
    """One refusal for the rate does not lose the playlist; a day stops Jamendo."""
    service = fake(*many(3))
    service.fail(failed(6, "Rate Limit Exceeded"), on="/tracks")
    assert len(read(service, tmp_path).items) == 3
    service.fail(LATER)
    found = failure(service, tmp_path)
    assert isinstance(found, ServiceStopError)
    assert found.service == "jamendo"


@pytest.mark.parametrize(("host", "n_asked"), [("127.0.0.1", 1), ("localhost", 0)])
def test_others_do_not_get_the_client_id(
    tmp_path: Path, host: str, n_asked: int
) -> None:
    """A redirect takes no query along; another host has to be in the open internet."""
    service = fake()
    with serve({}) as other:
        service.fail(redirect(other.url("/v3.0/playlists/", host=host)))
        failure(service, tmp_path)
    assert len(other.requests) == n_asked
    assert CLIENT_ID not in repr(other.requests)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (WEB_PAGE, "found a web page"),
        (CUT_OFF, "found a body that was cut off"),
        (json_reply([]), "found nothing"),
        (json_reply({"headers": {"status": "success"}}), "found nothing"),
        (Reply(status=502), "found HTTP 502"),
    ],
)
def test_answers_that_are_none(tmp_path: Path, reply: Reply, words: str) -> None:
    """What is no list of results is a fault that may pass, in plain words."""
    service = fake()
    service.fail(reply, times=9)
    found = failure(service, tmp_path)
    assert isinstance(found, FetchError)
    assert found.error_class is ErrorClass.TEMPORARY
    assert words in str(found)

"""Playlists and albums read from a server that answers like Deezer."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from genre.crawler.sources import Kit, deezer
from genre.errors import FetchError, ItemError, ServiceStopError
from genre.http import HttpClient
from genre.records import ErrorClass, EvidenceLevel, PlaylistData, Tag, Unchanged
from tests.clocks import FakeClock
from tests.crawler.sources.kits import make_kit, read_all, read_one
from tests.servers import Reply, json_reply, serve
from tests.services.deezer import DeezerAlbum, DeezerPlaylist, FakeDeezer, error, track
from tests.services.fakes import CUT_OFF, GONE, LATER, SOON, WEB_PAGE, routes

URL = "https://www.deezer.com/playlist/7"


def fake(*songs: Any, **more: Any) -> FakeDeezer:
    """Return a Deezer whose playlist 7 holds these songs; nobody has to wait for it."""
    playlist = DeezerPlaylist("House", list(songs), **more)
    return FakeDeezer({"7": playlist}, clock=FakeClock())


def many(n: int) -> list[dict[str, Any]]:
    """Return ``n`` songs with ids from 1."""
    return [track(number, f"Song {number}") for number in range(1, n + 1)]


@contextmanager
def kit_for(service: FakeDeezer, folder: Path, **more: Any) -> Iterator[Kit]:
    """Serve ``service``; its clock is that of the client too."""
    clock = service.quota.clock
    assert isinstance(clock, FakeClock)
    with serve(routes(service)) as server:
        kit = make_kit(folder, deezer_url=service.url(server), kit=more)
        client = HttpClient(kit.settings, clock=clock, sleep=clock.sleep)
        yield make_kit(
            folder, deezer_url=service.url(server), kit={**more, "client": client}
        )


def read(service: FakeDeezer, folder: Path, *, source: str = URL) -> PlaylistData:
    """Read a playlist from ``service``."""
    with kit_for(service, folder) as kit:
        return read_one(source, kit)


def failure(service: FakeDeezer, folder: Path, *, source: str = URL) -> ItemError:
    """Return the error that reading ends with."""
    with kit_for(service, folder) as kit, pytest.raises(ItemError) as caught:
        read_one(source, kit)
    return caught.value


# --- addresses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://www.deezer.com/playlist/908622995", "playlist/908622995"),
        ("http://deezer.com/fr/playlist/7?utm_source=x", "playlist/7"),
        ("https://www.deezer.com/pt-br/album/302127/", "album/302127"),
        ("deezer:playlist:7", "playlist/7"),
        ("https://link.deezer.com/s/33nn9wdw", "https://link.deezer.com/s/33nn9wdw"),
        ("https://deezer.page.link/Ab1", "https://deezer.page.link/Ab1"),
        ("https://www.deezer.com/track/7", None),
        ("https://www.deezer.com.example.org/playlist/7", None),
        ("https://www.deezer.com/playlist/abc", None),
    ],
)
def test_addresses(source: str, expected: str | None) -> None:
    """Playlists and albums in any language are Deezer's; songs and look-alikes not."""
    assert deezer.recognise(source) == expected


def test_short_link_says_what_to_copy(tmp_path: Path) -> None:
    """A short link is not followed; the sentence says how to get the long one."""
    found = failure(fake(), tmp_path, source="https://link.deezer.com/s/33nn9wdw")
    assert found.error_class is ErrorClass.ENVIRONMENT
    assert "open it in a browser and copy the address" in str(found)


# --- what is read --------------------------------------------------------------------


def test_a_song_with_all_that_deezer_tells(tmp_path: Path) -> None:
    """Names, version, length, ISRC, date and Deezer's own id are kept."""
    song = track(9, "One More Time", "Daft Punk", duration=320, isrc="GBDUW0000053")
    song["title_version"] = "(Live)"
    data = read(fake(song, creator="ann"), tmp_path)
    assert (data.source, data.source_id, data.title) == ("deezer", "7", "House")
    assert (data.owner, data.url) == ("ann", URL)
    [item] = data.items
    assert (item.title, item.artists) == ("One More Time (Live)", ("Daft Punk",))
    assert (item.source, item.source_id, item.url) == ("deezer", "9", "")
    assert (item.album, item.duration_s) == ("Some Album", 320.0)
    assert (item.isrc, item.added_at) == ("GBDUW0000053", "2023-11-14T22:13:20Z")


def test_version_is_not_written_twice(tmp_path: Path) -> None:
    """A title that holds its version already is left alone."""
    song = track(9, "Song (Radio Edit)", title_version="(Radio Edit)")
    assert read(fake(song), tmp_path).items[0].title == "Song (Radio Edit)"


def test_all_pages_in_order(tmp_path: Path) -> None:
    """A list of 250 songs takes three pages of at most 100, each asked once."""
    service = fake(*many(250))
    data = read(service, tmp_path)
    assert [item.source_id for item in data.items] == [str(n) for n in range(1, 251)]
    assert service.paths == ["/playlist/7", *["/playlist/7/tracks"] * 3]
    assert [r.query["index"] for r in service.requests[1:]] == [["0"], ["100"], ["200"]]
    assert (data.truncated, data.notes) == (False, ())


def test_empty_playlist_is_empty(tmp_path: Path) -> None:
    """No song at all is no error."""
    assert read(fake(), tmp_path).items == ()


def test_unavailable_song_stays_a_row(tmp_path: Path) -> None:
    """A song that Deezer does not play here is still in the playlist."""
    assert len(read(fake(track(1, "Song", readable=False)), tmp_path).items) == 1


def test_rows_that_name_nothing_are_problems(tmp_path: Path) -> None:
    """A row without title, artist or shape is reported by number; the others stay."""
    odd = {**track(5, "Song"), "title": ["Song"], "artist": None}
    bad = [track(2, ""), track(3, "Song", ""), None, "text", odd]
    data = read(fake(track(1, "Song"), *bad, track(6, "Other")), tmp_path)
    assert [item.position for item in data.items] == [0, 6]
    assert [problem[:12] for problem in data.problems] == [
        f"House, row {number}" for number in (2, 3, 4, 5, 6)
    ]


def test_foreign_text_is_cleaned(tmp_path: Path) -> None:
    """Escape characters and overlong names do not get through."""
    data = read(fake(track(1, "\x1b[31mRed" + "x" * 900, "A\x00B")), tmp_path)
    assert data.items[0].artists == ("A B",)
    assert data.items[0].title.startswith("[31mRed")
    assert len(data.items[0].title) == 500


def test_album_has_genres_and_year(tmp_path: Path) -> None:
    """An album's rows have its title, year and genres, which belong to the album."""
    song = track(1, "Song")
    del song["album"]
    album = DeezerAlbum("Discovery", [song], "Daft Punk", genres=("Electro", "Dance"))
    service = FakeDeezer(albums={"3": album}, clock=FakeClock())
    data = read(service, tmp_path, source="https://www.deezer.com/album/3")
    [item] = data.items
    assert (data.source_id, data.owner) == ("album/3", "Daft Punk")
    assert (item.album, item.year) == ("Discovery", 2001)
    assert item.tags == (
        Tag("Electro", EvidenceLevel.ALBUM),
        Tag("Dance", EvidenceLevel.ALBUM),
    )


# --- reading again -------------------------------------------------------------------


def test_checksum_spares_the_pages(tmp_path: Path) -> None:
    """What the catalog knows under the same checksum takes one request."""
    service = fake(*many(150))
    known = read(service, tmp_path).checksum
    service.requests.clear()
    with kit_for(service, tmp_path, last_checksum=lambda *_: known) as kit:
        assert read_all(URL, kit) == (Unchanged("deezer", "7", "House"),)
    assert service.paths == ["/playlist/7"]


def test_changed_playlist_is_read_again(tmp_path: Path) -> None:
    """Another song makes another checksum."""
    service = fake(*many(3))
    known = read(service, tmp_path).checksum
    service.playlists["7"].songs.append(track(4, "New"))
    with kit_for(service, tmp_path, last_checksum=lambda *_: known) as kit:
        assert len(read_one(URL, kit).items) == 4


# --- lists that do not end well --------------------------------------------------------


def test_repeated_page_ends_the_list(tmp_path: Path) -> None:
    """A server that always sends the first page is left after two, and that is said."""
    service = fake(*many(250))
    service.repeats = True
    data = read(service, tmp_path)
    assert (len(data.items), data.truncated) == (100, True)
    [note] = data.notes
    assert (
        note == "Deezer counts 250 songs in playlist/7 and gave 100; there may be more."
    )
    assert len(service.requests) == 3


@pytest.mark.parametrize(
    ("claimed", "whole"), [(900, False), (10, False), (None, True)]
)
def test_wrong_count_ends_the_list(
    tmp_path: Path, claimed: int | None, whole: bool
) -> None:
    """Fewer songs than claimed, or pages beyond the claim, end the list with a note."""
    service = fake(*many(120), nb_tracks=claimed)
    if claimed == 10:  # one page holds more, and says that another one follows
        page = {
            "data": many(100),
            "total": 10,
            "next": "https://api.deezer.com/x?index=100",
        }
        service.fail(json_reply(page), on="/tracks")
    data = read(service, tmp_path)
    assert data.truncated is not whole
    assert bool(data.notes) is not whole
    assert len(service.requests) <= 4


def test_songs_that_are_gone_do_not_shift_the_pages(tmp_path: Path) -> None:
    """Deezer counts songs it leaves out; its own index says where the next page starts."""
    service = fake(*many(150))
    page = {"data": many(98), "total": 150, "next": "https://evil.example/?index=100"}
    service.fail(json_reply(page), on="/tracks")
    data = read(service, tmp_path)
    assert [item.source_id for item in data.items][96:100] == ["97", "98", "101", "102"]
    assert (data.truncated, len(data.notes)) == (False, 1)
    assert data.checksum.startswith("1:")


def test_songs_that_are_gone_at_the_end(tmp_path: Path) -> None:
    """The last page is the last one, however few of its songs are left."""
    service = fake(*many(150), nb_tracks=160)
    data = read(service, tmp_path)
    assert (len(data.items), data.truncated, len(service.requests)) == (150, False, 3)
    assert data.notes[0].endswith("gave 150; it leaves out what is gone.")


@pytest.mark.parametrize(
    ("n_there", "n_counted", "whole"),
    [(100, 102, True), (100, 250, False), (0, 2, False), (0, 0, True)],
)
def test_last_page_without_songs(
    tmp_path: Path, n_there: int, n_counted: int, whole: bool
) -> None:
    """An empty page ends the list where its last page is due, and nowhere else."""
    service = fake(*many(n_there), nb_tracks=n_counted)
    if n_counted == 250:
        full = {"data": many(100), "total": 250, "next": "https://x.org/?index=100"}
        service.fail(json_reply(full), on="/tracks")
        service.fail(json_reply({"data": [], "total": 250}), on="/tracks")
    data = read(service, tmp_path)
    assert (len(data.items), data.truncated) == (n_there, not whole)
    assert data.checksum.startswith("1:") is whole


def test_incomplete_list_is_read_again_next_time(tmp_path: Path) -> None:
    """Deezer's checksum is not kept for a list that broke off."""
    service = fake(*many(250))
    service.repeats = True
    assert not read(service, tmp_path).checksum.startswith("1:")


# --- refusals --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "error_class"),
    [
        (200, ErrorClass.PERMANENT),
        (300, ErrorClass.PERMANENT),
        (500, ErrorClass.PERMANENT),
        (700, ErrorClass.TEMPORARY),
        (800, ErrorClass.PERMANENT),
        (4711, ErrorClass.TEMPORARY),
    ],
)
def test_errors_inside_200(tmp_path: Path, code: int, error_class: ErrorClass) -> None:
    """Deezer's codes have classes; the sentence holds the code and Deezer's words."""
    service = fake()
    service.fail(error(code, "some \x1b words"), times=9)
    found = failure(service, tmp_path)
    assert isinstance(found, FetchError)
    assert found.error_class is error_class
    assert f"found error {code} (some words);" in str(found)


def test_missing_and_private_playlists(tmp_path: Path) -> None:
    """Neither comes back by trying again, and both say what to do."""
    missing = failure(fake(), tmp_path, source="deezer:playlist:8")
    private = failure(fake(public=False), tmp_path)
    assert missing.error_class is private.error_class is ErrorClass.PERMANENT
    assert "make the playlist public" in str(missing)
    assert "make the playlist public" in str(private)


def test_used_up_quota_is_waited_for(tmp_path: Path) -> None:
    """Code 4 is no failure: the client rests and asks again."""
    service = fake(*many(3))
    service.fail(error(4, "Quota limit exceeded"), on="/tracks", times=2)
    assert len(read(service, tmp_path).items) == 3
    clock = service.quota.clock
    assert isinstance(clock, FakeClock)
    assert sum(clock.slept) > 8  # two rests of five to six seconds


def test_quota_that_stays_used_up_stops_deezer(tmp_path: Path) -> None:
    """After its tries the service is left alone, for a stated time."""
    service = fake()
    service.fail(error(4, "Quota limit exceeded"), times=99)
    found = failure(service, tmp_path)
    assert isinstance(found, ServiceStopError)
    assert found.service == "deezer"
    assert found.retry_at
    assert found.retry_at > "2026"


def test_a_hundred_playlists_stay_within_the_quota(tmp_path: Path) -> None:
    """The budget keeps 50 requests in 5 s; the server never has to refuse."""
    clock = FakeClock()
    playlists = {str(n): DeezerPlaylist(f"List {n}", many(2)) for n in range(100)}
    service = FakeDeezer(playlists, clock=clock)
    with kit_for(service, tmp_path) as kit:
        for name in playlists:
            assert len(read_one(f"deezer:playlist:{name}", kit).items) == 2
    assert (len(service.requests), service.n_refused) == (200, 0)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (WEB_PAGE, "found a web page"),
        (CUT_OFF, "found a body that was cut off"),
        (json_reply([]), "found a list"),
        (json_reply({}), "found nothing"),
        (json_reply({"data": "x"}), "found a text"),
        (json_reply({"data": None, "total": 3}), "found nothing"),
        (Reply(status=500), "found HTTP 500"),
    ],
)
def test_answers_that_are_none(tmp_path: Path, reply: Reply, words: str) -> None:
    """What is no page of songs is a fault that may pass, in plain words."""
    service = fake(*many(3))
    service.fail(reply, on="/tracks", times=9)
    found = failure(service, tmp_path)
    assert isinstance(found, FetchError)
    assert found.error_class is ErrorClass.TEMPORARY
    assert words in str(found)


def test_a_bad_moment_passes(tmp_path: Path) -> None:
    """A web page once, or a short rest, does not lose the playlist."""
    service = fake(*many(3))
    service.fail(WEB_PAGE, on="/tracks")
    service.fail(SOON, on="/playlist")
    assert len(read(service, tmp_path).items) == 3


def test_a_day_of_rest_stops_deezer(tmp_path: Path) -> None:
    """Nobody waits for a day; the error names the service and the time."""
    service = fake()
    service.fail(LATER)
    found = failure(service, tmp_path)
    assert isinstance(found, ServiceStopError)
    assert (found.service, len(service.requests)) == ("deezer", 1)


def test_http_404_is_permanent(tmp_path: Path) -> None:
    """Should Deezer ever use HTTP's own words, they count."""
    service = fake()
    service.fail(GONE)
    assert failure(service, tmp_path).error_class is ErrorClass.PERMANENT

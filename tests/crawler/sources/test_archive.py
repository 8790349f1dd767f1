"""Items and collections read from a server that answers like the Internet Archive."""

from pathlib import Path
from typing import Any

import pytest

from genre.crawler.sources import archive
from genre.crawler.sources.kit import Kit
from genre.errors import FetchError, ItemError, ServiceStopError
from genre.http import HttpClient
from genre.records import ErrorClass, EvidenceLevel, PlaylistData, Tag, Unchanged
from tests.clocks import FakeClock
from tests.crawler.sources.kits import make_kit
from tests.servers import Reply, json_reply, serve
from tests.services.archive import ArchiveItem, FakeArchive, file
from tests.services.fakes import BUSY, CUT_OFF, LATER, WEB_PAGE, routes


def album(*files: Any, **more: Any) -> FakeArchive:
    """Return an Archive with the item ``show`` of these files."""
    return FakeArchive({"show": ArchiveItem(list(files), **more)})


def collection(n: int) -> FakeArchive:
    """Return an Archive whose collection ``label`` holds ``n`` items of one song."""
    items = {
        f"item{i}": ArchiveItem(
            [file("a.mp3", title=f"Song {i}")], collections=("label",), downloads=n - i
        )
        for i in range(n)
    }
    return FakeArchive(items, collections=["label"])


def read_any(
    service: FakeArchive, folder: Path, wanted: str, **more: Any
) -> PlaylistData | Unchanged:
    """Read an item or collection from ``service``, without waiting."""
    clock = FakeClock()
    with serve(routes(service)) as server:
        url = service.url(server)
        settings = make_kit(folder, archive_url=url).settings
        client = HttpClient(settings, clock=clock, sleep=clock.sleep)
        own: dict[str, Any] = {"client": client, **more}
        kit: Kit = make_kit(folder, archive_url=url, kit=own)
        return archive.read(wanted, kit)


def read(service: FakeArchive, folder: Path, wanted: str = "show") -> PlaylistData:
    """Read what is not known yet."""
    data = read_any(service, folder, wanted)
    assert isinstance(data, PlaylistData)
    return data


def failure(service: FakeArchive, folder: Path, wanted: str = "show") -> ItemError:
    """Return the error that reading ends with."""
    with pytest.raises(ItemError) as caught:
        read(service, folder, wanted)
    return caught.value


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("https://archive.org/details/IbertEscales", "IbertEscales"),
        ("http://www.archive.org/details/gd77-05-08.sbd/?sort=x", "gd77-05-08.sbd"),
        ("https://archive.org/details/netlabels?limit=500", "netlabels?limit=500"),
        ("https://archive.org/download/x", "x"),
        ("https://archive.org/download/x/list.m3u", None),
        ("https://archive.org/details/..", None),
        ("https://web.archive.org/details/x", None),
    ],
)
def test_addresses(source: str, expected: str | None) -> None:
    """Items and collections are the Archive's; a file in an item is a file."""
    assert archive.recognise(source) == expected


# --- items ---------------------------------------------------------------------------


def test_a_song_with_all_that_the_archive_tells(tmp_path: Path) -> None:
    """The file's own tags come first; licence, subjects and year are the item's."""
    song = file("01 I. Palermo.mp3", title="Palermo", length="351.4", genre="classical")
    data = read(album(song, more={"subject": "ballet; orchestra,ballet"}), tmp_path)
    assert (data.source, data.source_id, data.title) == ("archive", "show", "Some Item")
    assert (data.owner, data.url) == ("Some Artist", "https://archive.org/details/show")
    [item] = data.items
    assert (item.source, item.source_id) == ("archive", "show/01 I. Palermo.mp3")
    assert item.url.endswith("/archive/download/show/01%20I.%20Palermo.mp3")
    assert item.trusted
    assert (item.title, item.artists) == ("Palermo", ("Some Artist",))
    assert (item.album, item.duration_s, item.year) == ("Some Item", 351.4, 2011)
    assert item.licence == "https://creativecommons.org/licenses/by-nc-sa/3.0/"
    album_tags = [Tag(word, EvidenceLevel.ALBUM) for word in ("ballet", "orchestra")]
    assert item.tags == (Tag("classical"), *album_tags)


def test_one_format_for_each_song(tmp_path: Path) -> None:
    """Good MP3 comes before lossless, which comes before poor MP3; tags may be elsewhere."""
    files = [
        file("t1.flac", "Flac", title="One", artist="Band", length="5:24"),
        file("t1.mp3", of="t1.flac"),
        file("t1_64kb.mp3", "64Kbps MP3", of="t1.mp3"),
        file("t2.shn", "Shorten", title="Two"),
        file("t2.ogg", "Ogg Vorbis", of="t2.shn", length="01:02:03"),
        file("t3.wav", "WAVE", title="Three"),
        file("t3_64kb.mp3", "64Kbps MP3", of="t3.wav"),
        file("cover.jpg", "JPEG"),
        file("t1.png", "Spectrogram", of="t1.flac"),
    ]
    items = read(album(*files), tmp_path).items
    assert [item.title for item in items] == ["One", "Two", "Three"]
    assert [i.url.rpartition("/")[2] for i in items] == ["t1.mp3", "t2.ogg", "t3.wav"]
    assert [item.duration_s for item in items] == [324.0, 3723.0, None]
    assert items[0].source_id == "show/t1.flac"
    assert items[0].artists == ("Band",)


def test_files_without_tags(tmp_path: Path) -> None:
    """The only song has the item's title; of several each has its file's name."""
    assert read(album(file("x.mp3")), tmp_path).items[0].title == "Some Item"
    several = album(file("01 - First_Song.mp3"), file("02 - Second.mp3"))
    items = read(several, tmp_path).items
    assert [item.title for item in items] == ["First Song", "Second"]
    assert items[0].artists == ("Some Artist",)


def test_names_of_files_are_quoted(tmp_path: Path) -> None:
    """A name cannot leave its address, whatever it holds."""
    names = ["a/b?c#d.mp3", "../../etc/x.mp3", "\x1b\ud800.mp3", "é.mp3"]
    data = read(album(*(file(n, title=f"T{i}") for i, n in enumerate(names))), tmp_path)
    ends = [item.url.partition("/download/show/")[2] for item in data.items]
    assert ends == ["a/b%3Fc%23d.mp3", "../../etc/x.mp3", "%1B.mp3", "%C3%A9.mp3"]


def test_creators_and_licences_may_be_lists(tmp_path: Path) -> None:
    """Nearly every field of an item may be a list, or missing."""
    more = {"licenseurl": ["https://creativecommons.org/publicdomain/mark/1.0/"]}
    data = read(album(file("x.mp3"), creator=["A", "B"], more=more), tmp_path)
    assert data.items[0].artists == ("A", "B")
    assert data.items[0].licence == more["licenseurl"][0]
    bare = album(file("x.mp3", title="T", artist="A"), creator=None, licence="")
    assert (read(bare, tmp_path).owner, read(bare, tmp_path).items[0].licence) == (
        "",
        "",
    )


@pytest.mark.parametrize(
    ("service", "words"),
    [
        (FakeArchive(), "found none"),
        (album(is_dark=True), "found one that was withdrawn"),
        (album(file("a.pdf", "Text PDF")), "found no such file"),
        (album(file("a.mp3", private="true")), "found no such file"),
        (
            album(file("a.mp3"), more={"access-restricted-item": "true"}),
            "found one that is only lent",
        ),
    ],
)
def test_items_that_cannot_be_used(
    tmp_path: Path, service: FakeArchive, words: str
) -> None:
    """What is missing, withdrawn, lent or no audio is permanent, in plain words."""
    found = failure(service, tmp_path)
    assert found.error_class is ErrorClass.PERMANENT
    assert words in str(found)


# --- collections -----------------------------------------------------------------------


def test_collection_gives_its_most_downloaded_items(tmp_path: Path) -> None:
    """Without a limit a hundred items are read, and a note says of how many."""
    data = read(collection(120), tmp_path, "label")
    assert [item.title for item in data.items] == [f"Song {n}" for n in range(100)]
    assert (data.title, data.truncated) == ("Label", True)
    assert data.notes[0].startswith("100 of the collection's 120 items were read: the")
    assert "add ?limit=N to its address" in data.notes[0]


def test_collection_with_a_limit(tmp_path: Path) -> None:
    """The user's own limit leaves nothing to say; another limit is another playlist."""
    data = read(collection(9), tmp_path, "label?limit=4")
    assert (data.source_id, len(data.items)) == ("label?limit=4", 4)
    assert (data.notes, data.truncated) == ((), False)


def test_large_collection_is_paged(tmp_path: Path) -> None:
    """The search gives 500 items at a time."""
    service = collection(1_100)
    assert len(read(service, tmp_path, "label?limit=1050").items) == 1_050
    pages = [r.query["page"] for r in service.requests if "page" in r.query]
    assert pages == [["1"], ["2"], ["3"]]


def test_unchanged_collection_takes_two_requests(tmp_path: Path) -> None:
    """Dates of all items make the checksum; one that is newer has it read again."""
    service = collection(5)
    known = read(service, tmp_path, "label").checksum
    service.requests.clear()
    again = read_any(service, tmp_path, "label", last_checksum=lambda *_: known)
    assert again == Unchanged("archive", "label", "Label")
    assert service.paths == ["/metadata/label", "/advancedsearch.php"]
    service.items["item3"].updated = "2026-01-01T00:00:00Z"
    newer = read_any(service, tmp_path, "label", last_checksum=lambda *_: known)
    assert isinstance(newer, PlaylistData)


def test_repeated_page_ends_the_search(tmp_path: Path) -> None:
    """A search that always gives the first page is left, and that is said."""
    service = collection(700)
    service.repeats = True
    data = read(service, tmp_path, "label?limit=700")
    assert (len(data.items), data.truncated) == (500, True)
    assert "the list may be incomplete" in data.notes[0]
    assert not data.checksum.startswith("1:")


def test_bad_item_of_a_collection_is_a_problem(tmp_path: Path) -> None:
    """One that is gone is named; the others stay."""
    service = collection(3)
    service.items["item1"].is_dark = True
    data = read(service, tmp_path, "label")
    assert [item.title for item in data.items] == ["Song 0", "Song 2"]
    assert data.problems[0].startswith("Label, item item1: Expected an item item1")
    assert data.unreadable == ()


@pytest.mark.parametrize("reply", [BUSY, json_reply({"error": "no such node"})])
def test_item_that_cannot_be_read_now(tmp_path: Path, reply: Reply) -> None:
    """It is named and the others stay; the list is incomplete, and is read again."""
    service = collection(30)
    service.fail(reply, on="/metadata/item29", times=99)
    data = read(service, tmp_path, "label")
    assert [item.title for item in data.items] == [f"Song {n}" for n in range(29)]
    assert data.problems == ()
    [lost] = data.unreadable
    assert lost.startswith("Label, item item29: Expected")
    again = read_any(service, tmp_path, "label", last_checksum=lambda *_: data.checksum)
    assert isinstance(again, PlaylistData)


def test_no_item_can_be_read_now(tmp_path: Path) -> None:
    """Such a collection is no empty one; it is read by the same command later."""
    service = collection(2)
    service.fail(BUSY, on="/metadata/item", times=99)
    found = failure(service, tmp_path, "label")
    assert found.error_class is ErrorClass.ENVIRONMENT
    assert str(found).endswith("; run the same command again when they can be read.")


def test_many_items_that_cannot_be_read_now(tmp_path: Path) -> None:
    """After five in a row the Archive is left alone; what was read stays."""
    service = collection(30)
    service.fail(BUSY, on="/metadata/item1", times=999)  # also item10 to item19
    data = read(service, tmp_path, "label")
    assert [item.title for item in data.items] == [
        f"Song {n}" for n in (0, *range(2, 10))
    ]
    assert len(data.unreadable) == 7
    assert data.unreadable[-1] == (
        "Label, the other items: expected answers of the Internet Archive, found none for"
        " 5 items in a row; 15 are left for the next crawl."
    )


def test_a_stop_among_the_items(tmp_path: Path) -> None:
    """An item's problem is its own; a service that asks for a day of rest gets it."""
    service = collection(3)
    service.fail(LATER, on="/metadata/item1")
    assert isinstance(failure(service, tmp_path, "label"), ServiceStopError)


def test_limit_out_of_range(tmp_path: Path) -> None:
    """The Archive's search goes no further than 10,000."""
    found = failure(collection(1), tmp_path, "label?limit=10001")
    assert found.error_class is ErrorClass.ENVIRONMENT
    assert "Expected a limit of 1 to 10000 items" in str(found)


# --- refusals --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "reply", "words"),
    [
        ("/metadata", WEB_PAGE, "found a web page"),
        ("/metadata", CUT_OFF, "found a body that was cut off"),
        ("/metadata", json_reply([1]), "found a list"),
        ("/metadata", json_reply({"metadata": "x"}), "found a text"),
        ("/metadata", json_reply({"error": "\x1b oops"}), "found the error 'oops'"),
        (
            "/advancedsearch",
            Reply(b"[RANGE_OUT_OF_BOUNDS] paging"),
            "found something else",
        ),
        ("/advancedsearch", json_reply({"response": {}}), "found nothing"),
    ],
)
def test_answers_that_are_none(
    tmp_path: Path, on: str, reply: Reply, words: str
) -> None:
    """What is no item and no search is a fault that may pass, in plain words."""
    service = collection(2)
    service.fail(reply, on=on, times=9)
    found = failure(service, tmp_path, "label")
    assert isinstance(found, FetchError)
    assert found.error_class is ErrorClass.TEMPORARY
    assert words in str(found)


def test_a_day_of_rest_stops_the_archive(tmp_path: Path) -> None:
    """Nobody waits for a day; the error names the service."""
    service = album(file("x.mp3"))
    service.fail(LATER)
    found = failure(service, tmp_path)
    assert isinstance(found, ServiceStopError)
    assert found.service == "archive"

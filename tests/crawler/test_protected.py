"""Playlists and songs behind a login: fetched with it, remembered without it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from genre.crawler import review
from genre.crawler.recounting import ledger_name
from genre.crawler.sources import shown_source
from genre.db import models as m
from genre.errors import UsageError
from genre.records import Decision, ErrorClass, Status
from tests.crawler.crawls import by_status, rows, run, settings, song_bytes, songs
from tests.servers import Reply, Request, Server, serve

ANN = "Basic YW5uOnB3"  # ann:pw


def behind_login(reply: bytes) -> Callable[[Request], bytes | Reply]:
    """Return a route that answers Ann alone."""

    def answer(request: Request) -> bytes | Reply:
        known = request.headers.get("authorization") == ANN
        return reply if known else Reply(status=401)

    return answer


def with_login(server: Server, path: str) -> str:
    """Return an address with Ann's login."""
    return server.url(path).replace("http://", "http://ann:pw@")


def test_rows_of_a_protected_playlist(tmp_path: Path) -> None:
    """They need no login of their own on the playlist's server."""
    sound = song_bytes(tmp_path)
    pages = {"/p.m3u": behind_login(b"a.wav\n"), "/a.wav": behind_login(sound)}
    with serve(pages) as server:
        line = f"{with_login(server, '/p.m3u')}  Techno\n"
        (tmp_path / "list.txt").write_text(line)
        outcomes = run(tmp_path)

    assert by_status(outcomes) == {Status.DONE: 1}
    assert [r["source_id"] for r in rows(tmp_path, m.Playlist)] == [
        server.url("/p.m3u")
    ]
    assert [r["url"] for r in rows(tmp_path, m.TrackRef)] == [server.url("/a.wav")]


def test_a_login_has_to_be_read_again(tmp_path: Path) -> None:
    """Without the list nobody knows it: the song waits for a crawl that reads the list."""
    with serve({"/a.wav": behind_login(song_bytes(tmp_path))}) as server:
        (tmp_path / "p.m3u").write_text(with_login(server, "/a.wav"))
        (tmp_path / "list.txt").write_text("p.m3u Techno\n")
        run(tmp_path, request={"metadata_only": True})
        [early] = songs(run(tmp_path, request={"list_file": None, "audio_only": True}))
        again = run(tmp_path)

    assert early.error_class is ErrorClass.ENVIRONMENT
    assert "HTTP 401; it wants a login" in early.message
    assert by_status(again) == {Status.DONE: 1}


def test_a_match_with_a_login(tmp_path: Path) -> None:
    """The catalog would have to keep it: the sentence says where it belongs."""
    (tmp_path / "p.csv").write_text("title,artist\nOne,A\n")
    (tmp_path / "list.txt").write_text("p.csv Techno\n")
    run(tmp_path, request={"metadata_only": True})

    with pytest.raises(UsageError, match=r"one with a login \(http://h/x\?\.\.\.\)"):
        review.decide(
            settings(tmp_path), "One", "http://a:b@h/x?k=1", Decision.ACCEPTED
        )


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("http://a:b@h/p.m3u?key=1", "http://h/p.m3u?..."),
        ("https://www.youtube.com/playlist?list=PL1", None),
        ("music/a@b?.m3u", None),
        ("https://www.deezer.com/playlist/7", None),
    ],
)
def test_a_source_as_people_see_it(source: str, shown: str | None) -> None:
    """Without login and query; only a service's own query says which list it is."""
    assert shown_source(source) == (shown or source)


def test_two_addresses_that_look_alike() -> None:
    """The ledger tells them apart, and holds no more of them than a message would."""
    one, other = map(ledger_name, ("http://h/p.m3u?list=1", "http://h/p.m3u?list=2"))

    assert one != other
    assert one.startswith("http://h/p.m3u?... #")
    assert ledger_name("mine.m3u") == "mine.m3u"

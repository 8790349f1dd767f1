"""A whole crawl from YouTube: playlist, search and sound through the real yt-dlp."""

from pathlib import Path
from typing import Any

import pytest

from genre.crawler.pipeline import CrawlRequest, crawl
from genre.db import models as m
from genre.records import ErrorClass, Outcome, Status
from tests.crawler.crawls import by_status, rows, settings, song_bytes, songs, wavs
from tests.crawler.loopback_youtube import Listed, YouTube, video, video_id

PLAYLIST = "https://www.youtube.com/playlist?list=PL1"


def stocked(folder: Path, names: str) -> YouTube:
    """Return a YouTube with a playlist of songs of 2 s, all of them different."""
    sounds = {
        video_id(name): song_bytes(folder, freq=300.0 + 40 * i)
        for i, name in enumerate(names)
    }
    listed = Listed("Techno Hour", [video(name) for name in names])
    return YouTube(playlists={"PL1": listed}, audio=sounds)


def run(folder: Path, youtube: YouTube, **request: Any) -> list[Outcome]:
    """Crawl the list file of ``folder``."""
    asked = CrawlRequest(list_file=folder / "list.txt", **request)
    chosen = settings(folder, search="youtube", jobs=1)
    with youtube.serve() as server:
        events = crawl(chosen, asked, extractors=youtube.extractors(server))
        return [event for event in events if isinstance(event, Outcome)]


def test_playlist_and_search(tmp_path: Path) -> None:
    """A playlist's videos are the songs' sound; what a file names is searched."""
    (tmp_path / "names.csv").write_text("title,artist,duration\nb,The Band,2\n")
    (tmp_path / "list.txt").write_text(f"{PLAYLIST} Techno\nnames.csv House\n")
    youtube = stocked(tmp_path, "ab")
    youtube.playlists["PL1"].rows.pop()
    youtube.found = [video("b"), video("b live", title="The Band - b (live)")]

    outcomes = run(tmp_path, youtube)

    assert by_status(outcomes) == {Status.DONE: 2}
    audio = {row["provider_id"] for row in rows(tmp_path, m.Audio)}
    assert audio == {video_id("a"), video_id("b")}


def test_one_song_from_three_sources(tmp_path: Path) -> None:
    """A video in a playlist, by its address and by its names is one song."""
    (tmp_path / "a.m3u").write_text(f"https://youtu.be/{video_id('a')}\n")
    (tmp_path / "names.csv").write_text("title,artist,duration\na,The Band,2\n")
    lines = f"{PLAYLIST} Techno\na.m3u House\nnames.csv Electro\n"
    (tmp_path / "list.txt").write_text(lines)

    outcomes = run(tmp_path, stocked(tmp_path, "a"))

    [done] = songs(outcomes)
    assert (done.status, done.label) == (Status.DONE, "The Band - a")
    assert len(wavs(tmp_path)) == 1


@pytest.mark.parametrize("where", ["playlist", "video"])
def test_bot_check(tmp_path: Path, where: str) -> None:
    """It stops YouTube, names the time, and blames no song; later all goes on."""
    (tmp_path / "list.txt").write_text(f"{PLAYLIST} Techno\n")
    youtube = stocked(tmp_path, "abc")
    said = "Sign in to confirm you're not a bot"
    youtube.playlists["PL1"].error = said if where == "playlist" else ""
    youtube.errors = {video_id(name): said for name in "abc"}

    stopped = run(tmp_path, youtube)
    youtube.playlists["PL1"].error = ""
    youtube.errors = {}
    again = run(tmp_path, youtube, retry=frozenset([ErrorClass.STOP]))

    failed = [o for o in stopped if o.status is Status.FAILED]
    assert {o.error_class for o in failed} == {ErrorClass.STOP}
    assert all("after 20" in o.message or "until 20" in o.message for o in failed)
    assert by_status(again) == {Status.DONE: 3}


def test_nobody_asks_before_the_time(tmp_path: Path) -> None:
    """Run again too early, a crawl says until when, and sends YouTube nothing."""
    (tmp_path / "list.txt").write_text(f"{PLAYLIST} Techno\n")
    youtube = stocked(tmp_path, "a")
    youtube.playlists["PL1"].error = "HTTP Error 429: Too Many Requests"
    run(tmp_path, youtube)

    n_asked = len(youtube.asked)
    [early] = [o for o in run(tmp_path, youtube) if o.status is Status.FAILED]

    assert len(youtube.asked) == n_asked == 1
    assert early.unfinished
    assert "asked us to stay away until 20" in early.message

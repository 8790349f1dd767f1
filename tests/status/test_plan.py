"""``genre plan``: what a list will ask for."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from genre.config import Settings
from genre.crawler.pipeline import CrawlRequest, crawl
from genre.db import attempts, matches, open_catalog
from genre.db import models as m
from genre.db.attempts import Block
from genre.errors import UsageError
from genre.records import (
    Candidate,
    Decision,
    ErrorClass,
    Stage,
    Status,
    SubjectKind,
)
from genre.status.plan import Origins, plan
from tests.crawler.crawls import song, write_lists

ROWS = "title,artist,duration\nOne,A,180\nTwo,B,180\n"
PLACES = """title,artist,duration,url
Search me,A,100,
Video,B,100,https://www.youtube.com/watch?v=abcdefghijk
Sound,C,100,https://soundcloud.com/band/song
File,D,100,https://example.org/file.mp3
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings of a corpus that is not there yet."""
    return Settings(corpus=tmp_path / "corpus", min_free_bytes=0)


def test_a_playlist_is_read_once(tmp_path: Path, settings: Settings) -> None:
    """However often and in which spelling a list names it."""
    path = write_lists(tmp_path, {"p.csv House": ROWS, "q.csv Techno": ROWS})
    with path.open("a") as stream:
        stream.write("p.csv Techno\n./p.csv Dub\ngone.csv Dub\ngone.csv House\n")

    cost = plan(settings, path)

    assert (cost.playlists, cost.n_rows) == (2, 4)
    assert [problem[:7] for problem in cost.unread] == ["Line 5:"]
    assert cost.unread_classes == (ErrorClass.ENVIRONMENT,)


def test_one_playlist_instead_of_a_list(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs what a list of this one playlist costs."""
    write_lists(tmp_path, {"p.csv House, Dub": ROWS})
    monkeypatch.chdir(tmp_path)

    cost = plan(settings, source="p.csv", genres=("House", "Dub"))

    listed = plan(settings, tmp_path / "list.txt")
    assert (
        replace(cost, room=listed.room) == listed
    )  # the disk's room changes meanwhile
    assert (cost.n_songs, cost.genres) == (2, 2)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "found neither"),
        ({"list_file": Path("list.txt"), "source": "p.csv"}, "found both"),
        (
            {"list_file": Path("list.txt"), "genres": ("Dub",)},
            "--genre beside a SOURCE",
        ),
        ({"source": "gone.csv"}, "Expected a playlist, found 'gone.csv'"),
    ],
)
def test_what_cannot_be_planned(
    settings: Settings, asked: dict[str, Any], message: str
) -> None:
    """One sentence says what to name."""
    with pytest.raises(UsageError, match=message):
        plan(settings, **asked)


def test_a_song_in_several_playlists_is_one(tmp_path: Path, settings: Settings) -> None:
    """Rows, songs and their hours are told apart."""
    lists = {"p.csv House": ROWS, "q.csv Techno": ROWS + "Three,C,360\n"}

    cost = plan(settings, write_lists(tmp_path, lists))

    assert (cost.n_rows, cost.n_songs, cost.sound_h) == (5, 3, 0.2)


def test_spellings_of_a_genre_are_one(tmp_path: Path, settings: Settings) -> None:
    """Two spellings that a crawl will join are one genre here too."""
    lists = {"p.csv Drum & Bass, House": ROWS, "q.csv drum n bass, HOUSE": ROWS}

    assert plan(settings, write_lists(tmp_path, lists)).genres == 2


def test_where_the_audio_comes_from(tmp_path: Path, settings: Settings) -> None:
    """A file, an address, a site's own song; only the rest is searched."""
    song(tmp_path / "here.wav", s=1.0)
    lists = {"p.csv House": PLACES, "q.m3u House": "#EXTM3U\nhere.wav\n"}

    cost = plan(settings, write_lists(tmp_path, lists))

    assert cost.origins == Origins(local=1, direct=1, played=2, searched=1)


@pytest.mark.parametrize(
    ("changed", "hours"),
    [
        ({}, 3 / 300),
        ({"youtube_per_hour": 30.0}, 3 / 30),
        ({"youtube_per_hour": 0.0}, 0.0),
        ({"search": "http:http://127.0.0.1:9/"}, 1 / 300),
    ],
)
def test_youtube_is_asked_twice_for_a_song_that_is_searched(
    tmp_path: Path, settings: Settings, changed: dict[str, Any], hours: float
) -> None:
    """Once to search, once to download; once where the playlist names the video."""
    path = write_lists(tmp_path, {"p.csv House": PLACES})

    assert plan(replace(settings, **changed), path).youtube_h == hours


def test_disk_and_memory(tmp_path: Path, settings: Settings) -> None:
    """A second takes 32 kB as WAV and 31.25 frames of 128 values as segments."""
    rows = "title,artist,duration,url\nOne,A,1000,https://example.org/a.mp3\n"
    path = write_lists(tmp_path, {"p.csv House": rows})

    cost = plan(replace(settings, keep_originals=True), path)

    assert (cost.room.wav_gb, cost.room.store_gb) == (0.032, 0.008)
    assert cost.memory_gb == {"float16": 0.008, "uint8": 0.004}
    assert cost.room.originals_gb == cost.download_gb == 0.02
    assert cost.room.needed_gb == 0.06
    assert cost.room.fits


def test_excerpts_take_less_room(tmp_path: Path, settings: Settings) -> None:
    """The download is whole, what is kept is not."""
    rows = "title,artist,duration,url\nOne,A,1000,https://example.org/a.mp3\n"
    path = write_lists(tmp_path, {"p.csv House": rows})

    cost = plan(replace(settings, excerpt_s=100), path)

    assert (cost.room.wav_gb, cost.download_gb) == (0.0032, 0.02)


def test_what_does_not_fit_is_said(tmp_path: Path, settings: Settings) -> None:
    """What is to stay free counts."""
    path = write_lists(tmp_path, {"p.csv House": ROWS})
    free = shutil.disk_usage(tmp_path).total

    assert not plan(replace(settings, min_free_bytes=free), path).room.fits


def test_songs_that_are_there_cost_nothing_more(
    tmp_path: Path, settings: Settings
) -> None:
    """A second plan of the same list knows what the crawl has brought."""
    song(tmp_path / "here.wav", s=1.0)
    path = write_lists(
        tmp_path, {"p.m3u House": "#EXTM3U\n#EXTINF:1,A - One\nhere.wav\n"}
    )
    list(crawl(settings, CrawlRequest(list_file=path)))
    with (tmp_path / "p.m3u").open("a") as stream:
        stream.write("#EXTINF:1,B - Two\nhttps://example.org/two.mp3\n")

    cost = plan(settings, path)

    assert (cost.n_songs, cost.n_held, cost.origins) == (2, 1, Origins(direct=1))


NAMES = "title,artist,duration\nSong,A,100\nOther,B,100\n"


@pytest.mark.parametrize(
    ("rows", "origins", "hours"),
    [
        (
            "Song,A,100,https://example.org/a.mp3",
            Origins(direct=1, searched=1),
            2 / 300,
        ),
        (
            "Song,A,100,https://youtu.be/abcdefghijk",
            Origins(played=1, searched=1),
            3 / 300,
        ),
        ("Song,A,100,", Origins(searched=2), 4 / 300),
        (
            "Song,A,200,https://example.org/a.mp3",  # another length: another song
            Origins(searched=2),
            4 / 300,
        ),
    ],
)
def test_a_place_that_the_catalog_knows_is_not_searched(
    tmp_path: Path, settings: Settings, rows: str, origins: Origins, hours: float
) -> None:
    """Another playlist, crawled before, named it."""
    before = write_lists(
        tmp_path, {"q.csv Dub": f"title,artist,duration,url\n{rows}\n"}
    )
    list(crawl(settings, CrawlRequest(list_file=before, metadata_only=True)))
    cost = plan(settings, write_lists(tmp_path, {"p.csv House": NAMES}))

    assert (cost.origins, cost.youtube_h) == (origins, hours)


def test_an_accepted_search_result_is_not_searched_again(
    tmp_path: Path, settings: Settings
) -> None:
    """It only has to be downloaded; one that is uncertain says nothing."""
    path = write_lists(tmp_path, {"p.csv House": NAMES})
    list(crawl(settings, CrawlRequest(list_file=path, metadata_only=True)))
    with open_catalog(settings) as catalog, catalog.write() as session:
        for track_id, title in session.execute(select(m.Track.id, m.Track.title)):
            word = Decision.ACCEPTED if title == "Song" else Decision.UNCERTAIN
            found = Candidate("youtube", "v", "http://x/v", title, decision=word)
            matches.store(session, track_id, [found])

    cost = plan(settings, path)

    assert (cost.origins, cost.youtube_h) == (Origins(played=1, searched=1), 3 / 300)


@pytest.mark.parametrize(
    ("rows", "n_given_up"),
    [(NAMES, 1), (NAMES + "Song,A,100,https://example.org/a.mp3\n", 0)],
)
def test_what_a_crawl_has_given_up_is_not_to_be_done(
    tmp_path: Path, settings: Settings, rows: str, n_given_up: int
) -> None:
    """Unless a playlist names a new place, at which a crawl tries again."""
    path = write_lists(tmp_path, {"p.csv House": NAMES})
    list(crawl(settings, CrawlRequest(list_file=path, metadata_only=True)))
    with open_catalog(settings) as catalog, catalog.write() as session:
        song_id = session.scalars(select(m.Track.id).where(m.Track.title == "Song"))
        attempts.record(
            session,
            kind=SubjectKind.TRACK,
            subject=song_id.one(),
            stage=Stage.CRAWL,
            outcome=Status.REFUSED,
        )
    rows = rows.replace("duration\n", "duration,url\n", 1)
    cost = plan(settings, write_lists(tmp_path, {"p.csv House": rows}))

    assert (cost.n_songs, cost.n_held, cost.n_given_up) == (2, 0, n_given_up)
    assert cost.origins == Origins(direct=1 - n_given_up, searched=1)
    assert cost.room.wav_gb == (2 - n_given_up) * 0.0032


def test_columns_that_a_crawl_is_told_about_count_too(
    tmp_path: Path, settings: Settings
) -> None:
    """The same ``--map`` reads the same rows."""
    path = write_lists(tmp_path, {"p.csv House": "Was,Wer\nOne,A\n"})

    assert plan(settings, path).n_songs == 0
    columns = {"title": "Was", "artist": "Wer"}
    assert plan(settings, path, columns=columns).n_songs == 1


def test_a_plan_makes_nothing(tmp_path: Path, settings: Settings) -> None:
    """Not even the corpus folder."""
    plan(settings, write_lists(tmp_path, {"p.csv House": ROWS}))

    assert not settings.corpus.exists()


def test_a_service_that_wants_to_be_left_alone_is(
    tmp_path: Path, settings: Settings
) -> None:
    """A plan is no way around it."""
    until = (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with open_catalog(settings) as catalog, catalog.write() as session:
        attempts.block_service(session, Block("deezer", until, "slow down"))
    path = write_lists(tmp_path, {"p.csv House": ROWS})
    with path.open("a") as stream:
        stream.write("https://www.deezer.com/playlist/1 Techno\n")

    cost = plan(settings, path)

    assert cost.playlists == 1
    assert len(cost.unread) == 1
    assert until in cost.unread[0]

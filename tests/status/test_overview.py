"""``genre status``: a corpus as a crawl left it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from genre.config import Settings
from genre.console import Report
from genre.crawler.pipeline import CrawlRequest, crawl
from genre.db import attempts, open_catalog
from genre.db import models as m
from genre.db.funnel import Stages
from genre.errors import NotReadyError
from genre.features.pipeline import build_features
from genre.records import ErrorClass, Stage, Status, SubjectKind
from genre.status.overview import overview
from tests.crawler import crawls


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return the settings of a corpus with two songs and one that nobody has."""
    for n in (1, 2):
        crawls.song(tmp_path / f"{n}.wav", freq=220.0 * n)
    lists = {
        "dub.m3u Dub": "#EXTM3U\n1.wav\n2.wav\n",
        "idm.csv IDM": "title,artist,url\nGone,A,http://127.0.0.1:9/gone.mp3\n",
    }
    settings = crawls.settings(tmp_path)
    path = crawls.write_lists(tmp_path, lists)
    list(crawl(settings, CrawlRequest(list_file=path)))
    return settings


def test_the_funnel_of_a_crawl(settings: Settings) -> None:
    """Local files are converted at once; an address that fails is matched no further."""
    found = overview(settings)

    assert found.funnel.by_genre == {"Dub": Stages(2, 2, 2, 2), "IDM": Stages(1, 1)}
    assert found.funnel.total == Stages(3, 3, 2, 2)
    assert (found.counts.with_audio, found.counts.tracks) == (2, 3)


def test_features_count_under_the_settings_of_now(settings: Settings) -> None:
    """Those of other settings are named, but training would not use them."""
    list(build_features(settings))

    assert overview(settings).funnel.total.featured == 2
    other = overview(replace(settings, hop_length=256)).funnel
    assert other.total.featured == 0
    assert list(other.with_features.values()) == [2]


def test_trouble_comes_with_an_example_and_what_to_do(settings: Settings) -> None:
    """The class, how many, the newest, and the command."""
    [trouble] = overview(settings).troubles

    assert (trouble.error_class, trouble.n) == ("temporary", 1)
    assert trouble.example.name == "A - Gone"
    assert trouble.advice == "run the same command again"


@pytest.mark.parametrize(
    ("kind", "stage", "advice"),
    [
        (SubjectKind.TRACK, Stage.CRAWL, "left alone until `genre crawl --retry"),
        (SubjectKind.TRACK, Stage.FEATURES, "tried again each time; `genre match"),
        (SubjectKind.PLAYLIST, Stage.CRAWL, "read again by every crawl"),
    ],
)
def test_what_failed_for_good_is_left_alone_by_some(
    settings: Settings, kind: SubjectKind, stage: Stage, advice: str
) -> None:
    """A crawl leaves songs alone; playlists it reads anew, features are made anew."""
    with open_catalog(settings) as catalog, catalog.write() as session:
        subject = session.scalars(select(m.Track.id).where(m.Track.title == "Gone"))
        attempts.record(
            session,
            kind=kind,
            subject=subject.one(),
            stage=stage,
            outcome=Status.FAILED,
            error_class=ErrorClass.PERMANENT,
        )

    [trouble] = [t for t in overview(settings).troubles if t.error_class == "permanent"]
    assert (trouble.subject_kind, trouble.n) == (kind, 1)
    assert trouble.advice.startswith(advice)


def test_every_failure_is_listed_when_asked(settings: Settings) -> None:
    """One line each: when, at what, of which class, and why."""
    assert overview(settings).failures == ()
    [line] = overview(settings, failures=True).failure_lines()

    assert "  crawl  temporary  A - Gone: Expected" in line


def test_a_song_without_a_good_match_is_named_in_words(settings: Settings) -> None:
    """What the table above says, the list says too."""
    found = overview(settings, failures=True)
    refused = replace(found.failures[0], error_class="refused", message="Found none.")

    [line] = replace(found, failures=(refused,)).failure_lines()
    assert line.endswith("  crawl  no good match  A - Gone: Found none.")


def test_all_of_it_is_json(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Genres by name, stages by name, nothing cut."""
    report = Report("status", as_json=True)
    report.result("status", overview(settings, digest=True))
    report.finish()

    status = json.loads(capsys.readouterr().out)["status"]
    assert status["funnel"]["by_genre"]["Dub"]["converted"] == 2
    assert status["troubles"][0]["example"]["name"] == "A - Gone"
    assert len(status["digest"]) == 64


def test_no_catalog_is_a_sentence(tmp_path: Path) -> None:
    """It says what comes first."""
    with pytest.raises(NotReadyError, match="run `genre crawl` first"):
        overview(Settings(corpus=tmp_path))

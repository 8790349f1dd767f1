"""The tour takes a small composed corpus through every stage, twice."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from genre.config import Settings, load_settings
from genre.db import labels, open_catalog
from genre.demo.tour import DemoConfig, Finding, Step, run_demo
from genre.errors import UsageError
from genre.records import Event, Outcome, Stage, Status

SMALL = DemoConfig(tracks_per_genre=2, duration_s=6.0, width=2, epochs=1, crops=2)
Records = list[Event | Step | Finding]


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of a corpus that all tests here share."""
    return Settings(corpus=tmp_path_factory.mktemp("tour") / "corpus", jobs=1)


@pytest.fixture(scope="module")
def toured(settings: Settings) -> Records:
    """Take the tour once."""
    return list(run_demo(settings, SMALL))


def outcomes(records: Records, stage: Stage) -> Iterator[Outcome]:
    """Yield the outcomes of one stage."""
    return (r for r in records if isinstance(r, Outcome) and r.stage is stage)


def test_every_step_comes_with_its_command(toured: Records, settings: Settings) -> None:
    """The commands are the chain in order, on this corpus."""
    commands = [r.command for r in toured if isinstance(r, Step) and r.command]

    verbs = [command.split()[1] for command in commands]
    assert verbs == ["crawl", "label", "split", "features", "train", "export", "verify"]
    assert all(str(settings.corpus) in command for command in commands)


def test_nothing_fails(toured: Records) -> None:
    """Every composed song is decoded, labelled, turned into features and learnt from."""
    assert not [
        r for r in toured if isinstance(r, Outcome) and r.status is Status.FAILED
    ]
    assert len(list(outcomes(toured, Stage.FEATURES))) == 20


def test_the_music_is_said_to_be_synthetic(toured: Records) -> None:
    """First and last the tour says what kind of music this is."""
    assert isinstance(toured[0], Step)
    assert "synthetic" in toured[0].title
    assert "synthetic" in next(r.value for r in toured if isinstance(r, Finding))


def test_report_and_card_say_synthetic(toured: Records, settings: Settings) -> None:
    """What leaves the demo says so itself, today and in every later run."""
    findings = {r.name: r.value for r in toured if isinstance(r, Finding)}
    card = Path(findings["published corpus"]) / "README.md"

    assert "synthetic" in Path(findings["report"]).read_text(encoding="utf-8")
    assert "synthetic" in card.read_text(encoding="utf-8")
    later = load_settings({"corpus": settings.corpus}, environ={})
    assert "synthetic" in later.description


def test_the_findings_lead_to_files(toured: Records) -> None:
    """Report, truth and export exist where the tour says."""
    findings = {r.name: r.value for r in toured if isinstance(r, Finding)}

    assert Path(findings["report"]).is_file()
    assert (Path(findings["published corpus"]) / "manifest.json").is_file()
    scores = json.loads(Path(findings["against the truth"]).read_text(encoding="utf-8"))
    assert scores["labels"]["n_tracks"] == 20
    assert scores["model"]["n_songs"] > 0


def test_a_hybrid_carries_both_genres(toured: Records, settings: Settings) -> None:
    """A song in playlists of two genres has both labels."""
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        label_set = labels.current_label_set(session)
        assert label_set is not None
        found = labels.labels_of(session, label_set.id)

    genres: dict[str, set[str]] = {}
    for each in found:
        genres.setdefault(each.track_id, set()).add(each.genre)
    assert len(genres) == 20
    assert max(len(names) for names in genres.values()) >= 2
    assert toured


def test_a_second_tour_keeps_what_is_there(toured: Records, settings: Settings) -> None:
    """Music, audio, labels, features and the run are kept; only the export is renewed."""
    again = list(run_demo(settings, SMALL))

    for stage in (Stage.CRAWL, Stage.LABEL, Stage.SPLIT, Stage.FEATURES, Stage.TRAIN):
        assert Status.DONE not in {o.status for o in outcomes(again, stage)}, stage
    assert {r for r in again if isinstance(r, Finding)} == {
        r for r in toured if isinstance(r, Finding)
    }


def test_other_numbers_are_refused_in_the_same_corpus(
    toured: Records, settings: Settings
) -> None:
    """Another seed needs another corpus."""
    with pytest.raises(UsageError, match=r"seed = 1.*choose another --corpus"):
        list(run_demo(settings, DemoConfig(tracks_per_genre=2, seed=1, duration_s=6.0)))
    assert toured


def test_a_corpus_of_real_songs_is_left_alone(tmp_path: Path) -> None:
    """The demo does not mix synthetic songs into somebody's catalog."""
    settings = Settings(corpus=tmp_path)
    open_catalog(settings).close()

    with pytest.raises(UsageError, match="found another corpus"):
        list(run_demo(settings, SMALL))
    assert not (tmp_path / "demo").exists()


def test_more_songs_do_not_take_longer_to_train() -> None:
    """The number of crops per genre stays, whatever the number of songs."""
    few, many = DemoConfig(tracks_per_genre=16), DemoConfig(tracks_per_genre=64)

    assert few.train_config.crops_per_song == 8
    assert many.train_config.crops_per_song == 2

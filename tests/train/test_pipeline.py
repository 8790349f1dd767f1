"""``genre train`` on a tiny corpus: what it leaves, keeps, resumes and refuses."""

import csv
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from genre.config import Settings
from genre.db import models as m
from genre.db import open_catalog, runs, splits
from genre.db.dump import canonical_dump
from genre.errors import BusyError, CheckpointError, GenreError, NotReadyError
from genre.files import stage_lock
from genre.records import (
    Event,
    Outcome,
    Plan,
    Run,
    Split,
    SplitSet,
    Stage,
    Status,
)
from genre.train.checkpoint import load_checkpoint
from genre.train.data import SongTable
from genre.train.exam import top_labels
from genre.train.pipeline import evaluate, predict, train
from genre.train.sources import trainable
from tests.synth import noise, write_media
from tests.train.tiny import GENRES, read_tree, tiny_config
from tests.train.tiny_corpus import TinyCorpus, last_outcome, notes

CONFIG = tiny_config(epochs=3, crops_per_song=2, width=2, patience=0)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[TinyCorpus, list[Event]]:
    """Return a corpus with one finished run, and the events of its training."""
    corpus = TinyCorpus(tmp_path_factory.mktemp("corpus")).build()
    return corpus, list(train(corpus.settings, CONFIG))


def folder_of(settings: Settings) -> Path:
    """Return the folder of the corpus's only run."""
    (folder,) = (settings.corpus / "runs").iterdir()
    return folder


def run_of(settings: Settings, run_id: str) -> Run | None:
    """Return what the catalog says about a run."""
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        return runs.find_run(session, run_id)


def results(settings: Settings) -> dict[str, bytes]:
    """Return a run's files, all but the one that says how fast it was."""
    files = read_tree(folder_of(settings))
    del files["speed.json"]
    return files


def dump(settings: Settings) -> list[str]:
    """Return the catalog's canonical dump."""
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        return list(canonical_dump(session))


def test_events_are_epochs_then_the_run(
    trained: tuple[TinyCorpus, list[Event]],
) -> None:
    """A plan of three epochs and a report is followed by four outcomes."""
    plan, *rest = trained[1]

    assert plan == Plan(Stage.TRAIN, total=4, unit="epochs")
    assert [e.status for e in rest if isinstance(e, Outcome)] == [Status.DONE] * 4
    assert isinstance(rest[0], Outcome)
    assert {"loss", "validation", "crops_per_s"} <= set(rest[0].data)


def test_a_run_leaves_its_files(trained: tuple[TinyCorpus, list[Event]]) -> None:
    """Checkpoint, numbers and report are there; the resume state is not."""
    files = {path.name for path in folder_of(trained[0].settings).iterdir()}

    assert files >= {
        "config.json", "metrics.json", "history.csv", "model.safetensors", "model.json",
        "report.html", "predictions.csv", "speed.json", "curves.png",
    }  # fmt: skip
    assert "state.safetensors" not in files
    assert not any(name.startswith(".tmp-") for name in files)


def test_the_run_is_recorded(trained: tuple[TinyCorpus, list[Event]]) -> None:
    """The catalog holds what was asked, on what, and what it reached."""
    corpus, events = trained
    run = run_of(corpus.settings, last_outcome(events).subject)

    assert run is not None
    assert (run.model, run.label_set, run.split_set) == (
        "mgcnet", "labels of 3", "split into 4",
    )  # fmt: skip
    assert run.checkpoint == f"runs/{run.id}"
    assert run.config == CONFIG.identity()
    assert run.metrics == json.loads(
        (corpus.settings.corpus / run.checkpoint / "metrics.json").read_text()
    )


def test_songs_and_segments_stand_side_by_side(
    trained: tuple[TinyCorpus, list[Event]],
) -> None:
    """The model, the classical baseline, the prior and the majority are measured."""
    metrics = last_outcome(trained[1]).data["metrics"]

    assert (metrics["n_songs"], metrics["n_segments"]) == (6, 12)
    assert list(metrics["song"]) == ["model", "baseline", "prior", "majority"]
    assert list(metrics["segment"]) == ["model", "baseline", "prior", "majority"]


def test_predictions_are_probabilities_of_held_out_songs(
    trained: tuple[TinyCorpus, list[Event]],
) -> None:
    """Validation and test songs, one column per genre, training songs left out."""
    text = (folder_of(trained[0].settings) / "predictions.csv").read_text()
    header, *rows = csv.reader(text.splitlines())

    assert header == ["track_id", "split", *GENRES]
    assert [row[1] for row in rows] == ["validation"] * 6 + ["test"] * 6
    assert all(0 <= float(value) <= 1 for row in rows for value in row[2:])


def test_the_message_says_what_was_reached_and_where_it_is(
    trained: tuple[TinyCorpus, list[Event]],
) -> None:
    """One line for the terminal."""
    message = last_outcome(trained[1]).message

    assert message.startswith("6 test songs of 2 artists: macro PR-AUC ")
    assert "classical baseline" in message
    assert "72 crops seen" in message
    assert message.endswith("report.html")


def test_the_same_command_again_keeps_the_run(tmp_path: Path) -> None:
    """Nothing is trained twice; the outcome says where the report is."""
    settings = TinyCorpus(tmp_path).build().settings
    list(train(settings, CONFIG))
    before = results(settings)

    again = last_outcome(list(train(settings, CONFIG)))

    assert again.status is Status.KEPT
    assert "report.html" in again.message
    assert results(settings) == before


def test_no_resume_trains_again_to_the_same_bits(
    trained: tuple[TinyCorpus, list[Event]],
) -> None:
    """Starting over is allowed, and reproduces every file."""
    settings = trained[0].settings
    before = results(settings)
    over = tiny_config(epochs=3, crops_per_song=2, width=2, resume=False)

    last = last_outcome(list(train(settings, over)))

    assert last.status is Status.DONE
    assert results(settings) == before


@pytest.mark.parametrize("n_events", [2, 3, 4])
def test_an_interrupted_run_ends_equal_to_an_undisturbed_one(
    trained: tuple[TinyCorpus, list[Event]], tmp_path: Path, n_events: int
) -> None:
    """Stopped after any epoch and started again, files and catalog are the same."""
    settings = TinyCorpus(tmp_path).build().settings
    events = train(settings, CONFIG)
    for _ in range(n_events):
        next(events)
    events.close()  # type: ignore[attr-defined]  # a generator: closing releases the lock

    list(train(settings, CONFIG))

    assert results(settings) == results(trained[0].settings)
    assert dump(settings) == dump(trained[0].settings)


def test_a_resumed_run_repeats_the_epochs_it_kept(tmp_path: Path) -> None:
    """Epochs that were done before the stop are counted as kept."""
    settings = TinyCorpus(tmp_path).build().settings
    events = train(settings, CONFIG)
    for _ in range(3):
        next(events)
    events.close()  # type: ignore[attr-defined]

    found = [e.status for e in train(settings, CONFIG) if isinstance(e, Outcome)]

    assert found == [Status.KEPT, Status.KEPT, Status.DONE, Status.DONE]


def test_single_label_predicts_one_distribution(tmp_path: Path) -> None:
    """Probabilities of a song sum to one; accuracy leads the message."""
    settings = TinyCorpus(tmp_path).build().settings
    config = tiny_config(epochs=2, multilabel=False, width=2)

    last = last_outcome(list(train(settings, config)))

    text = (folder_of(settings) / "predictions.csv").read_text()
    rows = list(csv.reader(text.splitlines()))[1:]
    assert "accuracy" in last.message
    assert [sum(map(float, row[2:])) for row in rows] == pytest.approx(
        [1] * 12, abs=1e-5
    )


def test_three_bands_are_told_apart(tmp_path: Path) -> None:
    """Given enough steps, genres that sound apart are ranked nearly without error."""
    settings = TinyCorpus(tmp_path).build().settings
    config = tiny_config(epochs=6, crops_per_song=8, mixup_p=0.0)

    metrics = last_outcome(list(train(settings, config))).data["metrics"]

    assert metrics["song"]["model"]["macro_pr_auc"] > 0.9


def test_truth_is_scored_beside_the_labels(tmp_path: Path) -> None:
    """Where the right answers are known, the labels themselves are measured too."""
    corpus = TinyCorpus(tmp_path).build()
    truth = {t: (GENRES[corpus.genre(i)],) for i, t in enumerate(corpus.ids)}

    last = last_outcome(list(train(corpus.settings, CONFIG, truth=truth)))

    assert last.data["metrics"]["truth"]["labels"]["recall"] == 1.0


# --- what is refused --------------------------------------------------------------


@pytest.mark.parametrize(
    ("without", "sentence"),
    [
        (["labels", "splits"], "Expected labels, found none; run `genre label`"),
        (["splits"], "run `genre split`"),
        (["features"], "Expected frames of mel1-16000.* run `genre features`"),
    ],
)
def test_a_missing_stage_is_named(
    tmp_path: Path, without: Sequence[str], sentence: str
) -> None:
    """Each missing stage has a sentence that names its command."""
    settings = TinyCorpus(tmp_path).build(without=without).settings

    with pytest.raises(NotReadyError, match=sentence):
        list(train(settings, CONFIG))


def test_no_corpus_is_refused_without_making_one(tmp_path: Path) -> None:
    """A mistyped folder does not become a corpus."""
    with pytest.raises(NotReadyError, match="run `genre crawl` first"):
        list(train(Settings(corpus=tmp_path / "typo"), CONFIG))

    assert not (tmp_path / "typo").exists()


def test_one_genre_is_refused(tmp_path: Path) -> None:
    """A single genre cannot be told from anything."""
    corpus = TinyCorpus(tmp_path).build(without=["labels"])
    with open_catalog(corpus.settings) as catalog, catalog.write() as session:
        corpus.label(session, genres=1)

    with pytest.raises(NotReadyError, match=r"two genres .* found only Ambient"):
        list(train(corpus.settings, CONFIG))


@pytest.mark.parametrize(
    ("parts", "n_per_genre", "sentence"),
    [
        (
            (Split.TRAIN, Split.TEST),
            2,
            "at least 4 songs in the training part, found 3",
        ),
        ((Split.TRAIN, Split.VALIDATION), 8, "songs in the test part .* found none"),
    ],
)
def test_too_few_songs_are_refused(
    tmp_path: Path, parts: Sequence[Split], n_per_genre: int, sentence: str
) -> None:
    """A training part of three songs, or an empty test part, is not enough."""
    corpus = TinyCorpus(tmp_path, n_per_genre=n_per_genre).build(without=["splits"])
    with open_catalog(corpus.settings) as catalog, catalog.write() as session:
        corpus.split(session, parts=parts)

    with pytest.raises(NotReadyError, match=sentence):
        list(train(corpus.settings, CONFIG))


def test_labelled_songs_without_a_part_are_noted(tmp_path: Path) -> None:
    """Songs that came after the split take no part, and the user is told."""
    corpus = TinyCorpus(tmp_path).build(without=["splits"])
    with open_catalog(corpus.settings) as catalog, catalog.write() as session:
        dealt = dict.fromkeys(corpus.ids[:9], Split.TRAIN)
        dealt |= dict.fromkeys(corpus.ids[9:18], Split.TEST)
        splits.save_split_set(session, SplitSet("early", "by hand", {}), dealt)

    events = list(train(corpus.settings, CONFIG))

    assert any("6 labelled songs are in no part" in note for note in notes(events))


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [("artist", "one and the same", "main artist"), ("sound", "alike", "recording")],
)
def test_parts_that_share_with_test_are_refused(
    tmp_path: Path, column: str, value: str, what: str
) -> None:
    """An artist or a sound in test and train makes scores too good: split again."""
    corpus = TinyCorpus(tmp_path).build()
    both = [corpus.ids[0], corpus.ids[9]]  # train, test
    with open_catalog(corpus.settings) as catalog, catalog.write() as session:
        if column == "artist":
            rows = update(m.TrackArtist).where(m.TrackArtist.track_id.in_(both))
            session.execute(rows.values(artist_key=value))
        for table in (m.Audio, m.Feature) if column == "sound" else ():
            rows = update(table).where(table.track_id.in_(both))
            session.execute(rows.values(pcm_sha256=value))

    with pytest.raises(NotReadyError, match=f"Expected no {what} in the test part"):
        list(train(corpus.settings, CONFIG))


def test_an_empty_validation_part_is_noted(tmp_path: Path) -> None:
    """Training goes on with plain thresholds, and says so."""
    corpus = TinyCorpus(tmp_path).build(without=["splits"])
    with open_catalog(corpus.settings) as catalog, catalog.write() as session:
        corpus.split(session, parts=(Split.TRAIN, Split.TEST))

    events = list(train(corpus.settings, CONFIG))

    assert "every threshold is 0.5" in notes(events)[0]
    assert load_checkpoint(folder_of(corpus.settings)).thresholds == (0.5, 0.5, 0.5)


def test_a_song_is_not_taught_as_its_second_best_genre() -> None:
    """One genre per song: when a song's own genre is left out, it has none."""
    table = SongTable(
        track_ids=tuple("abcdefgh"),
        artists=tuple("abcdefgh"),
        genres=("Ambient", "House", "Techno"),
        targets=np.eye(3, dtype=np.float32)[[1, 2, 1, 2, 1, 2, 1, 0]],
        known=np.ones((8, 3), np.bool_),
        splits=(*[Split.TRAIN] * 6, Split.TEST, Split.TEST),
    )
    table.targets[7, 1] = 0.4  # Ambient, and House a little

    single = trainable(table, replace(CONFIG, multilabel=False))

    assert single.genres == ("House", "Techno")
    assert top_labels(single).tolist() == [0, 1, 0, 1, 0, 1, 0, -1]


def test_a_genre_without_training_song_is_left_out_by_name(tmp_path: Path) -> None:
    """Ambient is only in the test part, so it cannot be learnt."""
    corpus = TinyCorpus(tmp_path).build(without=["splits"])
    with open_catalog(corpus.settings) as catalog, catalog.write() as session:
        corpus.split(session, parts=(Split.TRAIN, Split.TEST))
        for change in (
            "splits SET split = 'test'",
            "track_artists SET artist_key = 'x'",
        ):
            session.connection().exec_driver_sql(
                f"UPDATE {change} WHERE track_id IN"
                " (SELECT track_id FROM labels WHERE genre_id = 'ambient')"
            )

    events = list(train(corpus.settings, CONFIG))

    assert notes(events)[0] == "Ambient is left out: no training song clearly has it."
    assert load_checkpoint(folder_of(corpus.settings)).genres == GENRES[1:]


def test_a_diverged_run_says_what_to_change(tmp_path: Path) -> None:
    """A learning rate that blows the loss up is named, and nothing is recorded."""
    settings = TinyCorpus(tmp_path).build().settings
    config = tiny_config(epochs=2, lr=1.0, gain_db=0.0, weight_decay=1e38)

    with pytest.raises(GenreError, match="lower --lr than 1"):
        list(train(settings, config))


def test_a_second_trainer_is_told_who_trains(tmp_path: Path) -> None:
    """Two of the same stage may not work on one corpus."""
    settings = TinyCorpus(tmp_path).build().settings

    with (
        stage_lock(tmp_path, Stage.TRAIN),
        pytest.raises(BusyError, match="genre train"),
    ):
        list(train(settings, CONFIG))


# --- evaluate ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["latest", "id"])
def test_evaluate_repeats_the_numbers_of_the_report(tmp_path: Path, name: str) -> None:
    """On the test part the numbers are those of metrics.json, truth aside."""
    settings = TinyCorpus(tmp_path).build().settings
    done = last_outcome(list(train(settings, CONFIG)))
    run = done.subject if name == "id" else name

    found = last_outcome(list(evaluate(settings, run, split=Split.TEST)))

    assert found.data["metrics"] == done.data["metrics"]
    assert found.subject == done.subject


def test_evaluate_another_part(trained: tuple[TinyCorpus, list[Event]]) -> None:
    """The training part can be measured too, to see what was memorised."""
    corpus, events = trained
    run = last_outcome(events).subject

    found = last_outcome(list(evaluate(corpus.settings, run, split=Split.TRAIN)))

    assert found.message.startswith("12 train songs of 4 artists")


def test_evaluate_an_empty_part(trained: tuple[TinyCorpus, list[Event]]) -> None:
    """No song was excluded here."""
    with pytest.raises(NotReadyError, match="songs in the excluded part, found none"):
        list(evaluate(trained[0].settings, "latest", split=Split.EXCLUDED))


def test_evaluate_without_the_songs_of_a_genre(tmp_path: Path) -> None:
    """A run whose songs are gone is not measured on what happens to be left."""
    settings = TinyCorpus(tmp_path).build().settings
    list(train(settings, CONFIG))
    with open_catalog(settings) as catalog, catalog.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE audio SET status = 'removed' WHERE track_id IN"
            " (SELECT track_id FROM labels WHERE genre_id = 'house')"
        )

    with pytest.raises(NotReadyError, match="found no frames of House any more"):
        list(evaluate(settings, "latest", split=Split.TEST))


def test_an_unknown_run_is_answered_with_the_known_ones(
    trained: tuple[TinyCorpus, list[Event]],
) -> None:
    """A wrong name lists the right ones."""
    corpus, events = trained
    known = last_outcome(events).subject

    with pytest.raises(CheckpointError, match=f"found 'mgcnet-0'; .*{known}"):
        list(evaluate(corpus.settings, "mgcnet-0", split=Split.TEST))


def test_an_unfinished_run_is_named_as_such(tmp_path: Path) -> None:
    """A run that was stopped has nothing to evaluate yet."""
    settings = TinyCorpus(tmp_path).build().settings
    events = train(settings, CONFIG)
    for _ in range(2):
        next(events)
    events.close()  # type: ignore[attr-defined]

    with pytest.raises(CheckpointError, match=r"which is unfinished; .*none yet"):
        list(evaluate(settings, folder_of(settings).name, split=Split.TEST))


# --- predict -------------------------------------------------------------------------


def heard(events: Sequence[Event]) -> list[Outcome]:
    """Return the outcomes, one per file."""
    return [event for event in events if isinstance(event, Outcome)]


@pytest.mark.parametrize("name", ["tone.mp3", "tone.flac", "tone.wav"])
def test_any_audio_file_is_predicted(
    trained: tuple[TinyCorpus, list[Event]], tmp_path: Path, name: str
) -> None:
    """A file of any format gets a probability per genre."""
    write_media(tmp_path / name, noise(3.0))

    (said,) = heard(list(predict(trained[0].settings, "latest", [tmp_path / name])))

    assert (said.status, said.label) == (Status.DONE, name)
    assert {row["genre"] for row in said.data["genres"]} == set(GENRES)
    assert all(0 <= row["probability"] <= 1 for row in said.data["genres"])


def test_a_folder_is_a_run_without_a_catalog(
    trained: tuple[TinyCorpus, list[Event]], tmp_path: Path
) -> None:
    """A checkpoint that somebody was given works without their corpus."""
    given = shutil.copytree(folder_of(trained[0].settings), tmp_path / "given")
    write_media(tmp_path / "a.wav", noise(2.0))
    nowhere = Settings(corpus=tmp_path / "none", jobs=1)

    (said,) = heard(list(predict(nowhere, str(given), [tmp_path / "a.wav"])))

    assert said.status is Status.DONE


def test_a_bad_file_does_not_stop_the_others(
    trained: tuple[TinyCorpus, list[Event]], tmp_path: Path
) -> None:
    """What cannot be heard fails with its sentence; the next file is answered."""
    (tmp_path / "text.mp3").write_text("no music here")
    write_media(tmp_path / "good.wav", noise(2.0))
    files = [tmp_path / "text.mp3", tmp_path / "missing.mp3", tmp_path / "good.wav"]

    said = heard(list(predict(trained[0].settings, "latest", files)))

    assert [s.status for s in said] == [Status.FAILED, Status.FAILED, Status.DONE]
    assert all(s.message for s in said)

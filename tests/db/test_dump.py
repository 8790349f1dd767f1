"""The canonical dump says when two catalogs hold the same result."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from genre.config import Settings
from genre.db import models as m
from genre.db import open_catalog
from genre.db.dump import canonical_dump, digest


def _fill(session: Session, *, run: str = "run-1", at: str = "2026-01-01") -> None:
    """Put one row into each table that matters here, at a given time."""
    session.add(
        m.Playlist(id="p", source="file", source_id="x", snapshot_at=at, n_items=1)
    )
    session.add(m.Genre(id="techno", name="Téchno"))
    session.add(m.Track(id="t", title="T", artists="A", match_key="k"))
    session.add(
        m.LabelSet(
            id="l",
            name="votes",
            rule="",
            params={"half_s": 1},
            created_at=at,
            is_current=True,
        )
    )
    session.add(m.SplitSet(id="s", rule="", params={}, created_at=at, is_current=True))
    session.flush()
    session.add(
        m.PlaylistTrack(playlist_id="p", position=0, track_id="t", first_seen=at)
    )
    session.add(_run(run, at))
    session.flush()
    session.add(
        m.Prediction(run_id=run, track_id="t", genre_id="techno", fold=0, score=0.5)
    )
    session.add(m.Embedding(run_id=run, track_id="t", path=f"runs/{run}/t.npy"))


def _run(run: str, at: str, *, f1: float = 0.5, wall: float = 1.0) -> m.Run:
    """Return a run whose metrics mix results and wall-clock figures."""
    metrics = {"f1": f1, "train_s": wall, "parts": [{"crops_per_s": wall, "n": 3}]}
    return m.Run(
        id=run, started_at=at, model="mgcnet", config={"warmup_s": 2}, metrics=metrics,
        checkpoint=f"runs/{run}/model.safetensors", label_set="l", split_set="s", feature_key="f",
    )  # fmt: skip


def _dump(folder: Path, *steps: Callable[[Session], object]) -> list[str]:
    """Return the dump of a fresh catalog after ``steps``."""
    with open_catalog(Settings(corpus=folder)) as catalog:
        for step in steps:
            with catalog.write() as session:
                step(session)
        with catalog.read() as session:
            return list(canonical_dump(session))


def test_rows_are_lines_of_sorted_json(tmp_path: Path) -> None:
    """A row is its table's name and its values, foreign letters as they are."""
    lines = _dump(tmp_path, _fill)
    assert lines == sorted(lines, key=lambda line: line.split(",")[0])
    assert '["genres",{"id":"techno","name":"Téchno","parent_id":null}]' in lines


def test_times_and_run_ids_do_not_count(tmp_path: Path) -> None:
    """The same result at another time under another run id has an equal dump."""
    one = _dump(tmp_path / "one", _fill)
    two = _dump(tmp_path / "two", lambda s: _fill(s, run="run-2", at="2027-09-09"))
    assert one == two
    assert not any("run-" in line or "2026" in line for line in one)


def test_run_keeps_metrics_and_config(tmp_path: Path) -> None:
    """Of a run all stays but its id, its start and what a clock measured."""
    assert (
        '["runs",{"checkpoint":"runs/<run>/model.safetensors","config":{"warmup_s":2},'
        '"feature_key":"f","label_set":"l","metrics":{"f1":0.5,"parts":[{"n":3}]},'
        '"model":"mgcnet","split_set":"s"}]'
    ) in _dump(tmp_path, _fill)


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_several_runs_come_in_one_order(tmp_path: Path, order: tuple[str, str]) -> None:
    """Which run was first does not change the dump."""

    def add(session: Session) -> None:
        for run, f1 in zip(order, (0.1, 0.9), strict=True):
            session.add(_run(run, "2026", f1=f1))
            session.flush()
            path = f"runs/{run}/{f1}.npy"
            session.add(m.Embedding(run_id=run, track_id="t", path=path))

    lines = _dump(tmp_path, _fill, add)
    found = [line for line in lines if line.startswith('["embeddings"')]
    paths = [json.loads(line)[1]["path"] for line in found]
    assert paths == [f"runs/<run>/{name}.npy" for name in ("0.1", "0.9", "t")]


def test_ledger_and_services_do_not_count(tmp_path: Path) -> None:
    """What was tried, and who asked us to wait, is no part of the result."""

    def try_something(session: Session) -> None:
        session.add(
            m.Attempt(
                subject_kind="track",
                subject="t",
                stage="crawl",
                at="2026",
                outcome="failed",
            )
        )
        session.add(m.Service(name="youtube", blocked_until="2026"))

    assert _dump(tmp_path / "one", _fill) == _dump(
        tmp_path / "two", _fill, try_something
    )


@pytest.mark.parametrize(
    "change",
    [
        update(m.Track).values(title="Other"),
        update(m.PlaylistTrack).values(removed_at="2026"),
        update(m.LabelSet).values(params={"half_s": 2}),
        update(m.Prediction).values(score=0.25),
        update(m.Run).values(metrics={"f1": 0.6}),
        update(m.Run).values(config={"warmup_s": 3}),
        delete(m.Embedding),
    ],
)
def test_every_other_change_counts(tmp_path: Path, change: object) -> None:
    """A changed value, a removal and a lost row each change dump and digest."""
    with open_catalog(Settings(corpus=tmp_path)) as catalog:
        with catalog.write() as session:
            _fill(session)
        with catalog.read() as session:
            before = digest(session)
        with catalog.write() as session:
            session.execute(change)  # type: ignore[call-overload]
        with catalog.read() as session:
            assert digest(session) != before


def test_digest_is_the_hash_of_the_lines(tmp_path: Path) -> None:
    """``sha256sum`` of the dump as text gives the digest; empty gives the hash of nothing."""
    with open_catalog(Settings(corpus=tmp_path)) as catalog, catalog.read() as session:
        assert list(canonical_dump(session)) == []
        assert digest(session).startswith("e3b0c44298fc1c149afb")

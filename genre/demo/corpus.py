"""Composes the demo corpus into a folder: music, playlists, list file and truth.

    FOLDER/music/ab/<id>.mp3|m4a|ogg|flac
    FOLDER/playlists/*.m3u8|csv      FOLDER/list.txt   what `genre crawl` is given
    FOLDER/truth.csv                 what was really composed
    FOLDER/corpus.json               the plan everything follows from

Files appear whole or not at all and are kept when they are there, so a stopped
run goes on where it was. A folder belongs to one plan.
"""

import dataclasses
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from genre.audio import encode
from genre.demo.compose import TrackPlan, compose
from genre.demo.plan import RECIPE_VERSION, CorpusPlan, plan_tracks
from genre.demo.playlists import (
    music_path,
    plan_playlists,
    write_playlists,
    write_truth,
)
from genre.demo.sound import SR
from genre.errors import UsageError
from genre.files import stage_lock, sweep_temporary, write_json
from genre.records import Event, Outcome, Plan, Stage, Status
from genre.wav import write_wav
from genre.workers import map_processes

_PLAN = "corpus.json"


def compose_corpus(
    folder: Path, *, tracks_per_genre: int = 16, seed: int = 0, jobs: int = 1
) -> Iterator[Event]:
    """Compose the demo's music and playlists; what is there already is kept.

    Raises
    ------
    UsageError
        The folder holds music of another plan, or the numbers make no sense.
    BusyError
        Another process composes into this folder.
    """
    plan = CorpusPlan(tracks_per_genre=tracks_per_genre, seed=seed)
    yield from compose_plan(folder, plan, jobs=jobs)


def compose_plan(folder: Path, plan: CorpusPlan, *, jobs: int) -> Iterator[Event]:
    """Compose any plan: fewer genres or shorter tracks make a smaller corpus.

    Raises
    ------
    UsageError, BusyError
        As ``compose_corpus``.
    """
    with stage_lock(folder, Stage.DEMO):
        _claim(folder, plan)
        sweep_temporary(folder)
        tracks = plan_tracks(plan)
        missing = [t for t in tracks if not (folder / music_path(t)).exists()]
        yield Plan(Stage.DEMO, len(tracks))
        for track in tracks:
            if (folder / music_path(track)).exists():
                yield _outcome(track, Status.KEPT)
        tasks = ((folder, track) for track in missing)
        done = map_processes(_make, tasks, jobs=min(jobs, len(missing)))
        for track, _ in zip(missing, done, strict=True):
            yield _outcome(track, Status.DONE)
        write_truth(folder, tracks)
        write_playlists(folder, plan_playlists(plan, tracks))


def is_demo(folder: Path) -> bool:
    """Tell whether demo music was composed into a folder, or begun to be."""
    return (folder / _PLAN).exists()


def _claim(folder: Path, plan: CorpusPlan) -> None:
    """Write the plan into a new folder; refuse one that holds other music."""
    wanted = {**dataclasses.asdict(plan), "recipes": RECIPE_VERSION}
    wanted["genres"] = list(plan.genres)
    if not is_demo(folder):
        write_json(folder / _PLAN, wanted)
        return
    found = _read_claim(folder / _PLAN)
    differing = [key for key in wanted if found.get(key) != wanted[key]]
    if differing:
        key = differing[0]
        raise UsageError(
            f"Expected {folder} to hold demo music with {key} = {wanted[key]}, found"
            f" {found.get(key)}; choose another --corpus, or the same numbers as before."
        )


def _read_claim(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UsageError(
            f"Expected the plan of the demo's music in {path}, found something else;"
            " delete that folder, or choose another --corpus."
        )
    return found


def _make(task: tuple[Path, TrackPlan]) -> None:
    """Compose and encode one track; runs in a worker process."""
    folder, track = task
    target = folder / music_path(track)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tmp-", dir=folder) as scratch:
        wav = Path(scratch) / "track.wav"
        write_wav(wav, compose(track), SR)
        encode(wav, target, codec=track.codec)


def _outcome(track: TrackPlan, status: Status) -> Outcome:
    return Outcome(
        Stage.DEMO,
        track.id,
        status,
        label=f"{track.credit} - {track.full_title}",
        data={"genres": list(track.genres), "codec": track.codec},
    )

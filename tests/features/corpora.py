"""Small corpora for tests: synthesised songs as WAV, and their rows in the catalog."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from genre.config import Settings
from genre.db import Session, dump, models, open_catalog
from genre.db.features import current_features, shards_of
from genre.features.mel import MelConfig
from genre.features.pipeline import build_features
from genre.features.segments import Resident, load_resident
from genre.records import AudioStatus, Outcome, Status
from genre.wav import HEADER_BYTES
from tests.synth import noise, pure_tone, write_wave

Song = NDArray[np.float32]


def track_id(k: int) -> str:
    """Return the id of song ``k``; ids sort as their numbers do."""
    return f"{k:016x}"


def songs(count: int, *, duration_s: float = 0.5) -> dict[str, Song]:
    """Return ``count`` different sounds by track id."""
    return {
        track_id(k): pure_tone(200 + 10 * k, duration_s)
        + noise(duration_s, amplitude=0.1, seed=k)
        for k in range(count)
    }


def make_corpus(
    folder: Path, sounds: Mapping[str, Song], **changes: object
) -> Settings:
    """Write the sounds as the crawl stage would leave them; return the settings."""
    settings = Settings(corpus=folder, **changes)  # type: ignore[arg-type]
    with open_catalog(settings) as catalog, catalog.write() as session:
        for each, y in sounds.items():
            add_track(session, each)
            add_audio(session, folder, each, y)
    return settings


def add_track(session: Session, each: str) -> None:
    """Add a track's row."""
    track = models.Track(id=each, title=f"Song {each}", artists="Band", match_key=each)
    session.add(track)
    session.flush()


def add_audio(session: Session, folder: Path, each: str, y: Song) -> None:
    """Write a track's WAV and its row; audio it had before counts as replaced."""
    path = f"audio/{each[:2]}/{each}.wav"
    wav = write_wave(folder / path, y).read_bytes()
    for row in session.query(models.Audio).filter_by(track_id=each):
        row.status = AudioStatus.REPLACED
    session.flush()
    session.add(
        models.Audio(
            track_id=each,
            pcm_sha256=hashlib.sha256(wav[HEADER_BYTES:]).hexdigest(),
            path=path,
            provider="file",
            provider_id=each,
            sample_rate=16_000,
            n_samples=len(y),
            duration_s=len(y) / 16_000,
            source_codec="flac",
            status=AudioStatus.PRESENT,
        )
    )
    session.flush()


def store_files(folder: Path) -> dict[str, bytes]:
    """Return every file of the segment store by its relative path."""
    store = folder / "segments"
    return {
        str(path.relative_to(store)): path.read_bytes()
        for path in sorted(store.rglob("*"))
        if path.is_file()
    }


def outcomes(settings: Settings) -> list[Outcome]:
    """Run the stage and return what happened to each song."""
    return [e for e in build_features(settings) if isinstance(e, Outcome)]


def statuses(events: Iterable[Outcome]) -> Counter[Status]:
    """Return how many songs ended which way."""
    return Counter(event.status for event in events)


def load(settings: Settings) -> Resident:
    """Read back what the catalog says is in the store."""
    key = MelConfig.from_settings(settings).key
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        shards, refs = shards_of(session, key), current_features(session, key)
    return load_resident(settings.corpus, shards, refs)


def digest(settings: Settings) -> str:
    """Return the hash of the canonical dump of the catalog."""
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        return dump.digest(session)

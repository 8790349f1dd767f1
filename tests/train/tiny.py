"""Songs small enough to learn from in a second: each genre sounds in its own band."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from genre.features.scale import SCALES
from genre.records import Split
from genre.train.config import TrainConfig
from genre.train.crops import Corpus
from genre.train.data import SongTable

N_MELS = 16
N_FRAMES = 8  # per crop
GENRES = ("Ambient", "House", "Techno")
CPU = torch.device("cpu")


def tiny_config(**changes: object) -> TrainConfig:
    """Return options for a run of a second or less."""
    small = {
        "width": 4, "epochs": 3, "crops_per_song": 4, "batch_size": 8, "mask_mels": 2,
        "mask_frames": 2, "lr": 1e-2, "precision": "fp32", "device": "cpu",
    }  # fmt: skip
    return TrainConfig(**{**small, **changes})  # type: ignore[arg-type]


def song_frames(genre: int, *, n_frames: int, seed: int) -> NDArray[np.float32]:
    """Return noise at -60 dB with the genre's band 30 dB louder, [n_frames, n_mels]."""
    rng = np.random.default_rng(seed)
    mel = rng.normal(-60.0, 5.0, (n_frames, N_MELS)).astype(np.float32)
    mel[:, 2 + 4 * genre : 5 + 4 * genre] += 30.0
    return mel


def corpus_of(
    songs: Sequence[NDArray[np.float32]], *, dtype: str = "float16"
) -> Corpus:
    """Put songs, float32 dB [n_frames, n_mels] each, into one resident corpus."""
    lengths = np.array([len(song) for song in songs], np.int64)
    frames = SCALES[dtype].to_store(np.concatenate(songs))
    return Corpus(
        frames=torch.from_numpy(frames),
        starts=torch.from_numpy(np.cumsum(lengths) - lengths),
        lengths=torch.from_numpy(lengths),
        scale=SCALES[dtype],
    )


def genre_corpus(n_per_genre: int, *, seed: int = 0) -> Corpus:
    """Return songs of all genres in turn, each 20 to 29 frames long."""
    return corpus_of(
        [
            song_frames(
                genre, n_frames=20 + number % 10, seed=seed + 100 * number + genre
            )
            for number in range(n_per_genre)
            for genre in range(len(GENRES))
        ]
    )


def genre_table(
    n_per_genre: int, *, splits: Sequence[Split] = (Split.TRAIN,)
) -> SongTable:
    """Return the labels of ``genre_corpus``; the parts are dealt out in turn."""
    n_genres = len(GENRES)
    n_songs = n_per_genre * n_genres
    return SongTable(
        track_ids=tuple(f"{i:016x}" for i in range(n_songs)),
        artists=tuple(f"artist {i // n_genres}" for i in range(n_songs)),
        genres=GENRES,
        targets=np.tile(np.eye(n_genres, dtype=np.float32), (n_per_genre, 1)),
        known=np.ones((n_songs, n_genres), np.bool_),
        splits=tuple(splits[(i // n_genres) % len(splits)] for i in range(n_songs)),
    )


def read_tree(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, by relative path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }

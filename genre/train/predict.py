"""From songs to logits, from a sound to genres: how a trained network is asked.

A song's logits are the mean over all its half-overlapping windows. Averaging
logits, not probabilities, lets a few sure windows outweigh many unsure ones; it
is worth about ten points of accuracy over single segments.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from genre.features.mel import wav_to_mel
from genre.features.scale import SCALES
from genre.train.calibration import to_probabilities
from genre.train.checkpoint import Checkpoint
from genre.train.crops import Corpus, Normaliser, windows

BATCH = 32  # windows at once: small enough for a processor's cache

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SongLogits:
    """What a network says about songs.

    Attributes
    ----------
    songs : float32 [n_songs, n_genres]
        Mean over each song's windows, which overlap by half.
    segments : float32 [n_segments, n_genres]
        The store's segments alone, by song and time.
    segment_song : int64 [n_segments]
        Row of each segment's song.
    """

    songs: Floats
    segments: Floats
    segment_song: NDArray[np.int64]


def corpus_to_logits(
    model: nn.Module,
    corpus: Corpus,
    normaliser: Normaliser,
    *,
    n_frames: int,
    bf16: bool = False,
    overlap: bool = True,
) -> SongLogits:
    """Ask a network about every song of a corpus.

    Parameters
    ----------
    model : nn.Module
        In evaluation mode, on the corpus's device.
    corpus : Corpus
        The songs.
    normaliser : Normaliser
        The statistics the network was trained with, on the same device.
    n_frames : int
        Frames per window.
    bf16 : bool
        Compute in bfloat16: for curves while training. What is reported is
        computed in fp32, so that it is the same on every processor.
    overlap : bool
        Average half-overlapping windows, else the store's segments alone.

    Returns
    -------
    SongLogits
    """
    places = windows(corpus.lengths.cpu().numpy(), n_frames, overlap=overlap)
    logits = _window_logits(model, corpus, normaliser, places, n_frames, bf16)
    aligned = places[:, 1] % n_frames == 0
    n_songs = len(corpus.lengths)
    return SongLogits(
        songs=_mean_by_song(logits, places[:, 0], n_songs),
        segments=logits[aligned],
        segment_song=places[aligned, 0],
    )


@torch.inference_mode()
def _window_logits(
    model: nn.Module,
    corpus: Corpus,
    normaliser: Normaliser,
    places: NDArray[np.int64],
    n_frames: int,
    bf16: bool,
) -> Floats:
    device = corpus.frames.device
    parts = []
    for batch in torch.split(torch.from_numpy(places).to(device), BATCH):
        x = normaliser(corpus.gather(batch[:, 0], batch[:, 1], n_frames))
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            parts.append(model(x[:, None]).float())
    logits: Floats = torch.cat(parts).cpu().numpy()
    return logits


def _mean_by_song(values: Floats, song: NDArray[np.int64], n_songs: int) -> Floats:
    total = np.zeros((n_songs, values.shape[1]))
    np.add.at(total, song, values)
    count = np.bincount(song, minlength=n_songs)[:, None]
    return (total / count).astype(np.float32)


def wav_to_probabilities(checkpoint: Checkpoint, y: Floats) -> Floats:
    """Name the genres of one song.

    Parameters
    ----------
    checkpoint : Checkpoint
        The trained network.
    y : float32 [n_samples], -1..1
        Mono audio at ``checkpoint.mel.sr``.

    Returns
    -------
    float32 [n_genres], 0..1
        In the order of ``checkpoint.genres``.

    Raises
    ------
    MediaError
        The audio is empty or not finite.
    """
    scale = SCALES[checkpoint.mel.store_dtype]
    corpus = Corpus.from_mel(wav_to_mel(y, checkpoint.mel), scale, torch.device("cpu"))
    found = corpus_to_logits(
        checkpoint.model, corpus, checkpoint.normaliser, n_frames=checkpoint.n_frames
    )
    probabilities = to_probabilities(
        found.songs, checkpoint.temperature, multilabel=checkpoint.multilabel
    )
    return np.asarray(probabilities[0], dtype=np.float32)

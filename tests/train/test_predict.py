"""Songs become logits by averaging windows; a sound is answered like a song."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from genre.errors import MediaError
from genre.features.mel import wav_to_mel
from genre.train.crops import Corpus, Normaliser
from genre.train.predict import (
    SongLogits,
    corpus_to_logits,
    wav_to_probabilities,
)
from tests.train.test_checkpoint import tiny_checkpoint
from tests.train.tiny import N_MELS, corpus_of


class Loudness(nn.Module):
    """A network whose two logits are a crop's mean and its negative."""

    def forward(self, x: Tensor) -> Tensor:
        """Map [B, 1, n_mels, T] to [B, 2]."""
        level = x.mean((1, 2, 3))
        return torch.stack([level, -level], dim=1)


def ask(corpus: Corpus) -> SongLogits:
    """Ask Loudness about songs, with windows of two frames and no normalisation."""
    plain = Normaliser(torch.zeros(N_MELS), torch.ones(N_MELS))
    return corpus_to_logits(Loudness(), corpus, plain, n_frames=2)


def song(*levels: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return a song with one level per frame, in all bins."""
    return np.repeat(np.array(levels, np.float32)[:, None], N_MELS, axis=1)


def test_a_song_is_the_mean_of_its_windows() -> None:
    """Windows (-10,-20), (-20,-30) and (-30,-40) average to -25."""
    found = ask(corpus_of([song(-10, -20, -30, -40), song(0, 0)]))

    assert found.songs.tolist() == [[-25, 25], [0, 0]]


def test_segments_are_the_stores_own() -> None:
    """Of five frames, segments 0 and 1 are frames 0-1 and 2-3; the tail is none."""
    found = ask(corpus_of([song(-10, -20, -30, -40, -50), song(-7)]))

    assert found.segment_song.tolist() == [0, 0, 1]
    assert found.segments[:, 0].tolist() == [-15, -35, -43.5]


def test_more_windows_than_a_batch() -> None:
    """A long song's windows are asked in several batches and all count."""
    levels = np.linspace(-50, -10, 101).astype(np.float16).astype(float)

    found = ask(corpus_of([song(*levels)]))

    expected = np.mean((levels[1:] + levels[:-1]) / 2)
    assert found.songs[0, 0] == pytest.approx(expected, abs=1e-3)


def test_a_sound_becomes_one_probability_per_genre() -> None:
    """Any sound of any length is answered, and answered the same again."""
    y = np.random.default_rng(0).normal(0, 0.1, 20_000).astype(np.float32)

    found = wav_to_probabilities(tiny_checkpoint(), y)

    assert found.shape == (3,)
    assert bool(((found > 0) & (found < 1)).all())
    assert np.array_equal(found, wav_to_probabilities(tiny_checkpoint(), y))


def test_a_sound_is_asked_as_the_corpus_is() -> None:
    """A file is predicted through the very frames the store would hold."""
    c = tiny_checkpoint()
    y = np.random.default_rng(1).normal(0, 0.1, 20_000).astype(np.float32)
    corpus = corpus_of([wav_to_mel(y, c.mel)])
    logits = corpus_to_logits(c.model, corpus, c.normaliser, n_frames=c.n_frames)

    expected = 1 / (1 + np.exp(-logits.songs[0] / c.temperature))

    np.testing.assert_allclose(wav_to_probabilities(c, y), expected, rtol=1e-6)


def test_no_sound_is_no_song() -> None:
    """An empty file is the file's fault, with its sentence."""
    with pytest.raises(MediaError, match="found no samples"):
        wav_to_probabilities(tiny_checkpoint(), np.zeros(0, np.float32))

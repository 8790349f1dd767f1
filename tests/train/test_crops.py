"""Crops come from the right song and frame; windows cover whole songs."""

import numpy as np
import pytest
import torch

from genre.train.crops import FLOOR_DB, Corpus, measure_normaliser, windows
from tests.train.tiny import CPU, N_MELS, corpus_of, song_frames


def counting_songs(*lengths: int) -> Corpus:
    """Return songs whose frame f of song s is s * 20 + f - 70 dB in every bin."""
    songs = [
        np.tile(np.arange(n, dtype=np.float32)[:, None] + s * 20 - 70, (1, N_MELS))
        for s, n in enumerate(lengths)
    ]
    return corpus_of(songs)


def gather(corpus: Corpus, songs: list[int], first: list[int]) -> torch.Tensor:
    """Gather crops of four frames."""
    return corpus.gather(torch.tensor(songs), torch.tensor(first), 4)


def test_a_crop_is_consecutive_frames_of_its_song() -> None:
    """Song 1 from frame 2 on gives frames 2, 3, 4 and 5 of song 1."""
    crops = gather(counting_songs(10, 10), [1, 0], [2, 6])

    assert crops.shape == (2, N_MELS, 4)
    assert crops[0, 0].tolist() == [-48, -47, -46, -45]
    assert crops[1, 3].tolist() == [-64, -63, -62, -61]


def test_a_short_song_is_padded_with_the_floor_not_with_its_neighbour() -> None:
    """Frames beyond a song's end are silence."""
    crops = gather(counting_songs(2, 10), [0], [0])

    assert crops[0, 0].tolist() == [-70, -69, FLOOR_DB, FLOOR_DB]


def test_quieter_than_the_floor_is_the_floor() -> None:
    """The float16 store goes down to -100 dB, a crop to -80 dB."""
    corpus = corpus_of([np.full((4, N_MELS), -100.0, np.float32)])

    assert set(gather(corpus, [0], [0]).flatten().tolist()) == {-80.0}


@pytest.mark.parametrize(("dtype", "error_db"), [("float16", 0.04), ("uint8", 0.2501)])
def test_both_stores_give_decibels(dtype: str, error_db: float) -> None:
    """A crop is the song's dB values within the rounding of the store."""
    song = song_frames(1, n_frames=4, seed=0)

    crop = gather(corpus_of([song], dtype=dtype), [0], [0])[0].T.numpy()

    assert np.abs(crop - np.maximum(song, FLOOR_DB)).max() <= error_db


def test_selected_songs_keep_their_frames() -> None:
    """Row 0 of the selection of song 1 is song 1."""
    chosen = counting_songs(10, 10).select(np.array([1]))

    assert gather(chosen, [0], [0])[0, 0].tolist() == [-50, -49, -48, -47]


def test_one_song_as_a_corpus() -> None:
    """What is predicted goes through the same store type as what was learnt."""
    song = song_frames(0, n_frames=5, seed=1)
    corpus = Corpus.from_mel(song, corpus_of([song]).scale, CPU)

    assert torch.equal(gather(corpus, [0], [1]), gather(corpus_of([song]), [0], [1]))


def test_normaliser_has_the_statistics_of_all_frames() -> None:
    """Mean and spread per bin are those of the songs' frames laid end to end."""
    songs = [song_frames(g, n_frames=30 + g, seed=g) for g in range(3)]
    frames = np.concatenate(songs).astype(np.float16).astype(np.float64)

    found = measure_normaliser(corpus_of(songs))

    np.testing.assert_allclose(found.mean, frames.clip(-80).mean(0), rtol=1e-5)
    np.testing.assert_allclose(found.std, frames.clip(-80).std(0), rtol=1e-4)


def test_normaliser_sees_only_the_songs_it_is_given() -> None:
    """A loud song that is not selected changes nothing."""
    quiet, loud = (
        song_frames(0, n_frames=9, seed=0),
        np.full((9, N_MELS), 0, np.float32),
    )
    both = corpus_of([quiet, loud])

    found = measure_normaliser(both.select(np.array([0])))

    assert torch.equal(found.mean, measure_normaliser(corpus_of([quiet])).mean)


def test_normalised_crops_of_a_dead_bin_are_finite() -> None:
    """A bin that never changes is divided by 0.1 dB, not by zero."""
    corpus = corpus_of([np.full((6, N_MELS), -80.0, np.float32)])

    normalised = measure_normaliser(corpus)(gather(corpus, [0], [0]))

    assert bool((normalised == 0).all())


@pytest.mark.parametrize(
    ("length", "firsts"),
    [
        (3, [0]),  # shorter than a window: padded
        (4, [0]),
        (5, [0, 1]),  # the last one ends with the song
        (8, [0, 2, 4]),
        (9, [0, 2, 4, 5]),
    ],
)
def test_windows_overlap_by_half_and_reach_the_end(
    length: int, firsts: list[int]
) -> None:
    """Windows of four frames start every two frames; none of the song is lost."""
    assert windows(np.array([length]), 4)[:, 1].tolist() == firsts


def test_windows_of_odd_length_hold_every_segment() -> None:
    """Segment i of the store, frames 5i to 5i + 5, is among the windows."""
    firsts = windows(np.array([17]), 5)[:, 1].tolist()

    assert firsts == [0, 2, 5, 7, 10, 12]

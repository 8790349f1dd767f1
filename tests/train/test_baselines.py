"""What a model has to beat is fitted on the training part alone, masks and all."""

import numpy as np
import pytest

from genre.train.baselines import (
    STRENGTHS,
    Baseline,
    constant,
    fit_baseline,
    majority,
    prior,
    song_statistics,
)
from genre.train.data import SongTable
from genre.train.exam import Floats, to_cells
from genre.train.metrics import average_precision
from tests.train.exams import random_exam, random_songs, song_table


def heard(rng: np.random.Generator, songs: SongTable, *, noise: float = 0.5) -> Floats:
    """Return statistics, [n_songs, 12], that depend on the labels."""
    voices = np.random.default_rng(99).normal(0, 1, (len(songs.genres), 12))
    return songs.targets @ voices + rng.normal(0, noise, (songs.n_songs, 12))


def fitted(
    train: SongTable, *, multilabel: bool = True, noise: float = 0.5, seed: int = 0
) -> tuple[Baseline, Floats, SongTable]:
    """Fit on ``train``; return the baseline, new songs' statistics, and those songs."""
    rng = np.random.default_rng(seed)
    validation, test = random_songs(rng), random_songs(rng)
    baseline = fit_baseline(
        heard(rng, train, noise=noise),
        train,
        x_validation=heard(rng, validation, noise=noise),
        validation=validation,
        multilabel=multilabel,
    )
    return baseline, heard(rng, test, noise=noise), test


def test_prior_is_the_share_of_known_training_songs() -> None:
    """Unknown songs do not count; a genre nobody knows gets 0."""
    train = song_table(
        [[1, 1, 0], [0, 1, 0], [0, 0, 0]], known=[[1, 1, 0], [1, 0, 0], [1, 1, 0]]
    )

    assert pytest.approx(prior(train, multilabel=True)) == [1 / 3, 1 / 2, 0.0]


def test_prior_of_single_genres_adds_up_to_one() -> None:
    """With one genre per song the shares are a distribution."""
    train = song_table([[1.0, 0.0], [0.6, 0.4], [0.0, 1.0], [1.0, 0.0]])

    assert prior(train, multilabel=False).tolist() == [0.75, 0.25]


def test_majority_is_the_first_most_frequent_genre() -> None:
    """It is certain of one genre and of no other."""
    assert majority(np.array([0.2, 0.4, 0.4])).tolist() == [0.0, 1.0, 0.0]


def test_constant_answers_fit_the_exam() -> None:
    """A constant system answers every song, segment and validation song alike."""
    exam, _ = random_exam()

    answers = constant("prior", np.array([0.1, 0.2, 0.3, 0.4]), exam)

    exam.check(answers)
    assert answers.segments[5].tolist() == [0.1, 0.2, 0.3, 0.4]


def test_statistics_are_mean_deviation_and_change() -> None:
    """Per bin: mean, standard deviation, standard deviation of the differences."""
    frames = np.array([[0.0, -60.0], [10.0, -60.0], [0.0, -60.0], [10.0, -60.0]])

    found = song_statistics(frames)

    assert [
        5.0,
        -60.0,
        5.0,
        0.0,
        pytest.approx(200**0.5 * 2 / 3),
        0.0,
    ] == found.tolist()


def test_statistics_of_one_frame_have_no_change() -> None:
    """A song of a single frame has a mean and no spread."""
    assert song_statistics(np.array([[3.0]])).tolist() == [3.0, 0.0, 0.0]


@pytest.mark.parametrize("multilabel", [True, False])
def test_baseline_learns_what_statistics_tell(multilabel: bool) -> None:
    """On new songs it ranks far better than the prior would."""
    train = random_songs(np.random.default_rng(5), n_artists=10)
    baseline, x, test = fitted(train, multilabel=multilabel)

    scores = baseline.predict(x)

    assert ((scores >= 0) & (scores <= 1)).all()
    labels = to_cells(test, multilabel=multilabel)
    assert average_precision(labels, scores).mean() > 0.8


def test_single_genre_probabilities_add_up_to_one() -> None:
    """One regression over all genres: a softmax."""
    train = random_songs(np.random.default_rng(5))
    baseline, x, _ = fitted(train, multilabel=False)

    assert baseline.predict(x).sum(axis=1) == pytest.approx(1.0)


def test_strength_is_chosen_on_validation() -> None:
    """Of the grid the C is taken that ranks the validation songs best."""
    rng = np.random.default_rng(5)
    train, validation = random_songs(rng), random_songs(rng)
    x, x_validation = (heard(rng, part, noise=2.0) for part in (train, validation))
    labels = to_cells(validation, multilabel=True)

    def rank(strengths: tuple[float, ...]) -> float:
        baseline = fit_baseline(
            x, train, x_validation=x_validation, validation=validation,
            multilabel=True, strengths=strengths,
        )  # fmt: skip
        scores = baseline.predict(x_validation)
        return float(average_precision(labels, scores).mean())

    assert rank(STRENGTHS) == max(rank((c,)) for c in STRENGTHS)


def test_genre_without_both_sides_is_answered_by_its_share() -> None:
    """All training songs carry it: nothing to learn, the answer is 1."""
    train = random_songs(np.random.default_rng(5))
    train.targets[:, 2] = 1.0
    baseline, x, _ = fitted(train)

    assert baseline.learners[2] is None
    assert set(baseline.predict(x)[:, 2].tolist()) == {1.0}


def test_single_label_of_one_genre_answers_it() -> None:
    """Training songs of one genre only: that genre, always."""
    train = song_table(np.eye(4)[[1, 1, 1]], genres=random_songs(
        np.random.default_rng(0)).genres)  # fmt: skip
    baseline, x, _ = fitted(train, multilabel=False)

    assert baseline.predict(x)[0].tolist() == [0.0, 1.0, 0.0, 0.0]


def test_unknown_cells_are_not_learnt_from() -> None:
    """Wrong labels in unknown cells leave the predictions as they are."""
    rng = np.random.default_rng(5)
    train = random_songs(rng, n_artists=6)
    spoilt = random_songs(np.random.default_rng(5), n_artists=6)
    spoilt.targets[~spoilt.known] = 1.0 - spoilt.targets[~spoilt.known]
    x, x_validation = heard(rng, train), heard(rng, train)

    def answers(songs: SongTable) -> list[list[float]]:
        baseline = fit_baseline(
            x, songs, x_validation=x_validation, validation=train, multilabel=True
        )
        answered: list[list[float]] = baseline.predict(x).tolist()
        return answered

    assert answers(train) == answers(spoilt)


def test_no_validation_takes_the_strongest_regularisation() -> None:
    """Where nothing can choose, the safest of the grid is taken."""
    rng = np.random.default_rng(5)
    train = random_songs(rng)
    none = train.select(np.arange(0))

    baseline = fit_baseline(
        heard(rng, train), train, x_validation=np.zeros((0, 12)), validation=none,
        multilabel=True,
    )  # fmt: skip

    assert baseline.strength == min(STRENGTHS)
    assert baseline.predict(np.zeros((0, 12))).shape == (0, 4)

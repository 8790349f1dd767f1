"""Metrics equal hand-computed values and scikit-learn's; unknown cells do not count."""

import numpy as np
import pytest
from sklearn import metrics as reference

from genre.train.exam import Cells, to_cells
from genre.train.metrics import (
    average_precision,
    evaluate,
    f1,
    lrap,
    per_genre,
    precision_at,
    predict,
    prevalence,
    roc_auc,
    sample_f1,
    top_accuracy,
)
from tests.train.exams import cells, random_scores, random_songs

A_TOL = 1e-12


def complete(seed: int = 0) -> tuple[Cells, np.ndarray]:
    """Return random labels without unknown cells, every song with a positive."""
    rng = np.random.default_rng(seed)
    songs = random_songs(rng)
    positive = songs.targets >= 0.3
    return cells(positive), random_scores(rng, songs)


def test_average_precision_by_hand() -> None:
    """Right at ranks 1 and 3 of 4: (1/1 + 2/3) / 2."""
    asked = cells([[1], [0], [1], [0]])
    scores = np.array([[0.9], [0.8], [0.7], [0.1]])

    assert pytest.approx(5 / 6, abs=A_TOL) == average_precision(asked, scores).item()


def test_roc_auc_by_hand() -> None:
    """Of the 4 pairs of a positive and a negative one is in the wrong order."""
    asked = cells([[1], [0], [1], [0]])
    scores = np.array([[0.9], [0.8], [0.7], [0.1]])

    assert pytest.approx(3 / 4, abs=A_TOL) == roc_auc(asked, scores).item()


def test_unknown_cells_change_nothing() -> None:
    """A metric of half unknown cells equals that of the known songs alone."""
    labels, scores = complete()
    known = np.random.default_rng(1).random(scores.shape) > 0.4
    known[:, 0] = np.arange(len(scores)) % 2 == 0
    masked = cells(labels.positive, known)

    alone = Cells(labels.positive[::2, :1], labels.known[::2, :1])

    for metric in (average_precision, roc_auc):
        assert metric(alone, scores[::2, :1])[0] == metric(masked, scores)[0]
    assert prevalence(alone)[0] == prevalence(masked)[0]
    assert f1(alone, scores[::2, :1] > 0.5)[0] == f1(masked, scores > 0.5)[0]


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("macro_pr_auc", reference.average_precision_score),
        ("micro_pr_auc", lambda y, s: reference.average_precision_score(y, s, average="micro")),
        ("macro_roc_auc", reference.roc_auc_score),
        ("micro_roc_auc", lambda y, s: reference.roc_auc_score(y, s, average="micro")),
        ("macro_f1_at_half", lambda y, s: reference.f1_score(y, s >= 0.5, average="macro")),
        ("micro_f1", lambda y, s: reference.f1_score(y, s >= 0.4, average="micro")),
        ("macro_f1", lambda y, s: reference.f1_score(y, s >= 0.4, average="macro")),
        ("sample_f1", lambda y, s: reference.f1_score(y, s >= 0.4, average="samples")),
        ("hamming", lambda y, s: reference.hamming_loss(y, s >= 0.4)),
        ("lrap", reference.label_ranking_average_precision_score),
        ("brier", lambda y, s: np.mean((s - y) ** 2)),
        ("macro_prior", lambda y, s: y.mean()),
    ],
)  # fmt: skip
def test_multilabel_metrics_equal_scikit_learn(name: str, theirs) -> None:  # type: ignore[no-untyped-def]
    """Where nothing is unknown every metric is the reference's."""
    labels, scores = complete()

    ours = evaluate(labels, scores, np.full(4, 0.4), multilabel=True)

    assert pytest.approx(theirs(labels.positive, scores), abs=1e-9) == ours[name]


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("accuracy", lambda y, s: reference.accuracy_score(y, s.argmax(1))),
        ("balanced_accuracy", lambda y, s: reference.balanced_accuracy_score(y, s.argmax(1))),
        ("macro_f1", lambda y, s: reference.f1_score(y, s.argmax(1), average="macro")),
        ("top_2_accuracy", lambda y, s: reference.top_k_accuracy_score(y, s, k=2)),
        ("top_3_accuracy", lambda y, s: reference.top_k_accuracy_score(y, s, k=3)),
        ("macro_pr_auc", lambda y, s: reference.average_precision_score(np.eye(4)[y], s)),
        ("brier", lambda y, s: np.mean(((s - np.eye(4)[y]) ** 2).sum(1))),
    ],
)  # fmt: skip
def test_single_label_metrics_equal_scikit_learn(name: str, theirs) -> None:  # type: ignore[no-untyped-def]
    """With one genre per song every metric is the reference's."""
    rng = np.random.default_rng(3)
    songs = random_songs(rng)
    scores = random_scores(rng, songs)
    scores /= scores.sum(axis=1, keepdims=True)
    labels = to_cells(songs, multilabel=False)

    ours = evaluate(labels, scores, np.zeros(4), multilabel=False)

    expected = theirs(labels.positive.argmax(axis=1), scores)
    assert pytest.approx(expected, abs=1e-9) == ours[name]


def test_lrap_ranks_unknown_genres_last() -> None:
    """An unknown genre that scores highest does not push the right one down."""
    asked = cells([[0, 1, 0]], known=[[0, 1, 1]])

    assert lrap(asked, np.array([[0.9, 0.5, 0.1]])) == 1.0


@pytest.mark.parametrize(
    ("scores", "k", "expected"),
    [
        ([0.9, 0.5, 0.1], 1, 1.0),
        ([0.1, 0.9, 0.5], 1, 0.0),
        ([0.9, 0.1, 0.5], 3, 2 / 3),
        ([0.5, 0.5, 0.5], 1, 1.0),  # a tie goes to the first genre
    ],
)
def test_precision_at_k_by_hand(scores: list[float], k: int, expected: float) -> None:
    """The share of the k best genres that the song carries; it carries 1 and 3."""
    asked = cells([[1, 0, 1]])

    assert (
        pytest.approx(expected) == precision_at(asked, np.array([scores]), k=k).item()
    )


def test_precision_at_k_is_cut_to_the_known_genres() -> None:
    """With two known genres the three best are two."""
    asked = cells([[1, 0, 1]], known=[[1, 1, 0]])

    assert precision_at(asked, np.array([[0.3, 0.2, 0.9]]), k=3).item() == 0.5


def test_songs_without_a_positive_do_not_count_per_song() -> None:
    """They have no right answer, so they are neither right nor wrong."""
    asked = cells([[1, 0], [0, 0]])
    scores = np.array([[0.9, 0.1], [0.9, 0.1]])

    assert sample_f1(asked, scores > 0.5) == 1.0
    assert [
        precision_at(asked, scores, k=1)[0],
        bool(np.isnan(precision_at(asked, scores, k=1)[1])),
    ] == [1.0, True]
    assert bool(np.isnan(top_accuracy(asked, scores, k=2)[1]))


def test_genres_that_cannot_be_ranked_are_left_out_of_the_means() -> None:
    """A genre without positives is no zero: the mean is over the others."""
    labels, scores = complete()
    positive = labels.positive.copy()
    positive[:, 2] = False
    keep = [0, 1, 3]

    ours = evaluate(cells(positive), scores, np.full(4, 0.5), multilabel=True)

    expected = reference.average_precision_score(positive[:, keep], scores[:, keep])
    assert pytest.approx(expected) == ours["macro_pr_auc"]


@pytest.mark.parametrize("multilabel", [True, False])
@pytest.mark.parametrize("n_songs", [0, 1])
def test_a_part_without_knowledge_has_no_numbers(
    multilabel: bool, n_songs: int
) -> None:
    """No songs, or none with a known label: every metric is NaN, none raises."""
    nothing = cells(np.zeros((n_songs, 3)), known=np.zeros((n_songs, 3)))

    found = evaluate(
        nothing, np.full((n_songs, 3), 0.5), np.full(3, 0.5), multilabel=multilabel
    )

    assert all(np.isnan(value) for value in found.values())


def test_one_class_has_recall_but_no_ranking() -> None:
    """All songs of one genre: accuracy is defined, PR-AUC is not."""
    labels = cells([[1, 0], [1, 0]])
    scores = np.array([[0.8, 0.2], [0.4, 0.6]])

    found = evaluate(labels, scores, np.zeros(2), multilabel=False)

    assert [found["accuracy"], found["balanced_accuracy"]] == [0.5, 0.5]
    assert bool(np.isnan(found["macro_pr_auc"]))


def test_two_genres_have_no_third_best() -> None:
    """Top-3 accuracy of two genres is 1, not more."""
    labels = cells([[1, 0], [0, 1]])

    found = evaluate(labels, np.full((2, 2), 0.5), np.zeros(2), multilabel=False)

    assert found["top_3_accuracy"] == 1.0


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        (np.full((2, 3), 0.5), r"shape \(2, 2\), found \(2, 3\)"),
        (
            np.array([[3.0, -1.0], [0.0, 0.0]]),
            r"0 to 1, found -1 to 3 \(are these logits",
        ),
    ],
)
def test_scores_that_do_not_fit_are_refused(scores: np.ndarray, message: str) -> None:
    """The message says what was expected, what was found and guesses why."""
    with pytest.raises(ValueError, match=message):
        evaluate(cells([[1, 0], [0, 1]]), scores, np.zeros(2), multilabel=True)


def test_genre_table_counts_support_and_knowledge() -> None:
    """Support counts known positives; the prior is their share of known songs."""
    labels = cells([[1, 0], [1, 1], [0, 0]], known=[[1, 1], [0, 1], [1, 1]])
    scores = np.array([[0.9, 0.2], [0.1, 0.8], [0.3, 0.4]])

    table = per_genre(labels, scores, np.array([0.5, 0.6]), multilabel=True)

    assert table["support"].tolist() == [1, 1]
    assert table["known"].tolist() == [2, 3]
    assert pytest.approx([1 / 2, 1 / 3]) == table["prior"]
    assert table["f1"].tolist() == [1.0, 1.0]
    assert table["threshold"].tolist() == [0.5, 0.6]


@pytest.mark.parametrize(
    ("multilabel", "expected"),
    [(True, [[True, True, False]]), (False, [[False, True, False]])],
)
def test_answers_are_thresholded_or_the_top(
    multilabel: bool, expected: list[list[bool]]
) -> None:
    """Several genres: all from their threshold on. One: the highest."""
    scores, thresholds = np.array([[0.3, 0.6, 0.1]]), np.array([0.3, 0.5, 0.2])

    assert expected == predict(scores, thresholds, multilabel=multilabel).tolist()

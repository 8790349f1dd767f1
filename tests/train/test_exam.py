"""Labels become hard cells, and answers that do not fit are refused."""

import dataclasses

import numpy as np
import pytest

from genre.train.exam import Exam, hard_labels, to_cells, top_labels, unmeasurable
from tests.train.exams import cells, random_exam, song_table


@pytest.mark.parametrize(
    ("target", "known", "hard"),
    [(0.3, True, True), (0.29, True, False), (1.0, False, False), (1.0, True, True)],
)
def test_hard_label_is_a_known_vote_share_of_a_third_or_so(
    target: float, known: bool, hard: bool
) -> None:
    """A song carries a genre from a vote share of 0.3 on, if that is known."""
    songs = song_table([[target]], known=[[known]])

    assert hard == hard_labels(songs).item()


@pytest.mark.parametrize(
    ("targets", "known", "top"),
    [
        ([0.2, 0.7, 0.1], [1, 1, 1], 1),
        ([0.5, 0.5, 0.0], [1, 1, 1], 0),  # a tie goes to the first by name
        ([0.9, 0.4, 0.0], [0, 1, 1], 1),  # the best is unknown
        ([0.0, 0.0, 0.0], [1, 1, 1], -1),
        ([0.9, 0.9, 0.9], [0, 0, 0], -1),
    ],
)
def test_single_genre_is_the_top_known_one(
    targets: list[float], known: list[int], top: int
) -> None:
    """One genre per song: the highest known vote share, -1 without any."""
    assert top == top_labels(song_table([targets], known=[known])).item()


def test_single_label_cells_are_one_against_the_rest() -> None:
    """A song with a genre knows all its cells, one without knows none."""
    songs = song_table([[0.6, 0.4], [0.0, 0.0]])

    found = to_cells(songs, multilabel=False)

    assert found.positive.tolist() == [[True, False], [False, False]]
    assert found.known.tolist() == [[True, True], [False, False]]


def test_unmeasurable_genres_are_named_with_the_reason() -> None:
    """A genre without positives, without negatives or without knowledge is named."""
    found = unmeasurable(
        cells(
            [[1, 0, 1, 0], [0, 0, 1, 0]],
            known=[[1, 1, 1, 0], [1, 1, 1, 0]],
        ),
        ("Fine", "Never", "Always", "Unknown"),
    )

    assert found == [
        {"genre": "Never", "reason": "no known positive song in this part"},
        {"genre": "Always", "reason": "no known negative song in this part"},
        {
            "genre": "Unknown",
            "reason": "no known positive song in this part: all its labels are unknown",
        },
    ]


def test_segments_carry_their_songs_labels() -> None:
    """The segments of an exam are a table with the labels of their songs."""
    exam, _ = random_exam()

    assert exam.songs.targets[[0, 0, 0, 1]].tolist() == (
        exam.segments.targets[:4].tolist()
    )


def test_answers_of_another_shape_are_refused() -> None:
    """Scores for fewer segments than asked are refused by name."""
    exam, (model, *_) = random_exam()
    short = dataclasses.replace(model, segments=model.segments[:-1])

    with pytest.raises(ValueError, match=r"shape \(96, 4\) from model for segments"):
        exam.check(short)


def test_logits_are_refused() -> None:
    """Scores outside 0 to 1 are refused with a guess at the mistake."""
    exam, (model, *_) = random_exam()
    logits = dataclasses.replace(model, songs=model.songs * 9 - 4)

    with pytest.raises(ValueError, match=r"are these logits\?"):
        exam.check(logits)


def test_parts_with_other_genres_are_refused() -> None:
    """Validation songs with other genres than the test songs are refused."""
    rows = np.arange(1)

    with pytest.raises(ValueError, match="same genres in both parts"):
        Exam(True, song_table([[1.0]]), song_table([[1.0, 0.0]]), rows)


def test_truth_of_another_shape_is_refused() -> None:
    """Truth needs one row per song of the reported part."""
    exam, _ = random_exam()

    with pytest.raises(ValueError, match=r"truth of shape \(32, 4\), found \(1, 4\)"):
        dataclasses.replace(exam, truth=np.ones((1, 4)))

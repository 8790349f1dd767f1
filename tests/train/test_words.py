"""The report's sentences say what the numbers carry, and no more."""

from dataclasses import replace

import numpy as np
import pytest

from genre.records import Split
from genre.train.report_data import PartCount, ReportData
from genre.train.words import (
    count,
    figure,
    findings,
    limits,
    signed,
    song_caption,
    system,
    verdict,
)
from tests.train.exams import GENRES, report_data

UNDECIDED = (
    "It differs from the label prior by +0.100; so few artists cannot say how surely."
)


def said(data: ReportData) -> str:
    """Return the summary in front as one text."""
    return " ".join(findings(data))


def asked_about(data: ReportData, split: Split) -> ReportData:
    """Return the same report as if it were about another part."""
    return replace(data, exam=replace(data.exam, split=split))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.01, 0.2, "It is better than the label prior: +0.100 (+0.010 to +0.200)."),
        (-0.2, -0.01, "It is worse than the label prior: +0.100 (−0.200 to −0.010)."),
        (-0.1, 0.3, "It cannot be told apart from the label prior: +0.100 (−0.100 to +0.300)."),
        (0.0, 0.3, "It cannot be told apart from the label prior: +0.100 (+0.000 to +0.300)."),
        (None, None, UNDECIDED),
    ],
)  # fmt: skip
def test_difference_is_claimed_only_when_its_interval_leaves_out_zero(
    low: float | None, high: float | None, expected: str
) -> None:
    """Better, worse, or not to be told apart."""
    found = {"value": 0.1, "low": low, "high": high}

    assert verdict("label prior", found) == expected


def test_summary_says_who_learnt_from_whom() -> None:
    """What a reader must know first, then songs, artists and genres of both parts."""
    assert said(report_data()).startswith(
        "Artist - Title The model (mgcnet) learnt 4 genres from 90 songs by 40 artists"
        " and was asked about 32 songs by 16 artists of the test part. No main artist is in both"
    )


def test_shared_artists_are_confessed() -> None:
    """A split that leaks artists is said to, with what to do."""
    leaking = PartCount(Split.TRAIN, 90, 40, 2, (20, 30, 20, 20))

    found = said(report_data(parts=(leaking,)))

    assert "Training and test part share 2 artists" in found
    assert "run genre split, then train again" in found


def test_nothing_is_claimed_about_parts_that_were_not_counted() -> None:
    """Without counts the report does not say that artists are apart."""
    found = said(report_data(parts=()))

    assert "No main artist" not in found
    assert "Labels are playlist votes" in found


@pytest.mark.parametrize(
    ("split", "warning"),
    [
        (Split.TRAIN, "songs it learnt from"),
        (Split.VALIDATION, "were chosen on these songs"),
    ],
)
def test_other_parts_come_with_a_warning(split: Split, warning: str) -> None:
    """Scores on training or validation songs are said to flatter."""
    assert warning in said(asked_about(report_data(), split))


@pytest.mark.parametrize(
    ("multilabel", "metric"), [(True, "macro PR-AUC"), (False, "accuracy")]
)
def test_headline_names_its_metric_and_interval(multilabel: bool, metric: str) -> None:
    """The first score is the task's main one, with interval and chance beside it."""
    data = report_data(multilabel=multilabel)
    key = "macro_pr_auc" if multilabel else "accuracy"
    value = figure(data.summary["song"]["model"][key])

    found = said(data)

    assert f"Per song its {metric} is {value} (95 % interval" in found
    assert "answering by frequency gets" in found


def test_truth_is_mentioned_where_it_is_known() -> None:
    """The demo's report says how right its labels are."""
    assert "of this part's labels, " in said(report_data(truth=True))
    assert "of this part's labels, " not in said(report_data())


def test_part_without_measurable_genres_has_no_scores() -> None:
    """It is said in one sentence, not shown as zeros."""
    data = report_data()
    for metrics in data.summary["song"].values():
        metrics.update(dict.fromkeys(metrics))
    for found in data.summary["differences"]["song"].values():
        for metric in found:
            found[metric] = dict.fromkeys(found[metric])

    assert "No genre of this part can be measured, so there are no scores." in said(
        data
    )


def test_limits_name_everything_left_out() -> None:
    """Genres, excluded songs, unknown cells, lone artists and the given sentences."""
    excluded = PartCount(Split.EXCLUDED, 7, 3, 3, (1, 2, 2, 2))
    data = report_data(parts=(excluded,))
    left_out = [{"genre": "Trance", "reason": "no positives"}]
    data = replace(data, summary={**data.summary, "unmeasurable": left_out})
    data.summary["bootstrap"]["single_artist"] = ["House"]
    data.summary["bootstrap"]["lost"] = {"Techno": 0.25}

    found = " ".join(limits(data))

    for part in (
        "Trance is left out of every score: no positives.",
        "Kept out of training: 7 songs",
        "% of the song and genre pairs are unknown",
        "no interval of their own: House.",
        "Techno was absent from 25 % of the resamples",
        "32 songs are few",
        "3 songs have no audio.",
    ):
        assert part in found


def test_missing_validation_is_named() -> None:
    """Without validation labels the thresholds are known to be arbitrary."""
    data = report_data()
    none = data.exam.validation.select(np.arange(0))

    found = limits(replace(data, exam=replace(data.exam, validation=none)))

    assert "There are no validation labels: all thresholds are 0.5." in found


def test_caption_says_whether_the_model_was_right() -> None:
    """The two songs shown are the surest right and the surest wrong answer."""
    data = report_data(title="Some Band - Some Song")

    right, wrong = (song_caption(data, example) for example in data.examples)

    assert right.startswith("The surest right answer: Some Band - Some Song. Labelled ")
    assert wrong.startswith("The surest wrong answer: ")
    row = data.examples[0].song
    assert f"says {GENRES[data.model.songs[row].argmax()]} (" in right


@pytest.mark.parametrize(
    ("value", "plain", "with_sign"),
    [(0.5, "0.500", "+0.500"), (-0.25, "−0.250", "−0.250"), (None, "–", "–")],
)
def test_numbers_have_three_places(
    value: float | None, plain: str, with_sign: str
) -> None:
    """A true minus sign, and a dash for no number."""
    assert (figure(value), signed(value)) == (plain, with_sign)


@pytest.mark.parametrize(
    ("n", "words"), [(0, "0 songs"), (1, "1 song"), (2500, "2,500 songs")]
)
def test_counts_agree_with_their_noun(n: int, words: str) -> None:
    """One song, two songs, thousands with a comma."""
    assert count(n, "song") == words


def test_unnamed_systems_keep_their_name() -> None:
    """A system the words do not know is shown as it is called."""
    assert [system("baseline"), system("mine")] == ["classical baseline", "mine"]

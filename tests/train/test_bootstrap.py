"""Intervals come from resampled artists, cover what they should, and repeat."""

import numpy as np
import pytest

from genre.train.bootstrap import (
    Clusters,
    Intervals,
    bootstrap,
    find_clusters,
    resample,
    single_artist,
)
from genre.train.exam import Floats, to_cells
from genre.train.weighted import weighted_metrics
from tests.train.exams import cells, random_exam, random_songs, song_table


def measured(seed: int = 0, *, n_resamples: int = 200, n_artists: int = 4) -> Intervals:
    """Bootstrap a random exam's model, baseline and their difference."""
    exam, systems = random_exam(seed=seed, n_artists=n_artists)
    labels = to_cells(exam.songs, multilabel=True)
    weighted = {
        s.name: weighted_metrics(labels, s.songs, np.full(4, 0.5), multilabel=True)
        for s in systems
    }
    return bootstrap(
        find_clusters(exam.songs),
        weighted,
        pairs=[("model", "baseline"), ("model", "model")],
        n_resamples=n_resamples,
    )


def test_artists_are_drawn_within_their_main_genre() -> None:
    """An artist belongs to the genre with the largest sum of its songs' targets."""
    songs = song_table(
        [[0.6, 0.4], [0.0, 1.0], [1.0, 0.0], [0.2, 0.8]],
        artists=["a", "a", "b", "c"],
    )

    found = find_clusters(songs)

    assert found.song_artist.tolist() == [0, 0, 1, 2]
    assert [stratum.tolist() for stratum in found.strata] == [[1], [0, 2]]
    assert (found.n_artists, found.freedom) == (3, 1)


def test_unknown_cells_do_not_decide_an_artists_genre() -> None:
    """Only known targets speak; artists nobody knows anything of form a group."""
    songs = song_table(
        [[0.9, 0.5], [0.9, 0.5]],
        known=[[False, True], [False, False]],
        artists=["a", "b"],
    )

    assert [s.tolist() for s in find_clusters(songs).strata] == [[1], [0]]


def test_songs_without_an_artist_stand_for_themselves() -> None:
    """An empty key is no artist: its songs are not one cluster."""
    songs = song_table([[1.0]] * 3, artists=["", "", "a"])

    assert find_clusters(songs).n_artists == 3


def test_segments_are_drawn_with_their_song() -> None:
    """The segments' rows carry the artists of their songs; the strata stay."""
    clusters = Clusters(np.array([0, 1]), (np.array([0]), np.array([1])))

    segments = clusters.of_segments(np.array([0, 0, 1]))

    assert segments.song_artist.tolist() == [0, 0, 1]
    assert segments.n_artists == 2


def test_resamples_weigh_whole_artists_and_keep_each_genre() -> None:
    """All songs of an artist weigh the same, and every genre keeps its weight."""
    songs = random_songs(np.random.default_rng(0), n_artists=4, n_songs=2)

    weights = np.concatenate(
        list(resample(find_clusters(songs), n_resamples=60, seed=0))
    )

    assert weights.shape == (60, 32)
    assert (weights[:, ::2] == weights[:, 1::2]).all()
    assert pytest.approx(8.0) == weights.reshape(60, 4, 8).sum(axis=2)


def test_spread_of_a_mean_is_unbiased_for_few_artists() -> None:
    """Three artists: the resampled variance is s^2 / 3, not (2/3) s^2 / 3."""
    values = np.array([0.0, 1.0, 5.0])
    clusters = Clusters(np.arange(3), (np.arange(3),))

    weights = np.concatenate(list(resample(clusters, n_resamples=20_000, seed=0)))

    variance = (weights @ values / 3).var()
    assert pytest.approx(values.var(ddof=1) / 3, rel=0.05) == variance


def test_same_seed_gives_the_same_intervals() -> None:
    """The resamples are a function of the seed alone."""
    first, second = measured(), measured()

    low = first.systems["model"]["macro_pr_auc"].low
    assert second.systems["model"]["macro_pr_auc"].low == low


def test_order_of_the_songs_does_not_matter() -> None:
    """Artists are drawn in the order of their keys, not of their rows."""
    songs = random_songs(np.random.default_rng(0))
    rows = np.random.default_rng(1).permutation(songs.n_songs)

    plain = next(resample(find_clusters(songs), n_resamples=5, seed=3))
    mixed = next(resample(find_clusters(songs.select(rows)), n_resamples=5, seed=3))

    assert (plain[:, rows] == mixed).all()


def test_value_lies_in_its_interval() -> None:
    """Every interval holds its value and stays within 0 and 1."""
    found = measured().systems["model"]

    for interval in found.values():
        assert (interval.low <= interval.value).all()
        assert (interval.value <= interval.high).all()
        assert (interval.low >= 0).all()
        assert (interval.high <= 1).all()


def test_differences_are_paired() -> None:
    """A system differs from itself by exactly 0, and less from another than apart."""
    found = measured()

    own = found.differences[("model", "model")]["macro_pr_auc"]
    assert own.value == 0.0
    ours = found.systems["model"]["macro_pr_auc"]
    theirs = found.systems["baseline"]["macro_pr_auc"]
    paired = found.differences[("model", "baseline")]["macro_pr_auc"]
    apart = np.hypot(ours.high - ours.low, theirs.high - theirs.low)
    assert paired.value == pytest.approx(ours.value - theirs.value)
    assert paired.high - paired.low < 1.5 * apart


def test_no_spread_is_no_interval() -> None:
    """What no draw of artists changes gets no interval: one without width would lie."""
    own = measured().differences[("model", "model")]["macro_pr_auc"]

    assert np.isnan([own.low, own.high]).all()


def test_more_artists_give_narrower_intervals() -> None:
    """Sixteen times the artists: about a quarter of the width."""
    few = measured(n_artists=4).systems["model"]["macro_pr_auc"]
    many = measured(n_artists=64).systems["model"]["macro_pr_auc"]

    assert many.high - many.low < 0.5 * (few.high - few.low)


def test_intervals_cover_what_they_promise() -> None:
    """Of 120 corpora, 95 % intervals hold the expected value in about 95 %."""
    found = [measured(seed, n_resamples=100) for seed in range(120)]
    intervals = [each.systems["model"]["macro_pr_auc"] for each in found]
    expected = np.mean([interval.value for interval in intervals])

    covered = np.mean([i.low <= expected <= i.high for i in intervals])

    assert 0.88 <= covered <= 0.99


@pytest.mark.parametrize("n_artists", [0, 1])
def test_too_few_artists_give_no_interval(n_artists: int) -> None:
    """Without a second artist of any genre nothing tells the spread: NaN."""
    songs = song_table(np.ones((n_artists, 2)), artists=["only"] * n_artists)
    labels = to_cells(songs, multilabel=True)
    scores = np.full((n_artists, 2), 0.5)
    measure = weighted_metrics(labels, scores, np.full(2, 0.5), multilabel=True)

    found = bootstrap(find_clusters(songs), {"model": measure}, n_resamples=30)

    interval = found.systems["model"]["precision_at_1"]
    assert np.isnan([interval.low, interval.high]).tolist() == [True, True]


def test_lonely_artists_lend_the_spread_of_the_others() -> None:
    """Two of three genres show a spread: the means' is multiplied by sqrt(3 / 2)."""
    strata = (np.array([0, 1]), np.array([2, 3]), np.array([4]))

    assert Clusters(np.arange(5), strata).inflation == pytest.approx(1.5**0.5)
    assert np.isnan(Clusters(np.arange(1), strata[:1][:0]).inflation)


def test_means_cover_what_they_promise_with_lonely_artists() -> None:
    """With one of two genres shown by one artist, intervals still cover about 95 %."""
    rng = np.random.default_rng(0)
    clusters = Clusters(np.arange(9), (np.arange(8), np.array([8])))
    share = np.array([1 / 16] * 8 + [1 / 2])  # both genres weigh the same in the mean
    covered = []
    for _ in range(200):
        values = 0.5 + rng.normal(0, 0.05, 9) * np.array([1.0] * 8 + [8**-0.5])

        def measure(weights: Floats, values: Floats = values) -> dict[str, Floats]:
            return {"mean": weights @ (share * values), "pr_auc": weights[:, :1]}

        found = bootstrap(clusters, {"model": measure}, n_resamples=100)
        interval = found.systems["model"]["mean"]
        covered.append(interval.low <= 0.5 <= interval.high)

    assert 0.9 <= np.mean(covered) <= 0.99


def test_genres_of_one_artist_are_named() -> None:
    """A genre whose positives share one artist is named; unknown cells are none."""
    songs = song_table(np.ones((3, 3)), artists=["a", "a", "b"], genres=["X", "Y", "Z"])
    labels = cells(
        [[1, 1, 0], [1, 0, 0], [0, 1, 0]], known=[[1, 1, 1], [1, 1, 1], [1, 1, 1]]
    )

    assert single_artist(songs, labels) == ["X"]


def test_genre_absent_from_resamples_is_counted() -> None:
    """A genre that is nobody's main one vanishes at times; its share is stated."""
    targets = [[0.6, 0.4], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]
    songs = song_table(targets, artists=["a", "b", "c", "d"])
    labels = to_cells(songs, multilabel=True)
    scores = np.full((4, 2), 0.5)
    measure = weighted_metrics(labels, scores, np.full(2, 0.5), multilabel=True)

    found = bootstrap(find_clusters(songs), {"model": measure}, n_resamples=400)

    assert found.lost[0] == 0.0
    assert pytest.approx(found.lost[1], abs=0.08) == (3 / 4) ** 3

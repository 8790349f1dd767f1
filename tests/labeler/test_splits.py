"""Artist-disjoint, stratified, deterministic parts."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre.errors import UsageError
from genre.labeler.groups import artists_of
from genre.labeler.splits import RULE, SplitParams, divide, make_split_set
from genre.records import Split, SplitTrack
from tests.labeler.small import track


def corpus(n_artists: int = 40, n_songs: int = 5) -> list[SplitTrack]:
    """Return songs of two genres, each artist faithful to one."""
    return [
        track(f"{a:03}{s}", f"artist{a}", genres=("Techno", "Trance")[a % 2])
        for a in range(n_artists)
        for s in range(n_songs)
    ]


def test_parts_have_the_wanted_sizes() -> None:
    """Without joint songs the parts come within one artist of their shares."""
    _, report = divide(corpus(), SplitParams())
    assert report.n_tracks[Split.TRAIN] == pytest.approx(140, abs=5)
    assert report.n_tracks[Split.VALIDATION] == pytest.approx(30, abs=5)
    assert report.n_tracks[Split.TEST] == pytest.approx(30, abs=5)
    assert report.n_tracks[Split.EXCLUDED] == 0


def test_genres_are_stratified() -> None:
    """Each genre has its share in every part, however rare it is."""
    rare = [track(f"r{a}", f"rare{a}", genres="Dub") for a in range(10)]
    _, report = divide([*corpus(), *rare], SplitParams(ratios=(0.5, 0.2, 0.3)))
    parts = (Split.TRAIN, Split.VALIDATION, Split.TEST)
    assert [report.genres["Dub"][p] for p in parts] == [5, 2, 3]
    assert [report.genres["Techno"][p] for p in parts] == [50, 20, 30]


@pytest.mark.parametrize("n_songs", [1, 7])
def test_three_artists_reach_three_parts(n_songs: int) -> None:
    """A genre of three artists has songs in every part, whatever the shares."""
    few = [
        track(f"r{a}{s}", f"rare{a}", genres="Dub")
        for a in range(3)
        for s in range(n_songs)
    ]
    _, report = divide([*corpus(), *few], SplitParams(ratios=(0.9, 0.05, 0.05)))
    assert report.genres_without(Split.VALIDATION) == []
    assert report.genres_without(Split.TEST) == []


def test_a_genre_of_one_artist_is_trained_on_and_reported() -> None:
    """What cannot be divided goes to train, and the report says what it lacks."""
    lone = [track(f"r{s}", "rare", genres="Dub") for s in range(4)]
    splits, report = divide([*corpus(), *lone], SplitParams())
    assert {splits[t.id] for t in lone} == {Split.TRAIN}
    assert report.genres_without(Split.TEST) == ["Dub"]
    assert report.genres_without(Split.TRAIN) == []


@pytest.mark.parametrize("guest_role", ["others", "main"])
def test_nobody_of_test_is_heard_in_training(guest_role: str) -> None:
    """One guest on all songs: what shares him with test is excluded, the rest kept."""
    guests = [
        track(f"g{i:02}", f"host{i}" + (" guest" if guest_role == "main" else ""),
              others="guest" if guest_role == "others" else "")
        for i in range(30)
    ]  # fmt: skip
    tracks = [*corpus(), *guests]
    splits, _ = divide(tracks, SplitParams())
    in_test = {a for t in tracks if splits[t.id] is Split.TEST for a in artists_of(t)}
    for t in tracks:
        if splits[t.id] in {Split.TRAIN, Split.VALIDATION}:
            assert in_test.isdisjoint(artists_of(t))


def test_exclusions_are_kept_few() -> None:
    """A guest on a third of the songs costs fewer of them than chance would."""
    guests = [track(f"g{i:03}", f"host{i}", others="guest") for i in range(100)]
    _, report = divide([*corpus(), *guests], SplitParams())
    assert report.n_tracks[Split.EXCLUDED] <= 30
    assert report.n_tracks[Split.TEST] >= 25


def test_seeds_give_other_divisions() -> None:
    """Another seed divides otherwise, the same seed equally."""
    one, other = SplitParams(seed=1), SplitParams(seed=2)
    assert divide(corpus(), one) == divide(corpus(), one)
    assert divide(corpus(), one)[0] != divide(corpus(), other)[0]


@pytest.mark.parametrize(
    "ratios",
    [(0.7, 0.3, 0.0), (0.5, 0.5, 0.5), (1.2, -0.1, -0.1), (float("nan"), 0.5, 0.5)],
)
def test_bad_ratios_are_refused(ratios: tuple[float, float, float]) -> None:
    """Shares have to be positive and sum to 1."""
    with pytest.raises(UsageError, match=r"sum to 1, found .*; for example 0\.7"):
        divide(corpus(), SplitParams(ratios=ratios))


def test_nothing_divides_into_nothing() -> None:
    """No tracks give an empty division."""
    splits, report = divide([], SplitParams())
    assert splits == {}
    assert report.largest_group == 0


def test_split_set_id_follows_content() -> None:
    """Equal content gives an equal id; another part, seed or label set another."""
    splits = {"a": Split.TRAIN}
    one = make_split_set(splits, SplitParams(), label_set="l")
    assert one.id == make_split_set(dict(splits), SplitParams(), label_set="l").id
    assert one.id != make_split_set({"a": Split.TEST}, SplitParams(), label_set="l").id
    assert one.id != make_split_set(splits, SplitParams(seed=1), label_set="l").id
    assert one.id != make_split_set(splits, SplitParams(), label_set="m").id
    assert (one.rule, one.params["ratios"]) == (RULE, [0.7, 0.15, 0.15])


artists = st.sets(st.sampled_from("uvwxyz"), max_size=3).map(lambda s: tuple(sorted(s)))
tracks_of_any_kind = st.lists(
    st.builds(
        SplitTrack,
        id=st.uuids().map(str),
        main_artists=artists,
        other_artists=artists,
        isrc=st.sampled_from(["", "", "", "I1", "I2"]),
        pcm_sha256=st.sampled_from(["", "", "", "P1", "P2"]),
        genres=st.sets(st.sampled_from("ABC")).map(lambda s: tuple(sorted(s))),
    ),
    max_size=25,
    unique_by=lambda t: t.id,
)


@settings(deadline=None)
@given(tracks_of_any_kind, st.integers(0, 99))
def test_test_shares_nothing_with_the_rest(tracks: list[SplitTrack], seed: int) -> None:
    """No artist in any role, ISRC or sound is in test and in train or validation."""
    splits, _ = divide(tracks, SplitParams(seed=seed))
    assert splits.keys() == {t.id for t in tracks}

    def names(*parts: Split) -> set[str]:
        chosen = [t for t in tracks if splits[t.id] in parts]
        ties = {v for t in chosen for v in (t.isrc, t.pcm_sha256) if v}
        return ties | {a for t in chosen for a in artists_of(t)}

    assert names(Split.TEST).isdisjoint(names(Split.TRAIN, Split.VALIDATION))


@settings(deadline=None)
@given(tracks_of_any_kind, st.randoms(use_true_random=False))
def test_order_of_tracks_does_not_matter(
    tracks: list[SplitTrack], random: Random
) -> None:
    """The same tracks in another order are divided equally."""
    shuffled = list(tracks)
    random.shuffle(shuffled)
    assert divide(shuffled, SplitParams()) == divide(tracks, SplitParams())

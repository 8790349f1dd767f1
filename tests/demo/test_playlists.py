"""The playlists and the truth agree with the plan, mistakes included."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from genre.crawler.playlists import read_list_file
from genre.demo.compose import TrackPlan
from genre.demo.plan import CorpusPlan, plan_tracks
from genre.demo.playlists import (
    PlaylistPlan,
    music_path,
    plan_playlists,
    write_playlists,
    write_truth,
)

PLAN = CorpusPlan()


@pytest.fixture(scope="module")
def tracks() -> tuple[TrackPlan, ...]:
    """Plan the default corpus."""
    return plan_tracks(PLAN)


@pytest.fixture(scope="module")
def playlists(tracks: tuple[TrackPlan, ...]) -> tuple[PlaylistPlan, ...]:
    """Plan its playlists."""
    return plan_playlists(PLAN, tracks)


def is_wrong(playlist: PlaylistPlan, track: TrackPlan) -> bool:
    """Tell whether a song was composed in none of its playlist's genres."""
    return not set(playlist.genres) & set(track.genres)


def test_every_genre_has_an_m3u8_and_a_csv(playlists: tuple[PlaylistPlan, ...]) -> None:
    """Two playlists per genre, of two kinds; some playlists stand for two genres."""
    single = Counter(
        (p.genres[0], Path(p.name).suffix) for p in playlists if len(p.genres) == 1
    )

    assert {(g, s) for g in PLAN.genres for s in (".m3u8", ".csv")} == set(single)
    assert any(len(p.genres) == 2 for p in playlists)


def test_every_track_is_listed(
    tracks: tuple[TrackPlan, ...], playlists: tuple[PlaylistPlan, ...]
) -> None:
    """No composed song is lost, and no playlist holds a song twice."""
    assert {t.id for t in tracks} == {t.id for p in playlists for t in p.tracks}
    assert all(len(p.tracks) == len({t.id for t in p.tracks}) for p in playlists)


def test_most_hybrids_sit_in_playlists_of_both_genres(
    tracks: tuple[TrackPlan, ...], playlists: tuple[PlaylistPlan, ...]
) -> None:
    """At least 70 % of the hybrids are claimed by both sides."""
    claims: dict[str, set[str]] = {}
    for p in playlists:
        for t in p.tracks:
            claims.setdefault(t.id, set()).update(p.genres)

    hybrids = [t for t in tracks if t.hybrid]
    claimed = [t for t in hybrids if set(t.genres) <= claims[t.id]]
    assert len(claimed) >= 0.7 * len(hybrids)


def test_csv_playlists_contain_a_few_mistakes(
    playlists: tuple[PlaylistPlan, ...],
) -> None:
    """5 to 12 % of their rows are songs of a neighbour; M3U8 playlists have none."""
    wrong = {p.name: sum(is_wrong(p, t) for t in p.tracks) for p in playlists}
    rows = sum(len(p.tracks) for p in playlists if p.name.endswith(".csv"))

    assert 0.05 <= sum(wrong.values()) / rows <= 0.12
    assert not any(n for name, n in wrong.items() if name.endswith(".m3u8"))


def test_some_songs_are_filed_nowhere_but_wrongly(
    tracks: tuple[TrackPlan, ...], playlists: tuple[PlaylistPlan, ...]
) -> None:
    """Their composed genre appears in none of their playlists."""
    right = {t.id for p in playlists for t in p.tracks if not is_wrong(p, t)}

    misfiled = [t for t in tracks if t.id not in right]
    assert 0 < len(misfiled) <= 0.06 * len(tracks)


def test_what_is_written_can_be_read_back(tmp_path: Path) -> None:
    """The list file names every playlist; their paths lead to the music."""
    plan = CorpusPlan(tracks_per_genre=4)
    tracks = plan_tracks(plan)
    playlists = plan_playlists(plan, tracks)

    write_playlists(tmp_path, playlists)

    listed = read_list_file(tmp_path / "list.txt")
    assert listed.problems == ()
    assert [p.genres for p in playlists] == [e.genres for e in listed.entries]
    csv_list = next(p for p in playlists if p.name.endswith(".csv"))
    with (tmp_path / "playlists" / csv_list.name).open(encoding="utf-8") as stream:
        paths = [row["path"] for row in csv.DictReader(stream)]
    assert [f"../{music_path(t)}" for t in csv_list.tracks] == paths
    assert {t.credit for t in csv_list.tracks} <= {t.credit for t in tracks}


def test_the_truth_is_one_row_per_track(
    tmp_path: Path, tracks: tuple[TrackPlan, ...]
) -> None:
    """truth.csv states genres, hybrid, tempo and key of every file."""
    write_truth(tmp_path, tracks)

    with (tmp_path / "truth.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert [music_path(t) for t in tracks] == [row["file"] for row in rows]
    assert ["|".join(t.genres) for t in tracks] == [row["genres"] for row in rows]
    assert all(110 < float(row["tempo"]) < 180 for row in rows)

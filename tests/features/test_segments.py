"""Songs in memory: segments of 157 frames, filled when short, checked when read."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from genre.errors import NotReadyError, StoreError
from genre.features.mel import MelConfig
from genre.features.scale import SCALES
from genre.features.segments import (
    Resident,
    load_resident,
    n_segments,
    segment_frames,
)
from genre.features.shard import SongFrames, write_shard
from genre.records import FeatureRef, Shard

LENGTHS = {"a": 157, "b": 400, "c": 40, "d": 313}


def _frames(track_id: str) -> NDArray[np.float32]:
    """Return a song whose every frame says where it is: 0, 0.25, 0.5 ... dB."""
    column = np.arange(LENGTHS[track_id], dtype=np.float32) / 4 - ord(track_id) / 2
    return np.repeat(column[:, None], 128, axis=1)


def _store(
    folder: Path, dtype: str = "float16"
) -> tuple[list[Shard], dict[str, FeatureRef]]:
    """Write two shards, (a, b) and (c, d); return them and the songs' places."""
    config = MelConfig(store_dtype=dtype)
    shards, refs = [], {}
    for pair in ("ab", "cd"):
        songs = [
            SongFrames(t, "0" * 64, SCALES[dtype].to_store(_frames(t))) for t in pair
        ]
        shard, places = write_shard(folder, config, songs=songs)
        shards.append(shard)
        refs.update({ref.track_id: ref for ref in places})
    return shards, refs


def _load(folder: Path, tracks: str, dtype: str = "float16") -> Resident:
    """Return songs of a fresh store, in memory."""
    shards, refs = _store(folder, dtype)
    return load_resident(folder, shards, [refs[t] for t in tracks])


@pytest.mark.parametrize(
    ("config", "frames"),
    [(MelConfig(), 157), (MelConfig(hop_length=256), 313), (MelConfig(hop_length=400), 200)],
)  # fmt: skip
def test_a_segment_covers_five_seconds(config: MelConfig, frames: int) -> None:
    """157 hops of 512 samples at 16 kHz are 5.02 s, the fewest that cover 5 s."""
    assert segment_frames(config) == frames


@pytest.mark.parametrize(
    ("n_frames", "count"), [(1, 1), (157, 1), (313, 1), (314, 2), (470, 2), (938, 5)]
)
def test_the_tail_is_not_addressed(n_frames: int, count: int) -> None:
    """Only whole segments count; every song has at least one."""
    assert n_segments(n_frames, MelConfig()) == count


def test_songs_are_in_the_order_asked_for(tmp_path: Path) -> None:
    """Songs of several shards lie in one array where ``start`` says."""
    resident = _load(tmp_path, "dab")

    assert resident.track_ids == ("d", "a", "b")
    assert resident.start.tolist() == [0, 313, 470]
    assert resident.n_frames.tolist() == [313, 157, 400]
    assert resident.frames.shape == (870, 128)
    for track_id in "dab":
        np.testing.assert_array_equal(resident.song(track_id), _frames(track_id))


@pytest.mark.parametrize(("dtype", "error"), [("float16", 0.0), ("uint8", 0.25)])
def test_segment_i_starts_at_frame_157_i(
    tmp_path: Path, dtype: str, error: float
) -> None:
    """Segment 1 of a song is its frames 157 to 313, in dB within the dtype's error."""
    resident = _load(tmp_path, "ab", dtype)

    found = resident.segment("b", 1)

    assert resident.frames.dtype == dtype
    assert resident.n_segments("b") == 2
    assert found.shape == (157, 128)
    np.testing.assert_allclose(found, _frames("b")[157:314], atol=error)


@pytest.mark.parametrize(("dtype", "floor"), [("float16", -100.0), ("uint8", -80.0)])
def test_a_short_song_is_filled_with_the_floor(
    tmp_path: Path, dtype: str, floor: float
) -> None:
    """A song of 40 frames has one segment whose other 117 frames are silence."""
    resident = _load(tmp_path, "bca", dtype)

    found = resident.segment("c", 0)

    np.testing.assert_allclose(found[:40], _frames("c"), atol=0.25)
    assert (found[40:] == floor).all()
    assert resident.song("c").shape == (40, 128)
    np.testing.assert_allclose(resident.song("a"), _frames("a"), atol=0.25)


def test_iterating_gives_each_songs_segments(tmp_path: Path) -> None:
    """Evaluation gets (track id, [n_segments, 157, 128]) in order."""
    resident = _load(tmp_path, "bc")

    shapes = [(track_id, segments.shape) for track_id, segments in resident]

    assert shapes == [("b", (2, 157, 128)), ("c", (1, 157, 128))]
    np.testing.assert_array_equal(resident.segments("b")[1], resident.segment("b", 1))


@pytest.mark.parametrize("i", [-1, 2])
def test_a_segment_beyond_the_song_is_refused(tmp_path: Path, i: int) -> None:
    """The next song's frames are never taken for this one's."""
    resident = _load(tmp_path, "ba")

    with pytest.raises(IndexError, match="has segments 0 to 1, not"):
        resident.segment("b", i)


@pytest.mark.parametrize("position", [20, 300, 5_000, -1])
def test_a_flipped_byte_is_noticed(tmp_path: Path, position: int) -> None:
    """One changed byte anywhere in a shard stops the load and names the file."""
    shards, refs = _store(tmp_path)
    path = tmp_path / shards[1].path
    data = bytearray(path.read_bytes())
    data[position] ^= 4
    path.write_bytes(data)

    with pytest.raises(StoreError, match=shards[1].id):
        load_resident(tmp_path, shards, list(refs.values()))


def test_a_missing_shard_is_named(tmp_path: Path) -> None:
    """A shard that is gone is named with the command that builds it again."""
    shards, refs = _store(tmp_path)
    (tmp_path / shards[1].path).unlink()

    with pytest.raises(StoreError, match=f"{shards[1].id}.*run `genre features`"):
        load_resident(tmp_path, shards, list(refs.values()))
    assert load_resident(tmp_path, shards, [refs["a"]]).track_ids == ("a",)


@pytest.mark.parametrize(
    "change",
    [{"offset": 1}, {"n_frames": 10_000}, {"track_id": "e"}, {"pcm_sha256": "1" * 64}],
    ids=lambda change: next(iter(change)),
)
def test_a_row_that_does_not_fit_its_shard_is_refused(
    tmp_path: Path, change: dict[str, object]
) -> None:
    """A place past the end, or another song's, is never read."""
    shards, refs = _store(tmp_path)
    wrong = dataclasses.replace(refs["d"], **change)  # type: ignore[arg-type]

    with pytest.raises(StoreError, match=r"found no song . where the catalog says"):
        load_resident(tmp_path, shards, [wrong])


def test_a_shard_that_the_catalog_lacks_is_said(tmp_path: Path) -> None:
    """A place in a shard that no row describes cannot be read."""
    shards, refs = _store(tmp_path)

    with pytest.raises(StoreError, match="in the catalog, found none"):
        load_resident(tmp_path, shards[:1], [refs["d"]])


def test_stores_of_two_settings_do_not_mix(tmp_path: Path) -> None:
    """Frames of another feature key are refused rather than read as if alike."""
    shards, refs = _store(tmp_path)
    others, other_refs = _store(tmp_path, "uint8")

    with pytest.raises(StoreError, match=r"found frames of mel1-.*-uint8"):
        load_resident(tmp_path, [*shards, *others], [refs["a"], other_refs["d"]])


def test_no_songs_is_said(tmp_path: Path) -> None:
    """Without any song the user is told which command comes first."""
    with pytest.raises(NotReadyError, match="run `genre features` first"):
        load_resident(tmp_path, [], [])

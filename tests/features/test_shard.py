"""Shards hold what was put in, the same bytes every time, and notice damage."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from genre.errors import StoreError
from genre.features.mel import MelConfig
from genre.features.scale import SCALES
from genre.features.segments import map_song
from genre.features.shard import SongFrames, read_header, write_shard
from genre.files import sha256_file
from genre.records import Shard

CONFIG = MelConfig(n_mels=8)


def _songs(*lengths: int, config: MelConfig = CONFIG) -> list[SongFrames]:
    """Return songs of these numbers of frames with random values."""
    rng = np.random.default_rng(0)
    to_store = SCALES[config.store_dtype].to_store
    return [
        SongFrames(
            f"track{k}",
            f"{k:064x}",
            to_store(rng.uniform(-80, 40, (n, 8)).astype("f4")),
        )
        for k, n in enumerate(lengths)
    ]


def _write(folder: Path) -> tuple[Path, Shard]:
    """Write a shard of three songs; return its file and row."""
    shard, _ = write_shard(folder, CONFIG, songs=_songs(3, 200, 50))
    return folder / shard.path, shard


@pytest.mark.parametrize("dtype", ["float16", "uint8"])
def test_every_song_comes_back(tmp_path: Path, dtype: str) -> None:
    """Frames are read back equal, where the references say, in the dtype asked for."""
    config = MelConfig(n_mels=8, store_dtype=dtype)
    songs = _songs(3, 200, 50, config=config)

    shard, refs = write_shard(tmp_path, config, songs=songs)

    assert [(r.track_id, r.offset, r.n_frames) for r in refs] == [
        ("track0", 0, 3), ("track1", 3, 200), ("track2", 203, 50),
    ]  # fmt: skip
    assert (shard.n_frames, shard.dtype) == (253, dtype)
    for song in songs:
        found = map_song(tmp_path / shard.path, song.track_id)
        np.testing.assert_array_equal(found, song.frames)


def test_a_shard_is_named_after_its_content(tmp_path: Path) -> None:
    """Name and bytes do not depend on the songs' order; the header knows its id."""
    songs = _songs(3, 200, 50)

    first, _ = write_shard(tmp_path / "a", CONFIG, songs=songs)
    second, _ = write_shard(tmp_path / "b", CONFIG, songs=songs[::-1])

    assert first == second
    assert first.path == f"segments/{CONFIG.key}/{first.id}.seg"
    assert sha256_file(tmp_path / "b" / second.path) == first.sha256
    assert read_header(tmp_path / "a" / first.path).id == first.id


def test_other_content_has_another_name(tmp_path: Path) -> None:
    """One song less, or other settings, make another shard beside the first."""
    uint8 = MelConfig(n_mels=8, store_dtype="uint8")
    shards = [
        write_shard(tmp_path, CONFIG, songs=_songs(3, 4))[0],
        write_shard(tmp_path, CONFIG, songs=_songs(3))[0],
        write_shard(tmp_path, uint8, songs=_songs(3, config=uint8))[0],
    ]

    assert len({shard.id for shard in shards}) == 3


def test_the_file_is_as_long_as_its_header_says(tmp_path: Path) -> None:
    """Frames start at a multiple of 64 bytes and end where the file ends."""
    path, shard = _write(tmp_path)
    header = read_header(path)

    assert header.data_start % 64 == 0
    assert path.stat().st_size == header.data_start + shard.n_frames * 8 * 2
    assert os.listdir(path.parent) == [path.name]


def _flip(position: int) -> Callable[[Path], None]:
    """Return what changes one bit of the byte at a position."""

    def damage(path: Path) -> None:
        data = bytearray(path.read_bytes())
        data[position] ^= 1
        path.write_bytes(data)

    return damage


def _cut(path: Path) -> None:
    """Remove the last byte."""
    path.write_bytes(path.read_bytes()[:-1])


DAMAGES = {
    "magic": (_flip(0), "found a file of another kind"),
    "header": (_flip(100), "found a header whose checksum differs"),
    "song": (_flip(-1), "found other bytes for song track2"),
    "end": (_cut, r"found \d+ bytes in place of \d+"),
    "missing": (Path.unlink, "found a file that cannot be read"),
    "empty": (lambda path: path.write_bytes(b""), "found a file of another kind"),
    "version": (_flip(8), "has format 0, this version of genre reads 1; upgrade"),
}


@pytest.mark.parametrize("where", DAMAGES)
def test_damage_is_named_with_the_file(tmp_path: Path, where: str) -> None:
    """Whatever happened to a shard, reading it says which file, what and the way out."""
    damage, message = DAMAGES[where]
    path, shard = _write(tmp_path)
    damage(path)

    with pytest.raises(StoreError, match=message) as caught:
        map_song(path, "track2")

    assert shard.path in str(caught.value)
    assert "`genre features`" in str(caught.value)


def test_an_unknown_song_is_named(tmp_path: Path) -> None:
    """A shard that does not hold the song says so."""
    path, _ = _write(tmp_path)

    with pytest.raises(StoreError, match="found no song elsewhere"):
        map_song(path, "elsewhere")


@pytest.mark.parametrize(
    "frames",
    [np.zeros((3, 8), np.float32), np.zeros((3, 9), np.float16),
     np.zeros((0, 8), np.float16), np.zeros((6, 8), np.float16)[::2]],
    ids=["dtype", "bands", "empty", "strided"],
)  # fmt: skip
def test_frames_of_another_form_are_a_mistake(
    tmp_path: Path, frames: np.ndarray
) -> None:
    """Frames that the header would describe wrongly are refused, nothing is written."""
    with pytest.raises(ValueError, match="Expected contiguous float16 frames of 8"):
        write_shard(tmp_path, CONFIG, songs=[SongFrames("t", "0" * 64, frames)])

    assert not list(tmp_path.iterdir())


_FULL = """
import resource, sys
from pathlib import Path
import numpy as np
from genre.errors import DiskFullError
from genre.features.mel import MelConfig
from genre.features.shard import SongFrames, write_shard
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
song = SongFrames("t", "0" * 64, np.zeros((1000, 128), np.float16))
try:
    write_shard(Path(sys.argv[1]), MelConfig(), songs=[song])
except DiskFullError as error:
    print(error)
"""


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    """Without room for the whole shard the run stops; no file, half or temporary, stays."""
    found = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path)], check=True, capture_output=True
    )

    assert b"The disk is full" in found.stdout
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]

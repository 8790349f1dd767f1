"""The frames of many songs in one array, cut into segments of five seconds.

Training and prediction read songs only from here. ``load_resident`` checks
every byte it reads; after that a crop is one slice of memory, on the host or,
once ``frames`` was copied there, on a GPU.
"""

import hashlib
import math
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from genre.config import available_cores
from genre.errors import NotReadyError, StoreError
from genre.features.mel import MelConfig
from genre.features.scale import SCALES, Scale
from genre.features.shard import (
    ShardHeader,
    damaged,
    decode_header,
    raw_bytes,
    read_header,
)
from genre.records import FeatureRef, Shard

SEGMENT_S = 5.0


def segment_frames(config: MelConfig) -> int:
    """Return how many frames cover five seconds (157 by default)."""
    return math.ceil(SEGMENT_S * config.sr / config.hop_length)


def n_segments(n_frames: int, config: MelConfig) -> int:
    """Return how many segments a song has: its tail is not addressed, one is least."""
    return max(1, n_frames // segment_frames(config))


@dataclass(frozen=True)
class Resident:
    """The frames of many songs in memory.

    Song k has ``n_frames[k]`` frames from ``frames[start[k]]`` on. Each song has
    room for at least one segment: what a shorter one lacks is filled with the
    floor, so ``frames[start[k] : start[k] + segment_frames]`` always holds.

    Attributes
    ----------
    config : MelConfig
        How the frames were made.
    frames : NDArray[Any]
        Shape [N, n_mels], float16 or uint8; ``scale`` says what a value means.
    track_ids : tuple[str, ...]
        The songs, in the order they were asked for.
    start : NDArray[np.int64]
        Shape [n_songs], each song's first row of ``frames``.
    n_frames : NDArray[np.int64]
        Shape [n_songs], each song's own length, without filling.
    """

    config: MelConfig
    frames: NDArray[Any]
    track_ids: tuple[str, ...]
    start: NDArray[np.int64]
    n_frames: NDArray[np.int64]

    @property
    def scale(self) -> Scale:
        """What a stored number means: ``value * step_db + zero_db`` decibels."""
        return SCALES[self.config.store_dtype]

    @cached_property
    def index(self) -> dict[str, int]:
        """Each song's position in ``track_ids``."""
        return {track_id: k for k, track_id in enumerate(self.track_ids)}

    def to_db(self, frames: NDArray[Any]) -> NDArray[np.float32]:
        """Return stored numbers as float32 dB of the same shape."""
        return self.scale.to_db(frames)

    def n_segments(self, track_id: str) -> int:
        """Return how many segments a song has, at least one."""
        return n_segments(int(self.n_frames[self.index[track_id]]), self.config)

    def segment(self, track_id: str, i: int) -> NDArray[np.float32]:
        """Return segment ``i`` of a song, [segment_frames, n_mels] float32 dB.

        Raises
        ------
        IndexError
            The song has no such segment.
        """
        count, length = self.n_segments(track_id), segment_frames(self.config)
        if not 0 <= i < count:
            raise IndexError(
                f"Track {track_id} has segments 0 to {count - 1}, not {i}."
            )
        first = int(self.start[self.index[track_id]]) + i * length
        return self.to_db(self.frames[first : first + length])

    def segments(self, track_id: str) -> NDArray[np.float32]:
        """Return a song's segments, [n_segments, segment_frames, n_mels] float32 dB."""
        count, length = self.n_segments(track_id), segment_frames(self.config)
        first = int(self.start[self.index[track_id]])
        rows = self.frames[first : first + count * length]
        return self.to_db(rows).reshape(count, length, self.config.n_mels)

    def song(self, track_id: str) -> NDArray[np.float32]:
        """Return a song's own frames, tail included, [n_frames, n_mels] float32 dB."""
        k = self.index[track_id]
        first = int(self.start[k])
        return self.to_db(self.frames[first : first + int(self.n_frames[k])])

    def __iter__(self) -> Iterator[tuple[str, NDArray[np.float32]]]:
        """Iterate over (track id, its segments) in order, for evaluation."""
        for track_id in self.track_ids:
            yield track_id, self.segments(track_id)


def load_resident(
    corpus: Path, shards: Sequence[Shard], refs: Sequence[FeatureRef]
) -> Resident:
    """Read songs into memory, checking every byte of their shards.

    Parameters
    ----------
    corpus : Path
        The corpus folder.
    shards : Sequence[Shard]
        The store's shards; those that no ``ref`` names are not read.
    refs : Sequence[FeatureRef]
        The songs, in the order they shall have; all of one feature key.

    Raises
    ------
    NotReadyError
        There is no song.
    StoreError
        A shard is missing or damaged, or the catalog names a place it lacks.
    """
    if not refs:
        raise NotReadyError(
            "Expected songs with features, found none; run `genre features` first."
        )
    by_id = {shard.id: shard for shard in shards}
    wanted: dict[str, list[int]] = defaultdict(list)
    for k, ref in enumerate(refs):
        wanted[ref.shard_id].append(k)
    config = read_header(_path(corpus, by_id, refs[0])).config
    resident = _allocate(config, refs)

    def load(shard_id: str) -> None:
        positions = wanted[shard_id]
        path = _path(corpus, by_id, refs[positions[0]])
        _load_shard(resident, path, by_id[shard_id].sha256, refs, positions)

    with ThreadPoolExecutor(min(8, available_cores())) as pool:
        list(pool.map(load, wanted))  # list: raises what a thread raised
    return resident


def map_song(path: Path, track_id: str) -> NDArray[Any]:
    """Return one song's frames, memory-mapped and checked against their CRC.

    Returns
    -------
    NDArray[Any]
        Shape [n_frames, n_mels], the store's dtype, read-only.

    Raises
    ------
    StoreError
        The shard is damaged or does not hold the song.
    """
    header = read_header(path)
    place = header.places.get(track_id)
    if place is None:
        raise damaged(path, f"no song {track_id}")
    dtype, n_mels = header.scale.dtype, header.config.n_mels
    frames = np.memmap(
        path,
        dtype,
        mode="r",
        offset=header.data_start + place.offset * n_mels * dtype.itemsize,
        shape=(place.n_frames, n_mels),
    )
    if zlib.crc32(raw_bytes(frames)) != place.crc32:
        raise damaged(path, f"other bytes for song {track_id} than were written")
    return frames


def _path(corpus: Path, by_id: dict[str, Shard], ref: FeatureRef) -> Path:
    if ref.shard_id not in by_id:
        raise StoreError(
            f"Expected shard {ref.shard_id} of track {ref.track_id} in the catalog,"
            " found none; run `genre features` again."
        )
    return corpus / by_id[ref.shard_id].path


def _allocate(config: MelConfig, refs: Sequence[FeatureRef]) -> Resident:
    n_frames = np.array([ref.n_frames for ref in refs], np.int64)
    room = np.maximum(n_frames, segment_frames(config))
    start = np.concatenate([[0], np.cumsum(room)[:-1]]).astype(np.int64)
    scale = SCALES[config.store_dtype]
    frames = np.empty((int(room.sum()), config.n_mels), scale.dtype)
    for k in np.flatnonzero(room > n_frames):
        frames[start[k] + n_frames[k] : start[k] + room[k]] = scale.floor
    return Resident(config, frames, tuple(r.track_id for r in refs), start, n_frames)


def _load_shard(
    resident: Resident,
    path: Path,
    sha256: str,
    refs: Sequence[FeatureRef],
    positions: Sequence[int],
) -> None:
    """Copy the frames of the songs at ``positions`` to their place."""
    header, frames = _read_shard(path, sha256=sha256)
    if header.config != resident.config:
        raise damaged(path, f"frames of {header.config.key}")
    for k in positions:
        ref, first = refs[k], int(resident.start[k])
        if not header.holds(ref):
            raise damaged(path, f"no song {ref.track_id} where the catalog says")
        rows = frames[ref.offset : ref.offset + ref.n_frames]
        resident.frames[first : first + ref.n_frames] = rows


def _read_shard(path: Path, *, sha256: str) -> tuple[ShardHeader, NDArray[Any]]:
    """Return a shard's header and frames, after checking every byte."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise damaged(path, f"a file that cannot be read ({error.strerror})") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise damaged(path, "other bytes than were written (its checksum differs)")
    header = decode_header(data, path)
    frames = np.frombuffer(data, header.scale.dtype, offset=header.data_start)
    return header, frames.reshape(header.n_frames, header.config.n_mels)

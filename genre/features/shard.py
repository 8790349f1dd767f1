"""A shard: the frames of some songs in one file that is written once.

    8 bytes   magic, "GENRESEG"
    4         format version    little-endian unsigned, as are the next two
    4         length of the header in bytes
    4         CRC-32 of the header
    header    JSON: settings, scale, and for each song its place and CRC-32
    zeros     up to a multiple of 64 bytes
    frames    [n_frames, n_mels] float16 or uint8, little-endian, songs in order

Nothing in it depends on time, machine or number of jobs, and its name is a hash
of what went in: whoever builds it, and however often, the bytes are the same.
"""

import dataclasses
import hashlib
import json
import math
import os
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from genre.errors import StoreError
from genre.features.mel import MelConfig
from genre.features.scale import SCALES, Scale
from genre.files import atomic_write, sha256_json
from genre.records import FeatureRef, Shard

MAGIC = b"GENRESEG"
VERSION = 1
_PREAMBLE = struct.Struct("<8sIII")
_ALIGNMENT = 64  # bytes; a cache line
_MAX_HEADER = 1 << 26  # bytes; more is damage, not a table of songs


@dataclass(frozen=True, slots=True, eq=False)
class SongFrames:
    """One song's frames, ready for the store."""

    track_id: str
    pcm_sha256: str  # of the audio they were made from
    frames: NDArray[Any]  # [n_frames, n_mels] in the store's dtype


@dataclass(frozen=True, slots=True)
class Place:
    """Where a song lies in its shard."""

    track_id: str
    pcm_sha256: str
    offset: int  # frames from the first
    n_frames: int
    crc32: int  # of the song's bytes


@dataclass(frozen=True, slots=True)
class ShardHeader:
    """What a shard says about itself."""

    config: MelConfig
    places: Mapping[str, Place]  # by track id, in the order of the file
    n_frames: int
    data_start: int  # bytes from the file's start

    @property
    def scale(self) -> Scale:
        """What the stored numbers mean."""
        return SCALES[self.config.store_dtype]

    @property
    def size_bytes(self) -> int:
        """How long the whole file has to be."""
        frame_bytes = self.config.n_mels * self.scale.dtype.itemsize
        return self.data_start + self.n_frames * frame_bytes

    @property
    def id(self) -> str:
        """The shard's name, made of its content."""
        songs = [(p.track_id, p.pcm_sha256) for p in self.places.values()]
        return shard_id(self.config, songs)

    def holds(self, ref: FeatureRef) -> bool:
        """Tell whether a song of that audio lies where the catalog says."""
        found = self.places.get(ref.track_id)
        wanted = (ref.pcm_sha256, ref.offset, ref.n_frames)
        return found is not None and wanted == (
            found.pcm_sha256,
            found.offset,
            found.n_frames,
        )


def shard_id(config: MelConfig, songs: Sequence[tuple[str, str]]) -> str:
    """Return the name of the shard of these (track id, pcm_sha256) pairs."""
    content = {"feature_key": config.key, "version": VERSION, "songs": sorted(songs)}
    return sha256_json(content)[:32]


def write_shard(
    corpus: Path, config: MelConfig, *, songs: Sequence[SongFrames]
) -> tuple[Shard, list[FeatureRef]]:
    """Write the songs' frames to ``segments/<feature key>/<shard id>.seg``.

    The file is there, whole and on disk, when this returns; on an error nothing
    is left behind.

    Raises
    ------
    DiskFullError
        There was no room.
    """
    songs = sorted(songs, key=lambda song: song.track_id)
    header = _header_of(config, songs)
    relative = Path("segments") / config.key / f"{header.id}.seg"
    digest = hashlib.sha256()
    with atomic_write(corpus / relative) as stream:
        _preallocate(stream, header.size_bytes)
        parts = [memoryview(_encode_header(header))]
        parts += [raw_bytes(song.frames) for song in songs]
        for part in parts:
            stream.write(part)
            digest.update(part)
    shard = Shard(
        id=header.id,
        feature_key=config.key,
        path=relative.as_posix(),
        sha256=digest.hexdigest(),
        n_frames=header.n_frames,
        dtype=config.store_dtype,
    )
    return shard, [_to_ref(shard, place) for place in header.places.values()]


def read_header(path: Path) -> ShardHeader:
    """Return what a shard says about itself, checked against its CRC and length.

    Raises
    ------
    StoreError
        The file is missing, damaged, cut short or of another version.
    """
    try:
        with path.open("rb") as stream:
            start = stream.read(_PREAMBLE.size)
            size = _header_size(start, path)
            header = decode_header(start + stream.read(size), path)
            found = os.fstat(stream.fileno()).st_size
    except OSError as error:
        raise damaged(path, f"a file that cannot be read ({error.strerror})") from error
    if found != header.size_bytes:
        raise damaged(path, f"{found} bytes in place of {header.size_bytes}")
    return header


def damaged(path: Path, found: str) -> StoreError:
    """Return the error that names a shard, what was found and the way out."""
    return StoreError(
        f"Expected a whole shard of the segment store at {path}, found {found};"
        " delete it if it is there and run `genre features`, which builds it again."
    )


def _header_of(config: MelConfig, songs: Sequence[SongFrames]) -> ShardHeader:
    places: dict[str, Place] = {}
    offset = 0
    for song in songs:
        _check_frames(song, config)
        n_frames = len(song.frames)
        crc = zlib.crc32(raw_bytes(song.frames))
        places[song.track_id] = Place(
            song.track_id, song.pcm_sha256, offset, n_frames, crc
        )
        offset += n_frames
    header = ShardHeader(config, places, offset, data_start=0)  # not known yet
    return dataclasses.replace(header, data_start=len(_encode_header(header)))


def _check_frames(song: SongFrames, config: MelConfig) -> None:
    dtype, frames = SCALES[config.store_dtype].dtype, song.frames
    shape_fits = frames.shape[1:] == (config.n_mels,) and len(frames)
    if not (shape_fits and frames.dtype == dtype and frames.flags.c_contiguous):
        raise ValueError(
            f"Expected contiguous {dtype} frames of {config.n_mels} bands, found"
            f" {frames.dtype} of shape {frames.shape}."
        )


def _encode_header(header: ShardHeader) -> bytes:
    """Return everything before the frames; its length does not depend on itself."""
    scale = header.scale
    content = {
        "config": dataclasses.asdict(header.config),
        "feature_key": header.config.key,
        "dtype": scale.dtype.str,
        "step_db": scale.step_db,
        "zero_db": scale.zero_db,
        "n_frames": header.n_frames,
        "songs": [dataclasses.asdict(place) for place in header.places.values()],
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii")
    preamble = _PREAMBLE.pack(MAGIC, VERSION, len(text), zlib.crc32(text))
    return (preamble + text).ljust(_data_start(len(text)), b"\0")


def _data_start(header_size: int) -> int:
    return math.ceil((_PREAMBLE.size + header_size) / _ALIGNMENT) * _ALIGNMENT


def _header_size(preamble: bytes, path: Path) -> int:
    """Return the length of the JSON that follows the preamble."""
    if len(preamble) < _PREAMBLE.size or not preamble.startswith(MAGIC):
        raise damaged(path, "a file of another kind")
    _, version, size, _ = _PREAMBLE.unpack_from(preamble)
    if version != VERSION:
        raise StoreError(
            f"The shard {path} has format {version}, this version of genre reads"
            f" {VERSION}; upgrade genre, or delete it and run `genre features`."
        )
    if size > _MAX_HEADER:
        raise damaged(path, f"a header of {size} bytes")
    return int(size)


def decode_header(data: bytes, path: Path) -> ShardHeader:
    """Return the header that ``data``, the start of a shard, holds."""
    size = _header_size(data[: _PREAMBLE.size], path)
    text = data[_PREAMBLE.size : _PREAMBLE.size + size]
    if zlib.crc32(text) != _PREAMBLE.unpack_from(data)[3]:
        raise damaged(path, "a header whose checksum differs")
    content = json.loads(text)
    places = [Place(**song) for song in content["songs"]]
    return ShardHeader(
        config=MelConfig(**content["config"]),
        places={place.track_id: place for place in places},
        n_frames=content["n_frames"],
        data_start=_data_start(size),
    )


def raw_bytes(frames: NDArray[Any]) -> memoryview:
    """Return contiguous frames as the bytes they are, without a copy."""
    return frames.reshape(-1).view(np.uint8).data


def _preallocate(stream: IO[bytes], size_bytes: int) -> None:
    """Reserve the whole file, so that a full disk shows before anything is written."""
    if hasattr(os, "posix_fallocate"):  # not on macOS
        os.posix_fallocate(stream.fileno(), 0, size_bytes)


def _to_ref(shard: Shard, place: Place) -> FeatureRef:
    return FeatureRef(
        track_id=place.track_id,
        feature_key=shard.feature_key,
        pcm_sha256=place.pcm_sha256,
        shard_id=shard.id,
        offset=place.offset,
        n_frames=place.n_frames,
    )

"""The data files: one row per track, one Parquet file (or more) per part.

The schema is the contract with readers and is written the same way each time:
rows by track id, no clock, no library's own metadata. Two exports of one catalog
by one version of genre and pyarrow are equal byte for byte.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from genre.export.references import (
    Reference,
    public_id,
    public_reference,
    public_url,
    source_name,
)
from genre.files import atomic_write
from genre.records import (
    HARD_SCORE,
    NOBODY,
    Label,
    PublishedTrack,
    Split,
    Statement,
    TrackRef,
)

PARTS = (Split.TRAIN, Split.VALIDATION, Split.TEST)
SHARD_ROWS = 100_000  # rows per file
GROUP_ROWS = 5_000  # rows per row group: what is held in memory per part

Row = dict[str, Any]

_TEXT = pa.string()
_TEXTS = pa.list_(_TEXT)


def _struct(**fields: pa.DataType) -> pa.DataType:
    return pa.list_(pa.struct(list(fields.items())))


SCHEMA = pa.schema(
    [
        ("track_id", _TEXT),
        ("title", _TEXT),
        ("version", _TEXT),  # remix, live, ...; empty for none
        ("artists", _TEXT),  # as credited, for people
        ("artist_keys", _TEXTS),  # main artists, normalised: equal keys, same artist
        ("album", _TEXT),
        ("duration_s", pa.float64()),
        ("isrc", _TEXT),
        ("year", pa.int32()),
        ("genres", _TEXTS),  # the hard labels, the surest first
        ("scores", _struct(genre=_TEXT, score=pa.float64())),  # known and above 0
        ("unknown_genres", _TEXTS),  # neither yes nor no; every other genre is a no
        (
            "evidence",
            _struct(
                genre=_TEXT,
                polarity=_TEXT,  # for, against
                level=_TEXT,  # playlist, track, album, artist
                source=_TEXT,
                weight=pa.float64(),  # null for playlists: the label rule weighs them
                playlist_id=_TEXT,
                playlist=_TEXT,
                url=_TEXT,
            ),
        ),
        ("split", _TEXT),
        ("licence", _TEXT),  # empty when unknown
        ("redistributable", pa.bool_()),
        ("references", _struct(source=_TEXT, id=_TEXT, url=_TEXT)),
        ("audio_source", _TEXT),  # null without audio
        ("audio_id", _TEXT),
        ("audio_url", _TEXT),
        ("audio_sha256", _TEXT),  # of the samples: 16 kHz, mono, s16
        ("audio_duration_s", pa.float64()),
    ]
)


_WRITER = {
    "compression": "zstd",
    "version": "2.6",
    "data_page_version": "1.0",
    "write_page_checksum": True,
}


def file_names(split: Split, n_rows: int, *, shard_rows: int = SHARD_ROWS) -> list[str]:
    """Return the names of a part's files, relative to the export; at least one."""
    n_files = max(1, -(-n_rows // shard_rows))
    return [f"data/{split}-{i:05}-of-{n_files:05}.parquet" for i in range(n_files)]


def write_part(
    folder: Path,
    split: Split,
    rows: Iterable[Row],
    *,
    n_rows: int,
    shard_rows: int = SHARD_ROWS,
) -> list[str]:
    """Write a part's ``n_rows`` rows, sorted by track id; return the files' names."""
    names, left = file_names(split, n_rows, shard_rows=shard_rows), iter(rows)
    for name in names:
        _write_file(folder / name, itertools.islice(left, shard_rows))
    return names


def read_rows(path: Path, columns: Sequence[str] = SCHEMA.names) -> Iterator[Row]:
    """Yield a data file's rows in bounded memory."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=GROUP_ROWS, columns=list(columns)):
            yield from batch.to_pylist()


def has_schema(path: Path) -> bool:
    """Tell whether a data file has exactly the columns above."""
    with pq.ParquetFile(path) as file:
        return bool(file.schema_arrow.equals(SCHEMA))


def to_row(published: PublishedTrack) -> Row:
    """Return what strangers may see of a track, column by column."""
    track, audio = published.track, published.audio
    return {
        "track_id": track.id,
        "title": track.title,
        "version": track.version,
        "artists": track.artists,
        "artist_keys": [key for key in published.main_artists if key not in NOBODY],
        "album": track.album,
        "duration_s": track.duration_s,
        "isrc": track.isrc,
        "year": track.year,
        **_label_columns(published.labels),
        "evidence": [_said(t) for t in published.statements],
        "split": published.split.value,
        "licence": track.licence,
        "redistributable": track.redistributable and track.licence != "",
        "references": _references(published.refs),
        "audio_source": source_name(audio.provider) if audio else None,
        "audio_id": public_id(audio.provider, audio.provider_id) if audio else None,
        "audio_url": public_url(audio.url) if audio else None,
        "audio_sha256": audio.pcm_sha256 if audio else None,
        "audio_duration_s": audio.duration_s if audio else None,
    }


def _label_columns(labels: Iterable[Label]) -> Row:
    """Return hard genres and scores, the surest first, and what nobody judged."""
    scores = {x.genre: x.score for x in labels if x.known and x.score is not None}
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return {
        "genres": [genre for genre, score in ranked if score >= HARD_SCORE],
        "scores": [{"genre": genre, "score": score} for genre, score in ranked],
        "unknown_genres": sorted(x.genre for x in labels if x.genre not in scores),
    }


def _said(said: Statement) -> Row:
    return {
        "genre": said.genre,
        "polarity": said.polarity.value,
        "level": said.level.value,
        "source": source_name(said.source),
        "weight": said.weight,
        "playlist_id": said.playlist_id,
        "playlist": said.playlist,
        "url": public_url(said.url),
    }


def _references(refs: Iterable[TrackRef]) -> list[Reference]:
    found = (public_reference(ref.source, ref.source_id, ref.url) for ref in refs)
    return [reference for reference in found if reference is not None]


def _write_file(path: Path, rows: Iterator[Row]) -> None:
    """Compose the file in memory, so that a full disk meets only our own writing."""
    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, SCHEMA, **_WRITER) as writer:
        while group := list(itertools.islice(rows, GROUP_ROWS)):
            writer.write_table(pa.Table.from_pylist(group, SCHEMA))
    with atomic_write(path) as stream:
        stream.write(sink.getvalue())

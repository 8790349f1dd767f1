"""A folder of audio files as a playlist: what its files' tags say, by mutagen.

Read with all its folders, in the order of their names; hidden files are left out. A
song is known by its file's content, so it may be moved and renamed.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutagen
from mutagen.aac import AACInfo
from mutagen.asf import ASFTags
from mutagen.id3 import ID3
from mutagen.mp4 import MP4Tags

from genre.crawler.sources import answers
from genre.crawler.sources.base import Row, playlist_of
from genre.crawler.sources.csv_rows import split_genres
from genre.crawler.sources.kit import Kit
from genre.crawler.sources.places import AUDIO_ENDINGS, Document, Place
from genre.errors import ItemError
from genre.records import ErrorClass, PlaylistData, Tag
from genre.text import display

_KINDS = (ID3, MP4Tags, ASFTags)  # of tags; all others are Vorbis comments
# How each field is called in these, and in Vorbis comments.
_FIELDS = {
    "title": ("TIT2", "\xa9nam", "Title", "title"),
    "artist": ("TPE1", "\xa9ART", "Author", "artist"),
    "album": ("TALB", "\xa9alb", "WM/AlbumTitle", "album"),
    "date": ("TDRC", "\xa9day", "WM/Year", "date"),
    "isrc": ("TSRC", "----:com.apple.iTunes:ISRC", "WM/ISRC", "isrc"),
    "genre": ("TCON", "\xa9gen", "WM/Genre", "genre"),
}
# What mutagen raises at damaged tags: its own error, and what its parsers, which take
# lengths and counts from the file, run into before they notice.
_DAMAGED = (
    mutagen.MutagenError,
    OSError,
    ValueError,  # also text that is not in its encoding
    struct.error,
    EOFError,
    LookupError,
    ArithmeticError,
    AttributeError,
    TypeError,
    NotImplementedError,
)


@dataclass(frozen=True, slots=True)
class _Tags:
    """What a file says of its song; all empty when it says nothing."""

    fields: dict[str, list[str]]
    duration_s: float | None = None
    fault: str = ""  # why it could not be read


def read(path: Path, kit: Kit) -> PlaylistData:
    """Read a folder's audio files.

    Raises
    ------
    ItemError
        There is none, or none that can be read.
    """
    faults: list[str] = []
    files = list(_audio_files(path, faults))
    if not faults:
        check(path)
    hashes: list[str] = []
    damaged: list[str] = []
    rows = [_row(file, path, kit, hashes, damaged) for file in files]
    rows += [Row(where="a folder", problem=fault, unreadable=True) for fault in faults]
    content = "\n".join(hashes).encode()
    document = Document(str(path), path.name, content, folder=path, digest=kit.digest)
    return playlist_of(document, rows, kind="folder", notes=tuple(_notes(damaged)))


def check(path: Path) -> None:
    """Refuse a folder without any audio file.

    Raises
    ------
    ItemError
        It is one.
    """
    if next(_audio_files(path, []), None) is None:
        endings = ", ".join(sorted(AUDIO_ENDINGS))
        raise ItemError(
            f"Expected audio files in the folder {display(path)}, found none ({endings});"
            " name a folder that holds some.",
            error_class=ErrorClass.ENVIRONMENT,
        )


def _audio_files(root: Path, faults: list[str]) -> Iterator[Path]:
    """Yield the audio files of a folder, in order; links in a circle are followed once.

    Folders that cannot be read are added to ``faults``.
    """
    seen: set[tuple[int, int]] = set()

    def unreadable(error: OSError) -> None:
        where = display(error.filename)
        faults.append(
            f"expected to read {where}, found: {error.strerror}; check its permissions."
        )

    for folder, below, names in os.walk(root, onerror=unreadable, followlinks=True):
        about = Path(folder).stat()
        is_new = (about.st_dev, about.st_ino) not in seen
        seen.add((about.st_dev, about.st_ino))
        below[:] = sorted(n for n in below if not n.startswith(".")) if is_new else []
        for name in sorted(names) if is_new else []:
            if name[0] != "." and Path(name).suffix.lower() in AUDIO_ENDINGS:
                yield Path(folder) / name


def _row(
    file: Path, root: Path, kit: Kit, hashes: list[str], damaged: list[str]
) -> Row:
    """Return the row of a file; its hash and what is wrong with its tags are kept."""
    where = str(file.relative_to(root))
    try:
        if not file.is_file():
            raise OSError(None, "not a regular file")  # reading a pipe may never end
        str(file).encode()  # a name may hold bytes that are no text
        digest = kit.digest(file)
    except (OSError, UnicodeEncodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "a name not in UTF-8"
        problem = f"expected to read this file, found: {reason}; check it and its permissions."
        return Row(where=display(where), problem=problem, unreadable=True)
    hashes.append(f"{where}\0{digest}")
    tags = _tags(file)
    if tags.fault:
        damaged.append(f"{display(where)}: {tags.fault}")
    title, date = (" ".join(tags.fields.get(name, [])) for name in ("title", "date"))
    return Row(
        where=where,
        place=Place("file", digest, path=str(file)),
        title=title,
        artists=tuple(tags.fields.get("artist", [])),
        album=" ".join(tags.fields.get("album", [])),
        duration_s=tags.duration_s,
        isrc="".join(tags.fields.get("isrc", [])[:1]),
        year=answers.year(date),
        tags=tuple(map(Tag, split_genres(";".join(tags.fields.get("genre", []))))),
    )


def _tags(file: Path) -> _Tags:
    try:
        audio = mutagen.File(file)
        if audio is None:  # a container without tags that mutagen knows
            return _Tags({})
        return _Tags(dict(_fields(audio.tags)), _length(audio.info))
    except _DAMAGED as error:
        return _Tags({}, fault=display(error, width=100) or type(error).__name__)


def _fields(tags: Any) -> Iterator[tuple[str, list[str]]]:
    index = next((i for i, kind in enumerate(_KINDS) if isinstance(tags, kind)), -1)
    for field, names in _FIELDS.items():
        if tags is not None and names[index] in tags:
            found = tags[names[index]]
            texts = getattr(found, "genres", None) or getattr(found, "text", found)
            yield field, [_text(one) for one in texts]


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _length(info: Any) -> float | None:
    """Return a stated length; one that is worked out of a bit rate is often wrong."""
    is_guess = not getattr(info, "bitrate_mode", True) or isinstance(info, AACInfo)
    length = float(info.length)
    return length if 0 < length < 1e6 and not is_guess else None


def _notes(damaged: list[str]) -> Iterator[str]:
    if damaged:
        yield (
            f"Files whose tags cannot be read: {len(damaged)}; their names count instead"
            f" (the first: {damaged[0]})."
        )

"""``manifest.json``: what an export consists of, and what it says of itself.

It is written last, so a folder without it is no export. Nothing vouches for it but
itself: it holds the sha256 of its own content and has one way to be written down, so
that a changed byte shows. Reading one means reading a stranger's file: sizes, types
and names are checked before any use.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from genre import __version__
from genre.errors import ExportError
from genre.export.facts import Facts
from genre.files import json_bytes, sha256_file, sha256_json, write_json
from genre.records import LabelSet, SplitSet
from genre.text import display

NAME = "manifest.json"
FORMAT = "genre-export"
FORMAT_VERSION = 1
_MAX_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What a file of the export must be."""

    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class About:
    """Where the data come from: what cannot be counted in them."""

    label_set: LabelSet
    split_set: SplitSet
    genres: tuple[str, ...]  # the vocabulary, sorted
    left_out: Mapping[str, int]  # songs of the catalog that are not here, by reason
    description: str = ""  # what the owner says of it


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that was read; ``facts`` is as found, to be compared."""

    about: About
    facts: Mapping[str, Any]
    files: Mapping[str, FileEntry]
    fault: str = ""  # how it differs from what was written


def file_entry(path: Path) -> FileEntry:
    """Return what a file is now."""
    return FileEntry(sha256_file(path), path.stat().st_size)


def write_manifest(
    folder: Path, about: About, facts: Facts, files: Mapping[str, FileEntry]
) -> None:
    """Write the manifest of a finished folder."""
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "generator": f"genre {__version__}",
        **asdict(about),
        "facts": asdict(facts),
        "files": {name: asdict(entry) for name, entry in files.items()},
    }
    write_json(folder / NAME, sealed(content))


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest's content with the sha256 of all the rest of it."""
    rest = {key: value for key, value in content.items() if key != "sha256"}
    return {**rest, "sha256": sha256_json(rest)}


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of an export.

    Raises
    ------
    ExportError
        The folder is no export, or its manifest cannot be read.
    """
    raw = _read_bytes(folder)
    content = _decoded(folder, raw)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ExportError(
            f"Expected a {NAME} that `genre export` wrote in {folder}, found another"
            " kind of file; name the folder of an export."
        )
    if content.get("format_version") != FORMAT_VERSION:
        raise ExportError(
            f"Expected a {NAME} of format {FORMAT_VERSION} in {folder}, found"
            f" {content.get('format_version')!r}; use the version of genre that wrote it"
            f" ({content.get('generator')!r})."
        )
    try:
        return replace(_parsed(content), fault=_fault(content, raw))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise _damaged(folder, f"{type(error).__name__}: {error}") from error


def found_files(folder: Path) -> Iterator[str]:
    """Yield the names of all that is in a folder and is no folder itself."""
    for here, folders, files in os.walk(folder):
        links = [name for name in folders if Path(here, name).is_symlink()]
        for name in (*files, *links):
            yield Path(here, name).relative_to(folder).as_posix()


def safe_path(folder: Path, name: str) -> Path | None:
    """Return where a file of the manifest lies, or None when it is not inside.

    Absolute names, ``..``, names that another system reads as a path, and
    anything behind a symbolic link are not inside.
    """
    pure = PurePosixPath(name)
    plain = name == str(pure) and not pure.is_absolute() and ".." not in pure.parts
    odd = not name.isprintable() or any(char in name for char in "\\:")
    if not pure.parts or not plain or odd:
        return None
    path = folder.joinpath(*pure.parts)
    steps = [path, *path.parents[: len(pure.parts) - 1]]
    return None if any(step.is_symlink() for step in steps) else path


def _read_bytes(folder: Path) -> bytes:
    path = folder / NAME
    if path.is_symlink() or not path.is_file():
        raise ExportError(
            f"Expected an export (a folder with {NAME}) at {folder}, found none;"
            " `genre export DIR` writes one."
        )
    if path.stat().st_size > _MAX_BYTES:
        raise _damaged(folder, f"it is larger than {_MAX_BYTES:,} bytes")
    try:
        return path.read_bytes()
    except OSError as error:
        raise ExportError(f"{path} could not be read ({error.strerror}).") from error


def _decoded(folder: Path, raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _damaged(folder, str(error)) from error


def _fault(content: Mapping[str, Any], raw: bytes) -> str:
    """Return how a manifest differs from what was written, or ""."""
    found = sealed(content)["sha256"]
    if "sha256" not in content:
        return "expected its own sha256 inside, found none; make the export again"
    if content.get("sha256") != found:
        stated = display(str(content["sha256"]))
        return f"expected the rest of it to have sha256 {stated}, found {found}"
    if json_bytes(content) != raw:
        return (
            "expected the bytes that `genre export` writes, found its content rewritten"
        )
    return ""


def _damaged(folder: Path, found: str) -> ExportError:
    return ExportError(
        f"Expected the {NAME} of an export in {folder}, found a damaged one ({found});"
        " get or make the export again."
    )


def _parsed(content: Mapping[str, Any]) -> Manifest:
    about = About(
        label_set=LabelSet(**content["label_set"]),
        split_set=SplitSet(**content["split_set"]),
        genres=tuple(_typed(name, str) for name in _typed(content["genres"], list)),
        left_out={
            k: _typed(v, int) for k, v in _typed(content["left_out"], dict).items()
        },
        description=_typed(content.get("description", ""), str),
    )
    files = {
        name: FileEntry(_typed(e["sha256"], str), _typed(e["size_bytes"], int))
        for name, e in _typed(content["files"], dict).items()
    }
    return Manifest(about, _typed(content["facts"], dict), files)


def _typed(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"expected {kind.__name__}, found {type(value).__name__}")
    return value

"""``genre verify``: whether an export is whole, unchanged and free of contradictions.

The manifest against itself and every file against the manifest first; when all are
sound, the data against themselves (``content.py``). An export may come from anybody:
a name is checked before it is opened, and nothing is read that is not what the
manifest says.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from genre.export import manifest
from genre.export.content import content_faults, expected_files
from genre.export.manifest import FileEntry, Manifest, file_entry, safe_path
from genre.text import display

_NOT_OURS = (".git", ".gitattributes", ".gitignore", ".cache")  # of a downloaded copy


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What is wrong with an export."""

    missing: tuple[str, ...]  # names of files that should be there
    invalid: tuple[str, ...]  # "file: what was expected and what was found"
    checked: int  # files that were read

    @property
    def ok(self) -> bool:
        """True when nothing is missing and nothing invalid."""
        return not self.missing and not self.invalid


def verify(folder: Path) -> VerifyReport:
    """Check every file of an export, and its numbers.

    Raises
    ------
    ExportError
        The folder is no export, or its manifest cannot be read.
    """
    stated = manifest.read_manifest(folder)
    missing = [display(name) for name in _missing(folder, stated)]
    invalid = [*_changed(folder, stated), *_unexpected(folder, stated)]
    if stated.fault:
        invalid.insert(0, f"{manifest.NAME}: {stated.fault}")
    if not missing and not invalid:
        invalid += content_faults(folder, stated)
    n_checked = 1 + len(stated.files) - len(missing)
    return VerifyReport(tuple(missing), tuple(invalid), n_checked)


def _missing(folder: Path, stated: Manifest) -> Iterator[str]:
    for name in sorted({*stated.files, *expected_files(stated)}):
        path = safe_path(folder, name)
        if path is not None and not path.exists():
            yield name


def _changed(folder: Path, stated: Manifest) -> Iterator[str]:
    for name, entry in sorted(stated.files.items()):
        if fault := _file_fault(folder, name, entry):
            yield f"{display(name)}: {fault}"


def _file_fault(folder: Path, name: str, entry: FileEntry) -> str:
    path = safe_path(folder, name)
    if path is None:
        return "expected a file inside the folder, found a name or link that leads out"
    if not path.exists():
        return ""  # missing, which is told apart
    if not path.is_file():
        return "expected a file, found something else"
    try:
        found = file_entry(path)
    except OSError as error:
        return f"it could not be read ({error.strerror})"
    if found.size_bytes != entry.size_bytes:
        return f"expected {entry.size_bytes:,} bytes, found {found.size_bytes:,}"
    if found.sha256 != entry.sha256:
        return f"expected sha256 {entry.sha256[:64]}, found {found.sha256}"
    return ""


def _unexpected(folder: Path, stated: Manifest) -> Iterator[str]:
    """Yield files nobody vouches for, and listed ones that no export has."""
    known = {manifest.NAME, *stated.files}
    for name in sorted(manifest.found_files(folder)):
        if name not in known and name.split("/")[0] not in _NOT_OURS:
            yield f"{display(name)}: expected nothing here, found a file not in the manifest"
    for name in sorted(set(stated.files) - set(expected_files(stated))):
        if safe_path(folder, name) is not None:
            yield f"{display(name)}: it is in the manifest, but no file of an export"

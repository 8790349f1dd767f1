"""An export appears as a whole or not at all.

It is built in a temporary folder beside its place, flushed to the disk and
renamed. What a killed export left is found by its name, which belongs to one
corpus and one place, and is cleared away by the next export of the same.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from genre.errors import ExportError
from genre.export import manifest
from genre.files import disk_errors, fsync_dir
from genre.text import display


def check_target(target: Path, *, force: bool) -> None:
    """Refuse a place where something would be overwritten that is no export of ours.

    Raises
    ------
    ExportError
        It is a file, or a folder that is not empty; with ``force``, a folder that
        holds anything that does not belong to an earlier export.
    """
    if target.is_dir():
        if not any(target.iterdir()):
            return
    elif not target.exists():
        return
    else:
        raise ExportError(f"Expected a folder at {target}, found a file; name another.")
    if not force:
        raise ExportError(
            f"Expected an empty or new folder, found files in {target}; name another"
            " one, or add --force to replace an earlier export."
        )
    _check_replaceable(target)


@contextlib.contextmanager
def new_export(target: Path, *, corpus: Path, force: bool) -> Iterator[Path]:
    """Give a folder to build an export in; it becomes ``target`` at the end.

    When the block fails or is left early, nothing new stays and the old export,
    if there was one, is as it was. Call it while holding the corpus's export lock.

    Raises
    ------
    ExportError
        The place cannot be used (see ``check_target``) or written to.
    DiskFullError
        There is no room.
    """
    with _write_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        prefix = _prefix(target, corpus)
        _clear_leftovers(target, prefix)
        check_target(target, force=force)
        folder = Path(tempfile.mkdtemp(prefix=f"{prefix}new-", dir=target.parent))
        try:
            yield folder
            folder.chmod(0o755)
            fsync_dir(folder)
            check_target(target, force=force)
            _put_in_place(folder, target, target.parent / f"{prefix}old")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _check_replaceable(target: Path) -> None:
    try:
        known = {manifest.NAME, *manifest.read_manifest(target).files}
    except ExportError as error:
        raise ExportError(
            f"Expected an earlier export to replace at {target}, found another folder;"
            " nothing was deleted. Name another one."
        ) from error
    foreign = sorted(set(manifest.found_files(target)) - known)
    if foreign:
        raise ExportError(
            f"Expected only the earlier export's files in {target}, found"
            f" {display(foreign[0])!r}; move it away first (nothing was deleted)."
        )


def _prefix(target: Path, corpus: Path) -> str:
    owner = f"{corpus.resolve()}\0{target}"
    digest = hashlib.sha256(os.fsencode(owner)).hexdigest()
    return f".tmp-export-{digest[:16]}-"


def _clear_leftovers(target: Path, prefix: str) -> None:
    """Undo what a killed export of this corpus to this place had begun."""
    old = target.parent / f"{prefix}old"
    if old.exists() and not target.exists():
        old.rename(target)  # killed between the two renames
    for leftover in target.parent.glob(f"{prefix}*"):
        shutil.rmtree(leftover)


def _put_in_place(folder: Path, target: Path, old: Path) -> None:
    if not target.exists() or not any(target.iterdir()):
        folder.rename(target)
        fsync_dir(target.parent)
        return
    target.rename(old)
    try:
        folder.rename(target)
    except BaseException:
        old.rename(target)
        raise
    fsync_dir(target.parent)
    shutil.rmtree(old)


@contextlib.contextmanager
def _write_errors(target: Path) -> Iterator[None]:
    try:
        with disk_errors(target):
            yield
    except OSError as error:
        raise ExportError(
            f"The export to {target} could not be written ({error.strerror}); check the"
            " folder's permissions or name another one."
        ) from error

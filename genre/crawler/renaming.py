"""A second name for a WAV, whole or not at all.

A merge moves rows, never files. The pipeline then lets the file follow: the new name
is whole, then the row names it, then the old name goes, so that a kill at any moment
leaves an order which the next crawl completes.
"""

import shutil
import tempfile
from pathlib import Path

from genre.files import disk_errors, fsync_file, publish


def copy_whole(source: Path, target: Path, *, incoming: Path) -> None:
    """Copy a file over ``incoming``, where the next crawl sweeps what a kill leaves.

    Raises
    ------
    DiskFullError
        No room for a moment's second copy.
    """
    with disk_errors(target):
        incoming.mkdir(parents=True, exist_ok=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".tmp-", dir=incoming) as folder:
            copy = Path(folder) / "copy.wav"
            shutil.copyfile(source, copy)
            fsync_file(copy)
            publish(copy, target)

"""Downloads kept as they came, beside the WAVs made of them (``keep_originals``)."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from genre.crawler.choosing import AudioPlace
from genre.crawler.sources import AUDIO_ENDINGS
from genre.files import fsync_file, publish


def keep(source: Path, place: AudioPlace, name: Path, *, scratch: Path) -> None:
    """Put the file that a place gave under ``name``, with the ending of its kind.

    What lies in ``scratch`` is moved, anything else stays where it is.
    """
    publish(
        _own_copy(source, scratch), name.with_name(name.name + _ending(source, place))
    )


def _own_copy(source: Path, scratch: Path) -> Path:
    """Return a file in ``scratch`` with the source's bytes, which may be gone tomorrow.

    The user's own file is linked where the file system can, which costs no room.
    """
    if source.is_relative_to(scratch):
        fsync_file(source)
        return source
    copy = scratch / "original"
    try:
        copy.hardlink_to(source)
    except OSError:  # another disk, or a file system without links
        shutil.copyfile(source, copy)
        fsync_file(copy)
    return copy


def _ending(source: Path, place: AudioPlace) -> str:
    """Return a known file name ending, never text from outside."""
    for name in (source.name, urlsplit(place.url).path):
        ending = Path(name).suffix.lower()
        if ending in AUDIO_ENDINGS:
            return ending
    return ".bin"

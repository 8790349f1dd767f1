"""Downloads kept as they came, in ``incoming/`` (``keep_originals``)."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

from genre.crawler.choosing import AudioPlace
from genre.crawler.sources import AUDIO_ENDINGS
from genre.files import fsync_file, publish

_UNKNOWN = ".bin"  # the ending of what names none


def keep(source: Path, place: AudioPlace, name: Path, *, scratch: Path) -> None:
    """Put the file that a place gave under ``name``, with the ending of its kind.

    What lies in ``scratch`` is moved, anything else stays where it is. What was kept
    under that name before goes: it is of another recording.
    """
    target = name.with_name(name.name + _ending(source, place))
    publish(_own_copy(source, scratch), target)
    _drop_others(name, target)


def rename(old: Path, new: Path) -> None:
    """Let what is kept under one name, if anything, be what is kept under another."""
    for kept in _kept(old):
        target = new.with_name(new.name + kept.suffix)
        kept.replace(target)
        _drop_others(new, target)


def drop(name: Path) -> None:
    """Delete what is kept under a name."""
    _drop_others(name, None)


def _drop_others(name: Path, stays: Path | None) -> None:
    for kept in _kept(name):
        if kept != stays:
            kept.unlink()


def _kept(name: Path) -> list[Path]:
    """Return what is kept under a name, whatever its ending."""
    endings = sorted({*AUDIO_ENDINGS, _UNKNOWN})
    paths = (name.with_name(name.name + ending) for ending in endings)
    return [path for path in paths if path.is_file()]


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
    return _UNKNOWN

"""Which files of an Internet Archive item are its songs, one file for each song.

The Archive keeps what was uploaded and makes other formats from it; each of these says
of which file it was made. Pure.
"""

from dataclasses import dataclass
from typing import Any

from genre.crawler.sources import answers

# One file per song: the first of these. 16 kHz mono hears no difference between good
# MP3 and lossless, and the Archive's bandwidth is given for free; lossless beats only
# what is audibly poor.
_FORMATS = (
    "vbr mp3", "320kbps mp3", "256kbps mp3", "192kbps mp3", "160kbps mp3",
    "128kbps mp3", "mp3", "ogg vorbis", "opus", "flac", "apple lossless audio", "wave",
    "aiff", "24bit flac", "96kbps mp3", "64kbps mp3",
)  # fmt: skip
_MAX_NAME = 500  # characters; no real file's name is longer
_RANK = {name: rank for rank, name in enumerate(_FORMATS)}


@dataclass(frozen=True, slots=True)
class Song:
    """A song of an item, in the format that is to be downloaded."""

    root: str  # name of the file that was uploaded, from which the others come
    files: tuple[dict[str, Any], ...]  # the best one first

    @property
    def file_name(self) -> str:
        """The name of the file to be downloaded."""
        return answers.text(self.files[0]["name"])

    def tag(self, name: str) -> str:
        """Return what a song's files say; often only the uploaded one has tags."""
        found = (answers.first(file.get(name)) for file in self.files)
        return next(filter(None, found), "")

    @property
    def duration_s(self) -> float | None:
        """The length, of the file to be downloaded if that states one."""
        found = (answers.seconds(file.get("length")) for file in self.files)
        return next(filter(None, found), None)


def songs_of(files: list[Any]) -> list[Song]:
    """Return the songs among an item's files, in the order of the files."""
    named = {
        answers.text(file["name"]): file
        for file in files
        if 0 < len(answers.text(answers.part(file, "name"))) <= _MAX_NAME
    }
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, file in named.items():
        groups.setdefault(_root(name, named), []).append(file)
    songs = []
    for root, group in groups.items():
        group.sort(key=_rank)
        if _rank(group[0]) < len(_RANK):
            songs.append(Song(root, tuple(group)))
    return songs


def _root(name: str, named: dict[str, dict[str, Any]]) -> str:
    """Return the uploaded file that a file was made from, itself if it was uploaded."""
    seen = {name}
    while answers.text(named[name].get("source")) == "derivative":
        original = answers.first(named[name].get("original"))
        if original not in named or original in seen:
            break
        seen.add(original)
        name = original
    return name


def _rank(file: dict[str, Any]) -> int:
    """Return how soon a file is chosen; as many as there are formats means never."""
    known = _RANK.get(answers.text(file.get("format")).lower(), len(_RANK))
    return len(_RANK) if answers.is_true(file.get("private")) else known

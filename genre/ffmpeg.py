"""The language of ffmpeg: the arguments we give it and what its messages mean.

Pure text in and out; ``audio`` runs the commands. ffmpeg-python builds the
arguments and is used for nothing else.
"""

import re
import shutil
import signal
from pathlib import Path
from typing import Any

from genre.config import SAMPLE_RATE
from genre.errors import DiskFullError, GenreError, MediaError, ToolError
from genre.files import disk_full
from genre.records import ErrorClass
from genre.text import clean_text, display

# Containers, by ffmpeg's names: mov is also m4a and mp4, matroska also webm, ogg
# also opus. Left out on purpose: playlists (hls, concat, dash), which name other
# files, and whatever else nobody keeps music in.
_DEMUXERS = "mp3,flac,ogg,mov,matroska,wav,aac,aiff,asf"
_KNOWN = "MP3, FLAC, Ogg, MP4, Matroska, WAV, AAC, AIFF and ASF"

_ENCODERS: dict[str, dict[str, Any]] = {
    "mp3": {"format": "mp3", "acodec": "libmp3lame", "audio_bitrate": "192k"},
    "aac": {"format": "ipod", "acodec": "aac", "audio_bitrate": "160k"},
    "opus": {"format": "opus", "acodec": "libopus", "audio_bitrate": "128k"},
    "flac": {"format": "flac", "acodec": "flac", "sample_fmt": "s16"},
}

_ONLY_SOUND: dict[str, Any] = {  # None stands for a flag without a value
    "vn": None,
    "sn": None,
    "dn": None,
    "map_metadata": -1,
    "map_chapters": -1,
    "threads": 1,
}


def find_ffmpeg() -> str:
    """Return the path of ``ffmpeg`` on PATH, else of the one in imageio-ffmpeg.

    Raises
    ------
    ToolError
        There is neither.
    """
    import imageio_ffmpeg

    try:
        return shutil.which("ffmpeg") or str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise ToolError(
            "Expected the program ffmpeg on PATH or inside the package imageio-ffmpeg,"
            " found neither; install one of them."
        ) from error


def decode_command(source: Path, *, limit_s: float, max_bytes: int) -> list[str]:
    """Return the command that writes ``source`` to stdout as 16 kHz mono s16."""
    import ffmpeg

    options = {"format": "s16le", "ac": 1, "ar": SAMPLE_RATE, "t": limit_s}
    limits = {"fs": max_bytes, **_ONLY_SOUND}
    return _compiled(ffmpeg.output(_input(source), "pipe:1", **options, **limits))


def encode_command(source: Path, target: Path, codec: str) -> list[str]:
    """Return the command that writes ``source`` to ``target``, the same bytes each time."""
    import ffmpeg

    if codec not in _ENCODERS:
        raise ValueError(f"codec should be one of {[*_ENCODERS]}, found {codec!r}.")
    exact = {"flags": "+bitexact", "fflags": "+bitexact"}  # no dates, no random ids
    options = {**_ENCODERS[codec], **exact, **_ONLY_SOUND}
    output = ffmpeg.output(_input(source), f"file:{target.absolute()}", **options)
    return [*_compiled(output), "-y"]


def _input(source: Path) -> Any:
    """Return the first audio stream; ``file:`` and an absolute path disarm its name."""
    import ffmpeg

    guards = {"protocol_whitelist": "file", "format_whitelist": _DEMUXERS}
    return ffmpeg.input(f"file:{source.absolute()}", threads=1, **guards)["a:0"]


def _compiled(output: Any) -> list[str]:
    quiet = ["-nostdin", "-hide_banner", "-nostats", "-loglevel", "info"]
    return [str(word) for word in output.compile(cmd=[find_ffmpeg(), *quiet])]


# --- what it said ------------------------------------------------------------------


def source_codec(log: str) -> str:
    """Return the source's codec from the line that says which stream was decoded."""
    match = re.search(r"^  Stream #0:\d+ -> #0:0 \((\w+)", log, re.MULTILINE)
    return match[1] if match else "unknown"


def stated_duration(log: str) -> float | None:
    """Return the container's own duration in seconds, or None where it is no witness.

    It is none where ffmpeg only estimates it (an MP3 without a Xing header, ADTS),
    and where the longest stream may be a video.
    """
    match = re.search(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", log, re.MULTILINE)
    moving = re.search(r"^  Stream #0:.*: Video: (?!.*attached pic)", log, re.MULTILINE)
    if not match or moving or "Estimating duration" in log:
        return None
    hours, minutes, seconds = match.groups()
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


def is_cut(log: str) -> bool:
    """Tell whether ffmpeg itself noticed that the file ends too early."""
    return "File ended prematurely" in log or "partial file" in log


def refusal(source: Path, found: str, advice: str = "take another file") -> MediaError:
    """Return the error for a file that is not usable audio."""
    name = display(source.name)
    return MediaError(f"Expected an audio file in {name}, found {found}; {advice}.")


def failure(
    code: int, log: str, *, source: Path, folder: Path, at_our_limit: bool = False
) -> GenreError:
    """Return the error that says why ffmpeg ended with ``code``.

    ``folder`` is where it wrote; a full disk there is nobody's fault, and neither is
    a limit on the size of files, unless it wrote as much as we allow.
    """
    if "No space left on device" in log or "Disk quota exceeded" in log:
        return disk_full(folder / source.name)
    if (code == -signal.SIGXFSZ or "File too large" in log) and not at_our_limit:
        return DiskFullError(
            f"Expected to write the sound of {display(source.name)} below {folder}, found"
            " a limit on the size of files; raise it (`ulimit -f`) or take another disk"
            " and run the same command again (nothing was marked as failed)."
        )
    if code in {-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT}:
        return MediaError(
            f"Expected ffmpeg to decode {display(source.name)}, found it killed from"
            " outside (often: too little memory); try again with fewer jobs.",
            error_class=ErrorClass.TEMPORARY,
        )
    if "Unknown encoder" in log:
        return ToolError(
            "Expected an ffmpeg that can write MP3, AAC, Opus and FLAC, found"
            f" {find_ffmpeg()}; take it off PATH, so that the bundled one is used."
        )
    if "not on whitelist" in log:
        return refusal(source, "another kind of file", f"known are {_KNOWN}")
    if "matches no streams" in log:
        return refusal(source, "no sound in it")
    return refusal(source, f"something ffmpeg cannot decode ({_reason(code, log)})")


def _reason(code: int, log: str) -> str:
    """Return ffmpeg's most telling line without its addresses, or the fatal signal."""
    if code < 0:
        return f"the decoder died of {signal.Signals(-code).name}"
    lines = [re.sub(r"\[[^]]*\] ?", "", line).strip() for line in log.splitlines()]
    told = [line for line in lines if line and "misdetection" not in line]
    spoken = told or [f"exit code {code}"]
    opened = any(line.startswith("Input #0") for line in spoken)
    return clean_text(spoken[-1] if opened else spoken[0], limit=160)

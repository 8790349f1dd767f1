"""Decode, convert and encode audio; the only place that runs ffmpeg.

A foreign file is decoded only in a child process: fixed arguments, a white list
of containers so that no playlist in disguise can name other files, no network,
limits on time, memory, output and messages. What comes out is believed only when
ffmpeg ended well, the length is within the settings' bounds and agrees with what
the container states, and the sound is not silence. The crawler calls
``convert_to_wav``, prediction calls ``decode``, features call ``read_wav``.
"""

import contextlib
import hashlib
import os
import resource
import selectors
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from genre import ffmpeg
from genre.config import SAMPLE_RATE, Settings
from genre.errors import MediaError, ToolError
from genre.ffmpeg import find_ffmpeg
from genre.files import atomic_write, disk_errors, fsync_file, publish
from genre.records import AudioInfo, ErrorClass
from genre.wav import peak, read_wav, to_float, wav_header, write_wav

__all__ = [
    "convert_to_wav",
    "decode",
    "encode",
    "ffmpeg_version",
    "find_ffmpeg",
    "read_wav",
    "run",
    "terminate_children",
    "write_wav",
]

_NOT_AUDIO = (  # how files begin that some server sent in place of audio
    (b"#extm3u", "an HLS playlist"),
    (b"ffconcat", "a script for ffmpeg"),
    (b"<!doctype html", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "an XML document"),
    (b'{"', "a JSON document"),
)

_SILENCE = 10 ** (-60 / 20)  # peak, of full scale
_CHUNK = 1 << 20
_LOG_BYTES = 32_768  # kept of each end of ffmpeg's messages
_MAX_BYTES = 1 << 32  # of an encoded file
_MEMORY_BYTES = 2 << 30  # address space of a decoder; honest files need a quarter
_ENVIRONMENT = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # all that ffmpeg gets of ours

_running: set["subprocess.Popen[bytes]"] = set()
_running_lock = threading.RLock()  # a signal handler may come while we hold it


def convert_to_wav(source: Path, target: Path, *, settings: Settings) -> AudioInfo:
    """Convert any audio file to the corpus's WAV: 16 kHz, mono, s16.

    ``target`` appears whole or not at all, with a plain 44-byte header, so equal
    samples give equal bytes. Channels are mixed and resampled by ffmpeg
    (``-ac 1 -ar 16000``).

    Parameters
    ----------
    source : Path
        A file in one of the containers MP3, FLAC, Ogg, MP4, Matroska, WAV, ADTS
        AAC, AIFF or ASF; its first audio stream is used.
    target : Path
        Where the WAV goes; folders are made.
    settings : Settings
        ``min_duration_s`` and ``max_duration_s`` bound the source's length;
        ``excerpt_s`` > 0 keeps only that many seconds from the middle.

    Returns
    -------
    AudioInfo
        The sha256 of the sample bytes, the length, the source's codec and length.

    Raises
    ------
    MediaError
        It is not audio, cut short, too long, too short or silent.
    DiskFullError
        No room for the result.
    """
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    with (
        _decoded(source, target.parent, settings) as sound,
        atomic_write(target) as out,
    ):
        out.write(wav_header(2 * sound.n_samples))
        digest, loudest = hashlib.sha256(), 0.0
        for chunk in sound.chunks():
            out.write(chunk)
            digest.update(chunk)
            loudest = max(loudest, peak(np.frombuffer(chunk, "<i2")))
        _refuse_silence(loudest, source)
    return AudioInfo(
        digest.hexdigest(), SAMPLE_RATE, sound.n_samples, sound.codec, sound.source_s
    )


def decode(path: Path, *, settings: Settings) -> NDArray[np.float32]:
    """Return any audio file's samples, checked and cut as ``convert_to_wav`` does.

    Parameters
    ----------
    path : Path
        The audio file.
    settings : Settings
        The bounds of the length and the excerpt.

    Returns
    -------
    NDArray[np.float32] [n_samples]
        Mono at 16 kHz, in [-1, 1); equal to ``read_wav`` of the converted file.

    Raises
    ------
    MediaError
        It is not audio, cut short, too long, too short or silent.
    """
    with _decoded(path, Path(tempfile.gettempdir()), settings) as sound:
        samples = np.frombuffer(b"".join(sound.chunks()), "<i2")
    _refuse_silence(peak(samples), path)
    return to_float(samples)


def encode(source: Path, target: Path, *, codec: str) -> None:
    """Encode an audio file, atomically and with equal bytes for equal input.

    Parameters
    ----------
    source : Path
        The file to read, usually a WAV.
    target : Path
        Where the result goes, whatever its name ends in; folders are made.
    codec : {"mp3", "aac", "opus", "flac"}
        ``aac`` is written into an M4A container, ``opus`` into Ogg.

    Raises
    ------
    MediaError
        ``source`` is not audio.
    ToolError
        This machine's ffmpeg lacks the encoder.
    """
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        fd, name = tempfile.mkstemp(prefix=".tmp-", dir=target.parent)
        os.close(fd)
        temporary = Path(name)
        try:
            command = ffmpeg.encode_command(source, temporary, codec)
            code, log = run(command, stdout=None, deadline_s=600, max_bytes=_MAX_BYTES)
            if code:
                full = temporary.stat().st_size >= _MAX_BYTES
                raise ffmpeg.failure(
                    code, log, source=source, folder=target.parent, at_our_limit=full
                )
            fsync_file(temporary)
            temporary.chmod(0o644)
            publish(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)


def ffmpeg_version() -> str:
    """Return the version of the ffmpeg that ``find_ffmpeg`` names, e.g. ``7.1``.

    Raises
    ------
    ToolError
        There is no ffmpeg, or it does not start.
    """
    _, log = run([find_ffmpeg()], stdout=None, deadline_s=30, max_bytes=0)
    words = log.split()
    return (
        words[2].removeprefix("n")
        if words[:2] == ["ffmpeg", "version"]
        else "of unknown version"
    )


def terminate_children() -> None:
    """Kill every ffmpeg that runs now; its caller raises KeyboardInterrupt.

    Stop handing out new work first: what starts later runs to its end.
    """
    with _running_lock:
        for process in _running:
            process.kill()
        _running.clear()


# --- one decoded file ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sound:
    """Decoded s16 samples in an unnamed file that the system deletes."""

    raw: IO[bytes]
    first: int  # where the kept part begins, in samples
    n_samples: int  # length of the kept part
    codec: str
    source_s: float  # length of the whole, in seconds

    def chunks(self) -> Iterator[bytes]:
        """Yield the kept part's bytes, a megabyte at a time."""
        self.raw.seek(2 * self.first)
        left = 2 * self.n_samples
        while left and (chunk := self.raw.read(min(left, _CHUNK))):
            left -= len(chunk)
            yield chunk


@contextlib.contextmanager
def _decoded(source: Path, folder: Path, settings: Settings) -> Iterator[_Sound]:
    """Decode ``source`` into an unnamed file in ``folder``, check and yield it."""
    _refuse_other_files(source)
    limit_s = settings.max_duration_s + 1  # one more tells "too long" from "just fits"
    max_bytes = int(2 * SAMPLE_RATE * (limit_s + 1))
    command = ffmpeg.decode_command(source, limit_s=limit_s, max_bytes=max_bytes)
    deadline_s = 60 + settings.max_duration_s / 4
    with contextlib.ExitStack() as stack:
        with disk_errors(folder / source.name):
            raw = stack.enter_context(
                tempfile.TemporaryFile(prefix=".tmp-", dir=folder)
            )
        code, log = run(command, stdout=raw, deadline_s=deadline_s, max_bytes=max_bytes)
        n_bytes = os.fstat(raw.fileno()).st_size
        if code:
            full = n_bytes >= max_bytes
            raise ffmpeg.failure(
                code, log, source=source, folder=folder, at_our_limit=full
            )
        n_samples = n_bytes // 2
        source_s = n_samples / SAMPLE_RATE
        _check_length(source_s, log, source, settings)
        n_kept = min(round(settings.excerpt_s * SAMPLE_RATE) or n_samples, n_samples)
        codec, first = ffmpeg.source_codec(log), (n_samples - n_kept) // 2
        yield _Sound(raw, first, n_kept, codec, source_s)


def _refuse_other_files(source: Path) -> None:
    """Say in plain words what a file is that only pretends to be audio."""
    if not source.is_file():
        found = "something that is no file" if source.exists() else "nothing"
        raise ffmpeg.refusal(source, found, "check the path")
    with source.open("rb") as stream:
        start = stream.read(512)
    if not start:
        raise ffmpeg.refusal(
            source, "zero bytes", "fetch it again or take another file"
        )
    start = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for prefix, description in _NOT_AUDIO:
        if start.startswith(prefix):
            raise ffmpeg.refusal(source, description)


def _check_length(found_s: float, log: str, source: Path, settings: Settings) -> None:
    """Refuse what is too long, too short or shorter than its container states."""
    low, high = settings.min_duration_s, settings.max_duration_s
    stated_s = ffmpeg.stated_duration(log)
    if found_s > high:
        length = f"{stated_s:.0f} s" if stated_s and stated_s > high else "more"
        raise ffmpeg.refusal(
            source,
            f"{length} of sound",
            f"at most {high:g} s are taken (max_duration_s)",
        )
    if found_s < low:
        raise ffmpeg.refusal(
            source,
            f"{found_s:.2f} s of sound",
            f"at least {low:g} s are taken (min_duration_s)",
        )
    if stated_s and stated_s - found_s > max(2.0, 0.02 * stated_s):
        raise ffmpeg.refusal(
            source,
            f"{found_s:.1f} s of the {stated_s:.1f} s that it states",
            _FETCH_AGAIN,
        )
    if ffmpeg.is_cut(log):
        raise ffmpeg.refusal(
            source, f"that it ends early, after {found_s:.1f} s", _FETCH_AGAIN
        )


_FETCH_AGAIN = "it is cut or damaged: fetch it again or take another file"


def _refuse_silence(loudest: float, source: Path) -> None:
    if loudest < _SILENCE:
        raise ffmpeg.refusal(source, "silence")


# --- running ffmpeg --------------------------------------------------------------------


def run(
    command: list[str], *, stdout: IO[bytes] | None, deadline_s: float, max_bytes: int
) -> tuple[int, str]:
    """Run ffmpeg to its end; return its exit code and what it said.

    Raises
    ------
    MediaError
        The deadline passed (class temporary: the machine may just be busy).
    KeyboardInterrupt
        ``terminate_children`` was called meanwhile.
    """
    process = _start(command, stdout)
    try:
        _limit(process.pid, cpu_s=int(deadline_s) + 1, max_bytes=max_bytes + _CHUNK)
        end = time.monotonic() + deadline_s
        log = _read_log(process, end)
        code = process.wait(timeout=max(0.0, end - time.monotonic()))
    except (TimeoutError, subprocess.TimeoutExpired) as error:
        raise MediaError(
            f"Expected ffmpeg to end within {deadline_s:g} s, found it still running;"
            " try again when the machine is less busy.",
            error_class=ErrorClass.TEMPORARY,
        ) from error
    finally:
        stopped = _end(process)
    if stopped:
        raise KeyboardInterrupt
    return code, log


def _start(command: list[str], stdout: IO[bytes] | None) -> "subprocess.Popen[bytes]":
    """Start ffmpeg in a session of its own, so that Ctrl-C reaches us alone."""
    ours = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    with _running_lock:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stdout or subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**ours, "AV_LOG_FORCE_NOCOLOR": "1", "LC_ALL": "C"},
                start_new_session=True,
            )
        except OSError as error:
            raise ToolError(
                f"Expected the program {command[0]} to start, found {error.strerror};"
                " replace it, or take it off PATH so that the bundled one is used."
            ) from error
        _running.add(process)
    return process


def _limit(pid: int, *, cpu_s: int, max_bytes: int) -> None:
    """Limit the child from outside: safe among threads, where preexec_fn is not.

    Where the user's own limits are lower, they stay.
    """
    limits = {
        resource.RLIMIT_CPU: cpu_s,
        resource.RLIMIT_FSIZE: max_bytes,
        resource.RLIMIT_AS: _MEMORY_BYTES,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    if hasattr(resource, "prlimit"):  # Linux only
        with contextlib.suppress(ProcessLookupError):  # it may have ended already
            for name, value in limits.items():
                _, most = resource.getrlimit(name)
                if most != resource.RLIM_INFINITY:
                    value = min(value, most)
                resource.prlimit(pid, name, (value, value))


def _read_log(process: "subprocess.Popen[bytes]", end: float) -> str:
    """Read the messages until ffmpeg closes them; keep their first and last part."""
    assert process.stderr is not None
    head, tail = b"", b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stderr, selectors.EVENT_READ)
        while selector.select(max(0.0, end - time.monotonic())):
            chunk = os.read(process.stderr.fileno(), 65_536)
            if not chunk:
                return (head + tail).decode("utf-8", "replace")
            room = _LOG_BYTES - len(head)
            head, tail = head + chunk[:room], (tail + chunk[room:])[-_LOG_BYTES:]
    raise TimeoutError


def _end(process: "subprocess.Popen[bytes]") -> bool:
    """Make sure the child is gone; tell whether ``terminate_children`` ended it."""
    process.kill()
    process.wait()
    if process.stderr:
        process.stderr.close()
    with _running_lock:
        stopped = process not in _running
        _running.discard(process)
    return stopped

"""Files that pretend to be a song: to read other files, or to fill memory and disk.

Each builder writes its file (and what it aims at) into ``folder`` and returns the
file. ``secret.ts`` and ``secret.mp3`` stand for a private recording elsewhere on
the disk: it must never come out of a conversion.
"""

import struct
from collections.abc import Callable
from pathlib import Path

from tests.synth import pure_tone, run_ffmpeg, write_media, write_wave

Builder = Callable[[Path], Path]


def _secret(folder: Path, suffix: str) -> Path:
    """Write the recording that must not come out."""
    return write_media(folder / f"secret{suffix}", pure_tone(440, 3.0))


def hls_named_mp3(folder: Path) -> Path:
    """Build an HLS playlist under a song's name that points at a local file."""
    secret = _secret(folder, ".ts")
    return _text(folder / "song.mp3", _hls(f"file://{secret}"))


def hls_named_m3u8(folder: Path) -> Path:
    """Build the same under its own name, which newer ffmpeg would accept."""
    secret = _secret(folder, ".ts")
    return _text(folder / "song.m3u8", _hls(str(secret)))


def hls_to_network(folder: Path) -> Path:
    """Build an HLS playlist that makes the decoder call a server."""
    return _text(folder / "song.mp3", _hls("http://127.0.0.1:9/a.ts"))


def ffconcat_relative(folder: Path) -> Path:
    """Build a script of ffmpeg's own that names a file beside it."""
    _secret(folder, ".mp3")
    return _text(folder / "song.mp3", "ffconcat version 1.0\nfile secret.mp3\n")


def dash_manifest(folder: Path) -> Path:
    """Build a DASH manifest, without the XML declaration that would give it away."""
    secret = _secret(folder, ".ts")
    body = f"<BaseURL>file://{secret}</BaseURL>"
    return _text(folder / "song.m4a", f'<MPD type="static">{body}</MPD>\n')


def wav_of_65535_channels(folder: Path) -> Path:
    """Build a WAV whose header asks for as many channels as it can name."""
    return _wav_claiming(folder, n_channels=65_535, n_bytes=655_350)


def wav_of_four_gigabytes(folder: Path) -> Path:
    """Build a WAV whose header claims 4 GB of samples and holds two seconds."""
    return _wav_claiming(folder, n_channels=1, n_bytes=0xFFFF_FF00)


REFUSED: tuple[Builder, ...] = (
    hls_named_mp3,
    hls_named_m3u8,
    hls_to_network,
    ffconcat_relative,
    dash_manifest,
    wav_of_65535_channels,
)

# Only the decoder's own white list stands between these and a private file.
PLAYLISTS = REFUSED[:5]


def flac_bomb(folder: Path, *, duration_s: int) -> Path:
    """Write hours of silence into a few kilobytes."""
    path = folder / "bomb.flac"
    sound = ("-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", str(duration_s))
    run_ffmpeg(*sound, "-frame_size", "32768", f"file:{path}")
    return path


def flipped(data: bytes, seed: int) -> bytes:
    """Return ``data`` with 20 bytes changed, other ones for each seed."""
    changed = bytearray(data)
    for i in range(20):
        at = (seed * 7919 + i * 104_729) % len(changed)
        changed[at] ^= 1 + (seed + i) % 255
    return bytes(changed)


def _hls(segment: str) -> str:
    """Return an HLS playlist of one segment."""
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{segment}\n#EXT-X-ENDLIST\n"


def _text(path: Path, text: str) -> Path:
    """Write a text file and return it."""
    path.write_text(text)
    return path


def _wav_claiming(folder: Path, *, n_channels: int, n_bytes: int) -> Path:
    """Write two seconds of sound under a header of other numbers."""
    path = write_wave(folder / "song.wav", pure_tone(440, 2.0))
    data = bytearray(path.read_bytes())
    data[22:24] = struct.pack("<H", n_channels)
    data[40:44] = struct.pack("<I", n_bytes)
    path.write_bytes(data)
    return path

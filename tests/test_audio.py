"""Behaviour of conversion: what goes in, what comes out, what is refused."""

import contextlib
import subprocess
import sys
import threading
import time
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from genre import ffmpeg
from genre.audio import (
    convert_to_wav,
    decode,
    encode,
    ffmpeg_version,
    find_ffmpeg,
    read_wav,
    run,
    terminate_children,
    write_wav,
)
from genre.config import Settings
from genre.errors import DiskFullError, MediaError, ToolError
from genre.files import sha256_file
from genre.records import ErrorClass
from tests.attacks.media import (
    PLAYLISTS,
    REFUSED,
    Builder,
    flac_bomb,
    flipped,
    wav_of_four_gigabytes,
)
from tests.synth import noise, pure_tone, run_ffmpeg, write_media, write_wave

SETTINGS = Settings()

CODECS = {  # name ending: the source's codec in ffmpeg's words
    ".mp3": "mp3",
    ".flac": "flac",
    ".ogg": "vorbis",
    ".opus": "opus",
    ".m4a": "aac",
    ".mp4": "aac",
    ".webm": "opus",
    ".mka": "flac",
    ".aac": "aac",
    ".aiff": "pcm_s16be",
    ".wav": "pcm_s16le",
    ".wma": "wmav2",
}

NAMES = (
    "-i.mp3",
    "concat:a|b.mp3",
    "%03d.mp3",
    "a'; $(touch x) &.mp3",
    "ä\n🎶.mp3",
    "http:x.mp3",
)


def reference(path: Path) -> NDArray[np.float32]:
    """Decode the plain way: ffmpeg -ac 1 -ar 16000."""
    raw = path.with_name("reference.raw")
    run_ffmpeg(
        "-i", f"file:{path}", "-ac", "1", "-ar", "16000", "-f", "s16le", str(raw)
    )
    return np.fromfile(raw, "<i2").astype(np.float32) / np.float32(32768)


def stereo(duration_s: float) -> NDArray[np.float32]:
    """Return a different tone on each side at 44.1 kHz, with a little noise."""
    left = pure_tone(440, duration_s, sr=44_100) + noise(
        duration_s, sr=44_100, amplitude=0.05
    )
    right = pure_tone(660, duration_s, sr=44_100)
    return np.stack([left, right], axis=1).astype(np.float32)


# --- what goes in and comes out ----------------------------------------------------


@pytest.mark.parametrize(("suffix", "codec"), CODECS.items())
def test_every_container_equals_a_plain_decode(
    suffix: str, codec: str, tmp_path: Path
) -> None:
    """Each wanted container becomes the samples that ffmpeg -ac 1 -ar 16000 gives."""
    source = write_media(tmp_path / f"song{suffix}", stereo(3.0), sr=44_100)
    info = convert_to_wav(source, tmp_path / "ab" / "song.wav", settings=SETTINGS)
    y, expected = read_wav(tmp_path / "ab" / "song.wav"), reference(source)
    assert info.source_codec == codec
    assert info.n_samples == len(y) == len(expected)
    assert abs(info.duration_s - 3.0) <= 0.1
    assert np.corrcoef(y, expected)[0, 1] > 0.999


def test_the_wav_is_16_khz_mono_s16(tmp_path: Path) -> None:
    """The standard library reads the result and finds the promised form."""
    source = write_media(tmp_path / "song.flac", stereo(2.0), sr=44_100)
    convert_to_wav(source, tmp_path / "song.wav", settings=SETTINGS)
    with wave.open(str(tmp_path / "song.wav")) as stream:
        assert stream.getparams()[:4] == (1, 2, 16_000, 32_000)


def test_equal_sound_gives_equal_bytes_in_any_container(tmp_path: Path) -> None:
    """The same samples in FLAC, WAV and AIFF have one pcm_sha256 and one file hash."""
    y, hashes, files = noise(2.0), set(), set()
    for suffix in (".flac", ".wav", ".aiff"):
        target = tmp_path / f"out{suffix}"
        source = write_media(tmp_path / f"song{suffix}", y)
        hashes.add(convert_to_wav(source, target, settings=SETTINGS).pcm_sha256)
        files.add(sha256_file(target))
    assert (len(hashes), len(files)) == (1, 1)


def test_decode_equals_the_converted_file(tmp_path: Path) -> None:
    """Prediction sees the very samples that the corpus would hold."""
    source = write_media(tmp_path / "song.mp3", stereo(3.0), sr=44_100)
    settings = Settings(excerpt_s=1.5)
    convert_to_wav(source, tmp_path / "song.wav", settings=settings)
    y = decode(source, settings=settings)
    assert y.dtype == np.float32
    assert np.array_equal(y, read_wav(tmp_path / "song.wav"))


def test_an_excerpt_is_the_middle(tmp_path: Path) -> None:
    """Of three seconds of three tones an excerpt of one second is the second tone."""
    tones = [pure_tone(freq, 1.0) for freq in (300, 600, 900)]
    source = write_media(tmp_path / "song.flac", np.concatenate(tones))
    info = convert_to_wav(source, tmp_path / "x.wav", settings=Settings(excerpt_s=1.0))
    assert info.n_samples == 16_000
    assert np.allclose(read_wav(tmp_path / "x.wav"), tones[1], atol=1e-4)


def test_an_excerpt_longer_than_the_song_is_the_song(tmp_path: Path) -> None:
    """Nothing is padded when the song is shorter than the excerpt."""
    source = write_media(tmp_path / "song.flac", pure_tone(440, 2.0))
    info = convert_to_wav(source, tmp_path / "x.wav", settings=Settings(excerpt_s=30))
    assert info.duration_s == 2.0


@pytest.mark.parametrize("name", NAMES)
def test_odd_file_names_are_only_names(name: str, tmp_path: Path) -> None:
    """No name is taken for an option, a protocol, a pattern or a command."""
    source = write_media(tmp_path / "song.mp3", pure_tone(440, 2.0)).rename(
        tmp_path / name
    )
    assert (
        convert_to_wav(source, tmp_path / "x.wav", settings=SETTINGS).n_samples
        == 32_000
    )
    assert {path.name for path in tmp_path.iterdir()} == {name, "x.wav"}


def test_a_film_gives_its_sound(tmp_path: Path) -> None:
    """Audio shorter than the picture beside it is whole, not cut."""
    sound, film = (
        write_wave(tmp_path / "s.wav", pure_tone(440, 3.0)),
        tmp_path / "film.mp4",
    )
    picture = ("-f", "lavfi", "-i", "color=s=16x16:r=5:d=12")
    run_ffmpeg(*picture, "-i", str(sound), "-c:v", "mpeg4", "-c:a", "aac", str(film))
    assert abs(len(decode(film, settings=SETTINGS)) / 16_000 - 3.0) < 0.1


def test_tags_cannot_speak_for_ffmpeg(tmp_path: Path) -> None:
    """A title that looks like ffmpeg's own report changes nothing."""
    title = "title=x\n  Duration: 09:00:00.00, start\n  Stream #0:0 -> #0:0 (evil"
    source = write_media(
        tmp_path / "a.flac", pure_tone(440, 2.0), options=("-metadata", title)
    )
    info = convert_to_wav(source, tmp_path / "a.wav", settings=SETTINGS)
    assert (info.source_codec, info.duration_s) == ("flac", 2.0)


# --- what is refused -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "zero bytes"),
        (b"<!DOCTYPE html><html>busy</html>", "an HTML page"),
        (b"\xef\xbb\xbf\n <html lang=en>", "an HTML page"),
        (b"#EXTM3U\n#EXTINF:3,\na.ts\n", "an HLS playlist"),
        (b"ffconcat version 1.0\nfile a.mp3\n", "a script for ffmpeg"),
        (b'<?xml version="1.0"?><Error/>', "an XML document"),
        (b'{"error": 429}', "a JSON document"),
        (b"just words " * 100, "something ffmpeg cannot decode"),
        (bytes(5000), "something ffmpeg cannot decode"),
    ],
)
def test_what_is_not_audio_is_named(data: bytes, found: str, tmp_path: Path) -> None:
    """The sentence says what the file is instead; it is permanent; nothing is left."""
    source = tmp_path / "in" / "song.mp3"
    source.parent.mkdir()
    source.write_bytes(data)
    with pytest.raises(MediaError, match=f"song.mp3, found {found}") as caught:
        convert_to_wav(source, tmp_path / "out" / "x.wav", settings=SETTINGS)
    assert caught.value.error_class is ErrorClass.PERMANENT
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("build", REFUSED, ids=lambda build: build.__name__)
def test_hostile_files_are_refused(build: Builder, tmp_path: Path) -> None:
    """No file that names other files or lies about its size is converted."""
    source = build(tmp_path)
    with pytest.raises(MediaError, match="Expected an audio file"):
        convert_to_wav(source, tmp_path / "out" / "x.wav", settings=SETTINGS)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("build", PLAYLISTS, ids=lambda build: build.__name__)
def test_ffmpeg_itself_refuses_playlists(build: Builder, tmp_path: Path) -> None:
    """Also without our look at the first bytes the demuxer white list holds."""
    command = ffmpeg.decode_command(build(tmp_path), limit_s=5, max_bytes=10**6)
    with (tmp_path / "out.raw").open("wb") as out:
        code, log = run(command, stdout=out, deadline_s=60, max_bytes=10**6)
    assert code != 0
    assert "secret" not in log
    assert (tmp_path / "out.raw").stat().st_size == 0


def test_another_container_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    """A container that is left out on purpose gets a sentence that lists the others."""
    source = write_media(tmp_path / "song.ts", pure_tone(440, 3.0))
    with pytest.raises(MediaError, match="another kind of file; known are MP3"):
        decode(source, settings=SETTINGS)


def test_a_film_without_sound_is_refused(tmp_path: Path) -> None:
    """A video stream alone is not a song."""
    film = tmp_path / "film.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "color=s=16x16:r=5:d=3", "-c:v", "mpeg4", str(film))
    with pytest.raises(MediaError, match="no sound in it"):
        decode(film, settings=SETTINGS)


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".webm", ".m4a"])
def test_a_file_cut_in_the_middle_is_refused(suffix: str, tmp_path: Path) -> None:
    """Where the container states its length, half a file is not taken for a song."""
    source = write_media(tmp_path / f"song{suffix}", noise(8.0))
    data = source.read_bytes()
    source.write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match=r"cut or damaged|cannot decode \(moov"):
        decode(source, settings=SETTINGS)


@pytest.mark.parametrize("name", ["a.mp3", "a.ogg", "a.wav", "a.wma", "a.aac"])
def test_a_cut_file_that_states_no_length_is_only_shorter(
    name: str, tmp_path: Path
) -> None:
    """Where nothing in the file tells, the crawler's comparison of durations has to."""
    plain = ("-write_xing", "0") if name == "a.mp3" else ()
    source = write_media(tmp_path / name, noise(8.0), options=plain)
    data = source.read_bytes()
    source.write_bytes(data[: len(data) // 2])
    assert 3.0 < len(decode(source, settings=SETTINGS)) / 16_000 < 5.0


def test_a_header_that_claims_gigabytes_is_not_believed(tmp_path: Path) -> None:
    """Of a WAV that claims 4 GB only the two seconds that are there come out."""
    source = wav_of_four_gigabytes(tmp_path)
    assert abs(len(decode(source, settings=SETTINGS)) - 32_000) < 2_000


def test_a_two_hour_file_is_refused_by_its_length(tmp_path: Path) -> None:
    """Too long is said with the file's length and the limit, never cut silently."""
    source = flac_bomb(tmp_path, duration_s=7200)
    assert source.stat().st_size < 200_000
    with pytest.raises(MediaError, match="found 7200 s of sound; at most 1200 s"):
        convert_to_wav(source, tmp_path / "out" / "x.wav", settings=SETTINGS)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_decoder_writes_no_more_than_it_may(tmp_path: Path) -> None:
    """Ten minutes of sound from a few kilobytes stop at the limit in bytes."""
    bomb = flac_bomb(tmp_path, duration_s=600)
    command = ffmpeg.decode_command(bomb, limit_s=1201, max_bytes=10**9)
    with (tmp_path / "out.raw").open("wb") as out:
        code, log = run(command, stdout=out, deadline_s=60, max_bytes=10**6)
    assert (tmp_path / "out.raw").stat().st_size <= 10**6 + (1 << 20)
    error = ffmpeg.failure(code, log, source=bomb, folder=tmp_path, at_our_limit=True)
    assert isinstance(error, MediaError)


def test_a_song_of_just_the_longest_length_is_taken(tmp_path: Path) -> None:
    """The limit itself is allowed; one tenth of a second more is not."""
    settings = Settings(max_duration_s=3.0)
    just = write_media(tmp_path / "just.flac", pure_tone(440, 3.0))
    over = write_media(tmp_path / "over.flac", pure_tone(440, 3.1))
    assert len(decode(just, settings=settings)) == 48_000
    with pytest.raises(MediaError, match="at most 3 s"):
        decode(over, settings=settings)


def test_what_is_too_short_is_refused(tmp_path: Path) -> None:
    """Less than min_duration_s is no song."""
    source = write_media(tmp_path / "blip.wav", pure_tone(440, 0.5))
    with pytest.raises(MediaError, match=r"found 0.50 s of sound; at least 1 s"):
        decode(source, settings=SETTINGS)


@pytest.mark.parametrize(
    ("amplitude", "taken"), [(0.0, False), (0.0005, False), (0.002, True)]
)
def test_silence_is_refused(amplitude: float, taken: bool, tmp_path: Path) -> None:
    """A peak below -60 dBFS is silence; a faint recording just above it is not."""
    source = write_media(
        tmp_path / "faint.flac", pure_tone(440, 2.0, amplitude=amplitude)
    )
    with (
        contextlib.nullcontext()
        if taken
        else pytest.raises(MediaError, match="silence")
    ):
        convert_to_wav(source, tmp_path / "out" / "x.wav", settings=SETTINGS)
    assert len(list((tmp_path / "out").iterdir())) == taken


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".m4a", ".webm"])
def test_damaged_bytes_never_do_more_than_be_refused(
    suffix: str, tmp_path: Path
) -> None:
    """Whatever bytes change, the outcome is a whole WAV or a MediaError."""
    data = write_media(tmp_path / f"song{suffix}", noise(2.0)).read_bytes()
    source, target = tmp_path / f"damaged{suffix}", tmp_path / "out" / "x.wav"
    for seed in range(12):
        source.write_bytes(flipped(data, seed))
        try:
            info = convert_to_wav(source, target, settings=SETTINGS)
            assert len(read_wav(target)) == info.n_samples
            target.unlink()
        except MediaError:
            assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("kind", ["nothing", "something that is no file"])
def test_a_path_without_a_file_is_named(kind: str, tmp_path: Path) -> None:
    """A missing file and a folder are told apart, and neither reaches ffmpeg."""
    source = tmp_path / "song.mp3"
    if kind != "nothing":
        source.mkdir()
    with pytest.raises(MediaError, match=f"found {kind}; check the path"):
        decode(source, settings=SETTINGS)


# --- running ffmpeg ------------------------------------------------------------------


def sh(script: str, *, deadline_s: float = 60) -> tuple[int, str]:
    """Run a shell script in ffmpeg's place."""
    return run(
        ["/bin/sh", "-c", script], stdout=None, deadline_s=deadline_s, max_bytes=5 << 20
    )


def test_the_child_is_limited_in_memory_files_and_time() -> None:
    """Address space, file size, open files, core dumps and processor time are bounded."""
    code, log = sh(
        "sleep 0.2; ulimit -v >&2; ulimit -f >&2; ulimit -n >&2; ulimit -c >&2"
    )
    kib, blocks, files, core = log.split()
    assert (code, kib, blocks, files, core) == (
        0,
        str(2 << 20),
        str(6 << 11),
        "64",
        "0",
    )
    assert sh("sleep 0.2; ulimit -t >&2", deadline_s=7)[1].split() == ["8"]


def limited(limits: str, code: str, *args: object) -> str:
    """Run Python code in a shell with lower limits; return what it prints."""
    shell = f'{limits}; exec "$@"'
    command = ["/bin/bash", "-c", shell, "bash", sys.executable, "-c", code]
    done = subprocess.run(
        [*command, *map(str, args)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_users_own_lower_limits_stay() -> None:
    """No limit of a child is above the caller's, which may not be raised."""
    code = (
        "from genre.audio import run\n"
        "script = 'sleep 0.2; ulimit -v >&2; ulimit -f >&2; ulimit -n >&2'\n"
        "print(run(['/bin/bash', '-c', script], stdout=None, deadline_s=60,"
        " max_bytes=5 << 20)[1])"
    )
    said = limited("ulimit -v 1900000; ulimit -f 1200; ulimit -n 50", code)
    assert said.split() == ["1900000", "1200", "50"]


def test_a_limit_on_file_size_is_nobodys_fault(tmp_path: Path) -> None:
    """A user's ``ulimit -f`` stops the run like a full disk and blames no song."""
    source = write_media(tmp_path / "song.flac", noise(10.0))
    code = (
        "import sys, pathlib\n"
        "from genre import audio, config, errors\n"
        "source, target = map(pathlib.Path, sys.argv[1:])\n"
        "for convert in (\n"
        "    lambda: audio.convert_to_wav(source, target, settings=config.Settings()),\n"
        "    lambda: audio.encode(source, target, codec='flac'),\n"
        "):\n"
        "    try:\n        convert()\n"
        "    except errors.DiskFullError as error:\n        print(error)\n"
    )
    said = limited("ulimit -f 100", code, source, tmp_path / "x")
    assert said.count("a limit on the size of files; raise it (`ulimit -f`)") == 2
    assert [path.name for path in tmp_path.iterdir()] == ["song.flac"]
    told = "Error writing trailer: File too large"  # as ffmpeg says it of a file system
    error = ffmpeg.failure(229, told, source=source, folder=tmp_path)
    assert isinstance(error, DiskFullError)


def test_the_child_gets_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """No secrets in the environment, no input, no terminal session of ours."""
    monkeypatch.setenv("GENRE_TOKEN", "canary")
    code, log = sh(
        "env >&2; cat; ps -o sid= -p $$ 2>/dev/null | tr -d ' ' >&2; echo $$ >&2"
    )
    assert code == 0
    assert "canary" not in log


def test_a_child_that_hangs_is_ended_at_the_deadline() -> None:
    """Time runs out: the error is temporary, since the machine may just be busy."""
    with pytest.raises(MediaError, match=r"within 0.3 s") as caught:
        sh("exec sleep 60", deadline_s=0.3)
    assert caught.value.error_class is ErrorClass.TEMPORARY


def test_endless_messages_are_kept_only_in_part() -> None:
    """The first and the last words are kept, the flood between is not."""
    code, log = sh(
        "echo first >&2; head -c 9000000 /dev/zero | tr '\\0' x >&2; echo last >&2"
    )
    assert code == 0
    assert log.startswith("first")
    assert log.endswith("last\n")
    assert len(log) == 65_536


def test_a_full_disk_is_nobodys_fault(tmp_path: Path) -> None:
    """When ffmpeg finds no room, the error stops the run and blames no song."""
    source = write_media(tmp_path / "song.flac", noise(3.0))
    command = ffmpeg.decode_command(source, limit_s=5, max_bytes=10**6)
    with Path("/dev/full").open("wb") as full:
        code, log = run(command, stdout=full, deadline_s=60, max_bytes=10**6)
    assert code != 0
    error = ffmpeg.failure(code, log, source=source, folder=tmp_path)
    assert isinstance(error, DiskFullError)


def test_a_child_killed_from_outside_is_a_temporary_fault() -> None:
    """The system's out-of-memory killer says nothing against the song."""
    code, log = sh("kill -9 $$")
    error = ffmpeg.failure(code, log, source=Path("a.mp3"), folder=Path())
    assert isinstance(error, MediaError)
    assert error.error_class is ErrorClass.TEMPORARY


def test_a_decoder_that_crashes_is_the_files_fault() -> None:
    """A signal of its own making is named and permanent."""
    code, log = sh("kill -SEGV $$")
    error = ffmpeg.failure(code, log, source=Path("a.mp3"), folder=Path())
    assert "the decoder died of SIGSEGV" in str(error)


def test_terminating_children_interrupts_their_threads(tmp_path: Path) -> None:
    """Ctrl-C ends running conversions at once; their threads blame nobody."""
    started, caught = tmp_path / "started", []

    def work() -> None:
        try:
            sh(f"touch '{started}'; exec sleep 60")
        except KeyboardInterrupt as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    while not started.exists():
        time.sleep(0.01)
    terminate_children()
    thread.join()
    assert len(caught) == 1


def test_a_program_that_does_not_start_is_ours_to_fix(tmp_path: Path) -> None:
    """A broken ffmpeg is an environment fault with advice, not a fault of the song."""
    broken = tmp_path / "ffmpeg"
    broken.write_bytes(b"\x7fELF of another machine")
    broken.chmod(0o755)
    with pytest.raises(ToolError, match="take it off PATH") as caught:
        run([str(broken)], stdout=None, deadline_s=60, max_bytes=0)
    assert caught.value.error_class is ErrorClass.ENVIRONMENT


def test_the_ffmpeg_on_the_path_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An own ffmpeg is preferred and its version told; without one the bundled one is."""
    own = tmp_path / "ffmpeg"
    own.write_text("#!/bin/sh\necho 'ffmpeg version 99.1 Copyright' >&2\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert (find_ffmpeg(), ffmpeg_version()) == (str(own), "99.1")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert "imageio_ffmpeg" in find_ffmpeg()
    assert ffmpeg_version()[0].isdigit()


# --- our own WAV ---------------------------------------------------------------------


def test_a_wav_written_is_read_back_exactly(tmp_path: Path) -> None:
    """Samples on the s16 grid survive; full scale is clipped to the largest value."""
    y = np.array([0.0, 0.5, -1.0, 1.0, 1 / 32768], np.float32)
    write_wav(tmp_path / "deep" / "a.wav", y, 16_000)
    expected = [0.0, 0.5, -1.0, 32767 / 32768, 1 / 32768]
    assert read_wav(tmp_path / "deep" / "a.wav").tolist() == expected


def test_a_stereo_wav_says_so(tmp_path: Path) -> None:
    """Columns are channels and the rate is the caller's."""
    write_wav(tmp_path / "a.wav", stereo(1.0), 44_100)
    with wave.open(str(tmp_path / "a.wav")) as stream:
        assert stream.getparams()[:4] == (2, 2, 44_100, 44_100)


def test_samples_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    """NaN would become a loud click; it is a mistake of the caller."""
    with pytest.raises(ValueError, match="finite"):
        write_wav(tmp_path / "a.wav", np.array([0.0, np.nan]), 16_000)


@pytest.mark.parametrize("damage", ["missing", "cut", "longer", "rate", "empty", "odd"])
def test_a_foreign_or_damaged_wav_is_not_read(damage: str, tmp_path: Path) -> None:
    """The reader believes only files that are byte for byte in our form."""
    path = tmp_path / "a.wav"
    write_wav(path, pure_tone(440, 1.0), 8_000 if damage == "rate" else 16_000)
    data = path.read_bytes()
    changed = {"cut": data[:-2], "longer": data + b"ab", "empty": b"", "odd": data[:-1]}
    path.write_bytes(changed.get(damage, data))
    if damage == "missing":
        path.unlink()
    with pytest.raises(MediaError, match="run `genre crawl` again"):
        read_wav(path)


@pytest.mark.parametrize("codec", ["mp3", "aac", "opus", "flac"])
def test_encoding_is_deterministic_and_decodes(codec: str, tmp_path: Path) -> None:
    """Two encodings have equal bytes, and the sound comes back."""
    y = pure_tone(440, 3.0)
    source = write_wave(tmp_path / "song.wav", y)
    for name in ("one", "two"):
        encode(source, tmp_path / "out" / name, codec=codec)
    assert sha256_file(tmp_path / "out" / "one") == sha256_file(
        tmp_path / "out" / "two"
    )
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"one", "two"}
    back = decode(tmp_path / "out" / "one", settings=SETTINGS)
    assert abs(len(back) / 16_000 - 3.0) < 0.05
    assert np.corrcoef(back[8000:40_000], y[8000:40_000])[0, 1] > 0.99


def test_encoding_what_is_not_audio_leaves_nothing(tmp_path: Path) -> None:
    """A failed encoding leaves no file behind, not even a temporary one."""
    (tmp_path / "a.wav").write_bytes(b"RIFF of nothing")
    with pytest.raises(MediaError, match="cannot decode"):
        encode(tmp_path / "a.wav", tmp_path / "out" / "a.mp3", codec="mp3")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_unknown_codec_is_a_mistake(tmp_path: Path) -> None:
    """The four codecs are named to whoever asks for another one."""
    with pytest.raises(ValueError, match="'mp3', 'aac', 'opus', 'flac'"):
        encode(tmp_path / "a.wav", tmp_path / "a.wma", codec="wma")

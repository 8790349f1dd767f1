"""Files are whole or absent, locks exclude, disks run full without blame."""

import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest

from genre.errors import BusyError, CorpusError, DiskFullError
from genre.files import (
    atomic_write,
    require_room,
    sha256_file,
    sha256_json,
    stage_lock,
    sweep_temporary,
    write_json,
)
from genre.records import Stage


def test_a_written_file_appears_whole(tmp_path: Path) -> None:
    """The bytes are there after the block, and no temporary name is left."""
    with atomic_write(tmp_path / "sub" / "a.bin") as stream:
        stream.write(b"abc")

    assert (tmp_path / "sub" / "a.bin").read_bytes() == b"abc"
    assert os.listdir(tmp_path / "sub") == ["a.bin"]


def test_a_failing_writer_leaves_the_old_file(tmp_path: Path) -> None:
    """An error in the middle keeps what was there and leaves nothing else."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    with pytest.raises(RuntimeError), atomic_write(path) as stream:
        stream.write(b"half")
        raise RuntimeError

    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


_LIMITED = """
import resource, signal, sys
from pathlib import Path
from genre.errors import DiskFullError
from genre.files import atomic_write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    with atomic_write(Path(sys.argv[1])) as stream:
        stream.write(b"x" * 5000)
except DiskFullError as error:
    print(error)
"""


def test_no_room_is_a_disk_error_with_advice(tmp_path: Path) -> None:
    """A write past the file-size limit is reported as a full disk and leaves nothing."""
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(tmp_path / "a.bin")],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "disk is full" in done.stdout
    assert os.listdir(tmp_path) == []


def test_too_little_room_is_refused_beforehand(tmp_path: Path) -> None:
    """A demand no disk can meet says what was expected and found."""
    with pytest.raises(DiskFullError, match=r"Expected at least .* free disk"):
        require_room(tmp_path, 10**18)


def test_json_is_sorted_and_refuses_nan(tmp_path: Path) -> None:
    """Two writers of the same value write the same bytes; NaN is no JSON."""
    write_json(tmp_path / "a.json", {"b": 1, "a": "é"})

    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert json.loads(text) == {"a": "é", "b": 1}
    assert text.index('"a"') < text.index('"b"')
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "b.json", float("nan"))
    assert not (tmp_path / "b.json").exists()


def test_hashes_are_of_bytes_and_of_canonical_json(tmp_path: Path) -> None:
    """The empty file has the well-known hash; key order does not matter."""
    (tmp_path / "empty").touch()

    assert sha256_file(tmp_path / "empty").startswith("e3b0c44298fc1c14")
    assert sha256_json({"a": 1, "b": 2}) == sha256_json({"b": 2, "a": 1})


def test_sweeping_takes_only_temporary_names(tmp_path: Path) -> None:
    """What a killed writer left goes; real files stay."""
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / ".tmp-123").touch()
    (tmp_path / "ab" / "real.wav").touch()

    assert sweep_temporary(tmp_path) == 1
    assert os.listdir(tmp_path / "ab") == ["real.wav"]


def _hold(corpus: Path, held: object, release: object) -> None:
    """Hold the crawl's lock until told to let go (in a process of its own)."""
    with stage_lock(corpus, Stage.CRAWL):
        held.set()  # type: ignore[attr-defined]
        release.wait(60)  # type: ignore[attr-defined]


def test_a_second_caller_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    """Another process in the same stage is refused; another stage is not."""
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, held, release))
    holder.start()
    try:
        assert held.wait(60)
        with pytest.raises(BusyError, match=f"process {holder.pid}"):
            stage_lock(tmp_path, Stage.CRAWL).__enter__()
        with stage_lock(tmp_path, Stage.LABEL):
            pass
    finally:
        release.set()
        holder.join()

    with stage_lock(tmp_path, Stage.CRAWL):
        pass


def test_a_killed_holder_leaves_no_lock_behind(tmp_path: Path) -> None:
    """The system drops the lock of a process that dies."""
    context = multiprocessing.get_context("spawn")
    held, release = context.Event(), context.Event()
    holder = context.Process(target=_hold, args=(tmp_path, held, release))
    holder.start()
    assert held.wait(60)

    holder.kill()
    holder.join()

    with stage_lock(tmp_path, Stage.CRAWL):
        pass


@pytest.mark.parametrize("where", ["", "locks", "locks/crawl.lock"])
def test_a_corpus_that_cannot_be_locked_gets_a_sentence(
    tmp_path: Path, where: str
) -> None:
    """A file or folder in the way is named, whichever of the three it is."""
    corpus = tmp_path / "corpus"
    if where.endswith(".lock"):
        (corpus / where).mkdir(parents=True)
    else:
        (corpus / where).parent.mkdir(parents=True, exist_ok=True)
        (corpus / where).touch()

    with pytest.raises(CorpusError, match="Expected a folder that can be written at"):
        stage_lock(corpus, Stage.CRAWL).__enter__()

"""No mistake of a user ends in a traceback, whatever the system says."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.test_cli import genre


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["crawl", "x.csv", "--corpus", "file"], "Expected a folder that can be"),
        (["crawl", "x.csv", "--corpus", "file/below"], "Expected a folder that can be"),
        (["status", "--corpus", "file"], "Expected a catalog at"),
        (["status", "--corpus", "odd"], "genre.toml could not be read"),
        (["status", "--corpus", "moved"], "sets 'corpus'"),
        (["crawl", "x.csv", "--db", "other.db"], "another program's database"),
        (["crawl", "x.csv", "--excerpt", "inf"], "should be a finite number"),
        (["verify", "file"], "Expected an export"),
        (["verify", "a" * 300], "found OSError (File name too long)"),
    ],
)
def test_what_is_in_the_way_is_named_in_a_sentence(
    tmp_path: Path, args: list[str], sentence: str
) -> None:
    """The exit code is 1 or 2, and nothing is logged but the sentence."""
    (tmp_path / "x.csv").write_text("artist,title\nA,B\n")
    (tmp_path / "file").touch()
    (tmp_path / "odd" / "genre.toml").mkdir(parents=True)
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "genre.toml").write_text("corpus = 'x'\n")
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE songs (title)")
    connection.close()

    done = genre(*args, cwd=tmp_path)

    assert done.returncode in {1, 2}
    assert "Traceback" not in done.stderr
    assert sentence in " ".join(done.stderr.split())


@pytest.mark.parametrize(
    ("args", "command", "error"),
    [
        (["crawl", "--bogus"], "crawl", "No such option: --bogus"),
        (["plan"], "plan", "Expected --playlists FILE or a SOURCE"),
        (["crawl", "--limit", "none"], "crawl", "Invalid value for '--limit'"),
        (["crwal"], "genre", "No such command 'crwal'"),
        (["--bogus"], "genre", "No such option: --bogus"),
        (["crawl"], "crawl", "Expected one of --playlists FILE, a SOURCE"),
    ],
)
def test_wrong_usage_is_an_object_too(
    tmp_path: Path, args: list[str], command: str, error: str
) -> None:
    """With --json a program learns what was wrong; people read it on stderr without."""
    found = json.loads(genre(*args, "--json", cwd=tmp_path).stdout)
    plain = genre(*args, cwd=tmp_path)

    assert (found["command"], found["exit_code"]) == (command, 2)
    assert error in found["error"]
    assert (plain.returncode, plain.stdout) == (2, "")


def test_verbose_shows_where_the_system_refused(tmp_path: Path) -> None:
    """The sentence stays, and what only a developer needs comes with it."""
    done = genre("verify", "a" * 300, "-v", cwd=tmp_path)

    assert done.returncode == 1
    assert "Expected to read or write" in done.stderr
    assert "Traceback" in done.stderr


def test_a_mistyped_variable_is_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on stderr, once; results stay what they are."""
    monkeypatch.setenv("GENRE_JOBZ", "2")

    done = genre("logout", "spotify", cwd=tmp_path)

    assert done.returncode == 0
    assert done.stdout == "Spotify: no login here\n"
    assert done.stderr.count("Note: The environment sets GENRE_JOBZ,") == 1

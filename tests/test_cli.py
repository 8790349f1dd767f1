"""The command line as a user meets it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"torch", "librosa", "yt_dlp", "sqlalchemy", "alembic", "pydantic", "numpy",
         "spotipy"}  # fmt: skip
COMMANDS = [
    "discover", "plan", "crawl", "matches", "match", "changes", "login", "logout", "label",
    "split", "why", "features", "train", "evaluate", "predict", "export", "verify", "status",
    "doctor", "demo",
]  # fmt: skip


def genre(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "genre", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )


def test_help_loads_nothing_heavy() -> None:
    """``genre --help`` starts quickly because heavy libraries wait for their use."""
    code = (
        "import sys\n"
        "from genre.cli import app\n"
        "try:\n    app(['--help'])\n"
        "except SystemExit:\n    pass\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stderr.strip() == "[]"
    assert all(command in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_the_common_options(command: str) -> None:
    """Each command explains itself and takes --corpus, --json and -v."""
    done = genre(command, "--help")

    assert done.returncode == 0
    assert "--corpus" in done.stdout
    assert "--json" in done.stdout
    assert "--verbose" in done.stdout


def test_version_is_shown() -> None:
    """``genre --version`` names the tool and its version."""
    assert genre("--version").stdout.startswith("genre 0.")


@pytest.mark.parametrize(
    ("args", "code", "sentence"),
    [
        (["crawl"], 2, "Expected one of --playlists FILE, a SOURCE"),
        (["crawl", "--playlists", "none.txt"], 2, "none.txt"),
        (["crawl", "--limit", "0"], 2, "--limit"),
        (["split", "--ratios", "a,b"], 2, "three numbers"),
        (["label", "--jobs", "-1"], 2, "jobs should be 0 or more"),
        (["status"], 1, "Expected a catalog"),
        (["why", "x"], 1, "Expected a catalog"),
        (["train"], 1, "genre"),
        (["features"], 1, "genre crawl"),
        (["export", "out"], 1, "genre"),
        (["verify", "nowhere"], 1, "nowhere"),
        (["predict", "latest", "a.mp3"], 1, "genre crawl"),
        (["nonsense"], 2, "No such command"),
    ],
)
def test_a_users_mistake_is_one_sentence(
    tmp_path: Path, args: list[str], code: int, sentence: str
) -> None:
    """Wrong use and missing stages end with a sentence, a code and no traceback."""
    done = genre(*args, cwd=tmp_path)

    assert done.returncode == code, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_json_reports_a_failure_as_an_object(tmp_path: Path) -> None:
    """With --json even a failing command prints one object on stdout."""
    done = genre("status", "--json", cwd=tmp_path)

    value = json.loads(done.stdout)
    assert (value["command"], value["exit_code"]) == ("status", 1)
    assert "Expected a catalog" in value["error"]


def test_verbose_adds_the_traceback(tmp_path: Path) -> None:
    """``-v`` is for people who look for the place in the code."""
    assert "Traceback" in genre("status", "-v", cwd=tmp_path).stderr


def test_doctor_checks_the_machine(tmp_path: Path) -> None:
    """The doctor finds what the tool needs and says what is limited."""
    done = genre("doctor", "--json", cwd=tmp_path)

    checks = {check["name"]: check for check in json.loads(done.stdout)["doctor"]}
    assert done.returncode == 0
    assert checks["ffmpeg"]["state"] == "ok"
    assert {"python", "sqlite", "yt-dlp", "torch", "disk", "cores"} <= set(checks)


def test_the_demos_corpus_takes_no_songs_of_ones_own(tmp_path: Path) -> None:
    """Synthetic and real songs stay apart: another folder is asked for."""
    (tmp_path / "corpus" / "demo").mkdir(parents=True)
    (tmp_path / "corpus" / "demo" / "corpus.json").write_text("{}")
    (tmp_path / "list.txt").write_text("a.csv House\n")

    done = genre("crawl", "--playlists", "list.txt", cwd=tmp_path)

    assert done.returncode == 2
    assert "found the demo's synthetic songs" in done.stderr


def test_plan_ends_with_3_when_the_list_needs_mending(tmp_path: Path) -> None:
    """A playlist that cannot be read is said, and the exit code is the crawl's."""
    (tmp_path / "list.txt").write_text("gone.csv House\n")

    done = genre("plan", "--playlists", "list.txt", cwd=tmp_path)

    assert done.returncode == 3
    assert "gone.csv" in done.stdout


def test_changes_of_a_playlist(tmp_path: Path) -> None:
    """A crawl after an edit counts what came and went; ``genre changes`` names it."""
    (tmp_path / "list.txt").write_text("p.csv House\n")
    for rows in ("One,A\nTwo,B\n", "New,C\nOne,A\n"):
        (tmp_path / "p.csv").write_text(f"title,artist\n{rows}")
        crawled = genre(
            "crawl", "--playlists", "list.txt", "--metadata-only", cwd=tmp_path
        )

    told = genre("changes", cwd=tmp_path).stdout.splitlines()
    none = genre("changes", "--since", "2999-01-01", "--json", cwd=tmp_path)

    assert "p: 2 songs (1 added, 1 removed)" in crawled.stdout
    assert told[0].endswith("Z  p")
    assert told[1:] == ["  + C - New", "  - B - Two"]
    assert json.loads(none.stdout)["changes"] == []
    none = genre("changes", "--since", "2999-01-01", cwd=tmp_path)
    assert none.stdout == "No playlist has changed since 2999-01-01.\n"

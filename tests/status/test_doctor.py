"""What ``genre doctor`` finds on a machine, and what it says to do."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from genre.config import Settings
from genre.crawler.ytdlp_health import Release, Runtime
from genre.db import attempts, open_catalog
from genre.db.attempts import Block
from genre.files import utc_now
from genre.status.doctor import (
    Check,
    State,
    doctor,
    gpus,
    judge_gpu,
    judge_javascript,
    judge_ytdlp,
)

TODAY = date(2026, 11, 20)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings with an empty corpus, no login and secrets to keep."""
    return Settings(
        corpus=tmp_path / "corpus",
        credentials=str(tmp_path / "login"),
        spotify_client_id="spotify-secret",
        jamendo_client_id="jamendo-secret",
    )


def _checks(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in doctor(settings)}


@pytest.mark.parametrize(
    ("release", "state", "found"),
    [
        (None, State.MISSING, "not installed"),
        (
            Release("2026.10.26", date(2026, 10, 26)),
            State.OK,
            "2026.10.26, 25 days old",
        ),
        (
            Release("2026.10.20", date(2026, 10, 20)),
            State.LIMITED,
            "2026.10.20, 31 days old",
        ),
        (Release("dev", None), State.OK, "dev (its age is unknown)"),
    ],
)
def test_an_old_ytdlp_is_said(
    release: Release | None, state: State, found: str
) -> None:
    """After thirty days YouTube may refuse it, and the advice upgrades both parts."""
    check = judge_ytdlp(release, TODAY)

    assert (check.state, check.found) == (state, found)
    if state in {State.LIMITED, State.MISSING}:
        assert "pip install -U yt-dlp yt-dlp-ejs" in check.advice


DENO = Runtime("deno", "/bin/deno", "2.9.8", supported=True)
OLD_DENO = Runtime("deno", "/bin/deno", "1.46.0", supported=False)
NODE = Runtime("node", "/bin/node", "22.1.0", supported=True)


@pytest.mark.parametrize(
    ("wanted", "found", "state", "advice"),
    [
        ("deno", [DENO], State.OK, ""),
        ("node", [DENO, NODE], State.OK, ""),
        ("deno", [], State.LIMITED, "deno 2.3.0 or newer .*: run `pip install deno`"),
        ("deno", [OLD_DENO], State.LIMITED, "run `pip install deno`"),
        ("deno", [NODE], State.LIMITED, 'set `javascript = "node"` in genre.toml'),
        ("bun", [], State.LIMITED, "bun 1.2.11 or newer .*: install bun"),
    ],
)
def test_youtube_needs_the_runtime_of_the_settings(
    wanted: str, found: list[Runtime], state: State, advice: str
) -> None:
    """Another one that would do has to be chosen; the advice says which and how."""
    check = judge_javascript(wanted, {runtime.name: runtime for runtime in found})

    assert check.state is state
    assert re.search(advice, check.advice)
    assert bool(check.advice) is bool(advice)


@pytest.mark.parametrize(
    ("models", "cuda", "state", "found"),
    [
        ([], "13.2", State.OFF, "none seen: training runs on the processor"),
        (["H200"], "13.2", State.OK, "H200; torch is built for CUDA 13.2"),
        (["H200", "H200"], "", State.LIMITED, "H200, H200; torch without CUDA"),
    ],
)
def test_a_gpu_needs_a_torch_that_can_use_it(
    models: list[str], cuda: str, state: State, found: str
) -> None:
    """A torch built for processors alone leaves a GPU idle."""
    check = judge_gpu(models, cuda)

    assert (check.state, check.found) == (state, found)


def test_gpus_are_read_from_the_drivers_own_files(tmp_path: Path) -> None:
    """Asking torch would take seconds."""
    card = tmp_path / "0000:19:00.0"
    card.mkdir()
    (card / "information").write_text("Model: \t\t NVIDIA H200\nIRQ:   \t\t 95\n")

    assert gpus(tmp_path) == ["NVIDIA H200"]
    assert gpus(tmp_path / "no driver") == []


def test_secrets_are_said_to_be_set_and_not_shown(settings: Settings) -> None:
    """A report may be pasted into an issue."""
    checks = _checks(settings)

    assert (checks["jamendo"].state, checks["jamendo"].found) == (State.OK, "set")
    assert (checks["spotify"].state, checks["contact"].state) == (State.OFF, State.OFF)
    assert "genre login spotify" in checks["spotify"].advice
    assert "genre.toml, or GENRE_CONTACT, to a mail" in checks["contact"].advice
    assert "-secret" not in repr(checks)


def test_every_library_is_there(settings: Settings) -> None:
    """They are those that the installed package asks for."""
    checks = _checks(settings)

    assert checks["libraries"].state is State.OK
    assert checks["ffmpeg"].state is State.OK


def test_a_missing_catalog_is_no_fault(settings: Settings) -> None:
    """It comes with the first crawl."""
    catalog = _checks(settings)["catalog"]

    assert (catalog.state, catalog.found) == (State.OFF, "none yet")
    assert "genre crawl --playlists" in catalog.advice


def test_services_that_wait_are_named_with_the_time(settings: Settings) -> None:
    """They are no fault of this machine, but they limit what a crawl can do."""
    until = utc_now(days=1)
    with open_catalog(settings) as catalog, catalog.write() as session:
        attempts.block_service(session, Block("youtube", until, "a bot check"))

    checks = _checks(settings)

    assert checks["catalog"].state is State.OK
    assert checks["youtube"].state is State.LIMITED
    assert checks["youtube"].found == f"asks to be left alone until {until}"


def test_a_catalog_that_cannot_be_read_says_what_to_do(settings: Settings) -> None:
    """The other checks go on."""
    settings.corpus.mkdir()
    (settings.corpus / "genre.db").write_bytes(b"not a database, " * 100)

    catalog = _checks(settings)["catalog"]

    assert catalog.state is State.LIMITED
    assert "restore a backup" in catalog.advice


def test_too_full_a_disk_is_a_fault(settings: Settings) -> None:
    """Commands would stop at once."""
    checks = _checks(replace(settings, min_free_bytes=10**18))

    assert checks["disk"].state is State.MISSING
    assert "room for 0 songs" in checks["disk"].found

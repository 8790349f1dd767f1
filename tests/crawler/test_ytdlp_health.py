"""What the doctor learns about yt-dlp."""

import importlib.metadata
from datetime import date
from pathlib import Path

import pytest

from genre.crawler.ytdlp_health import Release, Runtime, javascript, release


def test_release() -> None:
    """The installed version is a date, and its age counts from there."""
    found = release()

    assert found is not None
    assert found.version == importlib.metadata.version("yt-dlp")
    assert found.released is not None


@pytest.mark.parametrize(("released", "days"), [(date(2026, 10, 26), 25), (None, None)])
def test_age(released: date | None, days: int | None) -> None:
    """A version that is no date has no age."""
    assert Release("x", released).age_days(date(2026, 11, 20)) == days


@pytest.mark.parametrize(
    ("version", "supported"), [("v20.20.2", False), ("v22.1.0", True)]
)
def test_runtime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, supported: bool
) -> None:
    """A runtime on PATH is found, and one that is too old is told apart."""
    program = tmp_path / "node"
    program.write_text(f"#!/bin/sh\necho {version}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    assert javascript("node") == Runtime("node", "node", version[1:], supported)


def test_no_runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A runtime that is nowhere is None."""
    monkeypatch.setenv("PATH", str(tmp_path))

    assert javascript("bun") is None

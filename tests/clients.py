"""What the tests of fetching share: clients that do not wait, and what they end with."""

from collections.abc import Callable
from pathlib import Path

import pytest

from genre.config import Settings
from genre.errors import ItemError
from genre.http import Download, HttpClient
from tests.clocks import FakeClock

SETTINGS = Settings(contact="me@example.org")


def client(
    clock: FakeClock | None = None, *, settings: Settings = SETTINGS
) -> HttpClient:
    """Return a client whose pauses only move a clock."""
    clock = clock or FakeClock()
    return HttpClient(settings, sleep=clock.sleep, clock=clock)


def fetch(
    url: str, folder: Path, *, max_bytes: int = 10**6, trusted: bool = True
) -> Download:
    """Download with a fresh client within five seconds."""
    return HttpClient(SETTINGS, sleep=FakeClock().sleep).download(
        url, folder / "song", max_bytes=max_bytes, deadline_s=5, trusted=trusted
    )


def failure(action: Callable[[], object]) -> ItemError:
    """Return the error that an action ends with."""
    with pytest.raises(ItemError) as caught:
        action()
    return caught.value

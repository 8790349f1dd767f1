"""The one polite HTTP client: deadlines, caps, checked redirects, redaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genre.config import Settings


@dataclass(frozen=True, slots=True)
class Download:
    """A file that was fetched whole."""

    final_url: str  # after redirects, without user name and password
    content_type: str
    n_bytes: int
    sha256: str


class HttpClient:
    """Fetches JSON and files; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def get_json(
        self,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        max_bytes: int = 10_000_000,
    ) -> Any:
        """Return the JSON that a service of the user's own settings answers."""
        raise NotImplementedError

    def download(
        self,
        url: str,
        target: Path,
        *,
        max_bytes: int,
        deadline_s: float,
        trusted: bool,
    ) -> Download:
        """Fetch ``url`` into ``target``, whole or not at all."""
        raise NotImplementedError

    def close(self) -> None:
        """Break off what other threads are fetching; they raise KeyboardInterrupt."""
        raise NotImplementedError


def redact(url: str) -> str:
    """Return ``url`` fit for a message: no user name, password or query values."""
    raise NotImplementedError

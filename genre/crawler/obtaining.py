"""The file behind one place: on this disk, from a site through yt-dlp, or downloaded.

What comes back is not decoded yet: ``download`` converts and judges it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from genre.config import Settings
from genre.crawler.choosing import AudioPlace
from genre.crawler.player import Player
from genre.crawler.search import SearchProvider
from genre.crawler.services import Services, service_of
from genre.crawler.sites import DIRECT, Site, site_named
from genre.errors import MediaError
from genre.files import sha256_file
from genre.http import HttpClient
from genre.records import ErrorClass
from genre.text import display


@dataclass(frozen=True, slots=True)
class Tools:
    """What a job works with; shared by all threads."""

    settings: Settings
    client: HttpClient
    player: Player
    search: SearchProvider
    services: Services
    stopping: threading.Event
    site_named: Callable[[str], Site | None] = site_named

    def check_running(self) -> None:
        """Leave a thread whose command was interrupted."""
        if self.stopping.is_set():
            raise KeyboardInterrupt


def obtain(place: AudioPlace, folder: Path, tools: Tools) -> tuple[Path, AudioPlace]:
    """Return a local file with the place's audio, and the place as its page tells it.

    A local file is used where it is.
    """
    if place.provider == "file":
        return _checked_file(Path(place.url), place.provider_id), place
    if site := tools.site_named(place.provider):
        tools.services.check(site.name)
        found = tools.player.fetch(place.url, folder, site=site)
        claimed = place.stated_s or found.duration_s
        return found.path, replace(place, stated_s=claimed)
    return _downloaded(place, folder / "the download", tools), place


def _downloaded(place: AudioPlace, target: Path, tools: Tools) -> Path:
    service = place.provider if place.provider in DIRECT else ""
    tools.services.check(service or service_of(place.url))
    tools.client.download(
        place.url,
        target,
        max_bytes=tools.settings.max_bytes,
        deadline_s=tools.settings.download_deadline_s,
        trusted=place.trusted,
        service=service,
    )
    return target


def _checked_file(path: Path, sha256: str) -> Path:
    """Return a local file whose content still is what the playlist's row meant."""
    try:
        if sha256_file(path) == sha256:
            return path
        found = "other content"
    except OSError as error:
        found = (error.strerror or str(error)).lower()
    raise MediaError(
        f"Expected the audio file {display(path)} as it was when its playlist was read,"
        f" found: {found}; put it back, read the playlist again, or"
        " name it again with `genre match`.",
        error_class=ErrorClass.ENVIRONMENT,
    )

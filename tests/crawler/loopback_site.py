"""A site of our own for yt-dlp, served from loopback.

``http://127.0.0.1:PORT/site/ID`` answers JSON: the fields of a video, or
``{"error": TEXT}`` for what a real site's extractor would say. ``"path"`` instead of
``"url"`` is relative to the site.
"""

import re
from typing import Any
from urllib.parse import urljoin

from yt_dlp.extractor.common import InfoExtractor, SearchInfoExtractor
from yt_dlp.utils import ExtractorError

from genre.crawler.sites import Site

EXTRACTOR = "tests.crawler.loopback_site:LoopbackIE@http://127.0.0.1"
SEARCH_EXTRACTOR = "tests.crawler.loopback_site:LoopbackSearchIE@http://127.0.0.1"
SITE = Site("loopback", re.compile("x"), re.compile("x"), ("^loopback$",))


class LoopbackIE(InfoExtractor):  # type: ignore[misc] # yt-dlp has no types
    """Reads the JSON and hands its fields on."""

    IE_NAME = "loopback"
    _VALID_URL = r"http://127\.0\.0\.1:\d+/site/(?P<id>\w+)"

    def _real_extract(self, url: str) -> dict[str, Any]:
        """Return a video's fields, or raise what the page says."""
        found = self._download_json(url, self._match_id(url))
        if "error" in found:
            raise ExtractorError(found["error"], expected=True)
        if "path" in found:
            found["url"] = urljoin(url, found["path"])
        return {"id": self._match_id(url), "title": "Song", "ext": "mp3", **found}


class LoopbackSearchIE(SearchInfoExtractor):  # type: ignore[misc] # yt-dlp has no types
    """Searches: the words are the address of a JSON list of entries."""

    IE_NAME = "loopback:search"
    _SEARCH_KEY = "loopsearch"

    def _search_results(self, query: str) -> Any:
        """Yield what the list says."""
        for entry in self._download_json(query, "search"):
            yield self.url_result(**entry)

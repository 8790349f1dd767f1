"""JSON files as they come from disk or the web: parsed, or refused in plain words."""

import json
from typing import Any

from genre.crawler.sources.places import Document
from genre.errors import ItemError
from genre.text import display


def parse_json(document: Document) -> Any:
    """Return what a JSON file holds.

    Raises
    ------
    ItemError
        It is not JSON, or damaged.
    """
    content = document.content
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        is_page = content.lstrip().startswith(b"<")
        found = "a web page" if is_page else f"a fault ({display(error, width=100)})"
        raise ItemError(
            f"Expected JSON in {display(document.name)}, found {found}; export or"
            " download it again."
        ) from error


def malformed(document: Document, wanted: str) -> ItemError:
    """Return the error of JSON that has another shape than ``wanted``."""
    return ItemError(
        f"Expected {wanted} in {display(document.name)}, found other JSON; name the file"
        " that holds playlists."
    )

"""Markdown and YAML for the card, safe whatever the text is.

Foreign text becomes one short line that cannot turn into a link, picture, tag,
formula, mention or the border of a table's cell. YAML's scalars are written as
JSON strings, which YAML reads alike.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genre.text import clean_text

_WIDTH = 80  # characters of a foreign text in the card
_ESCAPES = str.maketrans(
    {char: f"\\{char}" for char in "\\`*_[]!|~$^"}
    | {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", ":": "&#58;"}
)
_WEB = re.compile(r"(?i)(www)\.")  # GitHub's Markdown makes links of bare names


def escape(text: str) -> str:
    """Return foreign text as Markdown, for use inside a line or a cell."""
    line = clean_text(text)
    shown = line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
    return _WEB.sub(r"\1&#46;", shown.translate(_ESCAPES))


def table(header: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    """Return a Markdown table; the first column is text, the others are numbers."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def front_matter(values: Mapping[str, Any]) -> str:
    """Return a YAML header between its two lines of dashes."""
    return "\n".join(["---", *_yaml(values), "---"])


def _cell(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _yaml(value: Any) -> Iterator[str]:
    """Yield block style lines; keys are ours, values may be anybody's."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(f"{key}:", item)
    else:
        for item in value:
            first, *rest = [_scalar(item)] if _is_scalar(item) else _yaml(item)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)


def _entry(start: str, item: Any) -> Iterator[str]:
    if _is_scalar(item):
        yield f"{start} {_scalar(item)}"
    else:
        yield start
        yield from (f"  {line}" for line in _yaml(item))


def _is_scalar(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _scalar(value: str | float) -> str:
    text = clean_text(value) if isinstance(value, str) else value
    return json.dumps(text, ensure_ascii=False)

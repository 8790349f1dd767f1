"""What machines read: one JSON object per command, its items written as they come.

``console.py`` owns the stream; this knows only the form.
"""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, TextIO

from genre.records import Outcome


class JsonStream:
    """One JSON object, its ``items`` written one by one."""

    def __init__(self, stream: TextIO, command: str) -> None:
        self.extra: dict[str, Any] = {}
        self._stream = stream
        self._first = True
        stream.write(f'{{"command": {json.dumps(command)}, "items": [')

    def item(self, value: Mapping[str, Any]) -> None:
        """Write one item."""
        self._stream.write(("" if self._first else ",") + "\n  " + _dumps(value))
        self._first = False

    def close(self, exit_code: int, counts: Mapping[str, int], error: str) -> None:
        """Write what is known at the end and close the object."""
        tail = {"exit_code": exit_code, "counts": dict(sorted(counts.items()))}
        tail |= {**self.extra, **({"error": error} if error else {})}
        self._stream.write("], " + _dumps(tail)[1:] + "\n")
        self._stream.flush()


def to_fields(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON-ready fields, empty ones left out."""
    fields = to_json(outcome)
    return {
        name: value for name, value in fields.items() if value not in ("", None, {})
    }


def to_json(value: Any) -> Any:
    """Return dataclasses, mappings and sequences as what JSON knows."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = (f.name for f in dataclasses.fields(value))
        return {name: to_json(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(k): to_json(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [to_json(v) for v in value]
    return (
        value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
    )


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)

"""Whether the data of an export agree with themselves, the manifest and the card.

``RowCheck`` looks at rows on their way out, so that no export with a leak appears,
and again in ``verify``, where somebody may have changed data and manifest together.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa

from genre.export import card, manifest
from genre.export.facts import COLUMNS, Facts, Tally
from genre.export.manifest import Manifest
from genre.export.parquet import (
    PARTS,
    SHARD_ROWS,
    Row,
    file_names,
    has_schema,
    read_rows,
)
from genre.records import HARD_SCORE, Split
from genre.text import display

_READ = sorted({*COLUMNS, "track_id", "isrc", "scores"})
_SHOWN = 3  # examples named per kind of fault


def expected_files(stated: Manifest) -> list[str]:
    """Return the files that an export with the manifest's numbers of songs has."""
    songs = stated.facts.get("songs")
    limit = SHARD_ROWS * len(stated.files) + 1  # a false number must not fill memory
    names = [card.NAME]
    for part in PARTS:
        n = songs.get(part) if isinstance(songs, dict) else None
        n_rows = min(n, limit) if isinstance(n, int) else 0
        names += file_names(part, n_rows)
    return names


def content_faults(folder: Path, stated: Manifest) -> list[str]:
    """Return what is wrong, one sentence each, beginning with the file."""
    rows = RowCheck(stated.about.genres)
    data = [name for name in expected_files(stated) if name != card.NAME]
    unreadable = [
        f"{name}: {fault}" for name in data if (fault := _read(folder, name, rows))
    ]
    if unreadable:  # numbers would be wrong for want of rows
        return unreadable
    facts = rows.tally.facts()
    return [*rows.faults(), *_wrong_facts(stated, facts), *_wrong_card(folder, facts)]


def _read(folder: Path, name: str, rows: "RowCheck") -> str:
    """Read a data file into ``rows``; return why it cannot be."""
    try:
        if not has_schema(folder / name):
            return "expected the columns of an export, found others"
        for row in read_rows(folder / name, _READ):
            rows.add(name, row)
    except (pa.ArrowException, OSError, ValueError) as error:
        return f"expected Parquet, found what cannot be read ({display(error)})"
    except (TypeError, OverflowError) as error:
        return f"expected values that can be counted, found others ({display(error)})"
    return ""


class RowCheck:
    """Looks at rows one by one; remembers names, counts and faults, never rows."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.tally = Tally(vocabulary)
        self._vocabulary = set(vocabulary)
        self._ids: set[str] = set()
        self._ties: dict[tuple[str, bool], set[str]] = {}  # what, in test -> names
        self._faults: dict[tuple[str, str], list[str]] = {}  # file, fault -> tracks

    def watch(self, name: str, rows: Iterable[Row]) -> Iterator[Row]:
        """Check and count the rows of a file (``data/PART...``) as they pass."""
        for row in rows:
            self.add(name, row)
            yield row

    def add(self, name: str, row: Row) -> None:
        """Check and count one row of a file."""
        part = name.removeprefix("data/").split("-")[0]
        for fault, found in self._row_faults(row, part):
            if found:
                self._faults.setdefault((name, fault), []).append(row["track_id"])
        self._ids.add(row["track_id"])
        self.tally.add({**row, "split": part})
        for what, names in _ties(row):
            known = self._ties.setdefault((what, part == Split.TEST), set())
            known.update(filter(None, names))

    def faults(self) -> Iterator[str]:
        """Yield what was wrong with the rows so far."""
        for (name, fault), tracks in self._faults.items():
            yield f"{name}: {fault} ({_some(tracks)})"
        for what in ("main artist", "ISRC", "audio"):
            shared = self._names(what, in_test=True) & self._names(what, in_test=False)
            if shared:
                yield (
                    f"data: expected no {what} in test and another part, found"
                    f" {len(shared)} ({_some(sorted(shared))})"
                )

    def _names(self, what: str, *, in_test: bool) -> set[str]:
        return self._ties.get((what, in_test), set())

    def _row_faults(self, row: Row, part: str) -> Iterator[tuple[str, bool]]:
        scores = {entry["genre"]: entry["score"] for entry in row["scores"]}
        hard = {genre for genre, score in scores.items() if score >= HARD_SCORE}
        unknown = set(row["unknown_genres"])
        named = hard | set(scores) | unknown
        yield "expected every track once, found one again", row["track_id"] in self._ids
        yield f"expected split {part}, found another", row["split"] != part
        yield (
            "expected genres of the vocabulary, found others",
            not named <= self._vocabulary,
        )
        yield (
            f"expected genres with a score of at least {HARD_SCORE}, found others",
            set(row["genres"]) != hard,
        )
        yield (
            "expected scores from 0 to 1, found others",
            not all(0 <= score <= 1 for score in scores.values()),
        )
        yield "expected unknown genres without a score", bool(unknown & set(scores))
        yield (
            "expected a licence where redistributable, found none",
            row["redistributable"] and not row["licence"],
        )


def _ties(row: Row) -> Iterator[tuple[str, list[str | None]]]:
    """Yield what must not occur both in test and in another part."""
    yield "main artist", row["artist_keys"]
    yield "ISRC", [row["isrc"]]
    yield "audio", [row["audio_sha256"]]


def _wrong_facts(stated: Manifest, facts: Facts) -> Iterator[str]:
    counted = json.loads(json.dumps(asdict(facts)))
    for name in sorted({*counted, *stated.facts}):
        if counted.get(name) != stated.facts.get(name):
            yield f"{manifest.NAME}: facts.{display(name)} differs from the data's"


def _wrong_card(folder: Path, facts: Facts) -> Iterator[str]:
    text = (folder / card.NAME).read_text(encoding="utf-8", errors="replace")
    for title, table in card.number_tables(facts).items():
        if table not in text:
            yield f"{card.NAME}: expected the data's numbers under {title}, found others"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    shown = ", ".join(display(name) for name in names[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown

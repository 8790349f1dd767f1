"""Which genre a name or a playlist's title means, by a data file of ours.

``taxonomy.toml`` holds names, aliases and parents. ``label`` asks about playlists that
came without a genre, ``discover`` about those it finds; genres that the user wrote keep
the user's own names.
"""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from genre.text import genre_key

_FILE = Path(__file__).with_name("taxonomy.toml")


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """Names of genres by key; keys are as ``genre_key`` makes them."""

    version: int
    parents: Mapping[str, str]  # name -> parent's name; roots are left out
    names: Mapping[str, str]  # key of any name -> canonical name
    inside: Mapping[str, str]  # the same for names that count inside a longer title

    def find(self, name: str) -> str | None:
        """Return the canonical name of a genre in any spelling; None when unknown."""
        return self.names.get(genre_key(name))

    def ancestors(self, name: str) -> list[str]:
        """Return a genre's parent, its parent's parent, and so on."""
        found = []
        while name in self.parents:
            name = self.parents[name]
            found.append(name)
        return found

    def read_title(self, title: str) -> tuple[str, ...]:
        """Return the genres that a playlist's title names, sorted.

        One: that is it. None: it names none. Several: it is ambiguous. At each
        place the longest name wins ("Liquid DnB" is not also "DnB"), and a genre
        gives way to its own subgenre ("Trance: the Goa Trance Years").
        """
        whole = self.find(title)
        if whole is not None:
            return (whole,)
        found = set(self._names_inside(genre_key(title).split("-")))
        general = {above for name in found for above in self.ancestors(name)}
        return tuple(sorted(found - general))

    def nearest(self, name: str, among: Iterable[str]) -> str | None:
        """Return the nearest ancestor of a canonical name that is in ``among``."""
        there = set(among)
        return next((above for above in self.ancestors(name) if above in there), None)

    def _names_inside(self, words: Sequence[str]) -> Iterable[str]:
        """Yield the genres named by runs of words, each word used once, longest first."""
        longest = max(key.count("-") for key in self.inside) + 1
        words = list(words)
        for n in range(min(longest, len(words)), 0, -1):
            for start in range(len(words) - n + 1):
                name = self.inside.get("-".join(words[start : start + n]))
                if name is not None:
                    words[start : start + n] = [""] * n
                    yield name


@cache
def load_taxonomy(path: Path = _FILE) -> Taxonomy:
    """Read the taxonomy.

    Raises
    ------
    ValueError
        A name stands for two genres, or a parent is missing.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    entries: list[dict[str, Any]] = data["genre"]
    names: dict[str, str] = {}
    inside: dict[str, str] = {}
    for entry in entries:
        alone = {genre_key(alias) for alias in entry.get("alone", ())}
        spelled = (entry["name"], *entry.get("aliases", ()))
        for key in sorted({genre_key(alias) for alias in spelled} | alone):
            if key in names:
                raise ValueError(f"{key!r} means {names[key]!r} and {entry['name']!r}")
            names[key] = entry["name"]
            if key not in alone:
                inside[key] = entry["name"]
    parents = {e["name"]: e["parent"] for e in entries if "parent" in e}
    missing = sorted(set(parents.values()) - set(names.values()))
    if missing:
        raise ValueError(f"The parent {missing[0]!r} is no genre of {path.name}")
    return Taxonomy(data["version"], parents, names, inside)

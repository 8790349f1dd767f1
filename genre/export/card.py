"""The dataset card: what a stranger reads first, written from the data.

``README.md`` in the layout of the Hugging Face Hub. Its tables are a contract:
``verify`` counts the data again and expects to find the same tables.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from genre.export.facts import Facts
from genre.export.limits import known_limits
from genre.export.manifest import About
from genre.export.markup import escape, front_matter, table
from genre.export.parquet import PARTS, SCHEMA
from genre.export.wording import COLUMNS, REASONS, RIGHTS, RULES, USE
from genre.records import HARD_SCORE

NAME = "README.md"
_MANY = 40  # rows of the tables that could become long
_SIZES = (
    *((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K")),
    *((10**6, "100K<n<1M"), (10**7, "1M<n<10M"), (10**8, "10M<n<100M")),
)
_HUB_LICENCES = frozenset(  # the Hub's names of the licences music comes under
    f"cc-by-{version}"
    for version in (
        *("2.0", "2.5", "3.0", "4.0", "sa-3.0", "sa-4.0", "nd-4.0"),
        *("nc-2.0", "nc-3.0", "nc-4.0", "nc-nd-3.0", "nc-nd-4.0"),
        *("nc-sa-2.0", "nc-sa-3.0", "nc-sa-4.0"),
    )
) | {"cc0-1.0"}


def render_card(about: About, facts: Facts) -> str:
    """Return the whole card."""
    header = front_matter(_header(about, facts))
    return "\n\n".join([header, *_sections(about, facts)]) + "\n"


def number_tables(facts: Facts) -> dict[str, str]:
    """Return the tables that state the card's numbers, by their headings."""
    return {
        "Parts": _parts(facts),
        "Genres": _genres(facts),
        "Genres that occur together": _pairs(facts),
        "Licence": _licences(facts),
    }


def hub_licence(facts: Facts) -> str:
    """Return the Hub's name of the one licence of all songs, else "other"."""
    if len(facts.licences) != 1:
        return "other"
    text = next(iter(facts.licences)).lower()
    parts = re.sub(
        r"https?://creativecommons\.org/(licenses|publicdomain)/", "cc-", text
    )
    name = re.sub(r"[\s/-]+", "-", parts).strip("-").replace("cc-zero", "cc0")
    return name if name in _HUB_LICENCES else "other"


def _header(about: About, facts: Facts) -> dict[str, Any]:
    size = next((name for n, name in _SIZES if facts.n_songs < n), "n>1T")
    # datasets.load_dataset fails on a part without rows, so those are not named
    parts = [part.value for part in PARTS if facts.songs[part]]
    files = [{"split": part, "path": f"data/{part}-*.parquet"} for part in parts]
    licence = hub_licence(facts)
    return {
        "pretty_name": f"Songs in {len(about.genres)} music genres",
        "license": licence,
        **({"license_name": "per-song"} if licence == "other" else {}),
        "task_categories": ["audio-classification"],
        "tags": ["music", "music-genre", "multi-label", *about.genres[:_MANY]],
        "size_categories": [size],
        "configs": [{"config_name": "default", "data_files": files}],
    }


def _sections(about: About, facts: Facts) -> Iterator[str]:
    yield _opening(about, facts)
    yield f"## Parts\n\n{_parts(facts)}\n\n{_left_out(about.left_out)}"
    yield (
        f"## Genres\n\nSongs whose score is at least {HARD_SCORE}; a song may count for"
        f" several genres.\n\n{_genres(facts)}"
    )
    yield (
        f"## Genres that occur together\n\n{facts.several_genres:,} of"
        f" {facts.n_songs:,} songs carry several genres.\n\n{_pairs(facts)}"
    )
    yield _provenance(about)
    yield "## Known limits\n\n" + "\n".join(f"- {x}" for x in known_limits(facts))
    yield _rights(facts)
    yield "## Columns\n\n" + "\n".join(_columns())
    yield USE


def _opening(about: About, facts: Facts) -> str:
    said = f"{escape(about.description)}\n\n" if about.description else ""
    return (
        f"# Songs in {len(about.genres)} music genres\n\n{said}"
        f"{facts.n_songs:,} songs with soft labels for {len(about.genres)} genres,"
        f" drawn from {facts.playlists:,} playlists. Every label comes with the playlists"
        " it was made from. The audio itself is not part of this dataset."
    )


def _columns() -> Iterator[str]:
    for field in SCHEMA:
        kind = str(field.type).replace("<item: ", "<")
        yield f"- `{field.name}` ({kind}): {COLUMNS[field.name]}"


def _parts(facts: Facts) -> str:
    rows = [
        (p.value, facts.songs[p], facts.artists[p], facts.audio_ms[p] // 60_000)
        for p in PARTS
    ]
    return table(("part", "songs", "main artists", "minutes of audio"), rows)


def _left_out(left_out: Mapping[str, int]) -> str:
    reasons = [f"- {n:,} {REASONS.get(key, key)}" for key, n in left_out.items() if n]
    if not reasons:
        return "No song of the catalog was left out."
    return "\n".join(["Songs of the catalog that are not here:\n", *reasons])


def _genres(facts: Facts) -> str:
    rows: list[list[str | int]] = [
        [escape(genre), *(counts[part] for part in PARTS), sum(counts.values())]
        for genre, counts in facts.genres.items()
    ]
    return table(("genre", *PARTS, "all"), rows)


def _pairs(facts: Facts) -> str:
    if not facts.pairs:
        return "There is no such pair."
    shown = facts.pairs[:_MANY]
    rows = [(f"{escape(a)} + {escape(b)}", n) for a, b, n in shown]
    more = len(facts.pairs) - len(shown)
    tail = f"\n\n{more:,} rarer pairs are not listed." if more else ""
    return table(("genres", "songs"), rows) + tail


def _licences(facts: Facts) -> str:
    shown = sorted(facts.licences.items(), key=lambda item: (-item[1], item[0]))
    rows = [(escape(name) or "unknown", n) for name, n in shown[:_MANY]]
    more = sum(n for _, n in shown[_MANY:])
    return table(("licence", "songs"), [*rows, ("others", more)] if more else rows)


def _provenance(about: About) -> str:
    labels, parts = about.label_set, about.split_set
    stated = {
        "label_set": {"id": labels.id, "params": dict(labels.params)},
        "split_set": {"id": parts.id, "params": dict(parts.params)},
    }
    return f"""## Where labels and parts come from

Labels: set {escape(labels.name)}, rule {escape(labels.rule)}. {RULES.get(labels.rule, "")}

Parts: rule {escape(parts.rule)}. {RULES.get(parts.rule, "")}

Both sets are immutable; an id is a hash of all that is in the set.

```json
{json.dumps(stated, indent=2, sort_keys=True)}
```"""


def _rights(facts: Facts) -> str:
    return (
        f"## Licence\n\n{RIGHTS} {facts.redistributable:,} of {facts.n_songs:,} songs are"
        f" marked as redistributable.\n\n{_licences(facts)}"
    )

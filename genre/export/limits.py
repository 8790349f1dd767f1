"""What an export is not good for, read off its numbers."""

from collections.abc import Iterator

from genre.export.facts import Facts
from genre.export.markup import escape
from genre.export.parquet import PARTS
from genre.records import Split

_FEW = 30  # songs in test: below, a genre's scores say little
_NAMED = 20  # genres named in one sentence


def known_limits(facts: Facts) -> Iterator[str]:
    """Yield one sentence per limit."""
    yield (
        "Labels are opinions of people who make playlists, not of experts who listened"
        " to every song."
    )
    yield from _thin_genres(facts)
    for n, trait in _shares(facts):
        if n:
            yield f"{n:,} of {facts.n_songs:,} songs ({n / facts.n_songs:.0%}) {trait}."


def _thin_genres(facts: Facts) -> Iterator[str]:
    for part in PARTS:
        none = [name for name, counts in facts.genres.items() if not counts[part]]
        if none:
            yield f"No song in {part}: {_names(none)}."
    few = [
        f"{escape(name)} ({counts[Split.TEST]})"
        for name, counts in facts.genres.items()
        if 0 < counts[Split.TEST] < _FEW
    ]
    if few:
        yield f"Fewer than {_FEW} songs in test: {_listed(few)}."


def _shares(facts: Facts) -> Iterator[tuple[int, str]]:
    yield facts.one_playlist, "have a single playlist as witness"
    yield facts.no_genre, "carry no genre: no score is high enough"
    yield facts.unknown_genres, "have genres nobody judged; do not count those as a no"
    yield facts.no_audio, "have no audio: their labels are about a name only"
    yield (
        facts.no_url,
        "have no public address: their audio cannot be fetched by others",
    )
    yield facts.licences.get("", 0), "have no known licence"


def _names(genres: list[str]) -> str:
    return _listed([escape(genre) for genre in genres])


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")

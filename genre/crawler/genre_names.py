"""What the user should know about the genres of a list: doubles and typing mistakes.

Genres keep the names that the user wrote; the taxonomy only says what seems odd. Pure.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from genre.taxonomy import Taxonomy
from genre.text import display, genre_key

_LIKE = 0.84  # how alike an unknown name and a known one are, for a slip of the finger


def doubts(names: Iterable[str], taxonomy: Taxonomy) -> Iterator[str]:
    """Yield a sentence for names that seem to be one genre, and for unknown ones."""
    meant: dict[str, list[str]] = {}
    unknown = []
    for name in dict.fromkeys(names):
        canonical = taxonomy.find(name)
        if canonical is None:
            unknown.append(name)
        else:
            meant.setdefault(canonical, []).append(name)
    for several in meant.values():
        if len(several) > 1:
            listed = " and ".join(display(name, width=60) for name in several)
            yield (
                f"{listed} seem to be one genre, but are kept apart as they were written;"
                " use one name in the list to join them."
            )
    for name in unknown:
        if like := _like(name, taxonomy):
            shown = display(name, width=60)
            yield f"Genre {shown!r} is not known; was {like!r} meant?"


def _like(name: str, taxonomy: Taxonomy) -> str | None:
    """Return the known genre that an unknown name is a typing mistake for, if any."""
    found = get_close_matches(genre_key(name), taxonomy.names, n=1, cutoff=_LIKE)
    return taxonomy.names[found[0]] if found else None

"""Parts, numbers and chapters: "Part 2" is not "Part 1". Pure."""

from itertools import pairwise

_PART_WORDS = frozenset(
    [
        *("part", "pt", "no", "nr", "number", "vol", "volume", "chapter", "act", "op"),
        *("book", "kapitel", "teil", "folge", "episode", "movement", "mvt", "satz"),
        *("часть", "第"),
    ]
)
ROMAN = {
    name: str(n)
    for n, name in enumerate(
        ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"], 1
    )
}
_SPELLED = {
    name: str(n)
    for n, name in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"],
        start=1,
    )
}


def numbers_in(key: str) -> set[str]:
    """Return the numbers in a comparable text; years and sizes are none."""
    names = {**_SPELLED, **{roman: n for roman, n in ROMAN.items() if len(roman) > 1}}
    words = [names.get(word, word) for word in key.split()]
    plain = {w.lstrip("0") or "0" for w in words if w.isdigit() and len(w) < 4}
    return plain | counted_in(key)


def counted_in(key: str) -> set[str]:
    """Return the numbers that follow "part", "no" or the like."""
    words = key.split()
    after = [b for a, b in pairwise(words) if a in _PART_WORDS]
    names = {**ROMAN, **_SPELLED}
    return {n for w in after if (n := names.get(w, w.lstrip("0"))).isdigit()}

"""Which of a song's candidates are fetched, and what is said of the others. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from genre.crawler import matching
from genre.records import Candidate, Decision, Track
from genre.text import display

_LONGEST = 60  # characters of a name that are to be typed
_FOR_SHELLS = set('"$`\\!')  # that mean something else between quotes
TYPED = "url"  # the provider of an address that the user named
LISTED = "named by a playlist"  # the reason of what no search found
Key = tuple[str, str]  # provider and id of a recording
Word = Mapping[Key, Decision]  # what a person said


@dataclass(frozen=True, slots=True)
class AudioPlace:
    """Where a song's audio may be had."""

    provider: str  # "file", "url", a site's name, or the search's
    provider_id: str
    url: str  # or, for "file", the path
    trusted: bool = False  # the address may lead to a private network
    stated_s: float | None = None  # how long its recording is said to be
    chosen: bool = False  # a person chose it: it may be longer than the playlist says

    @property
    def key(self) -> tuple[str, str]:
        """What the recording goes by: provider and id."""
        return self.provider, self.provider_id


@dataclass(frozen=True, slots=True)
class Heard:
    """A recording that was asked for, and is gone or not what it should be."""

    provider: str
    provider_id: str
    reason: str

    @property
    def key(self) -> tuple[str, str]:
        """What the recording goes by: provider and id."""
        return self.provider, self.provider_id


def accepted(
    candidates: tuple[Candidate, ...],
    *,
    trusts: Callable[[str], bool],
    listed: Iterable[AudioPlace] = (),
) -> tuple[AudioPlace, ...]:
    """Return where the accepted candidates are, the best first.

    ``trusts`` tells whether an address may lead to a private network. Where one has no
    address it is among the places that playlists list.
    """
    best = matching.ranked(list(candidates))
    named = {place.key: place for place in listed}
    return tuple(
        _place(c, named, trusts) for c in best if c.decision is Decision.ACCEPTED
    )


def _place(
    found: Candidate,
    listed: Mapping[Key, AudioPlace],
    trusts: Callable[[str], bool],
) -> AudioPlace:
    key = found.key
    place = (
        AudioPlace(*key, found.url, trusted=_typed(found) or trusts(found.url))
        if found.url
        else listed.get(key, AudioPlace(*key, url=""))
    )
    return replace(place, stated_s=found.duration_s, chosen=found.by_person)


def _typed(candidate: Candidate) -> bool:
    """Tell whether the user typed the address: it may lead anywhere."""
    return candidate.by_person and candidate.provider == TYPED


def word_of(candidates: Iterable[Candidate]) -> Word:
    """Return what a person has said of a song's candidates."""
    return {c.key: c.decision for c in candidates if c.by_person}


def agrees(word: Word, provider: str, provider_id: str) -> bool:
    """Tell whether a recording may be a song's after a person's word."""
    if said := word.get((provider, provider_id)):
        return said is Decision.ACCEPTED
    return Decision.ACCEPTED not in word.values()


def after_hearing(
    candidates: tuple[Candidate, ...], refused: list[Heard]
) -> tuple[Candidate, ...]:
    """Return the candidates; what is gone or sounded wrong is rejected, with the reason."""
    why = {heard.key: heard.reason for heard in refused}
    return tuple(
        replace(c, decision=Decision.REJECTED, reason=f"{c.reason}; {reason}")
        if (reason := why.get(c.key)) and not c.by_person
        else c
        for c in candidates
    )


def why_refused(
    track: Track,
    candidates: tuple[Candidate, ...],
    *,
    needed: float,
    n_wrong: int = 0,
) -> str:
    """Say why none of a song's candidates is fetched, and what a person can do.

    ``n_wrong`` others were left out: a person rejected them.
    """
    wanted = f"a match scoring at least {needed:g}"
    if not candidates and n_wrong:
        return (
            f"Expected {wanted}, found nothing but what you rejected ({n_wrong} in all);"
            " name a recording with `genre match`."
        )
    if not candidates:
        return (
            f"Expected {wanted}, found no search result at all; check the names, or name a"
            " recording with `genre match`."
        )
    best, *others = matching.ranked(list(candidates))
    is_open = best.decision is Decision.UNCERTAIN
    listing = "--uncertain" if is_open else f'"{_as_argument(track)}"'
    advice = f"see `genre matches {listing}`, decide with `genre match`"
    return (
        f"Expected {wanted}, found {display(best.title, width=60)!r} at {best.score:.2f}"
        f" ({best.reason}){_as_good(others, needed)}; {advice}."
    )


def _as_good(others: list[Candidate], needed: float) -> str:
    """Say what was wrong with others that scored enough; "" when none did."""
    good = [found for found in others if found.score >= needed]
    if not good:
        return ""
    return f" and {len(good)} more: {display(good[0].reason, width=160)}"


def _as_argument(track: Track) -> str:
    """Return how a command names a song: as people do where that can be typed."""
    name = display(track.name, width=_LONGEST + 1)
    typable = (
        name == track.name and len(name) <= _LONGEST and not _FOR_SHELLS & set(name)
    )
    return name if typable else track.id

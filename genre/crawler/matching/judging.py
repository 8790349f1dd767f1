"""How well a search result fits a song: a score, the reason, a decision.

The score is the weighted mean of three likenesses (title, artist, length), and a
gate lowers it where something speaks against the result: a remix, a live take or a
cover is another recording and often of another genre. The modules beside this one
measure the parts.
What scores below the threshold is never downloaded; what is close is left to a person.
``docs/matching.md`` tells the rules to people.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from genre.crawler.matching import likeness, names, scripts, versions
from genre.crawler.matching.anatomy import Found, Wanted
from genre.records import Candidate, Decision, Track

_WEIGHTS = {"title": 0.5, "artist": 0.3, "length": 0.2}
_OFFICIAL_BONUS = 0.05
_EXTRA_WORD = 0.005  # of equal results the one that says least comes first
_UNKNOWN = 0.6  # of a length or an artist: neither for nor against
_SOFT_KINDS = frozenset({"edit", "extended"})  # the same recording, cut differently
_LONGEST_S = 1200.0  # of a song, where nobody says how long it is
_INTRO_S = 30.0  # how much a video may add before and after a song
_SAME_S = 4.0  # within which two copies of one recording differ
# How high a result may score that has something against it.
_WRONG, _OTHER, _UNLIKE, _DOUBT = 0.3, 0.4, 0.5, 0.7


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score a candidate is accepted, and from which a person decides."""

    accept: float
    uncertain: float
    tolerance_s: float  # a length that differs by more is refused after decoding


@dataclass(frozen=True, slots=True)
class _Likeness:
    """The parts of a score, each in 0..1, and what speaks against the candidate."""

    title: float
    artist: float
    length: float
    official: bool
    n_extra: int  # words that nothing explains
    against: tuple[tuple[float, str], ...]  # the highest score left, why

    @property
    def score(self) -> float:
        mean: float = sum(_WEIGHTS[name] * getattr(self, name) for name in _WEIGHTS)
        mean += _OFFICIAL_BONUS * self.official - _EXTRA_WORD * self.n_extra
        whole = min(1.0, max(0.0, mean))
        return round(min([whole, *(limit for limit, _ in self.against)]), 4)

    @property
    def reason(self) -> str:
        parts = [f"{name} {getattr(self, name):.2f}" for name in _WEIGHTS]
        parts += ["official channel"] if self.official else []
        return ", ".join(parts + [why for _, why in self.against])


def judge(track: Track, found: Candidate, thresholds: Thresholds) -> Candidate:
    """Return the candidate with score, reason and decision."""
    likeness_ = _compare(Wanted(track), Found(found), thresholds.tolerance_s)
    if track.isrc and track.isrc == found.isrc:
        likeness_ = _known_by_isrc(likeness_)
    score = likeness_.score
    decision = Decision.REJECTED
    if score >= thresholds.accept:
        decision = Decision.ACCEPTED
    elif score >= thresholds.uncertain:
        decision = Decision.UNCERTAIN
    return replace(found, score=score, reason=likeness_.reason, decision=decision)


def ranked(candidates: list[Candidate]) -> list[Candidate]:
    """Return candidates, the best first; of equal ones the search's order stays."""
    return sorted(candidates, key=lambda c: -c.score)


def query_of(track: Track) -> str:
    """Return the words to search a song by."""
    return " ".join(filter(None, (track.artists, track.title, track.version)))


def tolerance_s(stated_s: float, least_s: float) -> float:
    """Return by how much a recording's length may differ from the stated one."""
    return max(least_s, 0.02 * stated_s)


def _compare(wanted: Wanted, found: Found, least_s: float) -> _Likeness:
    difference = _difference(wanted, found)
    allowed = tolerance_s(wanted.track.duration_s or 0.0, least_s)
    length = _UNKNOWN if difference is None else 1 - abs(difference) / (2 * allowed)
    title = likeness.title_likeness(wanted, found)
    artist, against_artist = _artist(wanted, found)
    sounds = scripts.transliterated(wanted, found)
    if sounds >= 0.6:
        title, artist, against_artist = max(title, sounds), max(artist, sounds), []
    elif _is_foreign(wanted, found, title):  # nothing can be compared but the length
        title, artist, against_artist = _UNKNOWN, _UNKNOWN, []
    against = [
        *_version_gate(wanted, found),
        *against_artist,
        *_title_gate(wanted, found, title, sounds),
        *_words_gate(wanted, found),
        *_length_gate(found, difference, allowed),
    ]
    return _Likeness(
        title,
        artist,
        max(0.0, length),
        found.official,
        likeness.unexplained(wanted, found),
        tuple(against),
    )


def _is_foreign(wanted: Wanted, found: Found, title: float) -> bool:
    """Tell whether a result that is as long as the song is written in other letters."""
    differ = scripts.scripts_differ(wanted, found)
    return title < 0.7 and differ and _is_close(wanted, found, _SAME_S)


def _known_by_isrc(likeness_: _Likeness) -> _Likeness:
    """Return what counts when both state one ISRC: names may differ, length may not.

    A code is sometimes given to the wrong version: that still speaks against it.
    """
    hard = tuple(gate for gate in likeness_.against if gate[0] in {_WRONG, _UNLIKE})
    why = (*hard, (1.0, "same ISRC"))
    return replace(likeness_, title=1.0, artist=1.0, n_extra=0, against=why)


def _difference(wanted: Wanted, found: Found) -> float | None:
    """Return by how many seconds the result is longer than the song."""
    ours, theirs = wanted.track.duration_s, found.candidate.duration_s
    return None if ours is None or theirs is None else theirs - ours


def _is_close(wanted: Wanted, found: Found, within_s: float) -> bool:
    difference = _difference(wanted, found)
    return difference is not None and abs(difference) <= within_s


# --- what speaks against a result -----------------------------------------------------

_Gate = tuple[float, str]


def _title_gate(
    wanted: Wanted, found: Found, title: float, sounds: float
) -> Iterator[_Gate]:
    if sounds >= 0.6:
        if sounds < 0.85 or not _is_close(wanted, found, _SAME_S):
            yield _DOUBT, "written in another script"
    elif _is_foreign(wanted, found, title):
        yield _DOUBT, "written in another script"
    elif title < 0.7:
        yield _OTHER, "another title"
    elif title < 0.85:
        yield _DOUBT, "not quite the title"


def _words_gate(wanted: Wanted, found: Found) -> Iterator[_Gate]:
    """Doubt a result whose other words the song does not explain."""
    if likeness.another_number(wanted, found):
        yield _WRONG, "another part or number"
    if likeness.lacks_number(wanted, found):
        yield _DOUBT, "a part or number is missing"
    allowed = int(_is_close(wanted, found, _SAME_S))
    if likeness.unexplained(wanted, found) > allowed:
        yield _DOUBT, "more words than the song explains"
    if versions.doubtful(wanted, found) or _is_other_kind(wanted, found):
        yield _DOUBT, "perhaps another take"


def _is_other_kind(wanted: Wanted, found: Found) -> bool:
    """Tell whether a genre in a remark may name a version, with no length to tell."""
    if _difference(wanted, found) is not None:
        return False
    return versions.names_genre(wanted, found)


def _artist(wanted: Wanted, found: Found) -> tuple[float, list[_Gate]]:
    """Return the likeness of the artists, and what it says against the candidate."""
    like = names.artist_likeness(wanted, found)
    if not wanted.artists:
        return like, [(_DOUBT, "the song names no artist")]
    if like >= 0.75:
        return like, []
    if names.names_nobody(wanted, found):
        # A short title and a loose length would decide alone: a person should.
        sure = len(wanted.title) > 7 and _is_close(wanted, found, _SAME_S)
        return _UNKNOWN, [(1.0 if sure else _DOUBT, "artist unknown")]
    if like >= _UNKNOWN:
        return like, [(_DOUBT, "not quite the artist")]
    return like, [(_OTHER, "another artist")]


def _length_gate(
    found: Found, difference: float | None, allowed: float
) -> Iterator[_Gate]:
    if difference is None:
        if (found.candidate.duration_s or 0.0) > _LONGEST_S:
            yield _UNLIKE, "longer than a song"
        return
    if abs(difference) <= _SAME_S:
        return
    if abs(difference) <= allowed:
        if not found.is_video:
            yield _DOUBT, f"length differs by {abs(difference):.0f} s"
        return
    may_be_intro = found.is_video and 0 < difference <= _INTRO_S
    limit = _DOUBT if may_be_intro else _UNLIKE
    yield limit, f"length differs by {abs(difference):.0f} s"


def _version_gate(wanted: Wanted, found: Found) -> Iterator[_Gate]:
    """Refuse another version: its words are what the wanted names do not explain."""
    present = versions.kinds_found(wanted, found)
    odd = sorted(wanted.kinds ^ present)
    hard = [kind for kind in odd if kind not in _SOFT_KINDS]
    for kind in hard:
        yield _WRONG, _gate(kind, present)
    if _difference(wanted, found) is None:  # else the length tells a cut
        for kind in odd:
            if kind in _SOFT_KINDS:
                yield _DOUBT, _gate(kind, present)
    if not hard and "remix" in wanted.kinds:
        yield from _remix_gate(wanted, found)
    if names.other_guests(wanted, found) and not _is_close(wanted, found, 2.0):
        yield _DOUBT, "other guests"


def _remix_gate(wanted: Wanted, found: Found) -> Iterator[_Gate]:
    same = versions.same_remix(wanted, found)
    if same < 0.5:
        yield _WRONG, "another remixer"
    elif same < 0.85:
        yield _DOUBT, "not quite the remix"


def _gate(kind: str, present: frozenset[str]) -> str:
    return f"{kind} is {'not wanted' if kind in present else 'missing'}"

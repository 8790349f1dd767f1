"""How well a search result fits a song: a score, the reason, a decision.

The score is the weighted mean of three likenesses (title, artist, length), and a
gate lowers it where one of them, or the version, speaks against: a remix, a live
take or a cover is another recording and often of another genre. What scores below
the threshold is never downloaded; what is close is left to a person.
"""

from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from genre.crawler import titles
from genre.records import NOBODY, Candidate, Decision, Track
from genre.text import text_key

_WEIGHTS = {"title": 0.5, "artist": 0.3, "length": 0.2}
_OFFICIAL_BONUS = 0.05
_UNKNOWN = 0.6  # of a length or an artist: neither for nor against
_SOFT_KINDS = frozenset({"edit", "extended"})  # the same recording, cut differently
_CHANNEL_WORDS = ("- topic", "vevo", "official", "music", "tv", "channel", "records")


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
    against: tuple[tuple[float, str], ...]  # the highest score left, why

    @property
    def score(self) -> float:
        mean: float = sum(_WEIGHTS[name] * getattr(self, name) for name in _WEIGHTS)
        whole = min(1.0, mean + _OFFICIAL_BONUS * self.official)
        return round(min([whole, *(limit for limit, _ in self.against)]), 4)

    @property
    def reason(self) -> str:
        parts = [f"{name} {getattr(self, name):.2f}" for name in _WEIGHTS]
        parts += ["official channel"] if self.official else []
        return ", ".join(parts + [why for _, why in self.against])


def judge(track: Track, found: Candidate, thresholds: Thresholds) -> Candidate:
    """Return the candidate with score, reason and decision."""
    likeness = _compare(track, found, thresholds.tolerance_s)
    score = likeness.score
    decision = Decision.REJECTED
    if score >= thresholds.accept:
        decision = Decision.ACCEPTED
    elif score >= thresholds.uncertain:
        decision = Decision.UNCERTAIN
    return replace(found, score=score, reason=likeness.reason, decision=decision)


def ranked(candidates: list[Candidate]) -> list[Candidate]:
    """Return candidates, the best first; of equal ones the search's order stays."""
    return sorted(candidates, key=lambda c: -c.score)


def query_of(track: Track) -> str:
    """Return the words to search a song by."""
    return " ".join(filter(None, (track.artists, track.title, track.version)))


def tolerance_s(stated_s: float, least_s: float) -> float:
    """Return by how much a recording's length may differ from the stated one."""
    return max(least_s, 0.02 * stated_s)


def _compare(track: Track, found: Candidate, least_s: float) -> _Likeness:
    title = _title_likeness(track, found)
    artist, against_artist = _compare_artists(track, found)
    difference = _length_difference(track, found)
    allowed = tolerance_s(track.duration_s or 0.0, least_s)
    against = [*_version_gate(track, found), *against_artist]
    if title < 0.7:
        against.append((0.4, "another title"))
    if difference is not None and difference > allowed:
        against.append((0.5, f"length differs by {difference:.0f} s"))
    length = _UNKNOWN if difference is None else 1 - difference / (2 * allowed)
    return _Likeness(title, artist, max(0.0, length), _official(found), tuple(against))


def _title_likeness(track: Track, found: Candidate) -> float:
    """Compare the bare titles, taking "Artist - Title" both whole and apart."""
    wanted = text_key(titles.parse_title(track.title).title)
    _, after_dash = titles.split_artist_title(found.title)
    parsed = [titles.parse_title(text).title for text in (found.title, after_dash)]
    without_artist = _without(parsed[0], track.artists)
    spellings = {titles.without_noise(text) for text in (*parsed, without_artist)}
    return max(fuzz.ratio(wanted, spelling) for spelling in spellings) / 100


def _compare_artists(
    track: Track, found: Candidate
) -> tuple[float, list[tuple[float, str]]]:
    """Return the likeness of the artists, and what it says against the candidate."""
    likeness = _artist_likeness(track, found)
    if not titles.artist_keys(track.artists):
        return likeness, [(0.7, "the song names no artist")]
    if likeness >= _UNKNOWN:
        return likeness, []
    if not _names_nobody(track, found):
        return likeness, [(0.4, "another artist")]
    # With no length either, a title alone would decide: that is left to a person.
    limit = 0.7 if _length_difference(track, found) is None else 1.0
    return _UNKNOWN, [(limit, "artist unknown")]


def _names_nobody(track: Track, found: Candidate) -> bool:
    """Tell whether neither uploader nor an "Artist - Title" names an artist."""
    wanted = titles.without_noise(titles.parse_title(track.title).title)
    before, after = titles.split_artist_title(found.title)
    bare = {titles.without_noise(titles.parse_title(t).title) for t in (before, after)}
    return text_key(found.uploader) in NOBODY and not (before and bare - {"", wanted})


def _artist_likeness(track: Track, found: Candidate) -> float:
    """Look for each main artist in the title or among the uploader's names."""
    main, _ = titles.split_featured(track.artists)
    channel = text_key(found.uploader)
    for word in _CHANNEL_WORDS:
        channel = channel.removesuffix(text_key(word)).strip()
    places = [f" {text_key(found.title)} ", f" {channel} "]
    before_dash, _ = titles.split_artist_title(found.title)
    names = [channel, *map(text_key, titles.split_credit(before_dash))]
    scores = [_presence(key, places, names) for key in titles.artist_keys(main)]
    return (max(scores) + sum(scores) / len(scores)) / 2 if scores else 0.0


def _presence(key: str, places: list[str], names: list[str]) -> float:
    if any(f" {key} " in place for place in places):
        return 1.0
    joined = key.replace(" ", "")  # "ArtistNameVEVO"
    return max(fuzz.ratio(joined, name.replace(" ", "")) for name in names) / 100


def _version_gate(track: Track, found: Candidate) -> list[tuple[float, str]]:
    """Refuse another version: its words are what the wanted names do not explain."""
    named = set(text_key(f"{track.title} {track.artists}").split())
    left = [w for w in text_key(found.title).split() if w not in named]
    wanted = titles.version_kinds(track.version)
    present = titles.version_kinds(" ".join(left))
    odd = sorted(wanted ^ present)
    gates = [(0.3, _gate(kind, present)) for kind in odd if kind not in _SOFT_KINDS]
    if _length_difference(track, found) is None:  # else the length tells a cut
        gates += [(0.7, _gate(kind, present)) for kind in odd if kind in _SOFT_KINDS]
    if not gates and not _same_remixer(track.version, found.title):
        gates.append((0.3, "another remixer"))
    return gates


def _gate(kind: str, present: frozenset[str]) -> str:
    return f"{kind} is {'not wanted' if kind in present else 'missing'}"


def _same_remixer(version: str, title: str) -> bool:
    wanted = titles.parse_title(f"x ({version})").remixers if version else ()
    return all(text_key(name) in text_key(title) for name in wanted)


def _length_difference(track: Track, found: Candidate) -> float | None:
    if track.duration_s is None or found.duration_s is None:
        return None
    return abs(track.duration_s - found.duration_s)


def _official(found: Candidate) -> bool:
    channel = found.uploader.strip().casefold()
    return channel.endswith((" - topic", "vevo"))


def _without(text: str, artists: str) -> str:
    """Return a title without the artist's name at its start or end."""
    key, name = text_key(text), text_key(artists)
    return key.removeprefix(name).removesuffix(name).strip()

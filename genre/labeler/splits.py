"""Divides labelled tracks into train, validation and test without a shared artist.

Rule ``artist-groups-1``. Groups of tracks (``groups.py``) go to parts as wholes, by
grouped multi-label stratification after Sechidis, Tsoumakas and Vlahavas (2011):
the rarest genre first, each group to the part that needs it most. Need is the fall
in sum over genres of (wanted - got)^2 / wanted, so parts fill in step and a large
group does not flood a small part. A genre with at least three groups gets songs in
every part where ties allow it. Of several such drawings the one is taken that leaves fewest genres
without a part, then the one that excludes fewest songs.

Excluded are the train and validation tracks that still share anybody (featured
artists and remixers, too) with a test track. What a choice would exclude counts
against it: on 20,000 simulated songs, a third of them with guests or remixers, this
brings the excluded share from 41 % to 3 %. Validation may share a guest (or, across
a cut, a partner) with train: it chooses a model, it is not reported.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from genre.errors import UsageError
from genre.files import sha256_json
from genre.labeler.groups import MAX_GROUP, artists_of, group_tracks
from genre.records import Split, SplitSet, SplitTrack

RULE = "artist-groups-1"
PARTS = (Split.TRAIN, Split.VALIDATION, Split.TEST)
_ALL = ""  # stands for "any track" among genre names
_DRAWS = 8
_EXCLUSION_COST = 2.0  # one excluded track against one track wanted of a genre


@dataclass(frozen=True, slots=True)
class SplitParams:
    """What a user may choose: another seed, other sizes."""

    seed: int = 0
    ratios: tuple[float, float, float] = (0.7, 0.15, 0.15)  # train, validation, test

    def checked(self) -> "SplitParams":
        """Return the parameters, or say what is wrong with them."""
        fine = all(math.isfinite(r) and r > 0 for r in self.ratios)
        if not fine or abs(math.fsum(self.ratios) - 1) > 1e-6:
            raise UsageError(
                "Expected three positive shares for train, validation and test that"
                f" sum to 1, found {', '.join(f'{r:g}' for r in self.ratios)};"
                " for example 0.7,0.15,0.15."
            )
        return self


@dataclass(frozen=True, slots=True)
class SplitReport:
    """How a division came out."""

    n_tracks: Mapping[str, int]  # by part, "excluded" included
    genres: Mapping[str, Mapping[str, int]]  # genre -> part -> tracks
    n_groups: int
    largest_group: int  # tracks

    def genres_without(self, part: Split) -> list[str]:
        """Return the genres that have no track in a part, sorted."""
        return [name for name, counts in self.genres.items() if not counts[part]]

    @property
    def badness(self) -> tuple[int, int]:
        """Genres that miss a part, then excluded tracks: what a drawing should avoid."""
        missing = sum(len(self.genres_without(part)) for part in PARTS)
        return missing, self.n_tracks[Split.EXCLUDED]


def divide(
    tracks: Sequence[SplitTrack],
    params: SplitParams,
    *,
    duplicates: Iterable[tuple[str, str]] = (),
) -> tuple[dict[str, Split], SplitReport]:
    """Return the part of every track by id, and how it came out.

    Raises
    ------
    UsageError
        The ratios are not three positive shares that sum to 1.
    """
    params = params.checked()
    groups = [_Group.of(members) for members in group_tracks(tracks, duplicates)]
    drawings = (_exclude(groups, _draw(groups, params, n)) for n in range(_DRAWS))
    results = ((splits, _report(groups, splits)) for splits in drawings)
    return min(results, key=lambda result: result[1].badness)


def make_split_set(
    splits: Mapping[str, Split], params: SplitParams, *, label_set: str
) -> SplitSet:
    """Return the split set of a division; its id is a hash of its content."""
    stated = {
        **asdict(params),
        "ratios": list(params.ratios),
        "draws": _DRAWS,
        "exclusion_cost": _EXCLUSION_COST,
        "max_group": MAX_GROUP,
        "label_set": label_set,
    }
    rows = sorted((track_id, part.value) for track_id, part in splits.items())
    content = {"rule": RULE, "params": stated, "rows": rows}
    return SplitSet(sha256_json(content), RULE, stated)


@dataclass(frozen=True, slots=True)
class _Group:
    """Tracks that stay together, and how many of them are of each genre."""

    tracks: tuple[SplitTrack, ...]
    counts: Mapping[str, int]  # _ALL: all of them
    artists: Mapping[str, int]  # tracks by artist, all roles

    @classmethod
    def of(cls, tracks: tuple[SplitTrack, ...]) -> "_Group":
        return cls(
            tracks,
            Counter(g for t in tracks for g in (_ALL, *t.genres)),
            Counter(a for t in tracks for a in sorted(artists_of(t))),
        )

    def order(self, name: str, salt: str) -> tuple[int, bytes]:
        """Large groups (by powers of two) first, in a random order of their own."""
        text = f"{salt}:{self.tracks[0].id}".encode()
        return -self.counts[name].bit_length(), hashlib.sha256(text).digest()


class _Parts:
    """What each part wants of each genre and what it has got."""

    def __init__(
        self, groups: Sequence[_Group], ratios: tuple[float, float, float]
    ) -> None:
        self._ratios = dict(zip(PARTS, ratios, strict=True))
        self._got: dict[Split, Counter[str]] = {part: Counter() for part in PARTS}
        self.n_tracks: Counter[str] = Counter()
        self._n_groups: Counter[str] = Counter()
        # Tracks by artist outside (False) and inside (True) the test part.
        self._n_of: dict[bool, Counter[str]] = {False: Counter(), True: Counter()}
        for group in groups:
            self.n_tracks.update(group.counts)
            self._n_groups.update(group.counts.keys())

    def place(self, group: _Group, name: str, *, n_left: int) -> Split:
        """Give a group to the part that needs it most; return that part.

        While no more than ``n_left`` groups of genre ``name`` are to come, parts
        that have nothing of it go first.
        """
        lacking = [part for part in PARTS if not self._got[part][name]]
        is_last_chance = self._n_groups[name] >= len(PARTS) and n_left <= len(lacking)
        choice = lacking if is_last_chance and lacking else PARTS
        best = max(choice, key=lambda part: self._gain(part, group))
        self._got[best].update(group.counts)
        self._n_of[best is Split.TEST].update(group.artists)
        return best

    def _gain(self, part: Split, group: _Group) -> float:
        """Return the relief of a part less the price of the tracks it would exclude."""
        across = self._n_of[part is not Split.TEST]
        if part is Split.TEST:
            lost = sum(across[a] for a in group.artists)
        else:
            lost = sum(n for a, n in group.artists.items() if across[a])
        return self._relief(part, group) - _EXCLUSION_COST * lost

    def _relief(self, part: Split, group: _Group) -> float:
        """Return how far (wanted - got)^2 / wanted falls, summed over genres."""
        total = 0.0
        for name, n in group.counts.items():
            wanted = self._ratios[part] * self.n_tracks[name]
            need = wanted - self._got[part][name]
            total += n * (2 * need - n) / wanted
        return total


def _draw(groups: Sequence[_Group], params: SplitParams, number: int) -> list[Split]:
    """Return the part of each group in one drawing."""
    parts = _Parts(groups, params.ratios)
    chosen: dict[int, Split] = {}
    left = Counter(parts.n_tracks)
    while len(chosen) < len(groups):
        name = min(+left, key=lambda g: (left[g], g == _ALL, g))
        queue = [
            i for i, g in enumerate(groups) if name in g.counts and i not in chosen
        ]
        queue.sort(key=lambda i: groups[i].order(name, f"{params.seed}:{number}"))
        for position, i in enumerate(queue):
            n_left = len(queue) - position
            chosen[i] = parts.place(groups[i], name, n_left=n_left)
            left.subtract(groups[i].counts)
    return [chosen[i] for i in range(len(groups))]


def _exclude(groups: Sequence[_Group], parts: Sequence[Split]) -> dict[str, Split]:
    """Return each track's part; who shares anybody with test is excluded."""
    placed = sorted(
        ((t, part) for g, part in zip(groups, parts, strict=True) for t in g.tracks),
        key=lambda pair: pair[0].id,
    )
    in_test = {a for t, part in placed if part is Split.TEST for a in artists_of(t)}
    return {
        t.id: part
        if part is Split.TEST or in_test.isdisjoint(artists_of(t))
        else Split.EXCLUDED
        for t, part in placed
    }


def _report(groups: Sequence[_Group], splits: Mapping[str, Split]) -> SplitReport:
    tracks = [t for g in groups for t in g.tracks]
    names = sorted({genre for t in tracks for genre in t.genres})
    counts = Counter((genre, splits[t.id]) for t in tracks for genre in t.genres)
    sizes = Counter(splits.values())
    return SplitReport(
        n_tracks={part: sizes[part] for part in Split},
        genres={g: {part: counts[g, part] for part in Split} for g in names},
        n_groups=len(groups),
        largest_group=max((len(g.tracks) for g in groups), default=0),
    )

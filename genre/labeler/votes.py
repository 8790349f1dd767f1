"""Playlist membership -> soft labels: every playlist is a witness with a weight.

Rule ``playlist-votes-1``. The score of genre g for song s is the share of the
witnesses that say g:

    y[s, g] = sum of w(p) over playlists p of genre g that contain s
              / sum of w(p) over all genre playlists p that contain s

- w(p) = 1 / log2(2 + songs of p). A short list was picked with more care than a
  long one, but not in proportion: 1,000 songs weigh a third of 8, not a hundredth.
- A playlist with several genres testifies for each of them with its whole
  weight: whoever wrote "Drum and Bass, Liquid" means both, not half of each. So a
  song's scores may sum to more than 1.
- Known negative: no row. Unknown (score None): a song with a single witness was
  never looked at by the others, so where two genres share many songs the missing
  one is not a "no". "Many" is an overlap coefficient of at least 0.3, the score
  from which a label counts as a yes, and at least 3 songs.

Statements other than playlists (the ``evidence`` table) are not read by this rule.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations

from genre.files import sha256_json
from genre.records import HARD_SCORE, GenrePlaylist, Label, LabelSet, Witness

RULE = "playlist-votes-1"
_DIGITS = 6  # scores are rounded, so that ids do not hang on the last bit


@dataclass(frozen=True, slots=True)
class VoteParams:
    """The numbers of the rule; part of a label set's id."""

    overlap: float = HARD_SCORE  # overlap coefficient from which absence means nothing
    min_shared: int = 3  # songs; below, an overlap is chance


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many songs two genres share."""

    genre: str
    other: str
    n_genre: int
    n_other: int
    n_shared: int

    def __str__(self) -> str:
        return (
            f"{self.genre} ({self.n_genre} songs) and {self.other} ({self.n_other})"
            f" share {self.n_shared}: overlap {self.coefficient:.2f}"
        )

    @property
    def coefficient(self) -> float:
        """Shared songs as a share of the smaller genre, 0..1."""
        smaller = min(self.n_genre, self.n_other)
        return self.n_shared / smaller if smaller else 0.0

    def is_strong(self, params: VoteParams) -> bool:
        """Tell whether a song of one may well be of the other, too."""
        enough = self.n_shared >= params.min_shared
        return enough and self.coefficient >= params.overlap


def weight(n_tracks: int) -> float:
    """Return the reliability of a playlist with this many songs, 0..1."""
    return 1 / math.log2(2 + n_tracks)


def shares(witnesses: Sequence[Witness]) -> dict[str, float]:
    """Return each genre's share of the votes of a song's witnesses, by genre."""
    total = math.fsum(weight(w.n_tracks) for w in witnesses)
    genres = sorted({genre for w in witnesses for genre in w.genres})
    return {
        genre: round(
            math.fsum(weight(w.n_tracks) for w in witnesses if genre in w.genres)
            / total,
            _DIGITS,
        )
        for genre in genres
    }


def vote(
    playlists: Sequence[GenrePlaylist], params: VoteParams | None = None
) -> list[Label]:
    """Return the labels of every song of the playlists, by track and genre."""
    near = strong_overlaps(playlists, params or VoteParams())
    labels: list[Label] = []
    for track_id, witnesses in sorted(witnesses_by_track(playlists).items()):
        scores: dict[str, float | None] = dict(shares(witnesses))
        for genre in unknown_genres(witnesses, near):
            scores[genre] = None
        labels += [
            Label(track_id, genre, score, known=score is not None)
            for genre, score in sorted(scores.items())
        ]
    return labels


def witnesses_by_track(
    playlists: Iterable[GenrePlaylist],
) -> dict[str, list[Witness]]:
    """Return the witnesses of every song, in the order of playlist ids."""
    found: dict[str, list[Witness]] = {}
    for p in sorted(playlists, key=lambda p: p.id):
        witness = Witness(p.id, p.title, p.genres, len(p.track_ids))
        for track_id in p.track_ids:
            found.setdefault(track_id, []).append(witness)
    return found


def strong_overlaps(
    playlists: Iterable[GenrePlaylist], params: VoteParams
) -> dict[str, set[str]]:
    """Return, for each genre, the genres that share too many songs with it."""
    songs: dict[str, set[str]] = {}
    for playlist in playlists:
        for genre in playlist.genres:
            songs.setdefault(genre, set()).update(playlist.track_ids)
    near: dict[str, set[str]] = {}
    for a, b in combinations(sorted(songs), 2):
        shared = len(songs[a] & songs[b])
        if Overlap(a, b, len(songs[a]), len(songs[b]), shared).is_strong(params):
            near.setdefault(a, set()).add(b)
            near.setdefault(b, set()).add(a)
    return near


def unknown_genres(
    witnesses: Sequence[Witness], near: Mapping[str, set[str]]
) -> set[str]:
    """Return the genres about which a song's only witness says nothing."""
    if len(witnesses) != 1:
        return set()
    own = witnesses[0].genres
    return {other for genre in own for other in near.get(genre, ())} - set(own)


def make_label_set(name: str, labels: Sequence[Label], params: VoteParams) -> LabelSet:
    """Return the label set of these labels; its id is a hash of its content."""
    stated = {"weight": "1/log2(2+n)", **asdict(params)}
    rows = [(x.track_id, x.genre, x.score, x.known) for x in labels]
    content = {"rule": RULE, "params": stated, "rows": rows}
    return LabelSet(sha256_json(content), name, RULE, stated)

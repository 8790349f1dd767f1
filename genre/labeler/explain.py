"""Why a track has (or has not) a genre: the arithmetic of its label, witness by witness.

``genre why`` shows these records. The shares of the playlists for a genre add up
to its score.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from genre.labeler.votes import RULE, Overlap, shares, weight
from genre.records import HARD_SCORE, Label, LabelSet, Track, Witness

_SAME = 1e-5  # scores are stored rounded


@dataclass(frozen=True, slots=True)
class Vote:
    """One playlist's part in a score."""

    playlist_id: str
    title: str
    genres: tuple[str, ...]
    n_tracks: int
    weight: float
    share: float  # weight / sum of the weights of all witnesses


@dataclass(frozen=True, slots=True)
class GenreExplanation:
    """One genre of a track: the score and who speaks for and against it."""

    genre: str
    score: float | None  # None when unknown
    known: bool
    hard: bool  # counts as a yes
    votes_for: tuple[Vote, ...]
    votes_against: tuple[Vote, ...]  # hold the track, but are not of this genre
    overlaps: tuple[Overlap, ...]  # why it is unknown; else empty


@dataclass(frozen=True, slots=True)
class TrackExplanation:
    """All labels of a track, highest score first, unknown ones last."""

    track: Track
    label_set: LabelSet
    hard_score: float
    genres: tuple[GenreExplanation, ...]
    witnesses: tuple[Vote, ...]
    is_stale: bool  # the playlists changed since; `genre label` brings it up to date


def explain(
    track: Track,
    *,
    label_set: LabelSet,
    labels: Sequence[Label],
    witnesses: Sequence[Witness],
    overlaps: Sequence[Overlap] = (),
    genre: str | None = None,
) -> TrackExplanation:
    """Explain every label of a track, or ``genre`` alone (even when it has none)."""
    votes = count_votes(witnesses)
    shown = [x for x in labels if genre is None or x.genre == genre]
    if genre is not None and not shown:
        shown = [Label(track.id, genre, 0.0)]
    shown.sort(key=lambda x: (1.0 if x.score is None else -x.score, x.genre))
    return TrackExplanation(
        track=track,
        label_set=label_set,
        hard_score=HARD_SCORE,
        genres=tuple(_explain_genre(label, votes, overlaps) for label in shown),
        witnesses=tuple(votes),
        is_stale=_is_stale(label_set, labels, witnesses),
    )


def count_votes(witnesses: Sequence[Witness]) -> list[Vote]:
    """Return each witness with its weight and share, heaviest first."""
    total = math.fsum(weight(w.n_tracks) for w in witnesses)
    votes = [
        Vote(
            playlist_id=w.id,
            title=w.title,
            genres=w.genres,
            n_tracks=w.n_tracks,
            weight=weight(w.n_tracks),
            share=weight(w.n_tracks) / total,
        )
        for w in witnesses
    ]
    return sorted(votes, key=lambda v: (-v.weight, v.playlist_id))


def _explain_genre(
    label: Label, votes: Sequence[Vote], overlaps: Sequence[Overlap]
) -> GenreExplanation:
    return GenreExplanation(
        genre=label.genre,
        score=label.score,
        known=label.known,
        hard=label.hard,
        votes_for=tuple(v for v in votes if label.genre in v.genres),
        votes_against=tuple(v for v in votes if label.genre not in v.genres),
        overlaps=tuple(o for o in overlaps if o.genre == label.genre),
    )


def _is_stale(
    label_set: LabelSet, labels: Sequence[Label], witnesses: Sequence[Witness]
) -> bool:
    """Tell whether today's playlists would give other scores than the stored ones."""
    stored = {x.genre: x.score for x in labels if x.score is not None}
    now = shares(witnesses)
    return (
        label_set.rule != RULE
        or stored.keys() != now.keys()
        or any(abs(stored[genre] - now[genre]) > _SAME for genre in now)
    )

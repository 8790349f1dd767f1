"""The report in sentences: what was found, and what it cannot say.

A difference is called one only where its interval leaves out zero; everything
else is said to be undecided.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from genre.records import Split
from genre.train.report_data import (
    MelExample,
    PartCount,
    ReportData,
    answered_right,
    labelled_genres,
)

SYSTEMS = {
    "model": "model",
    "baseline": "classical baseline",
    "prior": "label prior",
    "majority": "majority genre",
}
METRICS = {
    "macro_pr_auc": "macro PR-AUC",
    "macro_roc_auc": "macro ROC-AUC",
    "macro_f1": "macro F1",
    "precision_at_1": "top genre right",
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
}
HEADLINE = {
    True: ("macro_pr_auc", "macro_roc_auc", "macro_f1", "precision_at_1"),
    False: ("accuracy", "balanced_accuracy", "macro_f1", "macro_pr_auc"),
}
_FEW_SONGS = 150


def figure(value: float | None) -> str:
    """Return a number to three places, a dash for none."""
    return "–" if value is None else f"{value:.3f}".replace("-", "−")


def signed(value: float | None) -> str:
    """Return a difference with its sign."""
    return "–" if value is None else f"{value:+.3f}".replace("-", "−")


def system(name: str) -> str:
    """Return a system's name for people."""
    return SYSTEMS.get(name, name)


def count(n: int, noun: str) -> str:
    """Return ``1 song`` or ``2 songs``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


# --- what was found --------------------------------------------------------------


def findings(data: ReportData) -> list[str]:
    """Return the summary in front: what learnt from what, and how well it did."""
    return [
        *data.notes,
        _who(data),
        _strangers(data),
        *_scores(data),
        *_comparisons(data),
        *_truth(data.summary["truth"]),
    ]


def _who(data: ReportData) -> str:
    network = f"The model ({data.network})"
    genres = count(len(data.exam.genres), "genre")
    train = _part(data.parts, Split.TRAIN)
    asked = (
        f"was asked about {count(data.exam.songs.n_songs, 'song')} by"
        f" {count(data.summary['n_artists'], 'artist')} of the {data.exam.split} part"
    )
    if train is None:
        return f"{network} knows {genres} and {asked}."
    return (
        f"{network} learnt {genres} from {count(train.n_songs, 'song')} by"
        f" {count(train.n_artists, 'artist')} and {asked}."
    )


def _part(parts: Sequence[PartCount], split: Split) -> PartCount | None:
    return next((part for part in parts if part.split is split), None)


def _strangers(data: ReportData) -> str:
    """Say whether the songs asked about are new to the model."""
    if data.exam.split is Split.TRAIN:
        return (
            "These are the songs it learnt from: the scores say nothing about others."
        )
    if data.exam.split is Split.VALIDATION:
        return (
            "Thresholds, temperature and the baseline's strength were chosen on these"
            " songs: the scores flatter all systems; only the test part does not."
        )
    train = _part(data.parts, Split.TRAIN)
    if train is not None and train.n_shared:
        return (
            f"Training and test part share {count(train.n_shared, 'artist')}, so the"
            " scores are too good; run genre split, then train again."
        )
    disjoint = (
        ""
        if train is None
        else "No main artist is in both parts, so it cannot score by knowing an artist's"
        " sound. "
    )
    return (
        f"{disjoint}Labels are playlist votes that nobody checked: a right answer"
        " counts as wrong where the playlists err."
    )


def _scores(data: ReportData) -> Iterator[str]:
    metric, name = HEADLINE[data.exam.multilabel][0], data.model.name
    song = data.summary["song"][name][metric]
    if song is None:
        yield "No genre of this part can be measured, so there are no scores."
        return
    low, high = data.summary["intervals"]["song"][name][metric]
    prior = data.summary["song"].get("prior", {}).get(metric)
    chance = "" if prior is None else f"; answering by frequency gets {figure(prior)}"
    yield (
        f"Per song its {METRICS[metric]} is {figure(song)}{_between(low, high)}{chance}."
    )
    segment = data.summary["segment"][name][metric]
    if segment is not None:
        yield (
            f"From a single segment of a song it is {figure(segment)}: hearing whole"
            f" songs changes it by {signed(song - segment)}."
        )


def _between(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return " (too few artists for an interval)"
    return f" (95 % interval {figure(low)} to {figure(high)})"


def _comparisons(data: ReportData) -> Iterator[str]:
    metric = HEADLINE[data.exam.multilabel][0]
    for other in data.systems[1:]:
        if other.name == "majority":
            continue
        key = f"{data.model.name} - {other.name}"
        found = data.summary["differences"]["song"][key][metric]
        if found["value"] is not None:
            yield verdict(system(other.name), found)


def verdict(other: str, found: Mapping[str, float | None]) -> str:
    """Say in one sentence whether the model differs from another system."""
    value, low, high = found["value"], found["low"], found["high"]
    if low is None or high is None:
        by = f"It differs from the {other} by {signed(value)}"
        return f"{by}; so few artists cannot say how surely."
    between = f"{signed(value)} ({signed(low)} to {signed(high)})"
    if low > 0:
        return f"It is better than the {other}: {between}."
    if high < 0:
        return f"It is worse than the {other}: {between}."
    return f"It cannot be told apart from the {other}: {between}."


def _truth(truth: Mapping[str, Any] | None) -> Iterator[str]:
    if truth is None:
        return
    labels = truth["labels"]
    yield (
        "The right answers are known apart from the labels here: of this part's labels,"
        f" {_percent(labels['precision'])} are right, and they name"
        f" {_percent(labels['recall'])} of what is true. Scores against the truth"
        " stand in a table of their own."
    )


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


def song_caption(data: ReportData, example: MelExample) -> str:
    """Say which song is shown and whether the model was right about it."""
    row, genres = example.song, data.exam.genres
    track_id = data.exam.songs.track_ids[row]
    right = bool(answered_right(data.exam, data.model)[row])
    scores = data.model.songs[row]
    labels = ", ".join(sorted(labelled_genres(data.exam, row))) or "nothing"
    best = genres[int(scores.argmax())]
    return (
        f"The surest {'right' if right else 'wrong'} answer:"
        f" {data.names.get(track_id, track_id)}. Labelled {labels}; the model says"
        f" {best} ({figure(float(scores.max()))})."
    )


# --- what it cannot say ----------------------------------------------------------


def limits(data: ReportData) -> list[str]:
    """Return what was left out and what the numbers do not carry, by name."""
    return [*_left_out(data), *_narrow(data), *data.exclusions]


def _left_out(data: ReportData) -> Iterator[str]:
    for row in data.summary["unmeasurable"]:
        yield f"{row['genre']} is left out of every score: {row['reason']}."
    excluded = _part(data.parts, Split.EXCLUDED)
    if excluded is not None:
        yield (
            f"Kept out of training: {count(excluded.n_songs, 'song')} that would bring"
            " an artist of the test part into it."
        )
    known = data.exam.songs.known
    if known.size and not known.all():
        yield (
            f"{_percent(float(1 - known.mean()))} of the song and genre pairs are"
            " unknown (overlapping playlists); they count neither way."
        )
    if data.exam.multilabel and not data.exam.validation.known.any():
        yield "There are no validation labels: all thresholds are 0.5."


def _narrow(data: ReportData) -> Iterator[str]:
    caveats = data.summary["bootstrap"]
    if caveats["single_artist"]:
        yield (
            "One artist alone stands for each of these genres, which therefore have no"
            f" interval of their own: {', '.join(caveats['single_artist'])}. In the"
            " means they are taken to vary like the others."
        )
    for genre, share in caveats["lost"].items():
        yield (
            f"{genre} was absent from {_percent(share)} of the resamples, whose means"
            " leave it out."
        )
    n_songs = data.exam.songs.n_songs
    if n_songs < _FEW_SONGS:
        yield (
            f"{count(n_songs, 'song')} are few: another draw of artists would move the"
            " scores within the intervals, and another seed would move them too."
        )

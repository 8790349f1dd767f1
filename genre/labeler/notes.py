"""What the labeller tells the user: outcomes and notes, worded in one place."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from genre.labeler.explain import GenreExplanation, TrackExplanation
from genre.labeler.splits import PARTS, SplitReport
from genre.records import Label, LabelSet, Outcome, SplitSet, Stage, Status
from genre.taxonomy import Taxonomy


def title_note(playlist_id: str, title: str, found: Sequence[str]) -> Outcome:
    """Note what a playlist without a genre counts as."""
    if len(found) == 1:
        message = (
            f"no genre was given, its title says {found[0]}, so it votes for that;"
            " write a genre on its line of the list file to change it"
        )
    else:
        message = (
            "expected a genre on its line of the list file or one in its title, found"
            f" {' and '.join(found) or 'none'}; it casts no vote until you write one"
        )
    return Outcome(
        Stage.LABEL,
        playlist_id,
        Status.NOTE,
        label=title,
        message=message,
        data={"genres": list(found)},
    )


def same_genres(taxonomy: Taxonomy, names: Iterable[str]) -> Iterator[Outcome]:
    """Note names that stay apart although they mean one genre."""
    meant: dict[str, list[str]] = {}
    for name in sorted(names):
        meant.setdefault(taxonomy.find(name) or name, []).append(name)
    for canonical, names in meant.items():
        if len(names) > 1:
            yield Outcome(
                Stage.LABEL,
                canonical,
                Status.NOTE,
                label=canonical,
                message=f"{' and '.join(names)} seem to be one genre but are kept apart"
                " as they were written; use one name in the list file to join them",
            )


def label_outcome(
    label_set: LabelSet, found: Sequence[Label], status: Status
) -> Outcome:
    """Say what a label set holds."""
    n_tracks = len({x.track_id for x in found})
    n_unknown = sum(not x.known for x in found)
    hard = Counter(x.genre for x in found if x.hard)
    return Outcome(
        Stage.LABEL,
        label_set.id,
        status,
        label=label_set.name,
        message=f"{n_tracks} songs, {len(found) - n_unknown} labels of {len(hard)} genres,"
        f" {n_unknown} unknown",
        data={
            "n_tracks": n_tracks,
            "n_labels": len(found) - n_unknown,
            "n_unknown": n_unknown,
            "genres": dict(sorted(hard.items())),
        },
    )


def missing_parts(report: SplitReport) -> Iterator[Outcome]:
    """Note genres that cannot be learned or measured for lack of songs in a part."""
    for genre, counts in report.genres.items():
        missing = [part for part in PARTS if not counts[part]]
        if missing:
            yield Outcome(
                Stage.SPLIT,
                genre,
                Status.NOTE,
                label=genre,
                message=f"no song in {' and '.join(missing)}: its songs"
                f" ({sum(counts.values())}) are by too few independent artists; add"
                " playlists with other artists",
                data={"missing": [str(part) for part in missing]},
            )


def split_outcome(split_set: SplitSet, report: SplitReport, status: Status) -> Outcome:
    """Say how large the parts are."""
    sizes = ", ".join(f"{n} {part}" for part, n in report.n_tracks.items())
    return Outcome(
        Stage.SPLIT,
        split_set.id,
        status,
        label=f"seed {split_set.params['seed']}",
        message=f"{sizes}; {report.n_groups} groups of artists, the largest with"
        f" {report.largest_group} songs",
        data={
            "n_tracks": {str(part): n for part, n in report.n_tracks.items()},
            "genres": {
                genre: {str(part): n for part, n in counts.items()}
                for genre, counts in report.genres.items()
            },
            "n_groups": report.n_groups,
            "largest_group": report.largest_group,
        },
    )


def explanation(found: TrackExplanation) -> Iterator[str]:
    """Yield the lines of the evidence behind a track's labels, witness by witness."""
    labels = found.label_set
    yield f"{found.track.name}  [{found.track.id}]"
    yield f"label set {labels.name} ({labels.id[:8]}), rule {labels.rule}"
    if found.is_stale:
        yield "The playlists changed since; `genre label` brings it up to date."
    if not found.witnesses:
        yield "No playlist with a genre holds it now."
    for genre in found.genres:
        yield from _genre(genre)


def _genre(found: GenreExplanation) -> Iterator[str]:
    score = "unknown" if found.score is None else f"{found.score:.2f}"
    yield f"\n{found.genre}: {score}{' - a yes' if found.hard else ''}"
    for sign, votes in (("+", found.votes_for), ("-", found.votes_against)):
        for v in votes:
            about = f"{', '.join(v.genres)}; {v.n_tracks} songs"
            weight = f"weight {v.weight:.3f}, share {v.share:.2f}"
            yield f"  {sign} {v.title or v.playlist_id} ({about}; {weight})"
    for overlap in found.overlaps:
        yield f"  ? {overlap}"

"""What the catalog says about the songs of a run, and whether it is enough to learn.

``pipeline`` reads it; here it becomes a table of songs, or a sentence that says
which earlier command has to run first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from genre.errors import NotReadyError
from genre.records import HARD_SCORE, FeatureRef, Label, Shard, Split
from genre.train.config import TrainConfig
from genre.train.data import SongTable, build_song_table
from genre.train.exam import top_labels

MIN_SONGS = 4  # in the training part; with fewer a batch is one song over and over


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """What a run is made from, as the catalog has it."""

    label_set: str
    split_set: str
    feature_key: str
    labels: tuple[Label, ...]
    splits: Mapping[str, Split]
    artists: Mapping[str, tuple[str, ...]]
    refs: tuple[FeatureRef, ...]
    shards: tuple[Shard, ...]

    @property
    def table(self) -> SongTable:
        """All songs with frames, labels and a part, with all their genres."""
        return build_song_table(
            (ref.track_id for ref in self.refs),
            self.labels,
            splits=self.splits,
            artists=self.artists,
        )

    def refs_of(self, table: SongTable) -> list[FeatureRef]:
        """Return where the frames of a table's songs are, in its order."""
        by_id = {ref.track_id: ref for ref in self.refs}
        return [by_id[track_id] for track_id in table.track_ids]


def trainable(table: SongTable, config: TrainConfig) -> SongTable:
    """Return the table with the genres that can be learnt.

    Raises
    ------
    NotReadyError
        Too few genres or songs, or no song to test on.
    """
    genres = table.trainable_genres()
    if len(genres) < 2:
        found = f"only {genres[0]}" if genres else "none"
        raise NotReadyError(
            "Expected at least two genres with training songs that can be heard, found"
            f" {found}; crawl playlists of another genre, then run `genre label`,"
            " `genre split` and `genre features`."
        )
    table = _kept(table, genres, config)
    n_train = _n_taught(table, config)
    if n_train < MIN_SONGS:
        raise NotReadyError(
            f"Expected at least {MIN_SONGS} songs in the training part, found"
            f" {n_train}; add songs with `genre crawl`."
        )
    if not len(table.rows(Split.TEST)):
        raise NotReadyError(
            "Expected songs in the test part that can be heard, found none; add songs"
            " with `genre crawl`, or run `genre split` with other --ratios."
        )
    return table


def _kept(table: SongTable, genres: tuple[str, ...], config: TrainConfig) -> SongTable:
    """Return the table with these genres only.

    With one genre per song, a song whose own genre goes has none then: it must not
    be taught as what it is second best.
    """
    kept = table.with_genres(genres)
    if config.multilabel:
        return kept
    top = top_labels(table)
    orphan = np.array([t >= 0 and table.genres[t] not in genres for t in top], np.bool_)
    return replace(kept, known=kept.known & ~orphan[:, None])


def _n_taught(table: SongTable, config: TrainConfig) -> int:
    songs = table.select(table.rows(Split.TRAIN))
    return songs.n_songs if config.multilabel else int((top_labels(songs) >= 0).sum())


def check_examinable(
    table: SongTable, split: Split, *, genres: tuple[str, ...]
) -> None:
    """Raise NotReadyError when a finished run cannot be measured on a part."""
    lost = sorted(set(genres) - set(table.genres))
    if lost or not len(table.rows(Split.TRAIN)):
        raise NotReadyError(
            "Expected the songs the run was made from, found no frames of"
            f" {', '.join(lost) or 'its training songs'} any more; run `genre crawl`"
            " and `genre features`."
        )
    if not len(table.rows(split)):
        raise NotReadyError(
            f"Expected songs in the {split} part, found none; choose another --split."
        )


def check_disjoint(sources: Sources) -> None:
    """Refuse parts that the catalog has outgrown: test must share no artist or sound.

    Artists and sounds may have become known after the parts were made.

    Raises
    ------
    NotReadyError
        Test shares a main artist or an equal recording with train or validation.
    """
    sounds = {ref.track_id: (ref.pcm_sha256,) for ref in sources.refs}
    for what, keys in (("main artist", sources.artists), ("recording", sounds)):
        shared = _shared_with_test(sources.splits, keys)
        if shared:
            raise NotReadyError(
                f"Expected no {what} in the test part and another part, found"
                f" {len(shared)} (the first: {shared[0]}); scores would be too good. Run"
                " `genre split` again."
            )


def _shared_with_test(
    splits: Mapping[str, Split], keys: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """Return the keys of test songs that songs to learn from have, too; sorted."""
    taught = {Split.TRAIN, Split.VALIDATION}
    tested, learnt = (
        {key for t, part in splits.items() if part in parts for key in keys.get(t, ())}
        for parts in ({Split.TEST}, taught)
    )
    return sorted(tested & learnt)


def _measurable(table: SongTable) -> bool:
    """Tell whether some genre has both a yes and a no in the test part."""
    rows = table.rows(Split.TEST)
    known = table.known[rows]
    positive = known & (table.targets[rows] >= HARD_SCORE)
    return bool((positive.any(axis=0) & (known & ~positive).any(axis=0)).any())


def describe_losses(
    sources: Sources, whole: SongTable, table: SongTable
) -> tuple[str, ...]:
    """Return a sentence for everything that was left out of a run."""
    dropped = [genre for genre in whole.genres if genre not in table.genres]
    sentences = [f"{g} is left out: no training song clearly has it." for g in dropped]
    n_unsplit = len({label.track_id for label in sources.labels} - set(sources.splits))
    if n_unsplit:
        songs = (
            "1 labelled song is"
            if n_unsplit == 1
            else f"{n_unsplit} labelled songs are"
        )
        sentences.append(
            f"{songs} in no part, and took no part; run `genre split` to bring them in."
        )
    n_silent = len(set(sources.splits) - {ref.track_id for ref in sources.refs})
    if n_silent:
        songs = "1 song has" if n_silent == 1 else f"{n_silent} songs have"
        sentences.append(
            f"{songs} labels but no frames of the present audio, and took no part;"
            " `genre crawl` and `genre features` may bring them in."
        )
    if not _measurable(table):
        n_tested = len(table.rows(Split.TEST))
        sentences.append(
            f"The test part ({n_tested} songs) can measure no genre: every one needs"
            " songs that have it and songs that have not; crawl songs by more artists,"
            " then run `genre split` again."
        )
    if not len(table.rows(Split.VALIDATION)):
        sentences.append(
            "The validation part is empty, so every threshold is 0.5 and the"
            " temperature 1."
        )
    return tuple(sentences)

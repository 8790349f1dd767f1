"""Labels become arrays: missing means no, without a score means unknown."""

import numpy as np

from genre.records import Label, Split
from genre.train.data import SongTable, build_song_table

LABELS = [
    Label("b", "Techno", 1.0),
    Label("a", "House", 0.6),
    Label("a", "Techno", 0.4),
    Label("a", "Trance", None, known=False),
    Label("silent", "Gabber", 1.0),
]
SPLITS = {"a": Split.TRAIN, "b": Split.TEST, "lonely": Split.TRAIN}


def table() -> SongTable:
    """Build the table of the songs above that can be heard."""
    return build_song_table(
        ["b", "a", "lonely"], LABELS, splits=SPLITS, artists={"a": ("ada", "bob")}
    )


def test_songs_and_genres_are_sorted() -> None:
    """Rows are sorted by id, columns by name, whatever the order of the labels."""
    assert table().track_ids == ("a", "b")
    assert table().genres == ("House", "Techno", "Trance")


def test_a_missing_label_is_a_known_no() -> None:
    """Track b is no House, and that is known."""
    assert table().targets.tolist() == [
        [np.float32(0.6), np.float32(0.4), 0],
        [0, 1, 0],
    ]
    assert table().known[1].all()


def test_a_label_without_score_is_unknown() -> None:
    """Nobody can tell whether track a is Trance."""
    assert table().known.tolist() == [[True, True, False], [True, True, True]]


def test_a_song_nobody_labelled_is_left_out() -> None:
    """A track with audio and a part but without any label teaches nothing."""
    assert "lonely" not in table().track_ids


def test_a_genre_of_unheard_songs_is_no_column() -> None:
    """Gabber is only on a track without frames."""
    assert "Gabber" not in table().genres


def test_the_artist_is_the_first_main_one_or_the_song_itself() -> None:
    """A song without a named artist is its own group."""
    assert table().artists == ("ada", "b")


def test_rows_of_a_part() -> None:
    """Rows are asked for by part."""
    assert table().rows(Split.TEST).tolist() == [1]
    assert table().rows(Split.VALIDATION).tolist() == []


def test_select_keeps_the_order_asked_for() -> None:
    """Row 1 then row 0."""
    chosen = table().select(np.array([1, 0]))

    assert (chosen.track_ids, chosen.splits) == (("b", "a"), (Split.TEST, Split.TRAIN))


def test_trainable_genres_have_a_clear_training_song() -> None:
    """Trance is only on a test song or unknown; House and Techno are trained."""
    assert table().trainable_genres() == ("House", "Techno")


def test_fewer_genres_keep_their_columns() -> None:
    """Dropping House leaves Techno's targets as they were."""
    fewer = table().with_genres(("Techno",))

    assert fewer.genres == ("Techno",)
    assert fewer.targets.tolist() == [[np.float32(0.4)], [1.0]]

"""The card says what the data are, in the layout of a dataset hub."""

from dataclasses import replace

import pytest

from genre.export.card import hub_licence, number_tables, render_card
from genre.export.content import RowCheck
from genre.export.facts import Facts
from genre.export.limits import known_limits
from genre.export.manifest import About
from genre.export.parquet import SCHEMA, to_row
from genre.export.wording import COLUMNS
from genre.records import (
    EvidenceLevel,
    Label,
    LabelSet,
    PublishedAudio,
    PublishedTrack,
    Split,
    SplitSet,
    Statement,
    Track,
)

ABOUT = About(
    label_set=LabelSet("1" * 64, "votes", "playlist-votes-1", {"min_shared": 3}),
    split_set=SplitSet("2" * 64, "some-rule-of-tomorrow", {}),
    genres=("Dub", "House"),
    left_out={"excluded": 2, "unsplit": 0, "unlabelled": 7},
)


def _track(
    name: str,
    *genres: str,
    split: Split = Split.TRAIN,
    licence: str = "",
    lists: int = 1,
    audio_s: float | None = 60.0,
) -> PublishedTrack:
    """Return a song that some playlists put into all of its genres."""
    return PublishedTrack(
        track=Track(name, "Title", "", name, licence=licence, redistributable=True),
        split=split,
        main_artists=(name,),
        labels=tuple(Label(name, genre, 1.0) for genre in genres),
        statements=tuple(
            Statement(genre, EvidenceLevel.PLAYLIST, "deezer", playlist_id=f"p{i}")
            for i in range(lists)
            for genre in genres
        ),
        refs=(),
        audio=None
        if audio_s is None
        else PublishedAudio("file", "", "", name, audio_s),
    )


def _facts(*tracks: PublishedTrack) -> Facts:
    """Return the numbers of some songs."""
    check = RowCheck(ABOUT.genres)
    for track in tracks:
        check.add(f"data/{track.split}", to_row(track))
    assert list(check.faults()) == []
    return check.tally.facts()


FACTS = _facts(
    _track("a", "Dub", "House", lists=2),
    _track("b", "House", licence="CC0"),
    _track("c", split=Split.VALIDATION, audio_s=None),
    _track("d", "Dub", split=Split.TEST, audio_s=90.0),
)


def test_facts_count_the_rows() -> None:
    """Songs, artists, audio and genres by part; pairs and traits over all parts."""
    assert FACTS.songs == {"train": 2, "validation": 1, "test": 1}
    assert FACTS.audio_ms == {"train": 120_000, "validation": 0, "test": 90_000}
    assert FACTS.genres["House"] == {"train": 2, "validation": 0, "test": 0}
    assert FACTS.pairs == [("Dub", "House", 1)]
    assert FACTS.licences == {"": 3, "CC0": 1}
    traits = (FACTS.several_genres, FACTS.no_genre, FACTS.no_audio, FACTS.one_playlist)
    assert (*traits, FACTS.redistributable) == (1, 1, 1, 2, 1)


def test_the_card_has_the_tables() -> None:
    """Counts by part and genre, pairs and licences."""
    card = render_card(ABOUT, FACTS)
    assert "| train | 2 | 2 | 2 |" in card
    assert "| House | 2 | 0 | 0 | 2 |" in card
    assert "| Dub + House | 1 |" in card
    assert "| unknown | 3 |" in card
    assert all(text in card for text in number_tables(FACTS).values())


def test_the_card_names_rules_and_sets() -> None:
    """Rules in words where they are known, ids and parameters always."""
    card = render_card(ABOUT, FACTS)
    assert (
        "rule playlist-votes-1. Every playlist that names genres is a witness" in card
    )
    assert "Parts: rule some-rule-of-tomorrow. \n" in card
    assert '"id": "' + "1" * 64 in card
    assert '"min_shared": 3' in card


def test_the_card_says_what_was_left_out() -> None:
    """Reasons with no song are not mentioned."""
    card = render_card(ABOUT, FACTS)
    assert "- 2 would share an artist" in card
    assert "- 7 have no label" in card
    assert "no part yet" not in card
    everything = replace(ABOUT, left_out={"excluded": 0})
    assert "No song of the catalog was left out." in render_card(everything, FACTS)


def test_the_card_opens_with_the_owners_words() -> None:
    """What the owner says of the corpus stands first, and cannot be markup."""
    about = replace(ABOUT, description="Synthetic <b>music</b>")

    card = render_card(about, _facts(_track("a", "House")))

    assert "# Songs in" in card
    assert "Synthetic &lt;b&gt;music&lt;/b&gt;" in card


def test_limits_come_from_the_numbers() -> None:
    """Missing and thin genres are named; shares are stated only when there are any."""
    limits = list(known_limits(FACTS))
    assert "No song in test: House." in limits
    assert "Fewer than 30 songs in test: Dub (1)." in limits
    assert "2 of 4 songs (50%) have a single playlist as witness." in limits
    assert not any("nobody judged" in limit for limit in limits)


def test_a_part_without_songs_is_not_announced() -> None:
    """Loaders fail on a named part without rows."""
    facts = _facts(_track("a", "Dub"), _track("d", "Dub", split=Split.TEST))
    header = render_card(ABOUT, facts).split("---")[1]
    assert '"data/train-*.parquet"' in header
    assert "validation" not in header


def test_every_column_is_described() -> None:
    """The card describes the columns of the schema, no more and no less."""
    assert list(COLUMNS) == SCHEMA.names


@pytest.mark.parametrize(
    ("licences", "name"),
    [
        (["CC BY 4.0"], "cc-by-4.0"),
        (["https://creativecommons.org/licenses/by-nc-sa/3.0/"], "cc-by-nc-sa-3.0"),
        (["http://creativecommons.org/publicdomain/zero/1.0/"], "cc0-1.0"),
        (["CC0 1.0"], "cc0-1.0"),
        (["CC BY 9.9"], "other"),
        (["all rights reserved"], "other"),
        ([""], "other"),
        (["CC BY 4.0", "CC0 1.0"], "other"),
    ],
)
def test_the_hub_gets_a_licence_it_knows(licences: list[str], name: str) -> None:
    """Only one known licence of all songs is named; mixed and unknown are "other"."""
    tracks = [_track(f"t{i}", "Dub", licence=text) for i, text in enumerate(licences)]
    assert hub_licence(_facts(*tracks)) == name


@pytest.mark.parametrize(
    ("n_songs", "size"), [(999, "n<1K"), (1_000, "1K<n<10K"), (2_000_000, "1M<n<10M")]
)
def test_the_hub_gets_a_size(n_songs: int, size: str) -> None:
    """The size category follows from the number of songs."""
    facts = replace(FACTS, songs={**FACTS.songs, "train": n_songs - 2})
    assert f'  - "{size}"\n' in render_card(ABOUT, facts)


def test_long_tables_are_cut_and_say_so() -> None:
    """Forty pairs are listed; the others are counted."""
    pairs = [("Dub", f"G{i}", 1) for i in range(45)]
    card = render_card(ABOUT, replace(FACTS, pairs=pairs))
    assert "| Dub + G39 | 1 |\n\n5 rarer pairs are not listed." in card

"""Rows of several playlists become songs as a crawl would make them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genre.config import Settings
from genre.crawler.grouping import distinct_songs
from genre.crawler.record import record_songs
from genre.crawler.songs import hear
from genre.db import Catalog, Session, open_catalog
from genre.db import models as m
from genre.records import PlaylistItem


def _row(
    title: str = "One",
    artist: str = "A",
    *,
    ref: str = "",
    isrc: str = "",
    duration_s: float | None = None,
) -> PlaylistItem:
    """Return a row; ``ref`` is a Deezer id."""
    return PlaylistItem(
        position=0,
        title=title,
        artists=(artist,) if artist else (),
        source="deezer" if ref else "text",
        source_id=ref,
        isrc=isrc,
        duration_s=duration_s,
    )


ISRC, OTHER = "GBAYE0601690", "GBAYE0601691"


@pytest.mark.parametrize(
    ("rows", "n"),
    [
        ([_row(), _row("ONE")], 1),
        ([_row(), _row("Two")], 2),
        ([_row(duration_s=180), _row(duration_s=183)], 1),
        ([_row(duration_s=180), _row(duration_s=200)], 2),
        ([_row(isrc=ISRC), _row("Other name", isrc=ISRC)], 1),
        ([_row(isrc=ISRC), _row(isrc=OTHER)], 2),
        ([_row(ref="1"), _row("Other name", ref="1")], 1),
        ([_row("X", ref="1"), _row("Y", isrc=ISRC), _row("X", ref="1", isrc=ISRC)], 1),
        ([_row("", "", ref="1"), _row(isrc=ISRC), _row(ref="1")], 1),
        ([_row("", "", ref="1", isrc=OTHER), _row(isrc=ISRC), _row(ref="1")], 2),
    ],
)
def test_rows_meet_by_reference_isrc_and_text(rows: list[PlaylistItem], n: int) -> None:
    """In this order; a row that knows two of them joins two songs."""
    assert len(distinct_songs(rows)) == n


def test_a_song_remembers_what_its_rows_say() -> None:
    """References of all, the first names, lengths and codes wherever they came."""
    [song] = distinct_songs([_row(ref="1"), _row(duration_s=180, isrc=ISRC)])

    assert (song.track.title, song.track.duration_s, song.track.isrc) == (
        "One",
        180,
        ISRC,
    )
    assert song.references == {("deezer", "1"), ("isrc", ISRC)}
    assert song.sources == set()


ROWS = st.builds(
    _row,
    st.sampled_from(["One", "One (Live)", "Two"]),
    st.sampled_from(["A", "B", ""]),
    ref=st.sampled_from(["", "1", "2", "3"]),
    isrc=st.sampled_from(["", ISRC, OTHER]),
    duration_s=st.sampled_from([None, 180.0, 184.0, 240.0]),
)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """Return a catalog that every example leaves empty."""
    return open_catalog(Settings(corpus=tmp_path_factory.mktemp("corpus")))


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(ROWS, max_size=8))
def test_a_crawl_finds_as_many_songs(
    catalog: Catalog, rows: list[PlaylistItem]
) -> None:
    """Whatever the rows and their order, the catalog ends with the same number."""
    with catalog.write() as session, session.begin_nested() as example:
        n_recorded = _recorded(session, rows)
        example.rollback()

    assert len(distinct_songs(rows)) == n_recorded


def _recorded(session: Session, rows: list[PlaylistItem]) -> int:
    """Return how many songs recording the rows, one by one, leaves."""
    for row in rows:
        record_songs(session, hear([row]), said_by="csv")
    return session.query(m.Track).count()

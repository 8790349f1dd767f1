"""Rows of several playlists become songs as a crawl would make them."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from genre.config import Settings
from genre.crawler.grouping import distinct_songs
from genre.crawler.songs import Heard, hear, record_song
from genre.db import Catalog, Session, audio_files, matches, open_catalog, tracks
from genre.db import models as m
from genre.db.held import known_songs
from genre.db.song_batch import Names, SongBatch
from genre.records import (
    AudioFile,
    AudioInfo,
    Candidate,
    Decision,
    PlaylistItem,
    Track,
)


def _row(
    title: str = "One",
    artist: str = "A",
    *,
    ref: str = "",
    url: str = "",
    isrc: str = "",
    duration_s: float | None = None,
) -> PlaylistItem:
    """Return a row; ``ref`` is a Deezer id."""
    return PlaylistItem(
        position=0,
        title=title,
        artists=(artist,) if artist else (),
        source="deezer" if ref else "url" if url else "text",
        source_id=ref or url,
        url=url,
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
    assert len(distinct_songs(hear(rows))) == n


def test_a_song_remembers_what_its_rows_say() -> None:
    """The first names; lengths, codes and places wherever they came."""
    rows = [_row(ref="1"), _row(duration_s=180, isrc=ISRC), _row(url="http://x/a")]
    [song] = distinct_songs(hear(rows))

    assert (song.track.title, song.track.duration_s, song.track.isrc) == (
        "One",
        180,
        ISRC,
    )
    assert song.sources == {"url"}
    assert (song.known, song.has_audio, song.is_given_up) == ((), False, False)


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


@settings(max_examples=150, deadline=None)
@given(
    before=st.lists(ROWS, max_size=6),
    matched=st.dictionaries(st.sampled_from("123"), st.integers(0, 5), max_size=1),
    rows=st.lists(ROWS, max_size=8),
)
def test_a_crawl_finds_the_same_songs(
    catalog: Catalog,
    before: list[PlaylistItem],
    matched: dict[str, int],
    rows: list[PlaylistItem],
) -> None:
    """Whatever the catalog, and what was matched, rows end as the songs that it has then."""
    heard = hear(rows)
    with catalog.write() as session, session.begin_nested() as example:
        _record(session, hear(before))
        _match(session, matched)
        sql = session.connection().connection.driver_connection
        assert sql is not None
        found = distinct_songs(heard, known_songs(sql, [row.song for row in heard]))
        expected = _record(session, heard)
        example.rollback()

    assert sorted(_shown(song.track) for song in found) == sorted(expected)


def _match(session: Session, matched: dict[str, int]) -> None:
    """Let songs have a recording that came from a Deezer id, which a search found.

    It finds none that a playlist named the song by.
    """
    ids = session.scalars(select(m.Track.id).order_by(m.Track.id)).all()
    for deezer_id, nth in matched.items():
        if nth < len(ids) and tracks.by_ref(session, "deezer", deezer_id) is None:
            one = Candidate("deezer", deezer_id, "", "", decision=Decision.ACCEPTED)
            matches.store(session, ids[nth], [one])
            info = AudioInfo(deezer_id * 64, 16_000, 1, "mp3")
            audio = AudioFile(ids[nth], "a.wav", "deezer", deezer_id, info)
            audio_files.put(session, audio)


def _record(session: Session, rows: Sequence[Heard]) -> list[str]:
    """Record rows one by one; return the songs that they are in the end."""
    ids = []
    for row in rows:
        names = Names(row.reference, row.song.track.isrc, row.song.match_key)
        batch = SongBatch(session, [names])
        ids.append(record_song(batch, row).track_id)
        batch.write()
    songs = [tracks.get(session, key) for key in ids]
    return list({song.id: _shown(song) for song in songs if song}.values())


def _shown(track: Track) -> str:
    return f"{track.id} {track.artists} {track.title} {track.duration_s} {track.isrc}"

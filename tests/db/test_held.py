"""Which of many songs the catalog knows, and how they stand there."""

from pathlib import Path

import pytest

from genre.config import Settings
from genre.crawler.identity import Song
from genre.db import Catalog, attempts, matches, open_catalog
from genre.db import models as m
from genre.db.file import Reader
from genre.db.held import (
    KnownSong,
    has_playlists_of,
    in_playlists_of,
    known_songs,
    listed_playlists,
)
from genre.records import (
    AudioStatus,
    Candidate,
    Decision,
    ErrorClass,
    Stage,
    Status,
    SubjectKind,
    Track,
)

MATCH = Candidate("deezer", "1", "http://x/1", "T", decision=Decision.ACCEPTED)


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """Return a catalog with two songs of one code and one text key; the older has audio."""
    catalog = open_catalog(Settings(corpus=tmp_path))
    with catalog.write() as session:
        for seq, key in enumerate(["old", "new"]):
            session.add(
                m.Track(
                    id=key, title="T", artists="A", isrc="X", match_key="a|t|", seq=seq
                )
            )
        session.flush()
        session.add(m.TrackRef(source="deezer", source_id="1", track_id="new", url="u"))
        for key, status in (("old", AudioStatus.PRESENT), ("new", AudioStatus.REMOVED)):
            session.add(_audio(key, status))
    return catalog


def _audio(track_id: str, status: AudioStatus) -> m.Audio:
    return m.Audio(
        track_id=track_id,
        pcm_sha256="",
        path="",
        provider="",
        provider_id="",
        sample_rate=16_000,
        n_samples=0,
        duration_s=0,
        source_codec="",
        status=status,
    )


def _named(reference: str = "", *, isrc: str = "", match_key: str = "") -> Song:
    """Return a song as a row names it; ``reference`` is a Deezer id."""
    track = Track("", "", "", "", isrc=isrc)
    return Song(track, match_key, (), ("deezer", reference))


def _ask(catalog: Catalog, *songs: Song) -> list[KnownSong]:
    """Ask what is known of songs."""
    reader = Reader(Settings(corpus=catalog.path.parent))
    with reader.read() as connection:
        return known_songs(connection, songs)


@pytest.mark.parametrize(
    ("song", "expected"),
    [
        (_named("1"), ["new"]),
        (_named("2"), []),
        (_named(isrc="X"), ["old", "new"]),
        (_named(match_key="a|t|"), ["old", "new"]),
        (_named("1", isrc="X"), ["old", "new"]),
        (_named(), []),
    ],
)
def test_songs_are_known_by_each_key(
    catalog: Catalog, song: Song, expected: list[str]
) -> None:
    """All that it may be, the oldest first; what is not stated is no key."""
    assert [known.track.id for known in _ask(catalog, song)] == expected


def test_only_audio_that_is_there_counts(catalog: Catalog) -> None:
    """A recording that was removed is none."""
    assert [known.has_audio for known in _ask(catalog, _named(isrc="X"))] == [
        True,
        False,
    ]


def test_a_search_result_is_the_matchers_word(catalog: Catalog) -> None:
    """A reference that is the accepted match is told from one of a playlist."""
    asked = _named("1")
    [known] = _ask(catalog, asked)
    assert (known.references, known.matched) == ((asked.reference,), ())

    with catalog.write() as session:
        matches.store(session, "new", [MATCH])
    [known] = _ask(catalog, asked)
    assert (known.references, known.matched) == ((), (asked.reference,))
    assert known.accepted == {"deezer"}


def test_a_place_that_a_person_rejected_is_none(catalog: Catalog) -> None:
    """A crawl does not fetch from there either."""
    assert _ask(catalog, _named("1"))[0].places == {"deezer"}

    with catalog.write() as session:
        matches.decide(session, "new", MATCH, Decision.REJECTED)
    assert _ask(catalog, _named("1"))[0].places == set()


@pytest.mark.parametrize(
    ("outcome", "error_class", "is_given_up"),
    [
        (Status.FAILED, ErrorClass.PERMANENT, True),
        (Status.REFUSED, None, True),
        (Status.FAILED, ErrorClass.TEMPORARY, False),
        (Status.NOTE, None, False),
    ],
)
def test_what_the_last_attempt_gave_up(
    catalog: Catalog, outcome: Status, error_class: ErrorClass | None, is_given_up: bool
) -> None:
    """Earlier attempts, which failed for good, do not count."""
    with catalog.write() as session:
        for ended in ((Status.FAILED, ErrorClass.PERMANENT), (outcome, error_class)):
            attempts.record(
                session,
                kind=SubjectKind.TRACK,
                subject="new",
                stage=Stage.CRAWL,
                outcome=ended[0],
                error_class=ended[1],
            )

    assert _ask(catalog, _named("1"))[0].is_given_up == is_given_up


def test_thousands_of_songs_may_be_asked_about_at_once(catalog: Catalog) -> None:
    """More than SQLite takes values in one question."""
    strangers = [_named(f"{n}", isrc=f"{n}", match_key=f"{n}") for n in range(2, 2_000)]
    found = _ask(catalog, *strangers, _named("1", isrc="X"))
    assert [known.track.id for known in found] == ["old", "new"]


def test_songs_in_playlists_of_a_genre(catalog: Catalog) -> None:
    """Those that stand there now; a genre may have playlists without any of them."""
    with catalog.write() as session:
        session.add(m.Genre(id="dub", name="Dub"))
        session.add(
            m.Playlist(id="p", source="csv", source_id="p", snapshot_at="", n_items=2)
        )
        session.flush()
        session.add(m.PlaylistGenre(playlist_id="p", genre_id="dub"))
        for n, (key, removed) in enumerate([("old", None), ("new", "T")]):
            session.add(
                m.PlaylistTrack(
                    playlist_id="p",
                    position=n,
                    track_id=key,
                    first_seen="",
                    removed_at=removed,
                )
            )
    with Reader(Settings(corpus=catalog.path.parent)).read() as connection:
        assert in_playlists_of(connection, ["dub"], ["old", "new"]) == {"old"}
        assert in_playlists_of(connection, ["idm"], ["old", "new"]) == set()
        assert has_playlists_of(connection, ["idm", "dub"])
        assert not has_playlists_of(connection, ["idm"])
        assert listed_playlists(connection) == {("csv", "p")}

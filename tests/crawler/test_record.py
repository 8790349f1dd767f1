"""Phase 1: what playlists say goes into the catalog, once and for good."""

from pathlib import Path

import pytest

from genre.crawler.identity import track_id
from genre.db import dump, open_catalog
from genre.db import models as m
from genre.labeler.pipeline import label
from genre.records import ErrorClass, Status
from tests.crawler.crawls import (
    HEADER,
    file_of,
    read,
    rows,
    run,
    settings,
    song,
    write_lists,
)

ISRC, OTHER_ISRC = "GBAYE6800011", "GBAYE6800012"


def titles(folder: Path) -> list[str]:
    """Return the titles in the catalog."""
    return sorted(row["title"] for row in rows(folder, m.Track))


def test_playlist_with_its_genres(tmp_path: Path) -> None:
    """A playlist's row, its genres and its songs are recorded."""
    read(tmp_path, {"p.csv Techno, House": HEADER + "One,A,200,,\nTwo,B,,,\n"})

    [playlist] = rows(tmp_path, m.Playlist)
    assert (
        playlist["source"],
        playlist["title"],
        playlist["n_items"],
    ) == ("csv", "p", 2)
    assert [r["genre_id"] for r in rows(tmp_path, m.PlaylistGenre)] == [
        "house",
        "techno",
    ]
    assert [r["name"] for r in rows(tmp_path, m.Genre)] == ["House", "Techno"]
    assert titles(tmp_path) == ["One", "Two"]


def test_song_of_two_playlists_is_one(tmp_path: Path) -> None:
    """A song found in several playlists is one track with several places."""
    read(
        tmp_path,
        {
            "a.csv Techno": HEADER + "One,A,200,,\n",
            "b.csv House": HEADER + "Two,B,,,\nONE (Official Video),a,202,,\n",
        },
    )

    [one] = [row["id"] for row in rows(tmp_path, m.Track) if row["title"] == "One"]
    places = [r for r in rows(tmp_path, m.PlaylistTrack) if r["track_id"] == one]
    assert sorted(row["position"] for row in places) == [0, 1]


def test_two_spellings_of_a_genre(tmp_path: Path) -> None:
    """They are one genre under the first spelling, and the user is told."""
    write_lists(
        tmp_path,
        {
            "a.csv Drum & Bass": HEADER + "One,A,,,\n",
            "b.csv drum n bass": HEADER + "Two,A,,,\n",
        },
    )

    outcomes = run(tmp_path, request={"metadata_only": True})

    assert [row["name"] for row in rows(tmp_path, m.Genre)] == ["Drum & Bass"]
    assert [o.message for o in outcomes if o.status is Status.NOTE] == [
        "Genre 'drum n bass' is the same as 'Drum & Bass', which is kept."
    ]


def test_row_that_vanished(tmp_path: Path) -> None:
    """A row that is gone stays with a date, and comes back without one."""
    both, one = HEADER + "One,A,,,\nTwo,A,,,\n", HEADER + "One,A,,,\n"

    seen = []
    for text in (both, one, both):
        read(tmp_path, {"p.csv Techno": text})
        places = rows(tmp_path, m.PlaylistTrack)
        seen.append([(r["position"], bool(r["removed_at"])) for r in places])

    assert [(0, False), (1, False)] == seen[0] == seen[2]
    assert seen[1] == [(0, False), (1, True)]


def test_reference_and_isrc_show_that_two_songs_are_one(tmp_path: Path) -> None:
    """The older id is kept, the other becomes its alias, both genres stay."""
    url, uri = "http://h/a.mp3", track_id("url", "http://h/a.mp3")
    read(
        tmp_path,
        {
            "a.csv Techno": HEADER + f"x,,,,{url}\n",
            "b.csv House": HEADER + f"One,A,200,{ISRC},\n",
            "c.csv Dub": HEADER + f"One,A,,{ISRC},{url}\n",
        },
    )

    [track] = rows(tmp_path, m.Track)
    assert (uri, ISRC, 200.0) == (track["id"], track["isrc"], track["duration_s"])
    assert [track_id("isrc", ISRC)] == [
        r["old_id"] for r in rows(tmp_path, m.TrackAlias)
    ]
    assert {uri} == {row["track_id"] for row in rows(tmp_path, m.PlaylistTrack)}


def test_a_named_reference_shows_that_two_songs_are_one(tmp_path: Path) -> None:
    """An address without names, a song by name, and a row that knows both."""
    url = "http://h/a.mp3"
    read(
        tmp_path,
        {
            "a.csv Techno": HEADER + f",,,,{url}\n",
            "b.csv House": HEADER + f"One,A,200,{ISRC},\n",
            "c.csv Dub": HEADER + f"One,A,201,,{url}\n",
        },
    )

    [track] = rows(tmp_path, m.Track)
    assert track["id"] == track_id("url", url)
    assert (track["title"], track["isrc"], track["duration_s"]) == ("One", ISRC, 200.0)


def test_merge_inside_one_playlist(tmp_path: Path) -> None:
    """A later row that joins two earlier ones moves them to the surviving song."""
    url = "http://h/a.mp3"
    text = f"{HEADER}x,,,,{url}\nOne,A,,{ISRC},\nOne,A,,{ISRC},{url}\n"
    for _ in range(2):
        read(tmp_path, {"p.csv Techno": text})

        [track] = rows(tmp_path, m.Track)
        assert [(0, track["id"]), (1, track["id"]), (2, track["id"])] == [
            (row["position"], row["track_id"])
            for row in rows(tmp_path, m.PlaylistTrack)
            if row["removed_at"] is None
        ]


def test_better_names_are_taken(tmp_path: Path) -> None:
    """A song first known by its address alone gets its names from a later row."""
    url = "http://h/a.mp3"
    read(
        tmp_path,
        {
            "a.csv Techno": HEADER + f",,,,{url}\n",
            "b.csv House": HEADER + f"One,The Band,200,,{url}\n",
        },
    )

    [track] = rows(tmp_path, m.Track)
    assert (
        track["title"],
        track["artists"],
        track["duration_s"],
    ) == ("One", "The Band", 200.0)
    assert [row["artist_key"] for row in rows(tmp_path, m.TrackArtist)] == ["the band"]


@pytest.mark.parametrize(
    ("first", "second", "n_songs"),
    [
        ("One,A,200,,", "One,A,203,,", 1),
        ("One,A,200,,", "One,A,210,,", 2),
        ("One,A,200,,", "One,A,,,", 1),
        (f"One,A,200,{ISRC},", f"One,A,200,{OTHER_ISRC},", 2),
        (f"One,A,200,{ISRC},", f"Another Name,B,300,{ISRC},", 1),
        (f"One,A,200,{ISRC},", "One,A,200,,", 1),
        ("One,A,200,,http://h/a.mp3", "One,A,200,,http://h/b.mp3", 1),
        ("One,A,200,,http://h/a.mp3", "Two,B,300,,http://h/a.mp3", 1),
        ("One,A,200,,", "One (Bob Remix),A,200,,", 2),
        ("Track 1,Unknown Artist,,,http://h/a.mp3",
         "Track 1,Unknown Artist,,,http://h/b.mp3", 2),
    ],
)  # fmt: skip
def test_identity(tmp_path: Path, first: str, second: str, n_songs: int) -> None:
    """References, ISRCs and names with lengths decide what is one song."""
    read(tmp_path, {"p.csv Techno": f"{HEADER}{first}\n{second}\n"})

    assert n_songs == len(rows(tmp_path, m.Track))


def test_equal_files_are_one_song(tmp_path: Path) -> None:
    """Two copies of a file are one song; the reference is the content, not the path."""
    (
        song(tmp_path / "a.wav"),
        song(tmp_path / "copy.wav"),
        song(tmp_path / "b.wav", freq=9),
    )

    read(tmp_path, {"p.m3u Techno": "a.wav\ncopy.wav\nb.wav\n"})

    assert len(rows(tmp_path, m.Track)) == 2
    assert {"file"} == {row["source"] for row in rows(tmp_path, m.TrackRef)}


def test_file_that_changed_is_read_again(tmp_path: Path) -> None:
    """Known hashes are used only while a file's size and time are the same."""
    song(tmp_path / "a.wav")
    read(tmp_path, {"p.m3u Techno": "a.wav\n"})
    song(tmp_path / "a.wav", freq=880, s=3)

    read(tmp_path, {"p.m3u Techno": "a.wav\n"})

    assert len(rows(tmp_path, m.TrackRef)) == 2
    assert len(rows(tmp_path, m.LocalFile)) == 1


def test_trust_comes_from_the_users_own_files(tmp_path: Path) -> None:
    """An address that a local playlist names is trusted from then on."""
    read(tmp_path, {"p.m3u Techno": "http://127.0.0.1:9/a.mp3\n"})

    assert [row["trusted"] for row in rows(tmp_path, m.TrackRef)] == [True]


def test_hostile_titles(tmp_path: Path) -> None:
    """Escape codes, NUL and 10,000 characters reach neither catalog nor terminal."""
    text = HEADER + "\x1b[2J\0Title\u202e,Artist\x07,,,\n" + "x" * 10_000 + ",B,,,\n"

    write_lists(tmp_path, {"p.csv Techno": text})
    outcomes = run(tmp_path, request={"metadata_only": True})

    stored = [row["title"] for row in rows(tmp_path, m.Track)]
    assert len(stored) == 2
    assert all(title.isprintable() and len(title) <= 500 for title in stored)
    assert all(outcome.message.isprintable() for outcome in outcomes)


def test_rows_that_cannot_be_used_are_reported(tmp_path: Path) -> None:
    """Each lost row is one failure with its number; the playlist goes on."""
    write_lists(tmp_path, {"p.csv Techno": HEADER + "One,A,,,\nTwo,,,,\n"})

    outcomes = run(tmp_path, request={"metadata_only": True})

    assert [(outcome.status, outcome.error_class) for outcome in outcomes] == [
        (Status.DONE, None),
        (Status.FAILED, ErrorClass.PERMANENT),
    ]
    assert [outcome.data["kind"] for outcome in outcomes] == ["playlist", "row"]
    assert outcomes[1].message.startswith("p.csv, row 3: ")


def test_playlist_without_genre(tmp_path: Path) -> None:
    """The user is told that its title will be looked up."""
    write_lists(tmp_path, {"p.csv": HEADER + "One,A,,,\n"})

    outcomes = run(tmp_path, request={"metadata_only": True})

    assert "looks its title up" in outcomes[-1].message
    assert rows(tmp_path, m.PlaylistGenre) == []


@pytest.mark.parametrize("genre", ["Techno", "", "Rock;Dub"])
def test_genre_column_that_was_edited(tmp_path: Path, genre: str) -> None:
    """Words that a row states anew are kept, those that it states no more go."""
    head = "title,artist,genre\n"
    read(tmp_path, {"p.csv Techno": head + "One,A,Rock\nTwo,A,Rock\n"})
    for _ in range(2):
        read(tmp_path, {"p.csv Techno": head + f"One,A,{genre}\nTwo,A,Rock\n"})

    kept = [(row["ref"], row["raw"]) for row in rows(tmp_path, m.Evidence)]
    words = [(row, one) for row, one in kept if "one" in row]
    assert sorted(one for _, one in words) == sorted(filter(None, genre.split(";")))
    assert len(kept) == len(words) + 1


def test_genre_words_that_were_lost(tmp_path: Path) -> None:
    """A playlist that is as it was brings back what was deleted of its words."""
    read(tmp_path, {"p.csv Techno": "title,artist,genre\nOne,A,Rock\n"})
    with open_catalog(settings(tmp_path)) as catalog, catalog.write() as session:
        session.query(m.Evidence).delete()

    run(tmp_path, request={"metadata_only": True})

    assert [row["raw"] for row in rows(tmp_path, m.Evidence)] == ["Rock"]


def test_nothing_new_writes_nothing(tmp_path: Path) -> None:
    """The catalog's file stays as it is when no playlist says anything new."""
    (
        song(tmp_path / "a.wav"),
        song(tmp_path / "copy.wav"),
        song(tmp_path / "b.wav", freq=9),
    )
    playlists = {
        "a.csv Techno": HEADER + f"One,A,200,,\nOne,A,,,\nTwo,B,,{ISRC},\nbad,,,,\n",
        "b.csv House": HEADER + "x,,,,http://h/a.mp3\n",
        "c.m3u Dub": "a.wav\nb.wav\nmissing.wav\n",
        "d.m3u Dub": "copy.wav\ncopy.wav\n",
    }
    list_file = write_lists(tmp_path, playlists)
    with list_file.open("a") as stream:
        stream.write("./a.csv Acid\n")  # the same playlist, under another name
    run(tmp_path, request={"metadata_only": True})
    before = file_of(tmp_path)

    outcomes = run(tmp_path, request={"metadata_only": True})

    assert file_of(tmp_path) == before
    kinds = {(o.data["kind"], o.status) for o in outcomes}
    assert ("playlist", Status.DONE) not in kinds
    assert ("row", Status.FAILED) in kinds  # what was lost is said again


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("p.csv Techno", "One,A,200,,\nTwo,B,,,\n"),  # a song more
        ("p.csv Techno", "One,A,200,,http://h/a.mp3\n"),  # a place for it
        ("p.csv Techno", f"One,A,200,{ISRC},\n"),  # a fact
        ("p.csv Techno, House", "One,A,200,,\n"),
        ("p.csv House", "One,A,200,,\n"),
        ("p.csv", "One,A,200,,\n"),
        ("p.csv Techno", "One,A,200,,\n,,,,\n"),  # a row that cannot be used
    ],
)
def test_anything_new_is_written(tmp_path: Path, line: str, text: str) -> None:
    """Whatever a reading or the list says anew reaches the catalog."""
    read(tmp_path, {"p.csv Techno": HEADER + "One,A,200,,\n"})
    before, _ = file_of(tmp_path)

    read(tmp_path, {line: HEADER + text})

    assert file_of(tmp_path)[0] != before


def test_row_whose_file_cannot_be_read_now(tmp_path: Path) -> None:
    """It may be any of the songs that are not shown: none counts as removed."""
    song(tmp_path / "a.wav"), song(tmp_path / "b.wav", freq=9)
    read(tmp_path, {"p.m3u Techno": "a.wav\nb.wav\n"})

    read(tmp_path, {"p.m3u Techno": "b.wav\nmissing.wav\n"})

    assert all(row["removed_at"] is None for row in rows(tmp_path, m.PlaylistTrack))


def test_genres_from_the_title_stay(tmp_path: Path) -> None:
    """Where the list names none, a crawl leaves what the playlist's title gave it."""
    lists = {"Techno.csv": HEADER + "One,A,,,\n"}
    read(tmp_path, lists)
    assert len(list(label(settings(tmp_path)))) > 0
    before = rows(tmp_path, m.PlaylistGenre)

    read(tmp_path, lists)

    assert [row["genre_id"] for row in before] == ["techno"]
    assert rows(tmp_path, m.PlaylistGenre) == before


def test_reading_again_changes_nothing(tmp_path: Path) -> None:
    """A second crawl of the same list leaves an equal catalog."""
    playlists = {
        "a.csv Techno": HEADER + f"One,A,200,,\nx,,,,http://h/a.mp3\nTwo,B,,{ISRC},\n",
        "b.csv House": HEADER
        + f"One,A,,,\nTwo,B,,{ISRC},http://h/a.mp3\nOne,A,300,,\n",
    }
    digests = []
    for _ in range(2):
        read(tmp_path, playlists)
        with open_catalog(settings(tmp_path)) as catalog, catalog.read() as session:
            digests.append(dump.digest(session))

    assert digests[0] == digests[1]

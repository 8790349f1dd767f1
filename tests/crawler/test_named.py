"""A person names a file of their own for a song, or asks where its recording is from."""

from pathlib import Path

import pytest
from sqlalchemy import delete, update

from genre.crawler.named import file_at
from genre.crawler.review import decide, reviews
from genre.crawler.shown import as_text
from genre.db import models as m
from genre.db import open_catalog
from genre.errors import UsageError
from genre.files import sha256_file
from genre.records import Decision, Status
from tests.crawler.crawls import rows, run, settings, song, songs, wavs, write_lists
from tests.crawler.test_review import crawl, present, routes, uncertain_only, word
from tests.servers import Server, serve


def test_a_file_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is fetched like any choice; its path is kept only where references are."""
    monkeypatch.chdir(tmp_path)
    mine = song(tmp_path / "mine.wav", freq=330)
    with serve(uncertain_only(tmp_path)) as server:
        crawl(tmp_path, server)
        word(tmp_path, "mine.wav", Decision.ACCEPTED)
        [outcome] = crawl(tmp_path, server)

    sha256 = sha256_file(mine)
    assert (outcome.status, present(tmp_path)) == (Status.DONE, [sha256])
    kept = {r["source_id"]: r["url"] for r in rows(tmp_path, m.TrackRef)}
    assert kept[sha256] == str(mine)
    assert str(tmp_path) not in str(rows(tmp_path, m.Candidate))
    assert str(tmp_path) not in str(rows(tmp_path, m.Attempt))


def test_a_file_in_place_of_what_was_matched(tmp_path: Path) -> None:
    """Taken back, it is forgotten as the song's, and can be named again."""
    mine = str(song(tmp_path / "mine.wav", freq=330))
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        for _ in range(2):
            word(tmp_path, mine, Decision.ACCEPTED)
            [taken] = crawl(tmp_path, server)
            word(tmp_path, "", Decision.REJECTED)
        gone = wavs(tmp_path)

    assert (taken.status, gone) == (Status.DONE, {})
    with pytest.raises(UsageError, match="found one that no playlist names any more"):
        word(tmp_path, f"file:{sha256_file(Path(mine))}", Decision.ACCEPTED)


def test_a_file_at_a_path_that_held_another(tmp_path: Path) -> None:
    """What the path held when it was read last does not count against it."""
    path = song(tmp_path / "a.wav")
    write_lists(tmp_path, {"m.m3u Techno": "#EXTINF:2,The Band - Song\na.wav\n"})
    run(tmp_path)
    song(path, freq=880)
    word(tmp_path, str(path), Decision.ACCEPTED)
    [outcome] = songs(run(tmp_path, request={"list_file": None, "audio_only": True}))

    assert (outcome.status, present(tmp_path)) == (Status.DONE, [sha256_file(path)])


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "gone.mp3",
            "Expected an audio file at .*gone.mp3, found none; correct the path",
        ),
        ("list.txt", "Expected an audio file .*found list.txt; name another"),
        ("other.wav", "found that a playlist names it as A - Other"),
    ],
)
def test_files_that_cannot_be_taken(tmp_path: Path, name: str, message: str) -> None:
    """One sentence says why."""
    song(tmp_path / "other.wav")
    rows_of = "title,artist,path\nOther,A,other.wav\nSong,The Band,\n"
    write_lists(tmp_path, {"p.csv Techno": rows_of})
    run(tmp_path, request={"metadata_only": True})

    with pytest.raises(UsageError, match=message):
        decide(settings(tmp_path), "Band", str(tmp_path / name), Decision.ACCEPTED)


@pytest.mark.parametrize("text", ["x" * 5_000 + ".mp3", "a\0b.mp3", "http://a/b.mp3"])
def test_texts_that_name_no_file(text: str) -> None:
    """They are no error here: they may be something else."""
    assert file_at(text, sha256_file) is None


def test_where_the_recording_of_a_song_is_from(tmp_path: Path) -> None:
    """Also if no search found it, but a playlist names it."""
    path = song(tmp_path / "a.wav")
    write_lists(tmp_path, {"m.m3u Techno": "#EXTINF:2,The Band - Song\na.wav\n"})
    run(tmp_path)

    [found] = reviews(settings(tmp_path), track="song")
    assert as_text(found).splitlines()[1:] == [
        f"  the recording it has, as a playlist names it: file:{sha256_file(path)}"
    ]


# --- what playlists name, too --------------------------------------------------------


def say(folder: Path, track: str, candidate: str, decision: Decision) -> str:
    """Decide on a song; return what follows."""
    return decide(settings(folder), track, candidate, decision).message


def statuses(folder: Path) -> list[Status]:
    """Crawl the list; return what came of each song."""
    return [outcome.status for outcome in songs(run(folder))]


def test_the_file_that_a_nameless_row_names(tmp_path: Path) -> None:
    """Chosen and rejected it stays the row's; every later crawl can read the list."""
    path = str(song(tmp_path / "f1.wav"))
    write_lists(tmp_path, {"m.m3u Techno": "f1.wav\n"})
    run(tmp_path)
    [track] = rows(tmp_path, m.Track)
    say(tmp_path, track["id"], path, Decision.ACCEPTED)
    say(tmp_path, track["id"], "", Decision.REJECTED)

    assert [statuses(tmp_path) for _ in range(2)] == [[Status.FAILED]] * 2
    assert [ref["url"] for ref in rows(tmp_path, m.TrackRef)] == [path]
    [candidate] = rows(tmp_path, m.Candidate)
    assert candidate["reason"] == "named by a playlist"


def lose_references(folder: Path) -> None:
    """Leave songs without references, their playlists unread, as a wrong match did."""
    with open_catalog(settings(folder)) as catalog, catalog.write() as session:
        session.execute(delete(m.TrackRef))
        session.execute(update(m.Playlist).values(checksum=""))


@pytest.mark.parametrize("names", ["", "#EXTINF:2,The Band - Song\n"])
def test_a_row_whose_song_has_lost_its_reference(tmp_path: Path, names: str) -> None:
    """It means the song that has its id of the reference, also after a merge."""
    song(tmp_path / "f1.wav")
    nameless = {"a.csv T": "title,artist\nSong,The Band\n", "m.m3u T": "f1.wav\n"}
    write_lists(tmp_path, {**nameless, "n.m3u T": f"{names}f1.wav\n"})
    run(tmp_path, request={"metadata_only": True})
    before = rows(tmp_path, m.Track), rows(tmp_path, m.TrackAlias)
    lose_references(tmp_path)
    run(tmp_path, request={"metadata_only": True})

    assert (rows(tmp_path, m.Track), rows(tmp_path, m.TrackAlias)) == before
    assert len(before[1]) == (1 if names else 0)


def test_the_address_of_a_row_and_another_by_turns(tmp_path: Path) -> None:
    """Each is fetched when it is chosen; the row keeps its song."""
    with serve(routes(tmp_path)) as server:
        first, other = server.url("/right.wav"), server.url("/close.wav")
        write_lists(tmp_path, {"m.m3u Techno": f"{first}\n"})
        run(tmp_path)
        [track] = rows(tmp_path, m.Track)
        for address in (other, first, other):
            say(tmp_path, track["id"], address, Decision.ACCEPTED)
            assert statuses(tmp_path) == [Status.DONE]
            assert present(tmp_path) == [address]
        again = statuses(tmp_path)

    assert again == [Status.KEPT]
    assert [row["id"] for row in rows(tmp_path, m.Track)] == [track["id"]]


def test_a_merged_song_whose_file_is_rejected(tmp_path: Path) -> None:
    """It stays one song, whatever playlist goes; its file is not fetched again."""
    path = str(song(tmp_path / "f1.wav"))
    lists = {"r.csv T": "title,artist\nSong One,Ann\n", "p.m3u T": "f1.wav\n"}
    write_lists(tmp_path, {**lists, "q.m3u T": "#EXTINF:2,Ann - Song One\nf1.wav\n"})
    run(tmp_path)
    say(tmp_path, "Song One", path, Decision.ACCEPTED)
    say(tmp_path, "Song One", "", Decision.REJECTED)
    with_q = statuses(tmp_path)
    write_lists(tmp_path, lists)

    assert with_q == [Status.FAILED]
    assert [statuses(tmp_path) for _ in range(3)] == [[Status.FAILED]] * 3
    assert len(rows(tmp_path, m.Track)) == 1


def test_a_chosen_file_that_was_replaced(tmp_path: Path) -> None:
    """The file in its place is fetched once, and stays."""
    path = song(tmp_path / "a.wav")
    write_lists(tmp_path, {"m.m3u Techno": "#EXTINF:2,The Band - Song\na.wav\n"})
    run(tmp_path)
    word(tmp_path, str(path), Decision.ACCEPTED)
    song(path, freq=880)

    assert [statuses(tmp_path) for _ in range(2)] == [[Status.DONE], [Status.KEPT]]
    assert present(tmp_path) == [sha256_file(path)]


@pytest.mark.parametrize(
    ("name", "decision"),
    [("wrong.wav", Decision.REJECTED), ("right.wav", Decision.ACCEPTED)],
)
def test_a_file_that_was_chosen_by_mistake(
    tmp_path: Path, name: str, decision: Decision
) -> None:
    """Never fetched, it is not the song's: another playlist's row is its own song."""
    for freq, file in enumerate(("a.wav", "wrong.wav", "right.wav"), 3):
        song(tmp_path / file, freq=freq * 110.0)
    lists = {"m.m3u Techno": "#EXTINF:2,The Band - Song\na.wav\n"}
    write_lists(tmp_path, lists)
    run(tmp_path)
    say(tmp_path, "Band", str(tmp_path / "wrong.wav"), Decision.ACCEPTED)
    say(tmp_path, "Band", str(tmp_path / name), decision)
    write_lists(tmp_path, {**lists, "q.m3u Pop": "#EXTINF:2,Tom - Tune\nwrong.wav\n"})
    run(tmp_path)

    found = sorted(row["artists"] for row in rows(tmp_path, m.Track))
    assert (found, len(present(tmp_path))) == (["The Band", "Tom"], 2)


def test_a_file_is_rejected_by_its_path(tmp_path: Path) -> None:
    """As it was accepted, whether it is fetched already or not."""
    mine = str(song(tmp_path / "mine.wav", freq=330))
    with serve(routes(tmp_path)) as server:
        crawl(tmp_path, server)
        word(tmp_path, mine, Decision.ACCEPTED)
        before = word(tmp_path, mine, Decision.REJECTED)
        word(tmp_path, mine, Decision.ACCEPTED)
        crawl(tmp_path, server)
        after = word(tmp_path, mine, Decision.REJECTED)

    assert before.message.endswith("it is not fetched for this song again.")
    assert "the recording it had is gone" in after.message


def keyed(folder: Path, server: Server) -> str:
    """Crawl a song at an address with a key; return the address as people see it."""
    address = server.url("/right.wav")
    row = f"#EXTINF:2,The Band - Song\n{address}?key=1\n"
    write_lists(folder, {"m.m3u Techno": row})
    run(folder)
    return f"{address}?..."


def test_an_address_as_it_is_shown(tmp_path: Path) -> None:
    """It names the one candidate or recording that it may mean."""
    found = routes(tmp_path)
    with serve(found) as server:
        found["/right.wav?key=1"] = found["/right.wav"]
        shown = keyed(tmp_path, server)
        said = word(tmp_path, shown, Decision.ACCEPTED)
        again = word(tmp_path, f"url:{shown}", Decision.REJECTED)

    assert (
        said.message == f"accepted url:{shown}; it is the recording that the song has."
    )
    assert "the recording it had is gone" in again.message

"""``genre crawl`` as a whole, over real files, a real server and a real catalog."""

import json
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from genre.crawler.pipeline import CrawlRequest, crawl
from genre.db import dump, open_catalog
from genre.db import models as m
from genre.errors import (
    BusyError,
    DiskFullError,
    ListFileError,
    NotReadyError,
    UsageError,
)
from genre.files import stage_lock
from genre.records import ErrorClass, Plan, Stage, Status
from tests.crawler.crawls import (
    NO_ROUTE,
    by_status,
    rows,
    run,
    settings,
    song,
    song_bytes,
    songs,
    wavs,
    write_lists,
)
from tests.servers import Request, serve


def digest(folder: Path) -> str:
    """Return the digest of the corpus's catalog."""
    with open_catalog(settings(folder)) as catalog, catalog.read() as session:
        return dump.digest(session)


def audio(folder: Path) -> list[dict[str, Any]]:
    """Return the audio rows."""
    return rows(folder, m.Audio)


def test_local_files(tmp_path: Path) -> None:
    """Local files become WAVs named by track id; every row points at one."""
    song(tmp_path / "a.wav"), song(tmp_path / "b.wav", freq=880)
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\nb.wav\n"})

    outcomes = run(tmp_path)

    assert by_status(outcomes) == {Status.DONE: 2}
    assert sorted(wavs(tmp_path)) == sorted(
        r["path"].rpartition("/")[2] for r in audio(tmp_path)
    )
    assert all(
        r["path"] == f"audio/{r['track_id'][:2]}/{r['track_id']}.wav"
        for r in audio(tmp_path)
    )
    assert list((tmp_path / "corpus" / "incoming").iterdir()) == []


def test_originals_that_were_tidied_away(tmp_path: Path) -> None:
    """A song whose file was converted and then moved keeps its place and its votes."""
    song(tmp_path / "a.wav"), song(tmp_path / "b.wav", freq=880)
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\nb.wav\n"})
    run(tmp_path)
    before = digest(tmp_path)
    (tmp_path / "b.wav").unlink()

    outcomes = run(tmp_path)

    assert by_status(outcomes) == {Status.KEPT: 2}
    assert digest(tmp_path) == before


def test_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    """Its row waits: the crawl is unfinished, the ledger says so until it is there."""
    song(tmp_path / "a.wav")
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\nb.wav\n"})

    [lost] = [o for o in run(tmp_path) if o.data.get("kind") == "row"]

    assert lost.unfinished
    assert "expected an audio file at" in lost.message
    [entry] = [r for r in rows(tmp_path, m.Attempt) if r["subject_kind"] == "playlist"]
    assert (entry["outcome"], entry["error_class"]) == ("failed", "environment")
    song(tmp_path / "b.wav", freq=880)
    assert not [o for o in run(tmp_path) if o.unfinished]
    assert len(wavs(tmp_path)) == 2


def test_again(tmp_path: Path) -> None:
    """The same command again keeps everything and asks nobody."""
    with serve({"/a.wav": song_bytes(tmp_path)}) as server:
        write_lists(tmp_path, {"p.m3u Techno": f"{server.url('/a.wav')}\n"})
        run(tmp_path)
        before = digest(tmp_path), wavs(tmp_path)

        outcomes = run(tmp_path)

        assert {Status.KEPT} == {outcome.status for outcome in outcomes}
        assert server.paths == ["/a.wav"]
    assert before == (digest(tmp_path), wavs(tmp_path))


def test_events_begin_with_plans(tmp_path: Path) -> None:
    """Each phase says first how much there is to do."""
    song(tmp_path / "a.wav")
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\n"})

    request = CrawlRequest(list_file=tmp_path / "list.txt")
    plans = [e for e in crawl(settings(tmp_path), request) if isinstance(e, Plan)]

    assert [(p.total, p.unit) for p in plans] == [(1, "playlists"), (1, "tracks")]


def test_one_playlist_without_a_list(tmp_path: Path) -> None:
    """A source and its genres can be given without a list file."""
    song(tmp_path / "a.wav")
    source = tmp_path / "p.m3u"
    source.write_text("a.wav\n")

    request = {"list_file": None, "source": str(source), "genres": ("Techno, Dub",)}
    outcomes = run(tmp_path, request=request)

    assert by_status(outcomes) == {Status.DONE: 1}
    assert [r["genre_id"] for r in rows(tmp_path, m.PlaylistGenre)] == ["dub", "techno"]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"list_file": None}, "found none; give exactly one"),
        ({"source": "p.m3u"}, "found several; give exactly one"),
        ({"genres": ("Techno",)}, "Expected --genre beside a SOURCE"),
        ({"list_file": None, "audio_only": True, "metadata_only": True}, "found both"),
        ({"list_file": None, "source": "x.docx"}, "no such file or folder"),
        ({"list_file": None, "source": "p.m3u", "genres": ("x" * 200,)}, "--genre"),
    ],
)
def test_wrong_usage(tmp_path: Path, request_: dict[str, Any], message: str) -> None:
    """A request that asks for nothing, or for too much, is refused (exit code 2)."""
    with pytest.raises(UsageError, match=message) as caught:
        run(tmp_path, request=request_)

    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("list.txt", "found a list of playlists .*; give it with --playlists"),
        ("folder", "Expected audio files in the folder .*, found none"),
        ("a.wav", "that is a song; to read songs, name their folder"),
        ("gone.csv", "there is no such file or folder; correct the name"),
        ("x" * 300, "File name too long; correct the path"),
        ("https://h.example/playlist/1", "export the playlist to a CSV file"),
    ],
)
def test_source_that_is_no_playlist(tmp_path: Path, source: str, message: str) -> None:
    """The sentence says what to give instead; no corpus is left behind."""
    (tmp_path / "list.txt").write_text("p.m3u Techno\n")
    (tmp_path / "folder").mkdir()
    song(tmp_path / "a.wav")
    named = source if "://" in source else str(tmp_path / source)

    with pytest.raises(UsageError, match=message):
        run(tmp_path, request={"list_file": None, "source": named})

    assert not (tmp_path / "corpus").exists()


def test_source_without_a_network(tmp_path: Path) -> None:
    """The command line is right: the playlist failed, and can be read later."""
    request = {"list_file": None, "source": f"http://{NO_ROUTE}/p.m3u"}

    [outcome] = run(tmp_path, request=request)

    assert (outcome.error_class, outcome.unfinished) == (ErrorClass.ENVIRONMENT, True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("songs.txt", b"The Band - Song\nGuest - Other\n", "no line that names one"),
        ("p.m3u", b"#EXTM3U\nhttp://h/a.mp3\nhttp://h/b.mp3\n", "genre crawl .*p.m3u"),
        ("p.txt", b"https://youtu.be/aaaaaaaaaaa\n" * 9, "no line that names one"),
        ("a.mp3", b"\xff\xfbnoise\n" * 99 + b"a/b\n", "name their folder without"),
        ("p.csv", b'"a/b","c"\na/b c\n' + b"x y\n" * 9, "hardly a line .*; a playlist"),
    ],
)
def test_list_file_that_is_no_list(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    """It is refused as a whole, with what to give instead; nothing is stored."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(UsageError, match=message):
        run(tmp_path, request={"list_file": path})

    assert not (tmp_path / "corpus").exists()


def test_missing_list_file(tmp_path: Path) -> None:
    """A missing list file stops before anything is made."""
    with pytest.raises(ListFileError):
        run(tmp_path)

    assert not (tmp_path / "corpus").exists()


def test_audio_only_without_a_catalog(tmp_path: Path) -> None:
    """There is nothing to fetch before playlists were read."""
    with pytest.raises(NotReadyError):
        run(tmp_path, request={"list_file": None, "audio_only": True})


def test_line_that_is_not_understood(tmp_path: Path) -> None:
    """It is reported with its number as unfinished; the other lines still run."""
    song(tmp_path / "a.wav")
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\n"})
    with (tmp_path / "list.txt").open("a") as stream:
        stream.write('"half quoted Techno\nhttps://www.deezer.com/playlist/1 House\n')

    outcomes = run(tmp_path)

    failed = [o for o in outcomes if o.status is Status.FAILED]
    assert by_status(outcomes) == {Status.DONE: 1}
    assert sorted(o.message[:6] for o in failed) == ["Line 2", "Line 3"]
    assert all(outcome.unfinished for outcome in failed)


def test_audio_in_a_second_step(tmp_path: Path) -> None:
    """Metadata and audio can be fetched by two commands."""
    song(tmp_path / "a.wav")
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\n"})

    assert songs(run(tmp_path, request={"metadata_only": True})) == []
    outcomes = run(tmp_path, request={"list_file": None, "audio_only": True})

    assert by_status(outcomes) == {Status.DONE: 1}


def test_limit(tmp_path: Path) -> None:
    """At most so many songs are fetched by one command."""
    for i in range(3):
        song(tmp_path / f"{i}.wav", freq=300 + i)
    write_lists(tmp_path, {"p.m3u Techno": "0.wav\n1.wav\n2.wav\n"})

    assert by_status(run(tmp_path, request={"limit": 2})) == {Status.DONE: 2}
    assert by_status(run(tmp_path)) == {Status.DONE: 1, Status.KEPT: 2}


def test_number_of_jobs_makes_no_difference(tmp_path: Path) -> None:
    """One job and four give the same catalog and the same files."""
    music = tmp_path / "music"
    names = [f"{i}.wav" for i in range(6)]
    for i, name in enumerate(names):
        song(music / name, freq=300 + i % 4)
    found = []
    for jobs in (1, 4):
        folder = tmp_path / f"with{jobs}"
        folder.mkdir()
        (tmp_path / "p.m3u").write_text("".join(f"music/{name}\n" for name in names))
        (folder / "list.txt").write_text("../p.m3u Techno\n")
        outcomes = run(folder, jobs=jobs)
        found.append((digest(folder), wavs(folder), [o.subject for o in outcomes]))

    assert found[0] == found[1]


def test_wav_that_is_gone_is_fetched_again(tmp_path: Path) -> None:
    """A file that was deleted comes back; the rest is kept."""
    song(tmp_path / "a.wav"), song(tmp_path / "b.wav", freq=880)
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\nb.wav\n"})
    run(tmp_path)
    before = digest(tmp_path), wavs(tmp_path)
    (tmp_path / "corpus" / audio(tmp_path)[0]["path"]).unlink()

    outcomes = run(tmp_path)

    assert by_status(outcomes) == {Status.DONE: 1, Status.KEPT: 1}
    assert before == (digest(tmp_path), wavs(tmp_path))


def test_equal_sound_under_two_names_is_noted(tmp_path: Path) -> None:
    """Two files with the same samples stay two songs; the user is told, and can look."""
    song(tmp_path / "a.wav")
    data = (tmp_path / "a.wav").read_bytes()
    (tmp_path / "b.wav").write_bytes(data + b"LIST\x04\x00\x00\x00INFO")
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\nb.wav\n"})

    outcomes = run(tmp_path)

    [note] = [o for o in outcomes if o.status is Status.NOTE]
    assert by_status(outcomes) == {Status.DONE: 2, Status.NOTE: 1}
    assert "sounds exactly like" in note.message
    [pair] = rows(tmp_path, m.Duplicate)
    assert (pair["method"], pair["other_id"]) == ("pcm", note.subject)


def test_originals_can_be_kept(tmp_path: Path) -> None:
    """With ``keep_originals`` a download stays beside, under the track's id."""
    data = song_bytes(tmp_path)
    with serve({"/music/../a.wav": data, "/a.wav": data}) as server:
        write_lists(tmp_path, {"p.m3u Techno": f"{server.url('/a.wav')}\n"})
        run(tmp_path, keep_originals=True)

    [kept] = (tmp_path / "corpus" / "incoming").iterdir()
    assert (f"{audio(tmp_path)[0]['track_id']}.wav", data) == (
        kept.name,
        kept.read_bytes(),
    )


def test_leftovers_are_swept(tmp_path: Path) -> None:
    """What a killed crawl left half done is deleted by the next."""
    song(tmp_path / "a.wav")
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\n"})
    leftover = tmp_path / "corpus" / "incoming" / ".tmp-killed"
    leftover.mkdir(parents=True)
    (leftover / "download").write_bytes(b"half")

    run(tmp_path)

    assert not leftover.exists()


def test_same_command_already_runs(tmp_path: Path) -> None:
    """A second crawl of the same corpus is told who holds it (exit code 3)."""
    song(tmp_path / "a.wav")
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\n"})

    with (
        stage_lock(tmp_path / "corpus", Stage.CRAWL),
        pytest.raises(BusyError, match="already running"),
    ):
        run(tmp_path)


def test_full_disk_stops_and_blames_nobody(tmp_path: Path) -> None:
    """Without room nothing is begun, and no song is marked as failed."""
    song(tmp_path / "a.wav")
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\n"})

    with pytest.raises(DiskFullError, match="nothing was marked as failed"):
        run(tmp_path, min_free_bytes=10**18)

    assert rows(tmp_path, m.Attempt) == []


def test_ctrl_c(tmp_path: Path) -> None:
    """An interrupted crawl ends at once and blames nobody; the next one goes on."""
    released = threading.Event()

    def interrupt(request: Request) -> bytes:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        released.wait(30)
        return b""

    with serve({"/a.mp3": interrupt}) as server:
        write_lists(tmp_path, {"p.m3u Techno": f"{server.url('/a.mp3')}\n"})
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path)
        released.set()

    assert {"playlist"} == {r["subject_kind"] for r in rows(tmp_path, m.Attempt)}
    assert list((tmp_path / "corpus" / "incoming").iterdir()) == []
    assert songs(run(tmp_path))[0].error_class == ErrorClass.TEMPORARY


def test_summary_is_json_ready(tmp_path: Path) -> None:
    """Outcomes carry only what JSON can hold."""
    song(tmp_path / "a.wav")
    write_lists(tmp_path, {"p.m3u Techno": "a.wav\n"})

    assert all(json.dumps(dict(outcome.data)) for outcome in run(tmp_path))

"""When two songs turn out to be one, the WAV goes by the id that stays."""

import itertools
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from genre.crawler.download import wav_path
from genre.crawler.pipeline import CrawlRequest, crawl
from genre.db import dump, open_catalog
from genre.db import models as m
from genre.records import Outcome
from tests.crawler.crawls import rows, run, settings, song, wavs, write_lists

ISRC = "GBAYE6800011"
HEADER = "title,artist,isrc,path\n"
FIRST = {
    "old.csv House": f"{HEADER}One,A,{ISRC},\n",
    "new.csv Techno": f"{HEADER},,,b.wav\n",
}
JOIN = {"join.csv Dub": f"{HEADER}One,A,{ISRC},b.wav\n"}


def crawl_first(folder: Path, *, both: bool = False, **more: Any) -> tuple[str, str]:
    """Crawl an older and a younger song, the younger with audio; return their ids."""
    song(folder / "a.wav", freq=300), song(folder / "b.wav")
    older = f"{HEADER}One,A,{ISRC},{'a.wav' if both else ''}\n"
    write_lists(folder, {**FIRST, "old.csv House": older})
    run(folder)
    older_id, younger_id = (
        row["id"] for row in sorted(rows(folder, m.Track), key=lambda row: row["seq"])
    )
    return older_id, younger_id


def state(folder: Path) -> tuple[dict[str, bytes], str]:
    """Return the WAVs and the digest of the catalog."""
    with open_catalog(settings(folder)) as catalog, catalog.read() as session:
        return wavs(folder), dump.digest(session)


def test_wav_takes_the_name_that_stays(tmp_path: Path) -> None:
    """The same bytes go by the older id, the row says so, the old name is gone."""
    older, younger = crawl_first(tmp_path)
    before = wavs(tmp_path)
    write_lists(tmp_path, JOIN)

    run(tmp_path)

    [audio] = rows(tmp_path, m.Audio)
    assert wavs(tmp_path) == {f"{older}.wav": before[f"{younger}.wav"]}
    assert (audio["track_id"], audio["path"]) == (older, wav_path(older))
    assert list((tmp_path / "corpus" / "incoming").iterdir()) == []


def test_of_two_recordings_the_older_songs_stays(tmp_path: Path) -> None:
    """The other one is recorded as removed, and its file is gone."""
    older, _ = crawl_first(tmp_path, both=True)
    before = wavs(tmp_path)
    write_lists(tmp_path, JOIN)

    run(tmp_path, request={"metadata_only": True})

    found = {row["status"]: row for row in rows(tmp_path, m.Audio)}
    assert wavs(tmp_path) == {f"{older}.wav": before[f"{older}.wav"]}
    assert sorted(found) == ["present", "removed"]
    assert found["present"]["path"] == wav_path(older)


def merge_only(folder: Path, older: str, younger: str) -> None:
    """Stop a crawl when it has merged two songs and not touched a file yet."""
    request = CrawlRequest(list_file=folder / "list.txt")
    events = crawl(settings(folder), request)
    read = itertools.takewhile(lambda event: not isinstance(event, Outcome), events)
    assert len(list(read)) == 1  # the plan; the playlist's outcome was taken too
    events.close()  # type: ignore[attr-defined]
    [audio] = rows(folder, m.Audio)
    assert (audio["track_id"], audio["path"]) == (older, wav_path(younger))


def merge_and_copy(folder: Path, older: str, younger: str) -> None:
    """Stop one when the new name is whole and no row names it yet."""
    merge_only(folder, older, younger)
    corpus = folder / "corpus"
    (corpus / wav_path(older)).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(corpus / wav_path(younger), corpus / wav_path(older))


def merge_and_move(folder: Path, older: str, younger: str) -> None:
    """Stop one when the old name is all that is left to go."""
    run(folder)
    corpus = folder / "corpus"
    shutil.copy(corpus / wav_path(older), corpus / wav_path(younger))


@pytest.mark.parametrize("stop", [merge_only, merge_and_copy, merge_and_move])
def test_killed_in_between(tmp_path: Path, stop: Callable[..., Any]) -> None:
    """Wherever a crawl was killed, the next one ends like one that was not."""
    ends = []
    for name in ("quiet", "killed"):
        folder = tmp_path / "work"
        ids = crawl_first(folder)
        write_lists(folder, JOIN)
        if name == "killed":
            stop(folder, *ids)
        run(folder)
        ends.append(state(folder))
        folder.rename(tmp_path / name)

    assert ends[0] == ends[1]
    assert len(ends[0][0]) == 1


@pytest.mark.parametrize(("both", "stays"), [(False, "younger"), (True, "older")])
def test_kept_original_follows(tmp_path: Path, both: bool, stays: str) -> None:
    """The original beside the WAV that stays goes by its id; the other goes."""
    song(tmp_path / "a.wav", freq=300), song(tmp_path / "b.wav")
    older = f"{HEADER}One,A,{ISRC},{'a.wav' if both else ''}\n"
    write_lists(tmp_path, {**FIRST, "old.csv House": older})
    run(tmp_path, keep_originals=True)
    by_age = sorted(rows(tmp_path, m.Track), key=lambda row: row["seq"])
    incoming = tmp_path / "corpus" / "incoming"
    of = {"older": by_age[0]["id"], "younger": by_age[1]["id"]}
    expected = (incoming / f"{of[stays]}.wav").read_bytes()
    write_lists(tmp_path, JOIN)

    run(tmp_path, request={"metadata_only": True})

    found = {path.name: path.read_bytes() for path in incoming.iterdir()}
    assert found == {f"{of['older']}.wav": expected}


def test_sound_that_one_song_had_lost_keeps_its_file(tmp_path: Path) -> None:
    """A WAV is kept though the older song once had the same, and lost it."""
    older, younger = crawl_first(tmp_path)
    [audio] = rows(tmp_path, m.Audio)
    with open_catalog(settings(tmp_path)) as catalog, catalog.write() as session:
        gone = {**audio, "track_id": older, "path": wav_path(older)}
        session.add(m.Audio(**{**gone, "status": "removed"}))
    before = wavs(tmp_path)[f"{younger}.wav"]
    write_lists(tmp_path, JOIN)

    run(tmp_path, request={"metadata_only": True})

    assert wavs(tmp_path) == {f"{older}.wav": before}

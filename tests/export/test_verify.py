"""``verify`` finds every change, names it, and opens nothing outside the folder."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from genre.errors import ExportError
from genre.export.manifest import file_entry, safe_path, sealed
from genre.export.parquet import SCHEMA, Row
from genre.export.verify import verify
from genre.files import write_json
from tests.export.corpus import make_corpus, run_export

TRAIN, VALIDATION, TEST = (
    f"data/{part}-00000-of-00001.parquet" for part in ("train", "validation", "test")
)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Make a sound export."""
    run_export(make_corpus(tmp_path / "corpus"), tmp_path / "out")
    return tmp_path / "out"


def _edit_manifest(out: Path, edit: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest and seal it again, as a forger would."""
    content = json.loads((out / "manifest.json").read_text())
    edit(content)
    write_json(out / "manifest.json", sealed(content))


def _vouch(out: Path, name: str) -> None:
    """Change the manifest to what a file is now, as a forger would."""
    entry = file_entry(out / name)
    value = {"sha256": entry.sha256, "size_bytes": entry.size_bytes}
    _edit_manifest(out, lambda m: m["files"].update({name: value}))


def _edit_rows(out: Path, name: str, edit: Callable[[list[Row]], object]) -> None:
    """Rewrite a data file and let the manifest vouch for it."""
    rows = pq.read_table(out / name).to_pylist()
    edit(rows)
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), out / name)
    _vouch(out, name)


def test_a_sound_export_passes(out: Path) -> None:
    """Nothing is missing, nothing invalid, five files were read."""
    report = verify(out)
    assert (report.missing, report.invalid, report.checked) == ((), (), 5)
    assert report.ok


@pytest.mark.parametrize("name", ["README.md", TRAIN, VALIDATION, TEST])
def test_one_changed_byte_is_found_and_named(out: Path, name: str) -> None:
    """Whichever file it is in, first, middle or last byte."""
    good = (out / name).read_bytes()
    for at in (0, len(good) // 2, len(good) - 1):
        bad = bytearray(good)
        bad[at] ^= 1
        (out / name).write_bytes(bad)
        report = verify(out)
        assert report.missing == ()
        assert [x.partition(": expected sha256")[0] for x in report.invalid] == [name]


@pytest.mark.parametrize("bit", [1, 8, 128])
@pytest.mark.parametrize(
    "name", ["manifest.json", "README.md", TRAIN, VALIDATION, TEST]
)
def test_a_changed_byte_anywhere_is_found_and_its_file_named(
    out: Path, name: str, bit: int
) -> None:
    """Whether the manifest can still be read then or not."""
    good = (out / name).read_bytes()
    for at in range(bit % 7, len(good), max(1, len(good) // 60)):
        bad = bytearray(good)
        bad[at] ^= bit
        (out / name).write_bytes(bad)
        try:
            found = verify(out).invalid[0]
        except ExportError as error:
            found = str(error)
        assert name in found, f"byte {at}"


@pytest.mark.parametrize(
    "edit",
    [
        lambda m: m["split_set"]["params"].update(min_shared=4),
        lambda m: m["left_out"].update(excluded=7),
        lambda m: m.update(generator="genre 9"),
        lambda m: m.update(sha256="0" * 64),
        lambda m: m.update(sha256=None),
        lambda m: m.pop("sha256"),
        lambda m: m.update(note="added"),
    ],
)
def test_an_edited_manifest_is_found(
    out: Path, edit: Callable[[dict[str, Any]], object]
) -> None:
    """Also where nothing in the data contradicts it."""
    content = json.loads((out / "manifest.json").read_text())
    edit(content)
    write_json(out / "manifest.json", content)
    (fault,) = verify(out).invalid
    assert re.match(
        r"manifest.json: expected (the rest of it to have|its own) sha256", fault
    )


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: text + "\n",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: json.dumps(json.loads(text)),
        lambda text: text.replace("{", '{"format": "x",', 1),
    ],
)
def test_a_rewritten_manifest_is_found(
    out: Path, rewrite: Callable[[str], str]
) -> None:
    """The same content in other bytes is not what was published."""
    text = (out / "manifest.json").read_text()
    (out / "manifest.json").write_text(rewrite(text), newline="")
    (fault,) = verify(out).invalid
    assert fault.startswith("manifest.json: expected the bytes that `genre export`")


def test_a_truncated_file_is_told_by_its_size(out: Path) -> None:
    """Expected and found bytes are stated."""
    (out / TEST).write_bytes((out / TEST).read_bytes()[:-100])
    (fault,) = verify(out).invalid
    assert fault.startswith(f"{TEST}: expected ")
    assert "bytes, found" in fault


def test_missing_files_are_told_apart(out: Path) -> None:
    """What is missing is not listed as invalid."""
    (out / TRAIN).unlink()
    (out / "README.md").unlink()
    report = verify(out)
    assert report.missing == ("README.md", TRAIN)
    assert report.invalid == ()
    assert not report.ok


def test_a_data_file_that_the_manifest_forgot_is_missing(out: Path) -> None:
    """Deleting a part from folder and manifest does not hide it."""
    (out / TEST).unlink()
    _edit_manifest(out, lambda m: m["files"].pop(TEST))
    assert verify(out).missing == (TEST,)


def test_extra_files_are_named(out: Path) -> None:
    """A file nobody vouches for is wrong, wherever it lies."""
    (out / "data" / "more.parquet").write_bytes(b"x")
    (out / ".hidden").write_bytes(b"x")
    assert [x.partition(": ")[0] for x in verify(out).invalid] == [
        ".hidden",
        "data/more.parquet",
    ]


def test_traces_of_a_download_are_no_extra_files(out: Path) -> None:
    """A clone from a hub brings its own bookkeeping."""
    (out / ".git").mkdir()
    (out / ".git" / "HEAD").write_text("ref: main")
    (out / ".gitattributes").write_text("*.parquet filter=lfs")
    assert verify(out).ok


def test_a_listed_file_that_no_export_has_is_wrong(out: Path) -> None:
    """The manifest cannot smuggle a script in."""
    (out / "load.py").write_text("print('hello')")
    _vouch(out, "load.py")
    assert verify(out).invalid == (
        "load.py: it is in the manifest, but no file of an export",
    )


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "/etc/passwd",
        "data/../../secret",
        "data/./x",
        "",
        ".",
        "a\\b",
        "C:x",
        "a\nb",
    ],
)
def test_names_that_lead_out_are_refused(out: Path, name: str) -> None:
    """Such a file is not opened, even when its hash is right."""
    (out.parent / "secret").write_text("mine")
    entry = {"sha256": file_entry(out.parent / "secret").sha256, "size_bytes": 4}
    _edit_manifest(out, lambda m: m["files"].update({name: entry}))
    assert safe_path(out, name) is None
    (fault,) = verify(out).invalid
    assert "found a name or link that leads out" in fault


def test_links_are_refused(out: Path) -> None:
    """A link inside the folder may lead anywhere, so none is followed."""
    (out / TEST).rename(out.parent / "elsewhere")
    (out / TEST).symlink_to(out.parent / "elsewhere")
    (fault,) = verify(out).invalid
    assert fault.startswith(f"{TEST}: expected a file inside the folder")


def test_a_linked_folder_is_refused(out: Path) -> None:
    """A folder on the way to the files may not be a link either."""
    (out / "data").rename(out.parent / "elsewhere")
    (out / "data").symlink_to(out.parent / "elsewhere")
    faults = verify(out).invalid
    assert len([x for x in faults if "leads out" in x]) == 3
    assert any(x.startswith("data: expected nothing here") for x in faults)


def _first(key: str, value: object) -> Callable[[list[Row]], object]:
    """Return an edit that sets one value of the first row."""
    return lambda rows: rows[0].update({key: value})


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (_first("genres", ["Polka"]), "expected genres with a score of at least 0.3"),
        (_first("unknown_genres", ["Polka"]), "expected genres of the vocabulary"),
        (
            _first("unknown_genres", ["Techno"]),
            "expected unknown genres without a score",
        ),
        (
            _first("scores", [{"genre": "Techno", "score": 1.5}]),
            "expected scores from 0",
        ),
        (_first("split", "train"), "expected split test, found another"),
        (_first("redistributable", True), "expected a licence where redistributable"),
        (_first("artist_keys", ["a"]), "data: expected no main artist in test and"),
        (
            lambda rows: rows.append(rows[0]),
            "expected every track once, found one again",
        ),
        (_first("genres", None), "expected values that can be counted"),
        (_first("audio_duration_s", math.inf), "expected values that can be counted"),
        (_first("audio_duration_s", math.nan), "expected Parquet, found what cannot"),
    ],
)
def test_contradictions_in_the_data_are_found(
    out: Path, edit: Callable[[list[Row]], object], fault: str
) -> None:
    """Checksums that were made to fit do not hide wrong data."""
    _edit_rows(out, TEST, edit)
    assert any(fault in found for found in verify(out).invalid)


def test_an_isrc_in_two_parts_is_a_leak(out: Path) -> None:
    """The same recording must not be in test and in train."""
    for name in (TRAIN, TEST):
        _edit_rows(out, name, _first("isrc", "DEA000000001"))
    assert verify(out).invalid == (
        "data: expected no ISRC in test and another part, found 1 (DEA000000001)",
    )


def test_other_columns_are_found(out: Path) -> None:
    """The schema is a contract."""
    pq.write_table(pq.read_table(out / TEST).drop_columns(["isrc"]), out / TEST)
    _vouch(out, TEST)
    assert verify(out).invalid == (
        f"{TEST}: expected the columns of an export, found others",
    )


def test_a_file_that_is_no_parquet_is_found(out: Path) -> None:
    """Neither a text file nor a torn one ends in a traceback."""
    (out / TEST).write_bytes(b"PAR1 but not really PAR1")
    _vouch(out, TEST)
    assert verify(out).invalid[0].startswith(f"{TEST}: expected Parquet")


def test_card_numbers_are_counted_again(out: Path) -> None:
    """A number in README.md that the data do not bear out is found."""
    card = (out / "README.md").read_text()
    (out / "README.md").write_text(
        card.replace("| Techno | 1 | 0 | 2 | 3 |", "| Techno | 9 | 0 | 2 | 3 |")
    )
    _vouch(out, "README.md")
    assert verify(out).invalid == (
        "README.md: expected the data's numbers under Genres, found others",
    )


def test_manifest_numbers_are_counted_again(out: Path) -> None:
    """So is a number in manifest.json."""
    _edit_manifest(out, lambda m: m["facts"].update(no_audio=7))
    assert verify(out).invalid == (
        "manifest.json: facts.no_audio differs from the data's",
    )


@pytest.mark.parametrize("songs", [10**15, -5, "many", None, True])
def test_absurd_numbers_do_no_harm(out: Path, songs: object) -> None:
    """A manifest that claims a billion files is wrong, not slow."""
    _edit_manifest(out, lambda m: m["facts"]["songs"].update(train=songs))
    assert not verify(out).ok


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "Expected an export .*, found none"),
        ("", "found a damaged one"),
        ("[" * 100_000, "found a damaged one"),
        ("\udcff", "found a damaged one"),
        ("[]", "found another kind of file"),
        ('{"format": "web app"}', "found another kind of file"),
        (
            '{"format": "genre-export", "format_version": 2}',
            "Expected a manifest.json of format 1",
        ),
        ('{"format": "genre-export", "format_version": 1}', "found a damaged one"),
    ],
)
def test_a_folder_that_is_no_export_gets_a_sentence(
    tmp_path: Path, content: str | None, message: str
) -> None:
    """Whatever manifest.json is, there is no traceback."""
    if content is not None:
        raw = content.encode("utf-8", errors="surrogateescape")
        (tmp_path / "manifest.json").write_bytes(raw)
    with pytest.raises(ExportError, match=message):
        verify(tmp_path)


@pytest.mark.parametrize(
    "edit",
    [
        lambda m: m.pop("files"),
        lambda m: m.update(files=[]),
        lambda m: m["files"].update(x=1),
        lambda m: m["files"].update(x={"sha256": 1, "size_bytes": 1}),
        lambda m: m.update(genres=[1]),
        lambda m: m.update(facts=[]),
        lambda m: m.update(left_out=3),
        lambda m: m.update(label_set="x"),
        lambda m: m["split_set"].update(surprise=1),
    ],
)
def test_a_manifest_of_wrong_types_gets_a_sentence(
    out: Path, edit: Callable[[dict[str, Any]], object]
) -> None:
    """Every field is checked before it is used."""
    _edit_manifest(out, edit)
    with pytest.raises(ExportError, match="found a damaged one"):
        verify(out)


def test_no_folder_at_all_gets_a_sentence(tmp_path: Path) -> None:
    """A mistyped name is told like a folder that is no export."""
    with pytest.raises(ExportError, match="Expected an export"):
        verify(tmp_path / "typo")

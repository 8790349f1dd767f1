"""Settings: flag over environment over file over default."""

import dataclasses
from pathlib import Path

import pytest

from genre.config import HELP, Settings, load_settings, unknown_variables
from genre.errors import UsageError


def test_precedence_is_flag_environment_file_default(tmp_path: Path) -> None:
    """Each source wins over the ones behind it."""
    (tmp_path / "genre.toml").write_text("jobs = 2\nn_mels = 64\nhop_length = 256\n")
    environ = {"GENRE_JOBS": "3", "GENRE_N_MELS": "96"}

    settings = load_settings({"corpus": tmp_path, "jobs": 4}, environ=environ)

    assert (settings.jobs, settings.n_mels) == (4, 96)
    assert (settings.hop_length, settings.n_fft) == (256, 2048)


def test_the_corpus_can_come_from_the_environment(tmp_path: Path) -> None:
    """GENRE_CORPUS names the folder, and its genre.toml is read."""
    (tmp_path / "genre.toml").write_text("jobs = 7\n")

    settings = load_settings(environ={"GENRE_CORPUS": str(tmp_path)})

    assert (settings.corpus, settings.jobs) == (tmp_path, 7)


def test_flags_that_were_not_given_do_not_count() -> None:
    """None from the command line leaves the default."""
    assert load_settings({"jobs": None}, environ={}).jobs == 0


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"jobs": "many"}, "jobs should be of type int, found 'many'"),
        ({"jobs": -1}, "jobs should be 0 or more"),
        ({"search": "bing"}, "search should be youtube, or http:URL such as http:http"),
        ({"search": "http:127.0.0.1:9/"}, "search should be youtube, or http:URL"),
        ({"search": "http://"}, "search should be youtube, or http:URL"),
        ({"engine": "ray"}, "engine should be local"),
        ({"db": "postgresql://x"}, "db should be a SQLite URL or path"),
        ({"hop_length": 4096}, r"hop_length should be 1 to 2048 \(n_fft\)"),
        ({"n_fft": 8}, "n_fft should be 16 to 65536"),
        (
            {"store_dtype": "int4"},
            r"store_dtype \(--dtype\) should be float16 or uint8",
        ),
        ({"keep_originals": "maybe"}, "keep_originals should be of type bool"),
        ({"jobs": 5000}, "jobs should be 0 or more, at most 1024"),
        ({"match_threshold": 1.5}, "match_threshold should be 0.55 .* to 1"),
        ({"match_uncertain": -0.1}, "match_uncertain should be 0 to 1"),
        ({"match_uncertain": 0.9}, "match_threshold should be 0.9 .* to 1"),
        (
            {"excerpt_s": 0.5},
            r"excerpt_s \(--excerpt\) should be 0, or 1 \(min_duration",
        ),
        ({"min_duration_s": 0}, "min_duration_s should be more than 0"),
        ({"max_duration_s": 1e9}, "max_duration_s should be more than 1 "),
        ({"duration_tolerance_s": -1}, "duration_tolerance_s should be 0 or more"),
        ({"download_deadline_s": 0}, "download_deadline_s should be more than 0"),
        ({"download_deadline_s": 1e300}, "download_deadline_s should be .* a day"),
        ({"max_bytes": 0}, "max_bytes should be 1 to"),
        ({"min_free_bytes": -1}, "min_free_bytes should be 0 or more"),
        ({"search_results": 51}, "search_results should be 1 to 50"),
        ({"n_mels": 1000}, "n_mels should be 8 to 512"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence(
    flags: dict[str, object], message: str
) -> None:
    """The sentence names the setting, what was expected and what was found."""
    with pytest.raises(UsageError, match=message):
        load_settings(flags, environ={})


NUMBERS = [
    f.name
    for f in dataclasses.fields(Settings)
    if f.type in {"int", "float", int, float}
]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("raw", ["inf", "-inf", "nan", "1e999"])
def test_no_setting_takes_infinity_or_nan(name: str, raw: str) -> None:
    """Every number is finite, wherever it came from."""
    with pytest.raises(UsageError, match=f"{name}.* should be (a finite|of type int)"):
        load_settings(environ={f"GENRE_{name.upper()}": raw})
    with pytest.raises(UsageError, match=f"{name}.* should be (a finite|of type int)"):
        load_settings({name: float(raw)}, environ={})


def test_the_numbers_are_known() -> None:
    """The test above tries all of them."""
    assert len(NUMBERS) == 16


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    """A typing mistake in genre.toml does not pass silently."""
    (tmp_path / "genre.toml").write_text("jbos = 2\n")

    with pytest.raises(UsageError, match="'jbos', which is no setting"):
        load_settings({"corpus": tmp_path}, environ={})


def test_the_file_cannot_name_another_corpus(tmp_path: Path) -> None:
    """It was found in the corpus, so such a line would have no effect."""
    (tmp_path / "genre.toml").write_text('corpus = "elsewhere"\n')

    with pytest.raises(UsageError, match=r"sets 'corpus', .*; remove that line"):
        load_settings({"corpus": tmp_path}, environ={})


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A folder of that name (or missing permissions) is not taken for no file."""
    (tmp_path / "genre.toml").mkdir()

    with pytest.raises(UsageError, match=r"genre.toml could not be read \(Is a dir"):
        load_settings({"corpus": tmp_path}, environ={})


def test_a_corpus_that_is_a_file_has_no_settings(tmp_path: Path) -> None:
    """What is wrong with the folder is for the command to say."""
    (tmp_path / "file").touch()

    assert load_settings({"corpus": tmp_path / "file"}, environ={}).jobs == 0


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    """TOML that cannot be parsed is named."""
    (tmp_path / "genre.toml").write_text("jobs = [\n")

    with pytest.raises(UsageError, match="not valid TOML"):
        load_settings({"corpus": tmp_path}, environ={})


def test_every_setting_has_a_help_text() -> None:
    """The command line and the docs reuse these texts."""
    assert set(HELP) == {f.name for f in dataclasses.fields(Settings)}
    assert all(text.endswith(".") for text in HELP.values())


def test_variables_that_set_nothing() -> None:
    """A mistyped one is told, with what it may have meant; those of others are not."""
    environ = {"GENRE_JOBZ": "2", "GENRE_X": "", "GENRE_JOBS": "1", "HOME": "/"}

    found = unknown_variables({**environ, "GENRE_SPOTDL_PYTHON": "/bin/python"})

    no_setting = "which is no setting and counts nothing"
    mistyped = (
        f"The environment sets GENRE_JOBZ, {no_setting}; did you mean GENRE_JOBS?"
    )
    assert found == [mistyped, f"The environment sets GENRE_X, {no_setting}."]

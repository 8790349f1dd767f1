"""Settings: flag over environment over file over default."""

import dataclasses
from pathlib import Path

import pytest

from genre.config import HELP, Settings, load_settings
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
        ({"search": "bing"}, "search should be youtube or http:URL"),
        ({"engine": "ray"}, "engine should be local"),
        ({"db": "postgresql://x"}, "db should be a SQLite URL or path"),
        ({"hop_length": 4096}, "hop_length should be 1 to n_fft"),
        ({"n_fft": 8}, "n_fft should be 16 to 65536"),
        ({"store_dtype": "int4"}, "store_dtype should be float16 or uint8"),
        ({"keep_originals": "maybe"}, "keep_originals should be of type bool"),
    ],
)
def test_a_wrong_value_is_refused_in_one_sentence(
    flags: dict[str, object], message: str
) -> None:
    """The sentence names the setting, what was expected and what was found."""
    with pytest.raises(UsageError, match=message):
        load_settings(flags, environ={})


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path) -> None:
    """A typing mistake in genre.toml does not pass silently."""
    (tmp_path / "genre.toml").write_text("jbos = 2\n")

    with pytest.raises(UsageError, match="'jbos', which is no setting"):
        load_settings({"corpus": tmp_path}, environ={})


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    """TOML that cannot be parsed is named."""
    (tmp_path / "genre.toml").write_text("jobs = [\n")

    with pytest.raises(UsageError, match="not valid TOML"):
        load_settings({"corpus": tmp_path}, environ={})


def test_every_setting_has_a_help_text() -> None:
    """The command line and the docs reuse these texts."""
    assert set(HELP) == {f.name for f in dataclasses.fields(Settings)}
    assert all(text.endswith(".") for text in HELP.values())

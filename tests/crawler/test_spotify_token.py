"""The login at Spotify as it lies on disk."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from genre.config import Settings
from genre.crawler.spotify_token import Token, TokenFile, login_state, service_address
from genre.errors import LoginError

BASE = Settings()


def settings_in(folder: Path, **more: Any) -> Settings:
    """Return settings whose logins lie in ``folder``."""
    known: dict[str, Any] = {"spotify_client_id": "app", "credentials": str(folder)}
    return Settings(**{**known, **more})


def token(**changed: Any) -> Token:
    """Return a token of the default settings' service."""
    known: dict[str, Any] = {
        "client_id": "app",
        "service": service_address(BASE),
        "logged_in_at": "2099-11-01T00:00:00Z",
        "access_token": "SECRET-a",
        "refresh_token": "SECRET-r",
        "expires_at": 1,
    }
    return Token(**{**known, **changed})


def test_only_the_user_can_read_it(tmp_path: Path) -> None:
    """The folder is made for its user alone, and so is the file."""
    file = TokenFile(settings_in(tmp_path / "new" / "credentials"))

    file.write(token())

    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert file.read() == token()


def test_no_secret_is_shown() -> None:
    """A token can be logged without being given away."""
    assert "SECRET" not in repr(token())


def test_forgetting(tmp_path: Path) -> None:
    """It is deleted once; then there is nothing to delete."""
    file = TokenFile(settings_in(tmp_path))
    file.write(token())

    assert [file.forget(), file.forget()] == [True, False]
    assert file.read() is None


def test_default_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a setting it lies in the user's own configuration."""
    monkeypatch.setenv("HOME", str(tmp_path))

    path = TokenFile(Settings()).path

    assert path == tmp_path / ".config" / "genre" / "spotify.json"


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b"\xff", b"null", json.dumps(
        {"client_id": "app", "service": "x", "logged_in_at": "yesterday",
         "access_token": "a", "refresh_token": "r", "expires_at": 1}).encode()],
)  # fmt: skip
def test_a_damaged_file(tmp_path: Path, content: bytes) -> None:
    """The user is told to log in again."""
    file = TokenFile(settings_in(tmp_path))
    file.path.write_bytes(content)

    with pytest.raises(LoginError, match=r"damaged; run `genre login spotify` again"):
        file.read()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"spotify_url": "http://127.0.0.1:1/v1/"}, "made at another, which alone"),
        ({"spotify_token_url": "http://127.0.0.1:1/t"}, "made at another, which alone"),
        ({"spotify_client_id": "other"}, "found one of another app"),
    ],
)
def test_a_login_of_somebody_else(
    tmp_path: Path, changed: dict[str, str], sentence: str
) -> None:
    """A login is shown to the address and used for the app that it was made with."""
    TokenFile(settings_in(tmp_path)).write(token())

    with pytest.raises(LoginError, match=sentence):
        TokenFile(settings_in(tmp_path, **changed)).read()


def test_the_app_is_remembered(tmp_path: Path) -> None:
    """After the login the client id need not be given again."""
    TokenFile(settings_in(tmp_path)).write(token())

    assert TokenFile(settings_in(tmp_path, spotify_client_id="")).read() == token()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """The sentence names the folder and the setting."""
    (tmp_path / "file").touch()

    with pytest.raises(LoginError, match="GENRE_CREDENTIALS"):
        TokenFile(settings_in(tmp_path / "file")).write(token())


@pytest.mark.parametrize(
    ("stored", "client_id", "ready", "found"),
    [
        (None, "", False, "no client id"),
        (None, "app", False, "not logged in"),
        (token(), "app", True, "logged in since 2099-11-01, until 2100-05-02"),
        (token(logged_in_at="2026-01-02T00:00:00Z"), "", False,
         "the login of 2026-01-02 has ended after six months"),
        (token(client_id="other"), "app", False, "a login that cannot be used"),
    ],
)  # fmt: skip
def test_state_for_people(
    tmp_path: Path, stored: Token | None, client_id: str, ready: bool, found: str
) -> None:
    """Without asking anybody it is known whether Spotify playlists can be read."""
    settings = settings_in(tmp_path, spotify_client_id=client_id)
    if stored:
        TokenFile(settings).write(stored)

    state = login_state(settings)

    assert (state.is_ready, state.found) == (ready, found)
    assert bool(state.advice) is not ready
    assert "SECRET" not in repr(state)

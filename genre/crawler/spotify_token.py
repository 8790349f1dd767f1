"""The login at Spotify as it lies on this machine: one file that only its user reads.

``genre login spotify`` writes it, ``spotify`` renews what is in it and ``genre doctor``
looks at it. Knows neither spotipy nor the network, and shows no secret.
"""

import contextlib
import dataclasses
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_type_hints

from genre.config import Settings
from genre.errors import LoginError
from genre.files import atomic_write, disk_errors

LOG_IN = "run `genre login spotify`"
_LIFETIME = timedelta(days=182)  # Spotify ends a login six months after it was made
_SECRET_FILE, _SECRET_FOLDER = 0o600, 0o700


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What Spotify gave at a login, and for whom; only they may ever be shown it."""

    client_id: str
    service: str  # addresses of the API and of its tokens at the time of the login
    logged_in_at: str  # UTC ISO text
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: int  # of the access token, in seconds since 1970

    @property
    def day(self) -> str:
        """The day of the login, for people."""
        return self.logged_in_at[:10]

    @property
    def ends(self) -> datetime:
        """About when Spotify ends the login, however often it is used."""
        return datetime.fromisoformat(self.logged_in_at) + _LIFETIME


@dataclass(frozen=True, slots=True)
class LoginState:
    """Whether Spotify can be asked, for people."""

    is_ready: bool
    found: str
    advice: str = ""


def login_state(settings: Settings) -> LoginState:
    """Say whether there is a login that can work; asks nobody."""
    try:
        token = TokenFile(settings).read()
    except LoginError as error:
        return LoginState(False, "a login that cannot be used", str(error))
    if token is None and not settings.spotify_client_id:
        return LoginState(
            False,
            "no client id",
            "Spotify needs an app of your own: docs/sources/spotify.md says how.",
        )
    if token is None:
        return LoginState(False, "not logged in", f"For Spotify playlists {LOG_IN}.")
    if token.ends < datetime.now(UTC):
        return LoginState(
            False,
            f"the login of {token.day} has ended after six months",
            f"For Spotify playlists {LOG_IN}.",
        )
    return LoginState(True, f"logged in since {token.day}, until {token.ends:%Y-%m-%d}")


def service_address(settings: Settings) -> str:
    """Return whom a login is made with: another address must not see its token."""
    return f"{settings.spotify_url} {settings.spotify_token_url}"


class TokenFile:
    """The file with the token, in the folder of login tokens."""

    def __init__(self, settings: Settings) -> None:
        self.path = _folder(settings) / "spotify.json"
        self._service = service_address(settings)
        self._client_id = settings.spotify_client_id

    def read(self) -> Token | None:
        """Return the token; None when nobody is logged in.

        Raises
        ------
        LoginError
            The file cannot be used, or is of another app or service.
        """
        try:
            token = _parse(self.path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise LoginError(
                f"Expected your login at Spotify in {self.path}, found a file that"
                f" cannot be read or is damaged; {LOG_IN} again."
            ) from error
        if token.service != self._service:
            raise LoginError(
                "Expected a login at the Spotify address of the settings, found one made"
                f" at another, which alone may see it; {LOG_IN} again."
            )
        if self._client_id not in {"", token.client_id}:
            raise LoginError(
                "Expected a login of the app that spotify_client_id names, found one of"
                f" another app; {LOG_IN} again."
            )
        return token

    def write(self, token: Token) -> None:
        """Keep the token where only this user can read it, whole or not at all.

        Raises
        ------
        LoginError
            The file cannot be written.
        DiskFullError
            The disk is full.
        """
        content = json.dumps(dataclasses.asdict(token)).encode()
        try:
            with disk_errors(self.path):
                self._make_folder()
                with atomic_write(self.path, mode=_SECRET_FILE) as stream:
                    stream.write(content)
        except OSError as error:
            raise self._not_writable(error) from error

    def forget(self) -> bool:
        """Delete the token; tell whether there was one.

        Raises
        ------
        LoginError
            It cannot be deleted.
        """
        try:
            self.path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise self._not_writable(error) from error
        return True

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from renewing the token meanwhile: it works only once."""
        try:
            self._make_folder()
            folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise self._not_writable(error) from error
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _make_folder(self) -> None:
        self.path.parent.mkdir(mode=_SECRET_FOLDER, parents=True, exist_ok=True)

    def _not_writable(self, error: OSError) -> LoginError:
        return LoginError(
            f"Expected a folder for login tokens that can be written at"
            f" {self.path.parent}, found: {error.strerror}; correct its permissions or"
            " name another with GENRE_CREDENTIALS."
        )


def _folder(settings: Settings) -> Path:
    try:
        return Path(settings.credentials or "~/.config/genre").expanduser()
    except RuntimeError as error:  # a user without a home
        raise LoginError(
            "Expected a home folder for login tokens, found none; name a folder of your"
            " own with GENRE_CREDENTIALS."
        ) from error


def _parse(content: bytes) -> Token:
    """Read a token; whatever is wrong with it is a ValueError, TypeError or KeyError."""
    stated: dict[str, Any] = json.loads(content)
    kinds = get_type_hints(Token)
    token = Token(**{name: stated[name] for name in kinds})
    for name, kind in kinds.items():
        if not isinstance(getattr(token, name), kind):
            raise TypeError(name)
    if token.ends.tzinfo is None:  # raises ValueError when it is no date at all
        raise ValueError("a time without its zone")
    return token

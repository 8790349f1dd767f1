"""What Spotify means when it says no: one sentence and one class for each reason.

Pure. ``spotify`` asks here with what the Web API or its token endpoint answered.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from genre.crawler.spotify_token import LOG_IN, Token
from genre.errors import FetchError, ItemError, LoginError, ServiceStopError
from genre.records import ErrorClass
from genre.text import display

SERVICE = "spotify"
QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
_OTHER_WAYS = (
    "copy its songs into a playlist of your own account, or export it with Exportify"
    " and name the CSV file, or name its embed page as you saved it"
)


def refusal(status: int, said: str, asked: str) -> ItemError:
    """Return the error that a refusal of the Web API stands for.

    ``said`` is the message in the answer (or its text), ``asked`` what was asked for.
    """
    if status == 403:
        return next(make for words, make in _FORBIDDEN if words.search(said))(asked)
    if status == 404:
        return FetchError(
            f"Expected {asked} at Spotify, found none: it is deleted, private, or one of"
            " Spotify's own (editorial and made-for-you lists), which apps cannot read;"
            f" {_OTHER_WAYS}.",
            error_class=ErrorClass.PERMANENT,
        )
    if status == 429:
        found = "that the quota of your developer account is used up for today"
        return too_eager(asked, _later(timedelta(days=1)), found)
    return FetchError(
        f"Expected {asked} from Spotify, found HTTP {status}"
        f" ({display(said, width=120) or 'no reason given'}); check the address.",
        error_class=ErrorClass.PERMANENT,
    )


def too_eager(
    asked: str, retry_at: str | None, found: str = "that it wants to be left alone"
) -> ServiceStopError:
    """Return the error of somebody who asks too often."""
    return ServiceStopError(
        f"Expected {asked} from Spotify, found {found}; run this again"
        f" {'after ' + retry_at if retry_at else 'later'}.",
        service=SERVICE,
        retry_at=retry_at,
    )


def token_refusal(error: str, token: Token | None) -> ItemError:
    """Return the error that a refusal of the token endpoint stands for.

    ``token`` is what was to be renewed; None at the login itself.
    """
    if error == "invalid_client":
        return LoginError(
            "Expected a client id that Spotify knows, found one that it does not;"
            " correct spotify_client_id (docs/sources/spotify.md says where it is from)."
        )
    if token is None:
        return LoginError(
            f"Expected Spotify to finish the login, found that it refuses"
            f" ({display(error, width=60) or 'no reason given'}); {LOG_IN} again."
        )
    if error != "invalid_grant":
        return LoginError(
            f"Expected Spotify to renew your login of {token.day}, found that it refuses"
            f" ({display(error, width=60) or 'no reason given'}); {LOG_IN} again."
        )
    if token.ends < datetime.now(UTC):
        return LoginError(
            f"Expected a login younger than six months, found yours of {token.day}, which"
            f" Spotify has ended as it does with all; {LOG_IN} again."
        )
    return LoginError(
        f"Expected your login of {token.day} to be valid at Spotify, found it withdrawn"
        f" (there, or by a newer login); {LOG_IN} again."
    )


def not_logged_in() -> LoginError:
    """Return the error of somebody who asks Spotify without a login."""
    return LoginError(f"Expected a login at Spotify, found none; {LOG_IN} first.")


def login_refused(asked: str) -> LoginError:
    """Return the error of a login that Spotify does not accept though it is new."""
    return LoginError(
        f"Expected {asked} from Spotify, found that it does not accept your login;"
        f" {LOG_IN} again."
    )


def no_client_id() -> LoginError:
    """Return the error of somebody who has no app of their own yet."""
    return LoginError(
        "Expected the client id of your app at Spotify, found none; make one at"
        " https://developer.spotify.com/dashboard (docs/sources/spotify.md says how),"
        " then give it with --client-id or GENRE_SPOTIFY_CLIENT_ID."
    )


def no_token() -> FetchError:
    """Return the error of a token endpoint that answers something else."""
    return FetchError(
        "Expected a token from Spotify, found something else; try again later."
    )


def _later(pause: timedelta) -> str:
    return (datetime.now(UTC) + pause).strftime("%Y-%m-%dT%H:%M:%SZ")


def _not_yours(asked: str) -> ItemError:
    return FetchError(
        f"Expected {asked} to be your own or one you collaborate on, found that Spotify"
        f" does not let you read it; {_OTHER_WAYS}.",
        error_class=ErrorClass.PERMANENT,
    )


def _premium(asked: str) -> ItemError:
    return ServiceStopError(
        f"Expected {asked} from Spotify, found that the owner of your app needs an active"
        " Premium subscription; subscribe (it can take a few hours until Spotify knows),"
        " or export the playlist to a file.",
        service=SERVICE,
        retry_at=_later(timedelta(hours=1)),
    )


def _not_registered(asked: str) -> ItemError:
    return LoginError(
        f"Expected {asked} from Spotify, found that your account is not registered as a"
        " user of the app; add it in the app's User Management at"
        " https://developer.spotify.com/dashboard."
    )


def _scope(asked: str) -> ItemError:
    return LoginError(
        f"Expected {asked} from Spotify, found that your login does not cover private"
        f" and collaborative playlists; {LOG_IN} again."
    )


_FORBIDDEN: list[tuple[re.Pattern[str], Callable[[str], ItemError]]] = [
    (re.compile("premium", re.IGNORECASE), _premium),
    (re.compile("registered", re.IGNORECASE), _not_registered),
    (re.compile("insufficient client scope", re.IGNORECASE), _scope),
    (re.compile(""), _not_yours),  # whatever else it says
]

"""Asks Spotify's Web API for playlists, through spotipy; the only file that knows it.

spotipy builds the requests and the login; how often, how long and whom to ask is
decided here: it gets a session that never sleeps, repeats nothing and reaches only the
addresses of the settings. ``sources.spotify`` reads what comes back as playlists,
``spotify_login`` gets the first token.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

import spotipy
from requests import HTTPError
from spotipy.cache_handler import MemoryCacheHandler

from genre.config import Settings
from genre.connections import Deadline
from genre.crawler import spotify_refusals as refusals
from genre.crawler.over_wire import Limits, wired_session
from genre.crawler.page_trail import PageTrail
from genre.crawler.spotify_refusals import SERVICE
from genre.crawler.spotify_token import Token, TokenFile, service_address
from genre.errors import FetchError
from genre.files import utc_now
from genre.http import HttpClient, user_agent
from genre.refusals import when_to_return
from genre.urls import resolve
from genre.wire import Wire

SCOPE = ("playlist-read-private", "playlist-read-collaborative")

_PAGE = 50  # rows; the most it gives
_DEADLINE_S = 60.0  # within which a request is tried again
_EARLY_S = 60  # a token that ends so soon is renewed first

# Refusals whose reason is in the body, which spotipy reads.
_LIMITS = Limits(own=frozenset({400, 401, 403, 404, 429}))
_TOKEN_LIMITS = Limits(own=frozenset({400, 401, 403}))

# What it makes of an answer of the token endpoint that is no token.
_MALFORMED = (AttributeError, KeyError, TypeError, ValueError)

# It would write whole headers, token included, into a log at DEBUG, and at ERROR repeat
# what our own sentence says.
logging.getLogger("spotipy").setLevel(logging.CRITICAL)


class SpotifyClient:
    """Reads playlists with the user's login; one thread at a time.

    All that ask through one ``http`` keep one pace and one rest; it is closed by its
    owner.

    Raises
    ------
    LoginError
        Nobody is logged in, or the login is for another app or address.
    """

    def __init__(self, settings: Settings, http: HttpClient) -> None:
        self._prefix = _prefix(settings)
        self._patience = http.patience
        self._access = _Access(settings, http.wire)
        self._spotify = spotipy.Spotify(
            requests_session=wired_session(
                http.wire, self._prefix, agent=user_agent(settings), limits=_LIMITS
            )
        )
        self._spotify.prefix = self._prefix

    def playlist(self, playlist_id: str) -> dict[str, Any]:
        """Return what Spotify says of a playlist as a whole.

        Raises
        ------
        FetchError
            It cannot be had; the class comes from the cause.
        LoginError
            The login is missing, has ended or is refused.
        ServiceStopError
            Spotify asks us to stay away for longer than we wait.
        """
        return self._ask(
            lambda: self._spotify.playlist(
                playlist_id, additional_types=("track", "episode")
            ),
            f"the playlist {playlist_id}",
        )

    def first_page(self, playlist_id: str) -> dict[str, Any]:
        """Return the first rows of a playlist; raises as ``playlist`` does."""
        return self._ask(
            lambda: self._spotify.playlist_items(playlist_id, limit=_PAGE),
            f"the playlist {playlist_id}",
        )

    def pages_after(self, page: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the pages that follow one; raises as ``playlist`` does."""
        trail = PageTrail(self._prefix)
        while following := page.get("next"):
            trail.follow(following)
            page = self._next(page)
            yield page

    def _next(self, page: dict[str, Any]) -> dict[str, Any]:
        asked = "the next page of a playlist"
        return self._ask(lambda: self._spotify.next(page), asked)

    def _ask(self, call: Callable[[], Any], asked: str) -> dict[str, Any]:
        deadline = Deadline(_DEADLINE_S)

        def once() -> dict[str, Any]:
            self._patience.take_turn(SERVICE, deadline)
            return self._with_login(call, asked)

        return self._patience.persist(once, service=SERVICE, deadline=deadline)

    def _with_login(self, call: Callable[[], Any], asked: str) -> dict[str, Any]:
        """Ask with the login; one that was refused is renewed once."""
        for token in (self._access.token, self._access.renewed):
            self._spotify.set_auth(token())
            try:
                answer = _answer(call, asked)
            except _UnauthorisedError:
                continue
            if isinstance(answer, dict) and "error" not in answer:
                return answer
            raise FetchError(
                f"Expected {asked} from Spotify, found something else in its answer; try"
                " again later."
            )
        raise refusals.login_refused(asked)


class Authorization:
    """One login, from the address a browser has to open to the token."""

    def __init__(self, settings: Settings, redirect_uri: str) -> None:
        if not settings.spotify_client_id:
            raise refusals.no_client_id()
        self._settings = settings
        self._wire = Wire(resolve)
        self._pkce = _pkce(settings, settings.spotify_client_id, self._wire)
        self._pkce.redirect_uri = redirect_uri

    def address(self, state: str) -> str:
        """Return what the browser has to open; ``state`` comes back with the answer."""
        return str(self._pkce.get_authorize_url(state))

    def finish(self, code: str) -> Token:
        """Turn the code that the browser brought back into a token.

        Raises
        ------
        LoginError
            Spotify refuses it.
        FetchError
            Spotify cannot be reached, or answers something else.
        """
        try:
            self._pkce.get_access_token(code, check_cache=False)
        except spotipy.SpotifyOauthError as error:
            raise refusals.token_refusal(str(error.error), None) from error
        except _MALFORMED as error:
            raise refusals.no_token() from error
        finally:
            self._wire.close()
        stated = self._pkce.cache_handler.get_cached_token()
        return Token(
            client_id=self._settings.spotify_client_id,
            service=service_address(self._settings),
            logged_in_at=utc_now(),
            **_secrets(stated),
        )


class _Access:
    """Gives the access token, renewed when it is about to end."""

    def __init__(self, settings: Settings, wire: Wire) -> None:
        self._file = TokenFile(settings)
        self._settings = settings
        self._wire = wire
        self._now = self._read()

    def token(self) -> str:
        """Return an access token that has not ended."""
        if self._now.expires_at - time.time() < _EARLY_S:
            return self.renewed()
        return self._now.access_token

    def renewed(self) -> str:
        """Return another access token: one that another process got, or a new one."""
        with self._file.locked():
            stored = self._read()
            if stored.access_token == self._now.access_token:
                stored = self._refreshed(stored)
                self._file.write(stored)
        self._now = stored
        return stored.access_token

    def _read(self) -> Token:
        token = self._file.read()
        if token is None:
            raise refusals.not_logged_in()
        return token

    def _refreshed(self, token: Token) -> Token:
        pkce = _pkce(self._settings, token.client_id, self._wire)
        try:
            stated = pkce.refresh_access_token(token.refresh_token)
        except spotipy.SpotifyOauthError as error:
            if error.error == "invalid_grant":
                self._file.forget()
            raise refusals.token_refusal(str(error.error), token) from error
        except _MALFORMED as error:
            raise refusals.no_token() from error
        return replace(token, **_secrets(stated))


class _UnauthorisedError(Exception):
    """The Web API does not accept the access token."""


def _answer(call: Callable[[], Any], asked: str) -> Any:
    """Call spotipy once; turn what it raises into our errors."""
    try:
        return call()
    except spotipy.SpotifyException as error:
        if error.http_status == 429 and error.reason != refusals.QUOTA_EXCEEDED:
            back_at = when_to_return(error.headers.get)
            raise refusals.too_eager(asked, back_at) from error
        if error.http_status == 401:
            raise _UnauthorisedError from error
        said = str(error.msg).partition(":\n ")[2]  # after the address
        raise refusals.refusal(error.http_status, said, asked) from error
    except AttributeError as error:  # {"error": "text"}, where it expects an object
        if not isinstance(error.__context__, HTTPError):
            raise
        raise _UnauthorisedError from error


def _secrets(stated: Any) -> dict[str, Any]:
    """Return the parts of Spotify's token that we keep."""
    found = {name: stated.get(name) for name in ("access_token", "refresh_token")}
    if not all(_is_header_text(value) for value in found.values()):
        raise refusals.no_token()
    return {**found, "expires_at": int(stated["expires_at"])}


def _is_header_text(value: object) -> bool:
    printable = isinstance(value, str) and value.isascii() and value.isprintable()
    return printable and bool(value)


def _prefix(settings: Settings) -> str:
    return settings.spotify_url.rstrip("/") + "/"


def _pkce(settings: Settings, client_id: str, wire: Wire) -> Any:
    """Return spotipy's side of the login, which keeps no file and asks no person.

    The address for the browser is on the server of the token endpoint.
    """
    pkce = spotipy.SpotifyPKCE(
        client_id=client_id,
        redirect_uri="http://127.0.0.1/callback",
        scope=SCOPE,
        cache_handler=MemoryCacheHandler(),
        requests_session=wired_session(
            wire,
            settings.spotify_token_url,
            agent=user_agent(settings),
            limits=_TOKEN_LIMITS,
        ),
        open_browser=False,
    )
    pkce.OAUTH_TOKEN_URL = settings.spotify_token_url
    pkce.OAUTH_AUTHORIZE_URL = urljoin(settings.spotify_token_url, "/authorize")
    return pkce

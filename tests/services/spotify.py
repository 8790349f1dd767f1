"""Spotify's Web API and its login as a loopback server.

    with FakeSpotify({"mine": [song(1), song(2)]}).running() as fake:
        settings = fake.settings(tmp_path)
        fake.log_in(settings)
        ...
        assert fake.asked("/v1/playlists/mine/items") == 1

It pages, wants a token, checks the PKCE verifier, and plays replies from ``faults``
before its own.
"""

import base64
import contextlib
import hashlib
import random
import time
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from genre.config import Settings
from genre.crawler.spotify_token import Token, TokenFile, service_address
from tests.servers import Reply, Request, Route, Server, json_reply, redirect, serve
from tests.services.fakes import garbled

CLIENT_ID = "app-of-mine"
_MOST_ROWS = 50


def song(number: int, **more: Any) -> dict[str, Any]:
    """Return a playlist row that holds song ``number``."""
    item = {
        "type": "track",
        "id": f"{number:022d}",
        "uri": f"spotify:track:{number:022d}",
        "name": f"Song {number}",
        "duration_ms": 180_000 + number,
        "is_local": False,
        "external_ids": {"isrc": f"GBAYE{number:07d}"},
        "artists": [{"id": "x", "name": f"Artist {number}", "type": "artist"}],
        "album": {"id": "y", "name": "Album", "release_date": "1999-03"},
        **more,
    }
    return row(item)


def row(
    item: dict[str, Any] | None, *, key: str = "item", **more: Any
) -> dict[str, Any]:
    """Return a playlist row that holds ``item`` under ``key``."""
    base = {"added_at": "2026-05-02T10:11:12Z", "is_local": False}
    return {**base, key: item, **more}


def refused(status: int, message: str = "Forbidden", **more: Any) -> Reply:
    """Return an error as the Web API words it."""
    error = {"status": status, "message": message, **more}
    return json_reply({"error": error}, status=status)


class FakeSpotify:
    """Playlists behind a login, with whatever ``faults`` are to come first."""

    def __init__(self, playlists: Mapping[str, Sequence[Any]] | None = None) -> None:
        self.playlists = dict(playlists or {})
        self.snapshots: dict[str, str] = defaultdict(lambda: "snapshot-1")
        self.nested: dict[str, dict[str, Any]] = {}  # rows inside the playlist itself
        self.faults: dict[str, deque[Route]] = defaultdict(deque)
        self.garble: random.Random | None = None  # puts junk into answers
        self.denies = False
        self.server: Server
        self._challenges: dict[str, tuple[str, str]] = {}  # code: challenge, redirect
        self._n_tokens = 0
        self.access = self.refresh = ""  # what is valid now

    @contextlib.contextmanager
    def running(self) -> Iterator["FakeSpotify"]:
        """Serve until the block ends."""
        own: dict[str, Route] = {
            "/authorize": self._authorize,
            "/api/token": self._token,
        }
        for name in self.playlists:
            own[f"/v1/playlists/{name}"] = self._playlist
            own[f"/v1/playlists/{name}/items"] = self.page
        routes = {path: self._with_faults(path, route) for path, route in own.items()}
        with serve(routes) as self.server:
            yield self

    def settings(self, folder: Path, **more: Any) -> Settings:
        """Return settings that lead here, with the login below ``folder``."""
        return Settings(corpus=folder / "corpus", **{**self.options(folder), **more})

    def options(self, folder: Path) -> dict[str, str]:
        """Return the settings by name, for an environment."""
        return {
            "credentials": str(folder / "credentials"),
            "spotify_client_id": CLIENT_ID,
            "spotify_url": self.server.url("/v1/"),
            "spotify_token_url": self.server.url("/api/token"),
        }

    def log_in(self, settings: Settings, **changed: Any) -> Token:
        """Keep a login that is valid here, but for what is ``changed``."""
        self._new_tokens()
        known: dict[str, Any] = {
            "client_id": CLIENT_ID,
            "service": service_address(settings),
            "logged_in_at": "2026-11-01T00:00:00Z",
            "access_token": self.access,
            "refresh_token": self.refresh,
            "expires_at": int(time.time()) + 3600,
        }
        token = Token(**{**known, **changed})
        TokenFile(settings).write(token)
        return token

    def asked(self, path: str) -> int:
        """Return how often ``path`` was asked for."""
        return self.server.paths.count(path)

    def _with_faults(self, path: str, route: Any) -> Route:
        def answer(request: Request) -> bytes | Reply:
            if self.faults[path]:
                fault = self.faults[path].popleft()
                return fault(request) if callable(fault) else fault
            return garbled(route(request), self.garble)

        return answer

    def _new_tokens(self) -> None:
        self._n_tokens += 1
        self.access = f"SECRET-access-{self._n_tokens}"
        self.refresh = f"SECRET-refresh-{self._n_tokens}"

    # --- the Web API ---

    def _refusal(self, request: Request) -> Reply | None:
        if request.headers.get("authorization") != f"Bearer {self.access}":
            return refused(401, "The access token expired")
        return None

    def _playlist(self, request: Request) -> Reply:
        name = request.path.rpartition("/")[2]
        about = {
            "id": name,
            "name": f"Playlist {name}",
            "owner": {"id": "me", "display_name": "Me Myself"},
            "snapshot_id": self.snapshots[name],
        }
        if name in self.nested:
            about["items"] = self.nested[name]
        return self._refusal(request) or json_reply(about)

    def page(self, request: Request) -> Reply:
        """Answer with the page of rows that is asked for."""
        name = request.path.split("/")[3]
        limit = int(request.query.get("limit", ["20"])[0])
        offset = int(request.query.get("offset", ["0"])[0])
        if limit > _MOST_ROWS:
            return refused(400, "Invalid limit")
        rows, end = self.playlists[name], offset + limit
        query = urlencode({"limit": limit, "offset": end})
        page = {
            "items": rows[offset:end],
            "total": len(rows),
            "next": self.server.url(f"{request.path}?{query}")
            if end < len(rows)
            else None,
        }
        return self._refusal(request) or json_reply(page)

    # --- the login ---

    def _authorize(self, request: Request) -> Reply:
        asked = {name: values[0] for name, values in request.query.items()}
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"SECRET-code-{len(self._challenges) + 1}"
        self._challenges[code] = asked["code_challenge"], asked["redirect_uri"]
        answer = {"error": "access_denied"} if self.denies else {"code": code}
        query = urlencode({**answer, "state": asked["state"]})
        return redirect(f"{asked['redirect_uri']}?{query}")

    def _token(self, request: Request) -> Reply:
        form = {k: v[0] for k, v in parse_qs(request.body.decode()).items()}
        good = (
            self._knows_verifier(form)
            if form["grant_type"] == "authorization_code"
            else form["refresh_token"] == self.refresh
        )
        if form["client_id"] != CLIENT_ID:
            return json_reply({"error": "invalid_client"}, status=400)
        if not good:
            return json_reply({"error": "invalid_grant"}, status=400)
        self._new_tokens()
        return json_reply(
            {
                "access_token": self.access,
                "refresh_token": self.refresh,
                "token_type": "Bearer",
                "expires_in": 3600,
                "scope": "playlist-read-private playlist-read-collaborative",
            }
        )

    def _knows_verifier(self, form: Mapping[str, str]) -> bool:
        """Tell whether a code comes from whoever began that very login."""
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        begun = self._challenges.pop(form["code"], None)
        return begun == (challenge, form["redirect_uri"])

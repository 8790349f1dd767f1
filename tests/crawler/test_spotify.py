"""The thin client of Spotify's Web API, against a loopback server that acts like it."""

import contextlib
import logging
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from genre.config import Settings
from genre.crawler.spotify import SpotifyClient
from genre.crawler.spotify_token import TokenFile
from genre.errors import FetchError, ItemError, LoginError, ServiceStopError
from genre.http import HttpClient
from genre.records import ErrorClass
from tests.clocks import FakeClock
from tests.servers import Reply, json_reply, redirect, serve
from tests.services.spotify import FakeSpotify, refused, song

ABOUT = "/v1/playlists/mine"
ITEMS = "/v1/playlists/mine/items"
PREMIUM = b"Active premium subscription required for the owner of the app."


@pytest.fixture
def fake() -> Iterator[FakeSpotify]:
    """Spotify with one playlist of 120 songs."""
    with FakeSpotify({"mine": [song(n) for n in range(120)]}).running() as running:
        yield running


@contextlib.contextmanager
def client_of(settings: Settings, clock: FakeClock | None = None) -> Iterator[Any]:
    """Open a client that sleeps on a clock of its own."""
    clock = clock or FakeClock()
    with contextlib.closing(
        HttpClient(settings, clock=clock, sleep=clock.sleep)
    ) as http:
        yield SpotifyClient(settings, http)


def names(client: SpotifyClient) -> list[str]:
    """Return the names of all songs of the playlist."""
    first = client.first_page("mine")
    pages = [first, *client.pages_after(first)]
    return [row["item"]["name"] for page in pages for row in page["items"]]


def test_all_pages_are_read(fake: FakeSpotify, tmp_path: Path) -> None:
    """Rows come in pages of 50, in order, at no more than four requests a second."""
    settings, clock = fake.settings(tmp_path), FakeClock()
    fake.log_in(settings)

    with client_of(settings, clock) as client:
        found = names(client)

    assert found == [f"Song {n}" for n in range(120)]
    assert fake.asked(ITEMS) == 3
    assert clock.slept == [0.25, 0.25]


@pytest.mark.parametrize(
    ("reply", "kind", "error_class", "sentence"),
    [
        (refused(403), FetchError, "permanent", "copy its songs into a playlist of"),
        (Reply(PREMIUM, 403), ServiceStopError, "stop", "active Premium subscription"),
        (Reply(b"User not registered in the Developer Dashboard", 403), LoginError,
         "environment", "User Management"),
        (refused(403, "Insufficient client scope"), LoginError, "environment",
         "does not cover private and collaborative playlists"),
        (refused(404), FetchError, "permanent", "deleted, private, or one of Spotify's"),
        (refused(400, "Invalid base62 id"), FetchError, "permanent",
         "found HTTP 400 (Invalid base62 id)"),
        (refused(429, reason="QUOTA_EXCEEDED"), ServiceStopError, "stop",
         "the quota of your developer account is used up for today"),
        (redirect("file:///etc/passwd"), FetchError, "temporary", "found a redirect"),
    ],
)  # fmt: skip
def test_every_refusal_has_its_sentence(
    fake: FakeSpotify,
    tmp_path: Path,
    reply: Reply,
    kind: type[ItemError],
    error_class: str,
    sentence: str,
) -> None:
    """A refusal is told apart from the others, in class and words."""
    fake.log_in(fake.settings(tmp_path))
    fake.faults[ITEMS].extend([reply] * 4)

    with (
        client_of(fake.settings(tmp_path)) as client,
        pytest.raises(kind) as caught,
    ):
        client.first_page("mine")

    assert caught.value.error_class == error_class
    assert sentence in str(caught.value)
    assert "SECRET" not in str(caught.value)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=503),
        Reply(b"<html>busy</html>"),
        Reply(b"[1]"),
        json_reply({"error": {"status": 500}}),
        Reply(b'{"items": []}', truncate_at=5),
        Reply(status=429),
    ],
)
def test_a_bad_moment_is_waited_out(
    fake: FakeSpotify, tmp_path: Path, reply: Reply
) -> None:
    """A temporary fault is tried again, with pauses, and then the answer counts."""
    clock = FakeClock()
    fake.log_in(fake.settings(tmp_path))
    fake.faults[ITEMS].extend([reply] * 2)

    with client_of(fake.settings(tmp_path), clock) as client:
        assert len(names(client)) == 120

    assert fake.asked(ITEMS) == 2 + 3
    assert sum(clock.slept) <= 5 + 10 + 5


def test_a_bad_day_ends_as_temporary(fake: FakeSpotify, tmp_path: Path) -> None:
    """A fault that stays is given up after three tries; another day may be better."""
    fake.log_in(fake.settings(tmp_path))
    fake.faults[ABOUT].extend([Reply(status=502)] * 9)

    with (
        client_of(fake.settings(tmp_path)) as client,
        pytest.raises(FetchError) as caught,
    ):
        client.playlist("mine")

    assert caught.value.error_class is ErrorClass.TEMPORARY
    assert fake.asked(ABOUT) == 3


def test_a_server_that_is_gone_is_temporary(tmp_path: Path) -> None:
    """A refused connection is no permanent fault of the playlist."""
    with FakeSpotify({"mine": []}).running() as fake:
        settings = fake.settings(tmp_path)
        fake.log_in(settings)

    with client_of(settings) as client, pytest.raises(FetchError) as caught:
        client.playlist("mine")

    assert caught.value.error_class is ErrorClass.TEMPORARY


def test_a_short_rest_is_waited_for(fake: FakeSpotify, tmp_path: Path) -> None:
    """A 429 that asks for less than max_wait_s costs that time and nothing else."""
    clock = FakeClock()
    fake.log_in(fake.settings(tmp_path))
    fake.faults[ABOUT].append(Reply(status=429, headers={"Retry-After": "30"}))

    with client_of(fake.settings(tmp_path), clock) as client:
        about = client.playlist("mine")

    assert about["name"] == "Playlist mine"
    assert 29 <= sum(clock.slept) <= 32


@pytest.mark.parametrize(
    ("headers", "more", "hours"),
    [({"Retry-After": "86400"}, {}, 24), ({}, {"reason": "QUOTA_EXCEEDED"}, 24),
     ({"Retry-After": "61"}, {}, 0)],
)  # fmt: skip
def test_a_long_rest_stops_spotify(
    fake: FakeSpotify,
    tmp_path: Path,
    headers: dict[str, str],
    more: dict[str, str],
    hours: int,
) -> None:
    """A longer one is not waited for; the error says from when to try again."""
    fake.log_in(fake.settings(tmp_path))
    body = refused(429, "Too many requests", **more).body
    fake.faults[ABOUT].append(Reply(body, status=429, headers=headers))

    with (
        client_of(fake.settings(tmp_path)) as client,
        pytest.raises(ServiceStopError) as caught,
    ):
        client.playlist("mine")

    away = datetime.fromisoformat(caught.value.retry_at or "") - datetime.now(UTC)
    assert (away + timedelta(minutes=1)) // timedelta(hours=1) == hours
    assert caught.value.service == "spotify"
    assert str(caught.value.retry_at) in str(caught.value)
    assert fake.asked(ABOUT) == 1


# --- where the token goes ------------------------------------------------------------


@pytest.mark.parametrize(
    "lead",
    ["{other}/v1/playlists/mine/items", "{own}/elsewhere", "//{host}/v1/x",
     "http://me:pw@{host}/v1/x", "file:///etc/passwd", "/v1/relative", 7],
)  # fmt: skip
def test_a_page_that_leads_elsewhere_is_not_followed(
    fake: FakeSpotify, tmp_path: Path, lead: Any
) -> None:
    """Only addresses below the configured one are asked: others would see the token."""
    own = fake.server.url("")
    fake.log_in(fake.settings(tmp_path))
    with serve({}) as other, client_of(fake.settings(tmp_path)) as client:
        if isinstance(lead, str):
            lead = lead.format(other=other.url(""), own=own, host=own[7:])
        with pytest.raises(FetchError, match="must not see your login") as caught:
            next(client.pages_after({"next": lead}))

        assert other.requests == []
    assert fake.server.requests == []
    assert caught.value.error_class is ErrorClass.PERMANENT


def test_a_redirect_is_not_followed(fake: FakeSpotify, tmp_path: Path) -> None:
    """An answer that sends us to another server is a fault; that server sees nothing."""
    fake.log_in(fake.settings(tmp_path))
    with serve({}) as other:
        fake.faults[ABOUT].extend([redirect(other.url("/v1/x"))] * 4)
        with (
            client_of(fake.settings(tmp_path)) as client,
            pytest.raises(FetchError, match="found a redirect"),
        ):
            client.playlist("mine")

        assert other.requests == []


def test_pages_in_a_circle_end(fake: FakeSpotify, tmp_path: Path) -> None:
    """A page that names an address for the second time ends the reading."""
    fake.log_in(fake.settings(tmp_path))
    again = json_reply({"items": [], "next": fake.server.url(f"{ITEMS}?offset=50")})
    fake.faults[ITEMS].extend([again] * 3)

    with (
        client_of(fake.settings(tmp_path)) as client,
        pytest.raises(FetchError, match=r"round in circles \(after 1 pages\)"),
    ):
        names(client)


def test_no_secret_reaches_a_log(
    fake: FakeSpotify, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With every logger at DEBUG no token, code or header is written."""
    caplog.set_level(logging.DEBUG)
    fake.log_in(fake.settings(tmp_path), expires_at=0)
    fake.faults[ITEMS].append(refused(401))

    with client_of(fake.settings(tmp_path)) as client:
        names(client)
        with pytest.raises(FetchError):
            client.playlist("another")

    assert "SECRET" not in caplog.text
    assert "Bearer" not in caplog.text
    assert fake.asked("/api/token") == 2


# --- the login over time -------------------------------------------------------------


def test_nobody_is_logged_in(fake: FakeSpotify, tmp_path: Path) -> None:
    """Without a login the user is told how to get one, and Spotify is not asked."""
    settings = fake.settings(tmp_path)

    with pytest.raises(LoginError, match="run `genre login spotify` first"):
        SpotifyClient(settings, HttpClient(settings))

    assert fake.server.requests == []


def test_an_access_token_that_ended_is_renewed(
    fake: FakeSpotify, tmp_path: Path
) -> None:
    """The new token, with the new right to renew it, is kept for the next run."""
    settings = fake.settings(tmp_path)
    old = fake.log_in(settings, expires_at=0)

    for _ in range(2):
        with client_of(settings) as client:
            assert client.playlist("mine")["name"] == "Playlist mine"

    stored = TokenFile(settings).read()
    assert stored is not None
    assert (stored.access_token, stored.refresh_token) == (fake.access, fake.refresh)
    assert stored.logged_in_at == old.logged_in_at
    assert stat.S_IMODE(TokenFile(settings).path.stat().st_mode) == 0o600
    assert fake.asked("/api/token") == 1


@pytest.mark.parametrize("body", [{"error": {"status": 401}}, {"error": "expired"}])
def test_a_token_that_is_refused_is_renewed_once(
    fake: FakeSpotify, tmp_path: Path, body: dict[str, Any]
) -> None:
    """Spotify may end a token early; then one renewal is worth a try."""
    fake.log_in(fake.settings(tmp_path))
    fake.faults[ABOUT].append(json_reply(body, status=401))

    with client_of(fake.settings(tmp_path)) as client:
        assert client.playlist("mine")["name"] == "Playlist mine"

    fake.faults[ABOUT].extend([json_reply(body, status=401)] * 2)
    with (
        client_of(fake.settings(tmp_path)) as client,
        pytest.raises(LoginError, match="does not accept your login"),
    ):
        client.playlist("mine")


def test_another_process_renewed_the_token(fake: FakeSpotify, tmp_path: Path) -> None:
    """A right to renew works once; who comes second takes what the first one got."""
    settings = fake.settings(tmp_path)
    fake.log_in(settings, expires_at=0)

    with client_of(settings) as first, client_of(settings) as second:
        assert first.playlist("mine") == second.playlist("mine")

    assert fake.asked("/api/token") == 1


@pytest.mark.parametrize(
    ("logged_in_at", "sentence"),
    [
        ("2099-01-01T00:00:00Z", "found it withdrawn"),
        ("2026-01-02T00:00:00Z", "younger than six months, found yours of 2026-01-02"),
    ],
)
def test_a_login_that_ended_is_deleted(
    fake: FakeSpotify, tmp_path: Path, logged_in_at: str, sentence: str
) -> None:
    """Spotify no longer renews it: the user is asked to log in again."""
    settings = fake.settings(tmp_path)
    fake.log_in(settings, logged_in_at=logged_in_at, expires_at=0, refresh_token="x")

    with client_of(settings) as client, pytest.raises(LoginError, match=sentence):
        client.playlist("mine")

    assert TokenFile(settings).read() is None


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=503), FetchError),
        (Reply(b"<html>"), FetchError),
        (Reply(b"[]"), FetchError),
        (Reply(b"[]", status=400), FetchError),
        (Reply(b'{"access_token": "x"}'), FetchError),
        (Reply(b'{"access_token": "a\\nb", "expires_in": 1}'), FetchError),
        (json_reply({"error": "invalid_client"}, status=400), LoginError),
        (Reply(status=429, headers={"Retry-After": "3600"}), ServiceStopError),
    ],
)
def test_a_token_endpoint_in_trouble(
    fake: FakeSpotify, tmp_path: Path, reply: Reply, kind: type[ItemError]
) -> None:
    """The login stays for another try, whatever its renewal met."""
    settings = fake.settings(tmp_path)
    fake.log_in(settings, expires_at=0)
    fake.faults["/api/token"].extend([reply] * 4)

    with client_of(settings) as client, pytest.raises(kind):
        client.playlist("mine")

    assert TokenFile(settings).read() is not None


def test_nothing_is_written_beside(
    fake: FakeSpotify, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Spotipy's own cache file does not appear in the working folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    fake.log_in(fake.settings(tmp_path), expires_at=0)

    with client_of(fake.settings(tmp_path)) as client:
        client.playlist("mine")

    assert list((tmp_path / "here").iterdir()) == []
    assert [p.name for p in (tmp_path / "credentials").iterdir()] == ["spotify.json"]

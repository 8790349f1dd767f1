"""Nothing private leaves through a reference."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genre.export.references import public_id, public_reference, public_url, source_name

HASH = "ab" * 32


@pytest.mark.parametrize(
    ("url", "published"),
    [
        ("https://www.youtube.com/watch?v=abc_-123", "https://www.youtube.com/watch?v=abc_-123"),
        ("https://www.youtube.com/playlist?list=PL1", "https://www.youtube.com/playlist?list=PL1"),
        ("https://open.spotify.com/track/x?si=TOKEN", "https://open.spotify.com/track/x"),
        ("http://user:SECRET@music.org/a.mp3", "http://music.org/a.mp3"),
        ("https://SECRET@music.org:8443/a.mp3", "https://music.org:8443/a.mp3"),
        ("https://b.s3.amazonaws.com/a?X-Amz-Signature=SECRET&id=7", "https://b.s3.amazonaws.com/a?id=7"),
        ("https://music.org/a;jsessionid=SECRET/b.mp3#SECRET", "https://music.org/a/b.mp3"),
        ("https://music.org/ä b.mp3", "https://music.org/%C3%A4%20b.mp3"),
        ("https://music.org/a%20b.mp3", "https://music.org/a%20b.mp3"),
        ("http://8.8.8.8/a.mp3", "http://8.8.8.8/a.mp3"),
        ("http://[2606:4700::1111]/a", "http://[2606:4700::1111]/a"),
        ("https://münchen.de/a", "https://xn--mnchen-3ya.de/a"),
        ("HTTPS://Music.ORG/A", "https://music.org/A"),
    ],
)  # fmt: skip
def test_public_urls_lose_their_secrets(url: str, published: str) -> None:
    """Users, passwords, tokens and fragments go; what names the song stays."""
    assert public_url(url) == published


@pytest.mark.parametrize(
    "url",
    [
        "", "file:///home/me/a.mp3", "/home/me/a.mp3", "C:\\Music\\a.mp3", "music/a.mp3",
        "http://localhost/a", "http://localhost./a", "http://nas/a", "http://nas.local/a",
        "http://music.home.arpa/a", "http://127.0.0.1:8000/a", "http://127.1/a",
        "http://2130706433/a", "http://0x7f000001/a", "http://10.1.2.3/a",
        "http://192.168.1.4/a", "http://169.254.169.254/a", "http://100.64.0.1/a",
        "http://[::1]/a", "http://[fe80::1%25eth0]/a", "http://[::ffff:127.0.0.1]/a",
        "http://[broken/a", "http://music.org:port/a", "http:///a", "ftp://music.org/a",
        "http://music..org/a",
        "data:text/html,x", "javascript:alert(1)", "https://music.org/" + "a" * 3_000,
    ],
)  # fmt: skip
def test_private_addresses_are_left_out(url: str) -> None:
    """Paths, home networks, other schemes and endless URLs are not published."""
    assert public_url(url) == ""


@pytest.mark.parametrize(
    ("source", "source_id", "published"),
    [
        ("file", HASH, HASH),
        ("file", "/home/me/a.mp3", ""),
        ("youtube", "dQw4w9WgXcQ", "dQw4w9WgXcQ"),
        ("youtube", "-_w4w9WgXcQ", "-_w4w9WgXcQ"),
        ("deezer", "3135556", "3135556"),
        ("archive", "some_item/01.flac", "some_item/01.flac"),
        ("url", "http://me:SECRET@music.org/a.mp3", "http://music.org/a.mp3"),
        ("url", "http://127.0.0.1/a.mp3", ""),
        ("http", "http://nas.local/7", ""),
        ("http", "/home/me/a.mp3", ""),
        ("http", "../a.mp3", ""),
        ("http", "a/../../b.mp3", ""),
        ("http", "C:\\a.mp3", ""),
        ("http", "C:/a.mp3", ""),
        ("http", "me/a.mp3", ""),
        ("http", ".hidden", ""),
        ("archive", "some_item/../x", ""),
        ("http", "a\nb", ""),
    ],
)
def test_ids_are_hashes_service_ids_or_public_urls(
    source: str, source_id: str, published: str
) -> None:
    """An id that may be a path or a private address is not published."""
    assert public_id(source, source_id) == published


@pytest.mark.parametrize(
    ("given_name", "name"),
    [("youtube", "youtube"), ("http:http://nas/search", "http"), ("/home/me", "")],
)
def test_a_source_is_a_bare_name(given_name: str, name: str) -> None:
    """A search endpoint's address does not leave with its name."""
    assert source_name(given_name) == name


def test_a_reference_needs_an_id_or_a_url() -> None:
    """A reference of which nothing is left is None, not an empty shell."""
    assert public_reference("url", "http://10.0.0.1/a", "http://10.0.0.1/a") is None
    found = public_reference("youtube", "abc", "https://youtu.be/abc")
    assert found == {"source": "youtube", "id": "abc", "url": "https://youtu.be/abc"}


@given(st.text(), st.sampled_from(["", "http://", "https://me:pw@"]))
def test_any_text_gives_plain_ascii_or_nothing(text: str, prefix: str) -> None:
    """No text breaks the rules: what leaves is ASCII, has no space and no user."""
    url = public_url(prefix + text)
    assert url.isascii()
    assert not any(c.isspace() for c in url)
    assert "@" not in url.partition("://")[2].partition("/")[0]

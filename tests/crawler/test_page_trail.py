"""Following a service's pages without leaving it, and to an end."""

import pytest

from genre.crawler.page_trail import PageTrail
from genre.errors import FetchError

PREFIX = "https://api.example.com/v1/"


@pytest.mark.parametrize(
    ("url", "passes"),
    [
        ("https://api.example.com/v1/x?offset=50", True),
        ("https://API.example.com:443/v1/x", True),
        ("http://api.example.com/v1/x", False),
        ("https://api.example.com:444/v1/x", False),
        ("https://api.example.com.evil.example/v1/x", False),
        ("https://api.example.com@evil.example/v1/x", False),
        ("https://me@api.example.com/v1/x", False),
        ("https://api.example.com/v1/../v2/x", False),
        ("https://api.example.com/", False),
        ("v1/x", False),
        ("", False),
        (None, False),
        (["https://api.example.com/v1/x"], False),
    ],
)
def test_only_what_lies_below_the_prefix_is_followed(url: object, passes: bool) -> None:
    """Scheme, host, port and the path's beginning have to be the service's own."""
    trail = PageTrail(PREFIX)
    if passes:
        trail.follow(url)
        return
    with pytest.raises(FetchError, match="must not see your login"):
        trail.follow(url)


def test_endless_pages_end() -> None:
    """Addresses that are always new are followed 2,000 times."""
    trail = PageTrail(PREFIX)
    for page in range(2_000):
        trail.follow(f"{PREFIX}x?page={page}")

    with pytest.raises(FetchError, match="after 2000 pages"):
        trail.follow(f"{PREFIX}x?page=2000")

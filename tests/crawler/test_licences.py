"""Which licences allow to share a changed copy, and how their addresses are spelled."""

import pytest

from genre.crawler.licences import canonical, may_share

CC = "https://creativecommons.org"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://creativecommons.org/licenses/by-sa/3.0/", f"{CC}/licenses/by-sa/3.0/"),
        ("https://www.CreativeCommons.org/licenses/BY/4.0", f"{CC}/licenses/by/4.0/"),
        (f"{CC}/licenses/by-nc/3.0/us/deed.fr", f"{CC}/licenses/by-nc/3.0/us/"),
        (f"{CC}/licenses/by/4.0/legalcode.en?x=1#y", f"{CC}/licenses/by/4.0/"),
        (f"{CC}/publicdomain/zero/1.0/", f"{CC}/publicdomain/zero/1.0/"),
        ("http://artlibre.org/licence/lal", "http://artlibre.org/licence/lal"),
        ("All rights reserved", ""),
        ("javascript:alert(1)", ""),
        ("", ""),
    ],
)
def test_one_spelling(url: str, expected: str) -> None:
    """An address of Creative Commons has one spelling; what is no address is none."""
    assert canonical(url) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"{CC}/publicdomain/zero/1.0/", True),
        (f"{CC}/publicdomain/mark/1.0/", True),
        (f"{CC}/licenses/publicdomain/", True),
        (f"{CC}/licenses/by/4.0/", True),
        (f"{CC}/licenses/by-sa/3.0/de/", True),
        (f"{CC}/licenses/by-nc/2.5/", True),
        ("http://creativecommons.org/licenses/by-nc-sa/3.0/", True),
        (f"{CC}/licenses/by-nd/3.0/", False),
        (f"{CC}/licenses/by-nc-nd/3.0/", False),
        (f"{CC}/licenses/by-nd-nc/1.0/", False),
        (f"{CC}/licenses/sampling+/1.0/", False),
        (f"{CC}/licenses/", False),
        ("https://creativecommons.org.example.com/licenses/by/4.0/", False),
        ("https://example.com/licenses/by/4.0/", False),
        ("licenses/by/4.0", False),
        ("All rights reserved", False),
        ("", False),
    ],
)
def test_what_may_be_shared(url: str, expected: bool) -> None:
    """Free licences without "no derivatives" may; all others, and none, may not."""
    assert may_share(url) is expected

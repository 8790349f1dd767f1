"""Which playlists a line that could not be read may name."""

import pytest

from genre.crawler.naming import may_name


@pytest.mark.parametrize(
    ("source", "playlist", "expected"),
    [
        ("https://www.deezer.com/playlist/1", ("deezer", "1"), True),
        ("https://www.deezer.com/playlist/1", ("deezer", "11"), False),
        ("https://www.deezer.com/album/1", ("deezer", "album/1"), True),
        ("https://www.deezer.com/playlist/1", ("csv", "1"), False),
        ("https://archive.org/details/ab?limit=5", ("archive", "ab"), True),
        ("sub/p.csv", ("csv", "/lists/p.csv"), True),
        ("sub/P.csv#Mix", ("csv", "/lists/p.csv#Mix"), True),
        ("p.csv", ("csv", "/lists/q.csv"), False),
        ("p.csv", ("deezer", "1"), False),
        ("cafe\u0301.csv", ("csv", "/lists/caf\u00e9.csv"), True),
        ("http://h/p.csv?x=1", ("csv", "https://h/p.csv"), True),
        ("http://h/p.csv", ("csv", "https://h/q.csv"), False),
        ("saved.html", ("spotify", "37i9dQZF1DX0SM0LYsmbMT"), True),
        ("music", ("folder", "/lists/music"), True),
    ],
)
def test_may_name(source: str, playlist: tuple[str, str], expected: bool) -> None:
    """Services go by their ids, files by the last part of their path."""
    assert may_name(source, playlist) is expected

"""``genre plan``: what a list will ask for."""

from pathlib import Path

from genre.config import Settings
from genre.status.plan import plan
from tests.crawler.crawls import write_lists

ROWS = "title,artist,duration\nOne,A,180\nTwo,B,180\n"


def test_plan_counts_a_playlist_once(tmp_path: Path) -> None:
    """However often and in which spelling a list names it, it is read once."""
    path = write_lists(tmp_path, {"p.csv House": ROWS, "q.csv Techno": ROWS})
    with path.open("a") as stream:
        stream.write("p.csv Techno\n./p.csv Dub\ngone.csv Dub\ngone.csv House\n")

    cost = plan(Settings(corpus=tmp_path / "corpus"), path)

    assert (cost.playlists, cost.n_rows, cost.hours) == (2, 4, 0.2)
    assert [problem[:6] for problem in cost.unread] == ["line 5"]


def test_plan_counts_spellings_as_one_genre(tmp_path: Path) -> None:
    """Two spellings that a crawl will join are one genre here too."""
    lists = {"p.csv Drum & Bass, House": ROWS, "q.csv drum n bass, HOUSE": ROWS}

    cost = plan(Settings(corpus=tmp_path / "corpus"), write_lists(tmp_path, lists))

    assert cost.genres == 2

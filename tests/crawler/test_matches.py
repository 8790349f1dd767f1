"""``genre matches`` reads no more songs than it shows, and says how many there are."""

import re

import pytest

from genre.config import Settings
from genre.crawler.review import n_reviews, reviews
from genre.db import matches, open_catalog
from genre.db import models as m
from genre.records import Candidate, Decision
from tests.command_line import CommandLine

N_SONGS = 450  # more than two pages


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return a catalog of songs with a candidate each, every other one uncertain."""
    settings = Settings(corpus=tmp_path_factory.mktemp("corpus"))
    with open_catalog(settings) as catalog, catalog.write() as session:
        session.add(
            m.Playlist(id="p", source="csv", source_id="p", snapshot_at="", n_items=0)
        )
        session.flush()
        for n in range(N_SONGS):
            word = Decision.REJECTED if n % 2 else Decision.UNCERTAIN
            key = f"{n:016x}"
            session.add(m.Track(id=key, title=f"{n}", artists="A", match_key=f"{n}"))
            session.flush()
            session.add(
                m.PlaylistTrack(
                    playlist_id="p", position=n, track_id=key, first_seen=""
                )
            )
            found = Candidate("youtube", f"v{n}", "http://x/", "T", decision=word)
            matches.store(session, key, [found])
    return settings


@pytest.mark.parametrize(("uncertain", "n"), [(False, N_SONGS), (True, N_SONGS // 2)])
def test_all_songs_with_candidates(settings: Settings, uncertain: bool, n: int) -> None:
    """Page by page each comes once, and they are counted without being read."""
    found = [r.track.id for r in reviews(settings, uncertain=uncertain)]

    assert found == sorted(set(found))
    assert len(found) == n == n_reviews(settings, uncertain=uncertain)


@pytest.mark.parametrize("limit", [1, 200, 201, 999])
def test_no_more_are_read_than_wanted(settings: Settings, limit: int) -> None:
    """However they lie on pages."""
    assert len(list(reviews(settings, limit=limit))) == min(limit, N_SONGS)


@pytest.mark.parametrize(
    ("options", "shown", "more"),
    [
        ([], 20, 430),
        (["--limit", "449"], 449, 1),
        (["--uncertain", "--limit", "225"], 225, 0),
    ],
)
def test_people_see_some_and_how_many_more_there_are(
    settings: Settings, options: list[str], shown: int, more: int
) -> None:
    """20 unless they say otherwise; then what to do with them."""
    user = CommandLine(settings.corpus, {"corpus": settings.corpus})
    shown_to_people = user.run("matches", *options).stdout

    assert len(re.findall(r"^A - \d+  \[", shown_to_people, re.MULTILINE)) == shown
    said = f"... and {more} more song{'s' * (more != 1)}; --limit {shown + more}"
    assert (said in shown_to_people) == bool(more)
    assert ("Decide with `genre match" in shown_to_people) != bool(more)


@pytest.mark.parametrize(
    ("options", "n", "more"), [([], N_SONGS, 0), (["--limit", "3"], 3, N_SONGS - 3)]
)
def test_programs_get_all_unless_they_name_a_limit(
    settings: Settings, options: list[str], n: int, more: int
) -> None:
    """What a limit cuts off is counted."""
    user = CommandLine(settings.corpus, {"corpus": settings.corpus})
    found = user.json("matches", *options)

    assert (len(found["items"]), found["n_more"]) == (n, more)

"""One song's search: by its names, and by its code where names are not enough."""

from collections.abc import Iterator

from genre.crawler import matching, titles
from genre.crawler.search import SearchProvider
from genre.crawler.services import Services
from genre.records import Candidate, Decision, Track


def can_search(track: Track) -> bool:
    """Tell whether a song's names are enough to look for it."""
    artist, _ = titles.split_artist_title(track.title)
    return bool(track.title and (track.artists or artist))


def search_song(
    track: Track,
    *,
    search: SearchProvider,
    services: Services,
    thresholds: matching.Thresholds,
    wrong: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Candidate, ...]:
    """Search a song and judge what comes, each result once.

    ``wrong`` holds provider and id of what a person said it is not.

    Raises
    ------
    FetchError
        The search failed; its class says how.
    ServiceStopError
        The search's service wants to be left alone.
    """
    judged: dict[tuple[str, str], Candidate] = {}
    with services.asking(search.service):
        for results in _results(track, search):
            for one in results:
                key = one.key
                if key not in wrong:
                    found = matching.judge(track, one, thresholds)
                    judged[key] = max(found, judged.get(key, found), key=_score)
            if any(c.decision is Decision.ACCEPTED for c in judged.values()):
                break
    return tuple(judged.values())


def _results(track: Track, search: SearchProvider) -> Iterator[list[Candidate]]:
    yield search.search(matching.query_of(track), isrc=track.isrc)
    if track.isrc:
        yield search.search_isrc(track.isrc)


def _score(candidate: Candidate) -> float:
    return candidate.score

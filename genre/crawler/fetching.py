"""Phase 2 of a crawl: audio for every song that lacks it.

Threads fetch and convert; this one alone writes the catalog (``results``). Songs come in the
order of their ids, which is as good as shuffled: a crawl that is cut short has some
of every genre. Results are taken in that order too, whatever the number of jobs.
"""

import contextlib
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from genre.audio import terminate_children
from genre.config import Settings
from genre.crawler.choosing import AudioPlace, word_of
from genre.crawler.download import Job, Result, fetch_track
from genre.crawler.obtaining import Tools
from genre.crawler.outcomes import is_final, song_outcome
from genre.crawler.player import Player
from genre.crawler.results import write_down
from genre.crawler.search import make_search
from genre.crawler.services import Services
from genre.crawler.sites import DIRECT, site_named
from genre.db import Catalog, attempts, audio_files, matches
from genre.db.attempts import Standing
from genre.db.audio_files import Holding
from genre.files import require_room
from genre.http import HttpClient
from genre.records import (
    Decision,
    ErrorClass,
    Outcome,
    Stage,
    Status,
    SubjectKind,
)
from genre.workers import await_result

_REPLACED = "its file was replaced; it has the sound of the new one"
_CHOSEN = "what you chose took the place of the recording it had"
_PAGE = 200  # songs read from the catalog at once
_WINDOW = 3  # jobs per thread that are begun or done but not written down yet


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked of the second phase."""

    retry: frozenset[ErrorClass] = frozenset()
    limit: int | None = None


def fetch_all(
    catalog: Catalog,
    settings: Settings,
    client: HttpClient,
    player: Player,
    services: Services,
    wish: Wish,
) -> Iterator[Outcome]:
    """Fetch what is missing; one outcome per song. The player is closed afterwards.

    Raises
    ------
    DiskFullError
        No room is left; nothing was marked as failed.
    """
    tools = Tools(
        settings=settings,
        client=client,
        player=player,
        search=make_search(settings, client=client, player=player),
        services=services,
        stopping=threading.Event(),
    )
    with _threads(tools) as pool:
        yield from _run(catalog, tools, pool, wish)


def _run(
    catalog: Catalog, tools: Tools, pool: ThreadPoolExecutor, wish: Wish
) -> Iterator[Outcome]:
    """Keep a bounded number of jobs in the air; write results down in order."""
    corpus = tools.settings.corpus
    window: deque[Future[Result]] = deque()
    n_begun = 0
    for found in _due(catalog, tools.settings, wish.retry):
        if isinstance(found, Outcome):
            yield found
            continue
        if n_begun == wish.limit:
            break
        require_room(corpus, tools.settings.min_free_bytes)
        window.append(pool.submit(fetch_track, found, tools))
        n_begun += 1
        if len(window) > _WINDOW * tools.settings.n_jobs:
            yield from write_down(catalog, corpus, await_result(window.popleft()))
    while window:
        yield from write_down(catalog, corpus, await_result(window.popleft()))


@contextlib.contextmanager
def _threads(tools: Tools) -> Iterator[ThreadPoolExecutor]:
    """Run threads; however we leave, what they do is broken off and nothing stays."""
    pool = ThreadPoolExecutor(tools.settings.n_jobs, thread_name_prefix="fetch")
    try:
        yield pool
    except BaseException:
        tools.stopping.set()
        pool.shutdown(wait=False, cancel_futures=True)
        tools.client.close()
        terminate_children()
        raise
    finally:
        tools.player.close()
        pool.shutdown()


# --- what is to be done -----------------------------------------------------------


def _due(
    catalog: Catalog, settings: Settings, retry: frozenset[ErrorClass]
) -> Iterator[Job | Outcome]:
    """Yield a job for each song that lacks audio, an outcome for each other one."""
    after = ""
    while True:
        with catalog.read() as session:
            holdings = audio_files.page(session, after=after, size=_PAGE)
            standings = attempts.standings(
                session,
                [holding.track.id for holding in holdings],
                kind=SubjectKind.TRACK,
                stage=Stage.CRAWL,
            )
        if not holdings:
            return
        for holding in holdings:
            standing = standings.get(holding.track.id)
            yield _settled(holding, standing, settings, retry) or _job(
                catalog, settings.corpus, holding
            )
        after = holdings[-1].track.id


def _settled(
    holding: Holding,
    standing: Standing | None,
    settings: Settings,
    retry: frozenset[ErrorClass],
) -> Outcome | None:
    """Return the outcome of a song that is there, or is not to be tried again."""
    track, audio = holding.track, holding.audio
    is_here = _is_here(holding, settings.corpus)
    if is_here and not holding.wants_another:
        return song_outcome(track, Status.KEPT)
    if (audio and not is_here) or standing is None or not _is_closed(standing, retry):
        return None
    return song_outcome(
        track,
        standing.outcome,
        message=standing.message,
        error_class=standing.error_class,
    )


def _is_here(holding: Holding, corpus: Path) -> bool:
    """Tell whether a song's WAV is in its place, and of what it should be."""
    audio = holding.audio
    return (
        audio is not None
        and (corpus / audio.path).is_file()
        and not holding.is_outdated
    )


def _is_closed(standing: Standing, retry: frozenset[ErrorClass]) -> bool:
    """Tell whether a song is left alone this time."""
    closed = is_final(standing.outcome, standing.error_class)
    return closed and ErrorClass.PERMANENT not in retry


def _job(catalog: Catalog, corpus: Path, holding: Holding) -> Job:
    """Return what to do for a song; a WAV that was lost is no longer spoken of."""
    replaces = _is_here(holding, corpus)
    if holding.audio and not replaces:
        with catalog.write() as session:
            audio_files.mark_removed(session, holding.track.id)
        (corpus / holding.audio.path).unlink(missing_ok=True)  # of a replaced file
    with catalog.read() as session:
        known = matches.of_track(session, holding.track.id)
    word = word_of(known)
    wrong = frozenset(key for key in word if word[key] is Decision.REJECTED)
    gone = {(ref.source, ref.source_id) for ref in holding.replaced}
    accepted = tuple(
        c for c in known if c.decision is Decision.ACCEPTED and c.key not in gone
    )
    places = tuple(place for place in _places(holding) if place.key not in wrong)
    note = _CHOSEN if replaces else _REPLACED if holding.is_outdated else ""
    return Job(
        holding.track,
        places,
        accepted,
        wrong,
        note=note,
        replaces=replaces,
        word=word,
    )


def _places(holding: Holding) -> tuple[AudioPlace, ...]:
    """Return where the playlists say a song's audio is: files, addresses, sites."""
    rank = {"file": 0, "url": 1, **dict.fromkeys(DIRECT, 2)}
    playable = [r for r in holding.refs if r.source in rank or site_named(r.source)]
    return tuple(
        AudioPlace(ref.source, ref.source_id, ref.url, ref.trusted)
        for ref in sorted(playable, key=lambda ref: rank.get(ref.source, 3))
        if ref.url
    )

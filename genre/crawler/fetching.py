"""Phase 2 of a crawl: audio for every song that lacks it.

Threads fetch and convert; this one alone writes the catalog. Songs come in the
order of their ids, which is as good as shuffled: a crawl that is cut short has some
of every genre. Results are taken in that order too, whatever the number of jobs.
"""

import contextlib
import re
import threading
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from genre.audio import terminate_children
from genre.config import Settings
from genre.crawler.choosing import AudioPlace
from genre.crawler.download import Job, Result, Tools, fetch_track
from genre.crawler.player import Player
from genre.crawler.search import make_search
from genre.crawler.services import Services
from genre.crawler.sites import DIRECT, site_named
from genre.db import Catalog, Session, attempts, audio_files, matches
from genre.db.attempts import Block, Standing
from genre.db.audio_files import Holding
from genre.errors import ServiceStopError
from genre.files import require_room, utc_now
from genre.http import HttpClient
from genre.records import (
    AudioFile,
    Decision,
    ErrorClass,
    Outcome,
    Stage,
    Status,
    SubjectKind,
    Track,
)
from genre.text import display
from genre.workers import await_result

MAX_TEMPORARY = 5  # temporary failures in a row after which a song is given up
_AGAIN = "After a change `--retry permanent` tries it again."
_LATER = re.compile(r"[;,] (try again|run the same command again) later\.$")
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
    window: deque[Future[Result]] = deque()
    n_begun = 0
    for found in _due(catalog, tools.settings, wish.retry):
        if isinstance(found, Outcome):
            yield found
            continue
        if n_begun == wish.limit:
            break
        require_room(tools.settings.corpus, tools.settings.min_free_bytes)
        window.append(pool.submit(fetch_track, found, tools))
        n_begun += 1
        if len(window) > _WINDOW * tools.settings.n_jobs:
            yield from _write_down(catalog, await_result(window.popleft()))
    while window:
        yield from _write_down(catalog, await_result(window.popleft()))


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
            yield _settled(holding, standing, settings, retry) or _job(catalog, holding)
        after = holdings[-1].track.id


def _settled(
    holding: Holding,
    standing: Standing | None,
    settings: Settings,
    retry: frozenset[ErrorClass],
) -> Outcome | None:
    """Return the outcome of a song that is there, or is not to be tried again."""
    track, audio = holding.track, holding.audio
    if audio and (settings.corpus / audio.path).is_file():
        return _outcome(track, Status.KEPT)
    if audio or standing is None or not _is_closed(standing, retry):
        return None
    return _outcome(
        track,
        standing.outcome,
        message=standing.message,
        error_class=standing.error_class,
    )


def _is_closed(standing: Standing, retry: frozenset[ErrorClass]) -> bool:
    """Tell whether a song is left alone this time."""
    closed = _is_final(standing.outcome, standing.error_class)
    return closed and ErrorClass.PERMANENT not in retry


def _is_final(outcome: Status, error_class: ErrorClass | None) -> bool:
    """Tell whether a song failed for good, or nothing fits its names."""
    for_good = outcome is Status.FAILED and error_class is ErrorClass.PERMANENT
    return for_good or outcome is Status.REFUSED


def _job(catalog: Catalog, holding: Holding) -> Job:
    """Return what to do for a song; a WAV that was lost is no longer spoken of."""
    if holding.audio:
        with catalog.write() as session:
            audio_files.mark_removed(session, holding.track.id)
    with catalog.read() as session:
        known = matches.of_track(session, holding.track.id)
    accepted = tuple(c for c in known if c.decision is Decision.ACCEPTED)
    wrong = frozenset(
        (c.provider, c.provider_id)
        for c in known
        if c.by_person and c.decision is Decision.REJECTED
    )
    places = tuple(
        place
        for place in _places(holding)
        if (place.provider, place.provider_id) not in wrong
    )
    return Job(holding.track, places, accepted, wrong)


def _places(holding: Holding) -> tuple[AudioPlace, ...]:
    """Return where the playlists say a song's audio is: files, addresses, sites."""
    rank = {"file": 0, "url": 1, **dict.fromkeys(DIRECT, 2)}
    playable = [r for r in holding.refs if r.source in rank or site_named(r.source)]
    return tuple(
        AudioPlace(ref.source, ref.source_id, ref.url, ref.trusted)
        for ref in sorted(playable, key=lambda ref: rank.get(ref.source, 3))
        if ref.url
    )


# --- what came of it --------------------------------------------------------------


def _write_down(catalog: Catalog, result: Result) -> Iterator[Outcome]:
    """Record a result in one transaction; yield it, then what else is notable."""
    with catalog.write() as session:
        matches.store(session, result.job.track.id, result.found)
        if isinstance(result.error, ServiceStopError):
            outcome = _note_stop(session, result, result.error)
        else:
            outcome = _note_attempt(session, result)
        twins = _note_audio(session, result.audio) if result.audio else []
    yield outcome
    for twin in twins:
        names = f"{display(twin.name, width=80)} [{twin.id}]"
        message = f"It sounds exactly like {names}: one recording under two names."
        yield _outcome(result.job.track, Status.NOTE, message=message)


def _note_audio(session: Session, audio: AudioFile) -> list[Track]:
    audio_files.put(session, audio)
    return audio_files.same_sound(session, audio)


def _note_stop(session: Session, result: Result, error: ServiceStopError) -> Outcome:
    """Record that a service wants to be left alone; the song is not to blame."""
    until = error.retry_at or utc_now()
    attempts.block_service(session, Block(error.service, until, str(error)))
    outcome = _of_result(result, ErrorClass.STOP)
    rests = {"service": error.service, "retry_at": until}
    return replace(outcome, data={**outcome.data, **rests})


def _note_attempt(session: Session, result: Result) -> Outcome:
    outcome = _of_result(result, result.error.error_class if result.error else None)
    if outcome.error_class is ErrorClass.TEMPORARY:
        outcome = _given_up(session, result, outcome)
    attempts.record_outcome(
        session, SubjectKind.TRACK, outcome, provider=result.provider
    )
    return outcome


def _given_up(session: Session, result: Result, outcome: Outcome) -> Outcome:
    """Return the outcome, permanent when it is one temporary failure too many."""
    track = result.job.track
    standing = attempts.standings(
        session, [track.id], kind=SubjectKind.TRACK, stage=Stage.CRAWL
    ).get(track.id)
    if standing is None or standing.n_temporary + 1 < MAX_TEMPORARY:
        return outcome
    reason = _LATER.sub(".", outcome.message)  # a later run does not try it again
    message = f"Given up after {MAX_TEMPORARY} tries: {reason} {_AGAIN}"
    return _outcome(
        track, Status.FAILED, message=message, error_class=ErrorClass.PERMANENT
    )


def _of_result(result: Result, error_class: ErrorClass | None) -> Outcome:
    """Return the outcome; what will not be tried again says how it would be."""
    closed = _is_final(result.status, error_class)
    message = f"{result.message} {_AGAIN}" if closed else result.message
    return _outcome(
        result.job.track, result.status, message=message, error_class=error_class
    )


def _outcome(
    track: Track,
    status: Status,
    *,
    message: str = "",
    error_class: ErrorClass | None = None,
) -> Outcome:
    return Outcome(
        Stage.CRAWL,
        track.id,
        status,
        label=track.name,
        message=message,
        error_class=error_class,
        data={"kind": "track"},
    )

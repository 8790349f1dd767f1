"""What came of each song's job goes into the catalog, and its WAV into its place.

``fetching`` runs the jobs; ``review`` lets go of recordings here, too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from genre.crawler import originals
from genre.crawler.choosing import LISTED, agrees, word_of
from genre.crawler.download import Result, new_original, replacement, wav_path
from genre.crawler.outcomes import given_up, outcome_of, song_outcome
from genre.crawler.shown import is_from
from genre.db import (
    Catalog,
    Session,
    attempts,
    audio_files,
    evidence,
    matches,
    playlists,
    tracks,
    twins,
)
from genre.db.attempts import Block
from genre.errors import FetchError, ServiceStopError
from genre.files import publish, utc_now
from genre.records import (
    AudioFile,
    AudioStatus,
    Candidate,
    ErrorClass,
    Outcome,
    Stage,
    Status,
    SubjectKind,
)
from genre.text import counted, display

_STAYS = "The recording it has stays."


def write_down(catalog: Catalog, corpus: Path, result: Result) -> Iterator[Outcome]:
    """Record a result in one transaction; yield it, then what else is notable."""
    fetched = result.audio
    if fetched and result.job.replaces:
        result = _take_the_place(catalog, corpus, result)
    with catalog.write() as session:
        result = _heeding(session, result)
        matches.store(session, result.job.track.id, result.found)
        if isinstance(result.error, ServiceStopError):
            outcome = _note_stop(session, result, result.error)
        else:
            outcome = _note_attempt(session, result)
        said = _note_audio(session, result.audio) if result.audio else ""
    if fetched and not result.audio:
        _throw_away(corpus, result)
    yield outcome
    if said:
        yield song_outcome(result.job.track, Status.NOTE, message=said)


def let_go(
    session: Session,
    audio: AudioFile,
    candidates: Iterable[Candidate],
    status: AudioStatus,
) -> None:
    """Let go of a song's recording, and of what was concluded from it."""
    track_id, wrong = audio.track_id, audio.key
    audio_files.retire(session, track_id, status)
    if any(is_from(audio, c) and c.reason != LISTED for c in candidates):
        let_go_of_name(session, track_id, wrong)


def let_go_of_name(session: Session, track_id: str, name: tracks.Reference) -> None:
    """Take from a song the reference of a recording that is not its own."""
    if tracks.drop_ref(session, track_id, *name):
        evidence.forget(session, track_id, ref=":".join(name))  # of another song
        playlists.read_anew(session, track_id)  # rows it had led here by mistake


def _take_the_place(catalog: Catalog, corpus: Path, result: Result) -> Result:
    """Put a new WAV where another is, unless a person decided otherwise meanwhile.

    The other's row goes first: killed in between, the song has no audio rather than
    audio that is not what its row says, and the next crawl fetches it.
    """
    track_id = result.job.track.id
    with catalog.write() as session:
        result = _heeding(session, result)
        if result.audio is None:
            return result
        if old := audio_files.present(session, [track_id]).get(track_id):
            found = matches.of_track(session, track_id)
            let_go(session, old, found, AudioStatus.REPLACED)
    kept = corpus / "incoming" / track_id
    originals.drop(kept)
    originals.rename(new_original(corpus, track_id), kept)
    publish(replacement(corpus, track_id), corpus / wav_path(track_id))
    return replace(result, job=replace(result.job, replaces=False))


def _throw_away(corpus: Path, result: Result) -> None:
    """Delete what was fetched and is not wanted any more."""
    track_id = result.job.track.id
    if result.job.replaces:
        replacement(corpus, track_id).unlink(missing_ok=True)
        originals.drop(new_original(corpus, track_id))
    else:
        (corpus / wav_path(track_id)).unlink(missing_ok=True)
        originals.drop(corpus / "incoming" / track_id)


def _heeding(session: Session, result: Result) -> Result:
    """Return a result, but not against what a person decided while it was fetched."""
    track = result.job.track
    word, audio = word_of(matches.of_track(session, track.id)), result.audio
    if word == result.job.word or isinstance(result.error, ServiceStopError):
        return result
    if audio and agrees(word, audio.provider, audio.provider_id):
        return result
    error = FetchError(
        "Expected nobody to decide on this song while it was fetched, found that you"
        " did; run the same command again: it heeds what you decided."
    )
    failed = replace(result, status=Status.FAILED, audio=None)
    return replace(failed, error=error, message=str(error))


def _note_audio(session: Session, audio: AudioFile) -> str:
    """Record a song's WAV; return a sentence if other songs sound exactly like it."""
    audio_files.put(session, audio)
    twin, n = twins.note(session, audio.track_id, audio.info.pcm_sha256)
    if twin is None:
        return ""
    names = f"{display(twin.name, width=80)} [{twin.id}]"
    more = f" and {counted(n - 1, 'more song')}" if n > 1 else ""
    return (
        f"It sounds exactly like {names}{more}: one recording under two names, or a"
        " wrong match."
    )


def _note_stop(session: Session, result: Result, error: ServiceStopError) -> Outcome:
    """Record that a service wants to be left alone; the song is not to blame."""
    until = error.retry_at or utc_now()
    attempts.block_service(session, Block(error.service, until, str(error)))
    outcome = outcome_of(result, ErrorClass.STOP)
    rests = {"service": error.service, "retry_at": until}
    return replace(outcome, data={**outcome.data, **rests})


def _note_attempt(session: Session, result: Result) -> Outcome:
    outcome = outcome_of(result, result.error.error_class if result.error else None)
    if outcome.error_class is ErrorClass.TEMPORARY:
        outcome = given_up(outcome, _n_temporary(session, result))
    if result.job.replaces and outcome.message:
        outcome = replace(outcome, message=f"{outcome.message} {_STAYS}")
    attempts.record_outcome(
        session, SubjectKind.TRACK, outcome, provider=result.provider
    )
    return outcome


def _n_temporary(session: Session, result: Result) -> int:
    """Return how often in a row a song has failed in a way that may pass."""
    track_id = result.job.track.id
    found = attempts.standings(
        session, [track_id], kind=SubjectKind.TRACK, stage=Stage.CRAWL
    )
    return found[track_id].n_temporary if track_id in found else 0

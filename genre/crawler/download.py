"""One song's audio: one job, one function, one result.

A job's places are tried in order until one gives a recording that decodes and is
as long as the song. Works in a thread of its own, writes files but never the
catalog, and never raises for what concerns only this song.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from genre.audio import convert_to_wav
from genre.config import Settings
from genre.crawler import matching, originals
from genre.crawler.choosing import (
    AudioPlace,
    Heard,
    Word,
    accepted,
    after_hearing,
    why_refused,
)
from genre.crawler.obtaining import Tools, obtain
from genre.crawler.searching import can_search, search_song
from genre.errors import FetchError, ItemError, MediaError, ServiceStopError
from genre.files import disk_errors, publish
from genre.records import (
    AudioFile,
    AudioInfo,
    Candidate,
    ErrorClass,
    Status,
    Track,
)
from genre.text import display

# Of several failures the one that promises most decides about another try.
_HOPE = (
    ErrorClass.STOP,
    ErrorClass.TEMPORARY,
    ErrorClass.ENVIRONMENT,
    ErrorClass.PERMANENT,
)


@dataclass(frozen=True, slots=True)
class Job:
    """A song without audio, and where it may be had; no place means: search it."""

    track: Track
    places: tuple[AudioPlace, ...]
    candidates: tuple[Candidate, ...] = ()  # accepted by an earlier search or a person
    wrong: frozenset[tuple[str, str]] = frozenset()  # what a person said it is not
    note: str = ""  # what to say of it when it has its audio
    replaces: bool = False  # it has audio, which stays until there is other
    word: Word = field(default_factory=dict)  # what a person had said of the song


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job."""

    job: Job
    status: Status
    audio: AudioFile | None = None
    provider: str = ""
    found: tuple[Candidate, ...] = ()  # judged by a new search, or by listening
    error: ItemError | None = None
    message: str = ""


def fetch_track(job: Job, tools: Tools) -> Result:
    """Get a song's audio into the corpus, converted and verified.

    Raises
    ------
    DiskFullError
        No room: the run must stop, this song is not to blame.
    KeyboardInterrupt
        The command was interrupted.
    """
    refused: list[Heard] = []
    found = job.candidates
    try:
        audio = _from_named(job, refused, tools) or _from_earlier(job, refused, tools)
        if audio is None:
            found = (*found, *_searched(job, refused, tools))
            places = _accepted(found, refused, tools)
            if not places:
                return _refusal(job, after_hearing(found, refused), tools)
            audio = _first_that_works(job, places, refused, tools)
    except ItemError as error:
        found = after_hearing(found, refused)
        return Result(job, Status.FAILED, found=found, error=error, message=str(error))
    found = after_hearing(found, refused)
    done = Result(job, Status.DONE, audio, audio.provider, found)
    return replace(done, message=job.note)


def wav_path(track_id: str) -> str:
    """Return where a song's WAV is, relative to the corpus."""
    return f"audio/{track_id[:2]}/{track_id}.wav"


def replacement(corpus: Path, track_id: str) -> Path:
    """Return where a WAV waits for the place of another; a kill leaves it to be swept."""
    return corpus / "incoming" / f".tmp-wav-{track_id}"


def new_original(corpus: Path, track_id: str) -> Path:
    """Return what such a WAV's original goes by meanwhile."""
    return corpus / "incoming" / f".tmp-original-{track_id}"


def _from_named(job: Job, refused: list[Heard], tools: Tools) -> AudioFile | None:
    """Fetch from where a person or the playlists say; None: go by searches.

    A video that is gone may be found elsewhere. Not so what the user's own address, or
    a service with licences, does not give: another source would be another right.
    """
    chosen = tuple(c for c in job.candidates if c.by_person)
    theirs = accepted(chosen, trusts=tools.search.trusts, listed=job.places)
    places = theirs or job.places
    if not places:
        return None
    try:
        return _first_that_works(job, places, refused, tools)
    except FetchError as error:
        gone = error.error_class is ErrorClass.PERMANENT
        replaceable = all(tools.site_named(place.provider) for place in job.places)
        if chosen or not gone or not replaceable or not can_search(job.track):
            raise
        return None


def _from_earlier(job: Job, refused: list[Heard], tools: Tools) -> AudioFile | None:
    """Fetch what an earlier search accepted; None: nothing, or it is no good any more."""
    places = _accepted(job.candidates, refused, tools)
    if not places:
        return None
    try:
        return _first_that_works(job, places, refused, tools)
    except ItemError as error:
        if error.error_class is not ErrorClass.PERMANENT:
            raise
        return None


def _accepted(
    found: tuple[Candidate, ...], refused: list[Heard], tools: Tools
) -> tuple[AudioPlace, ...]:
    """Return where to fetch from, but for what has already turned out to be no good."""
    return accepted(after_hearing(found, refused), trusts=tools.search.trusts)


def _searched(job: Job, refused: list[Heard], tools: Tools) -> tuple[Candidate, ...]:
    """Search a song; what is known to be wrong or no good is not found again."""
    if not can_search(job.track):
        raise FetchError(
            f"Expected artist and title to search by, found only"
            f" {display(job.track.name, width=60)!r}; another playlist that names the song"
            " completes it.",
            error_class=ErrorClass.PERMANENT,
        )
    s = tools.settings
    listed = {place.key for place in job.places}
    tried = {heard.key for heard in refused}
    return search_song(
        job.track,
        search=tools.search,
        services=tools.services,
        thresholds=matching.Thresholds(
            s.match_threshold, s.match_uncertain, s.duration_tolerance_s
        ),
        wrong=job.wrong | listed | tried,
    )


def _refusal(job: Job, found: tuple[Candidate, ...], tools: Tools) -> Result:
    needed = tools.settings.match_threshold
    message = why_refused(job.track, found, needed=needed, n_wrong=len(job.wrong))
    return Result(job, Status.REFUSED, found=found, message=message)


def _first_that_works(
    job: Job,
    places: tuple[AudioPlace, ...],
    refused: list[Heard],
    tools: Tools,
) -> AudioFile:
    """Try places in order; tell in ``refused`` which are gone, or are the wrong sound."""
    errors: list[ItemError] = []
    for place in places:
        tools.check_running()
        try:
            return _fetch_place(job, place, tools)
        except ServiceStopError as error:
            errors.append(tools.services.stop(error))
        except ItemError as error:
            errors.append(error)
            if error.error_class is ErrorClass.PERMANENT:
                refused.append(Heard(place.provider, place.provider_id, str(error)))
    raise _told(errors)


def _told(errors: list[ItemError]) -> ItemError:
    """Return the error that promises most; when all are final, it speaks of the others."""
    best = min(errors, key=lambda error: _HOPE.index(error.error_class))
    others = [str(error) for error in errors if error is not best]
    if not others or best.error_class is not ErrorClass.PERMANENT:
        return best
    shown = f"{best} (and {len(others)} more: {display(others[0], width=120)})"
    return type(best)(shown, error_class=best.error_class)


def _fetch_place(job: Job, place: AudioPlace, tools: Tools) -> AudioFile:
    """Fetch, convert and verify one recording; it is in its place when this returns.

    If it replaces another one, that stays and the new one waits beside it.
    """
    track, corpus = job.track, tools.settings.corpus
    incoming = corpus / "incoming"
    target, original = corpus / wav_path(track.id), incoming / track.id
    if job.replaces:
        target, original = replacement(corpus, track.id), new_original(corpus, track.id)
    with disk_errors(target), _scratch(incoming) as folder:
        source, place = obtain(place, folder, tools)
        tools.check_running()
        wav = folder / "converted.wav"
        info = convert_to_wav(source, wav, settings=tools.settings)
        _check_duration(track, place, info, tools.settings)
        if tools.settings.keep_originals:
            originals.keep(source, place, original, scratch=folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        publish(wav, target)
    return AudioFile(
        track.id, wav_path(track.id), place.provider, place.provider_id, info
    )


def _check_duration(
    track: Track, place: AudioPlace, info: AudioInfo, settings: Settings
) -> None:
    """Refuse a recording that is not as long as the song, or as its place claims."""
    found = info.duration_s if info.source_s is None else info.source_s
    claims = (
        (None if place.chosen else track.duration_s, "as the playlist states"),
        (place.stated_s, "as its page claims"),
    )
    for stated_s, who in claims:
        if stated_s is None:
            continue
        allowed = matching.tolerance_s(stated_s, settings.duration_tolerance_s)
        if abs(found - stated_s) > allowed:
            raise MediaError(
                f"Expected a recording of {stated_s:.0f} s (+-{allowed:.0f} s), {who},"
                f" found {found:.0f} s; name another, or raise duration_tolerance_s."
            )


@contextmanager
def _scratch(incoming: Path) -> Iterator[Path]:
    """Make a folder for one fetch; what a kill leaves behind, the next run sweeps."""
    incoming.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".tmp-", dir=incoming) as name:
        yield Path(name)

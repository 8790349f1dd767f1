"""A person's word on matches: ``genre matches`` lists them, ``genre match`` decides.

What a person accepts is fetched by the next crawl, whatever the matcher thinks; what a
person rejects is never fetched for that song again. A recording that turns out to be
the wrong one goes: its WAV is deleted, its features no longer count, and playlists that
named the song only by that recording are read anew.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from genre.config import Settings
from genre.crawler import sites
from genre.crawler.choosing import TYPED
from genre.db import (
    Catalog,
    Session,
    attempts,
    audio_files,
    lookup,
    matches,
    open_catalog,
    playlists,
    tracks,
)
from genre.errors import UsageError
from genre.files import stage_lock
from genre.records import (
    AudioFile,
    Candidate,
    Decision,
    Outcome,
    Stage,
    Status,
    SubjectKind,
    Track,
)
from genre.text import clean_text, display
from genre.urls import is_address, redact

_PAGE = 200
_NEXT = {
    Decision.ACCEPTED: "`genre crawl --audio-only` fetches it",
    Decision.REJECTED: "it is not fetched for this song again",
}


@dataclass(frozen=True, slots=True)
class Review:
    """A song, what was found for it, and what it sounds like now."""

    track: Track
    candidates: tuple[Candidate, ...]  # the best first
    audio: AudioFile | None


def reviews(
    settings: Settings, *, track: str = "", uncertain: bool = False
) -> Iterator[Review]:
    """Yield songs that have candidates: all, only the open ones, or the one named.

    Raises
    ------
    NotReadyError
        There is no catalog.
    UsageError
        No track, or more than one, is meant.
    """
    with open_catalog(settings, readonly=True) as catalog:
        if track:
            with catalog.read() as session:
                yield _as_shown(_review(session, lookup.one_track(session, track)))
            return
        after = ""
        while page := _page(catalog, after, uncertain=uncertain):
            yield from map(_as_shown, page)
            after = page[-1].track.id


def decide(
    settings: Settings, track: str, candidate: str, decision: Decision
) -> Outcome:
    """Accept or reject a candidate; to reject, "" means the present recording's.

    A candidate is named by its id, by ``provider:id`` or by its address; an address
    that no search found can be accepted, too.

    Raises
    ------
    NotReadyError
        There is no catalog.
    UsageError
        The track or the candidate cannot be told.
    BusyError
        The recording has to go, but a crawl is running.
    """
    with open_catalog(settings, create=False) as catalog:
        with catalog.read() as session:
            review = _review(session, lookup.one_track(session, track))
        chosen = _chosen(review, candidate, decision)
        if not _is_wrong(review.audio, chosen, decision):
            with catalog.write() as session:
                _write(session, review.track, chosen, decision)
            return _outcome(review.track, _shown_candidate(chosen), decision)
        with stage_lock(settings.corpus, Stage.CRAWL):
            with catalog.write() as session:
                _write(session, review.track, chosen, decision)
                _forget_recording(session, review)
            if review.audio:  # after the commit: a file without a row harms nobody
                (settings.corpus / review.audio.path).unlink(missing_ok=True)
        return _outcome(review.track, _shown_candidate(chosen), decision, gone=True)


def _page(catalog: Catalog, after: str, *, uncertain: bool) -> list[Review]:
    with catalog.read() as session:
        found = matches.tracks_with(
            session, uncertain=uncertain, after=after, size=_PAGE
        )
        return [_review(session, track) for track in found]


def _review(session: Session, track: Track) -> Review:
    audio = audio_files.present(session, [track.id]).get(track.id)
    return Review(track, tuple(matches.of_track(session, track.id)), audio)


# --- which candidate is meant --------------------------------------------------------


def _chosen(review: Review, text: str, decision: Decision) -> Candidate:
    """Return the candidate that a text names."""
    if not text and decision is Decision.REJECTED:
        return _heard(review)
    names = {text, text.partition(":")[2]}
    fitting = [
        c
        for c in review.candidates
        for shown in (c, _shown_candidate(c))
        if text in {shown.url, f"{shown.provider}:{shown.provider_id}"}
        or shown.provider_id in names
    ]
    fitting = list(dict.fromkeys(fitting))
    exact = [c for c in fitting if text != c.provider_id] or fitting
    if len(exact) == 1:
        return exact[0]
    if not exact and decision is Decision.ACCEPTED and (new := _typed(text)):
        return new
    raise _unclear(review, text)


def _heard(review: Review) -> Candidate:
    """Return where the present recording came from, as a candidate."""
    audio = review.audio
    if audio is None:
        raise UsageError(
            f"Expected {display(review.track.name)} to have a recording, found none;"
            f" name a candidate, as `genre matches {review.track.id}` lists them."
        )
    key = (audio.provider, audio.provider_id)
    known = {(c.provider, c.provider_id): c for c in review.candidates}
    return known.get(key) or Candidate(*key, url="", title="", reason="heard")


def _typed(text: str) -> Candidate | None:
    """Return a candidate for an address that no search found; None for other texts."""
    address = clean_text(text, limit=2_000)
    song = sites.song_at(address)
    if song and song.site.extractors:
        return Candidate(song.site.name, song.id, song.url, title="", reason="named")
    parts = sites.split(address)
    if song or parts is None or parts.scheme not in {"http", "https"}:
        return None
    if not parts.hostname:
        return None
    if "@" in parts.netloc:
        raise UsageError(
            f"Expected an address that the catalog may keep, found one with a login"
            f" ({redact(address)}); leave it out: a playlist of your list that names this"
            " server with its login serves for all its songs."
        )
    public = parts._replace(fragment="").geturl()
    return Candidate(TYPED, public, public, title="", reason="named")


def _unclear(review: Review, text: str) -> UsageError:
    shown = _as_shown(review).candidates[:5]
    listed = ", ".join(f"{c.provider}:{c.provider_id}" for c in shown)
    return UsageError(
        f"Expected a candidate of {display(review.track.name)}"
        f" ({display(listed, width=300) or 'it has none'}) or an address to fetch it from,"
        f" found {display(_without_query(text), width=100)!r};"
        f" `genre matches {review.track.id}` lists them."
    )


# --- what a person reads -------------------------------------------------------------


def _as_shown(review: Review) -> Review:
    """Return a review for people: the query of an address may hold a key."""
    audio = review.audio
    if audio and not sites.site_named(audio.provider):
        audio = replace(audio, provider_id=_without_query(audio.provider_id))
    shown = tuple(map(_shown_candidate, review.candidates))
    return replace(review, candidates=shown, audio=audio)


def _shown_candidate(found: Candidate) -> Candidate:
    if sites.site_named(found.provider):  # it is what the video goes by
        return found
    named = _without_query(found.provider_id)
    return replace(found, url=_without_query(found.url), provider_id=named)


def _without_query(text: str) -> str:
    return redact(text) if is_address(text) else text


def as_text(review: Review) -> str:
    """Return a song and its candidates, four lines for each."""
    track = review.track
    head = f"{track.name}  [{track.id}]  {_clock(track.duration_s)}"
    lines = (_candidate_text(found, review.audio) for found in review.candidates)
    return "\n".join([head, *lines])


def _candidate_text(found: Candidate, audio: AudioFile | None) -> str:
    who = "you" if found.by_person else "matcher"
    heard = ", the recording it has" if audio and _is_from(audio, found) else ""
    place = f"{found.provider}:{found.provider_id}"
    return (
        f"  {found.decision} by {who}{heard}: {found.score:.2f}  {place}\n"
        f"      {found.title}  {_clock(found.duration_s)}  {found.uploader}\n"
        f"      {found.url}\n"
        f"      {found.reason}"
    )


def _clock(seconds: float | None) -> str:
    """Return a length as a person writes it."""
    if seconds is None:
        return "(length unknown)"
    return f"({int(seconds) // 60}:{int(seconds) % 60:02})"


# --- what a decision changes ---------------------------------------------------------


def _is_wrong(audio: AudioFile | None, chosen: Candidate, decision: Decision) -> bool:
    """Tell whether the present recording is not the song's after the decision."""
    if audio is None:
        return False
    return _is_from(audio, chosen) == (decision is Decision.REJECTED)


def _is_from(audio: AudioFile, found: Candidate) -> bool:
    """Tell whether a recording is what a candidate stands for."""
    return (audio.provider, audio.provider_id) == (found.provider, found.provider_id)


def _write(
    session: Session, track: Track, chosen: Candidate, decision: Decision
) -> None:
    matches.decide(session, track.id, chosen, decision)
    shown = _shown_candidate(chosen)
    attempts.record(  # the song is no longer given up
        session,
        kind=SubjectKind.TRACK,
        subject=track.id,
        stage=Stage.CRAWL,
        provider=chosen.provider,
        outcome=Status.NOTE,
        message=f"A person {decision} {chosen.provider}:{shown.provider_id}.",
    )


def _forget_recording(session: Session, review: Review) -> None:
    """Let go of a recording, and of what was concluded from it."""
    assert review.audio is not None
    wrong = (review.audio.provider, review.audio.provider_id)
    audio_files.mark_removed(session, review.track.id)
    found = {(c.provider, c.provider_id) for c in review.candidates}
    if wrong in found and tracks.drop_ref(session, review.track.id, *wrong):
        playlists.read_anew(session, review.track.id)  # rows it had led here by mistake


def _outcome(
    track: Track, chosen: Candidate, decision: Decision, *, gone: bool = False
) -> Outcome:
    what = f"{decision} {chosen.provider}:{chosen.provider_id}"
    went = "; the recording it had is gone, and its features with it" if gone else ""
    later = " (crawl its playlists again, then label)" if gone else ""
    return Outcome(
        Stage.CRAWL,
        track.id,
        Status.DONE,
        label=track.name,
        message=f"{display(what, width=200)}{went}; {_NEXT[decision]}{later}.",
        data={"kind": "track", "decision": decision, "candidate": chosen.provider_id},
    )

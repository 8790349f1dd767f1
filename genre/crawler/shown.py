"""A song and what was found for it, as a person reads it. Pure."""

from dataclasses import dataclass, replace

from genre.crawler import sites
from genre.records import AudioFile, Candidate, Track
from genre.urls import is_address, redact


@dataclass(frozen=True, slots=True)
class Review:
    """A song, what was found for it, and what it sounds like now."""

    track: Track
    candidates: tuple[Candidate, ...]  # the best first
    audio: AudioFile | None


def is_from(audio: AudioFile, found: Candidate) -> bool:
    """Tell whether a recording is what a candidate stands for."""
    return audio.key == found.key


def as_shown(review: Review) -> Review:
    """Return a review for people: the query of an address may hold a key."""
    audio = review.audio
    if audio and not sites.site_named(audio.provider):
        audio = replace(audio, provider_id=without_query(audio.provider_id))
    shown = tuple(map(shown_candidate, review.candidates))
    return replace(review, candidates=shown, audio=audio)


def shown_candidate(found: Candidate) -> Candidate:
    """Return a candidate for people."""
    if sites.site_named(found.provider):  # it is what the video goes by
        return found
    named = without_query(found.provider_id)
    return replace(found, url=without_query(found.url), provider_id=named)


def without_query(text: str) -> str:
    """Return a text, an address without its query."""
    return redact(text) if is_address(text) else text


def as_text(review: Review) -> str:
    """Return a song and its candidates, four lines for each."""
    track = review.track
    head = f"{track.name}  [{track.id}]  {_clock(track.duration_s)}"
    lines = [_candidate_text(found, review.audio) for found in review.candidates]
    audio = review.audio
    if audio and not any(is_from(audio, found) for found in review.candidates):
        place = f"{audio.provider}:{audio.provider_id}"
        lines.insert(0, f"  the recording it has, as a playlist names it: {place}")
    return "\n".join([head, *lines])


def _candidate_text(found: Candidate, audio: AudioFile | None) -> str:
    who = "you" if found.by_person else "matcher"
    heard = ", the recording it has" if audio and is_from(audio, found) else ""
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

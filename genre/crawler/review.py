"""A person's word on matches: ``genre matches`` lists them, ``genre match`` decides.

What a person accepts is fetched by the next crawl, whatever the matcher thinks; what a
person rejects is never fetched for that song again. The recording a song has stays until
another that a person chose is fetched. One that turns out to be wrong goes: its WAV is
deleted, its features no longer count, and playlists that named the song only by it are
read anew.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from genre.config import Settings
from genre.crawler import named, originals
from genre.crawler.choosing import LISTED
from genre.crawler.named import FILE, NamedFile
from genre.crawler.results import let_go, let_go_of_name
from genre.crawler.shown import (
    Review,
    as_shown,
    is_from,
    shown_candidate,
)
from genre.db import (
    Catalog,
    Session,
    attempts,
    audio_files,
    lookup,
    matches,
    open_catalog,
    tracks,
)
from genre.db.local_files import LocalHashes
from genre.errors import UsageError
from genre.files import stage_lock
from genre.records import (
    AudioStatus,
    Candidate,
    Decision,
    Outcome,
    Stage,
    Status,
    SubjectKind,
    Track,
    TrackRef,
)
from genre.text import display

_PAGE = 200


def reviews(
    settings: Settings,
    *,
    track: str = "",
    uncertain: bool = False,
    limit: int | None = None,
) -> Iterator[Review]:
    """Yield songs that have candidates: all, only the open ones, or the one named.

    No more than ``limit`` are read.

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
                yield as_shown(_review(session, lookup.one_track(session, track)))
            return
        after, left = "", sys.maxsize if limit is None else limit
        while page := _page(catalog, after, uncertain=uncertain, most=left):
            yield from map(as_shown, page)
            after, left = page[-1].track.id, left - len(page)


def n_reviews(settings: Settings, *, track: str = "", uncertain: bool = False) -> int:
    """Return how many songs ``reviews`` yields without a limit.

    Raises
    ------
    NotReadyError
        There is no catalog.
    """
    if track:
        return 1
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        return matches.count_with(session, uncertain=uncertain)


def decide(
    settings: Settings, track: str, candidate: str, decision: Decision
) -> Outcome:
    """Accept or reject a candidate; to reject, "" means the present recording's.

    A candidate is named by its id, by ``provider:id`` or by its address; an address
    that no search found can be accepted, too, and the path of an audio file.

    Raises
    ------
    NotReadyError
        There is no catalog.
    UsageError
        The track or the candidate cannot be told, or the file is another song's.
    BusyError
        The recording has to go, but a crawl is running.
    """
    with open_catalog(settings, create=False) as catalog:
        hashes = LocalHashes(catalog)
        file = named.file_at(candidate, hashes)
        with catalog.write() as session:
            said = _said(session, track, candidate, decision, file)
            if not said.is_wrong:
                hashes.store(session)
                _write(session, said)
                return _outcome(said)
        with stage_lock(settings.corpus, Stage.CRAWL):
            with catalog.write() as session:
                said = _said(session, track, candidate, decision, file)
                _write(session, said)
                audio = said.review.audio if said.is_wrong else None
                if audio:
                    found = said.review.candidates
                    let_go(session, audio, found, AudioStatus.REMOVED)
            if audio:
                # After the commit: a file without a row harms nobody.
                (settings.corpus / audio.path).unlink(missing_ok=True)
                originals.drop(settings.corpus / "incoming" / audio.track_id)
        return _outcome(said)


@dataclass(frozen=True, slots=True)
class _Said:
    """A person's word on a song as the catalog has it in this moment."""

    review: Review
    chosen: Candidate
    decision: Decision
    path: str = ""  # of a file that the person named

    @property
    def is_wrong(self) -> bool:
        """Tell whether the present recording is then not the song's.

        While another is only wished for, the present one stays.
        """
        return self.is_present and self.decision is Decision.REJECTED

    @property
    def is_present(self) -> bool:
        """Tell whether it is about the recording that the song has."""
        audio = self.review.audio
        return audio is not None and is_from(audio, self.chosen)


def _said(
    session: Session,
    track: str,
    candidate: str,
    decision: Decision,
    file: NamedFile | None = None,
) -> _Said:
    """Return what a person says; read where it is written, a crawl may run meanwhile."""
    review = _review(session, lookup.one_track(session, track))
    chosen = named.chosen(review, candidate, decision, file)
    is_file = file is not None and chosen.key == file.candidate.key
    path = file.path if file and is_file else ""
    return _Said(review, _as_listed(session, review, chosen), decision, path)


def _as_listed(session: Session, review: Review, chosen: Candidate) -> Candidate:
    """Return a candidate; what a playlist names is not the song's by a match alone.

    Before a match is accepted it has led no reference to the song.
    """
    audio, key = review.audio, chosen.key
    known = any(
        c.key == key
        and (c.decision is Decision.ACCEPTED or (audio and is_from(audio, c)))
        for c in review.candidates
    )
    song = None if known else tracks.by_ref(session, *key)
    is_listed = song is not None and song.id == review.track.id
    return replace(chosen, reason=LISTED) if is_listed else chosen


def _page(catalog: Catalog, after: str, *, uncertain: bool, most: int) -> list[Review]:
    with catalog.read() as session:
        found = matches.tracks_with(
            session, uncertain=uncertain, after=after, size=min(_PAGE, most)
        )
        return [_review(session, track) for track in found]


def _review(session: Session, track: Track) -> Review:
    audio = audio_files.present(session, [track.id]).get(track.id)
    return Review(track, tuple(matches.of_track(session, track.id)), audio)


# --- what a decision changes ---------------------------------------------------------


def _write(session: Session, said: _Said) -> None:
    track_id, chosen = said.review.track.id, said.chosen
    if chosen.provider == FILE and said.decision is Decision.ACCEPTED:
        _keep_path(session, said)
    for name in _unmade(said):
        let_go_of_name(session, track_id, name)
    matches.decide(session, track_id, chosen, said.decision)
    shown = shown_candidate(chosen)
    attempts.record(  # the song is no longer given up
        session,
        kind=SubjectKind.TRACK,
        subject=track_id,
        stage=Stage.CRAWL,
        provider=chosen.provider,
        outcome=Status.NOTE,
        message=f"A person {said.decision} {chosen.provider}:{shown.provider_id}.",
    )


def _unmade(said: _Said) -> Iterator[tracks.Reference]:
    """Yield the files that the song was to have and never had, as they were named."""
    rejects, audio = said.decision is Decision.REJECTED, said.review.audio
    for found in said.review.candidates:
        is_chosen = found.key == said.chosen.key
        if (
            found.provider == FILE
            and found.reason == named.REASON
            and found.by_person
            and found.decision is Decision.ACCEPTED
            and is_chosen is rejects
            and not (audio and is_from(audio, found))
        ):
            yield found.key


def _keep_path(session: Session, said: _Said) -> None:
    """Remember where an accepted file lies, among the song's references."""
    track, sha256 = said.review.track, said.chosen.provider_id
    other = tracks.by_ref(session, FILE, sha256)
    if other and other.id != track.id:
        raise UsageError(
            f"Expected a file of {display(track.name)}, found that a playlist names it as"
            f" {display(other.name)} [{other.id}]; if both are one song, give them the"
            " same artist and title there."
        )
    if not (other or said.path):
        raise UsageError(
            "Expected a file whose place is known, found one that no playlist names any"
            " more; give its path."
        )
    if said.path:
        tracks.put_ref(session, TrackRef(track.id, FILE, sha256, said.path))


def _next(said: _Said) -> str:
    """Say what follows from a person's word."""
    if said.is_wrong:
        return (
            "the recording it had is gone, and its features with it; it is not fetched for"
            " this song again (crawl its playlists again, then label)"
        )
    if said.decision is Decision.REJECTED:
        return "it is not fetched for this song again"
    if said.is_present:
        return "it is the recording that the song has"
    fetches = "`genre crawl --audio-only` fetches it"
    if said.review.audio is None:
        return fetches
    return f"{fetches}; the recording the song has stays until then"


def _outcome(said: _Said) -> Outcome:
    track, chosen = said.review.track, shown_candidate(said.chosen)
    what = f"{said.decision} {chosen.provider}:{chosen.provider_id}"
    return Outcome(
        Stage.CRAWL,
        track.id,
        Status.DONE,
        label=track.name,
        message=f"{display(what, width=200)}; {_next(said)}.",
        data={
            "kind": "track",
            "decision": said.decision,
            "candidate": chosen.provider_id,
        },
    )

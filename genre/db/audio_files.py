"""The WAV of each song, and the songs that still lack one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import Session

from genre.db import matches, twins
from genre.db import models as m
from genre.db.batches import batches
from genre.db.tracks import to_ref, to_track
from genre.records import AudioFile, AudioInfo, AudioStatus, Track, TrackRef

_PRESENT = m.Audio.status == AudioStatus.PRESENT


@dataclass(frozen=True, slots=True)
class Holding:
    """A song, its WAV if it has one, and where it may be had."""

    track: Track
    audio: AudioFile | None
    refs: tuple[TrackRef, ...]
    replaced: tuple[TrackRef, ...] = ()  # local files in whose place others are now
    chosen: frozenset[tuple[str, str]] = frozenset()  # recordings that a person chose

    @property
    def is_outdated(self) -> bool:
        """Tell whether the WAV is of a local file that was replaced by another."""
        found = self.audio
        return found is not None and any(
            (ref.source, ref.source_id) == found.key for ref in self.replaced
        )

    @property
    def wants_another(self) -> bool:
        """Tell whether a person chose something else than what is present."""
        gone = {(ref.source, ref.source_id) for ref in self.replaced}
        chosen, found = self.chosen - gone, self.audio
        if found is None or not chosen:
            return False
        return found.key not in chosen


def count_wanted(session: Session) -> int:
    """Return how many songs ``page`` will go through."""
    query = select(func.count()).select_from(m.Track).where(_is_wanted())
    return session.scalar(query) or 0


def page(session: Session, *, after: str, size: int) -> list[Holding]:
    """Return the next songs by track id; a crawl's memory is one page of them.

    A song that left all its playlists is not fetched any more, but is kept.
    """
    query = select(m.Track).where(m.Track.id > after, _is_wanted())
    query = query.order_by(m.Track.id).limit(size)
    tracks = [to_track(row) for row in session.scalars(query)]
    ids = [track.id for track in tracks]
    audio, refs = present(session, ids), _refs(session, ids)
    contents = _contents(session, (ref for found in refs.values() for ref in found))
    chosen = matches.chosen(session, ids)
    return [
        replace(
            _holding(t, audio.get(t.id), refs.get(t.id, []), contents),
            chosen=frozenset(chosen.get(t.id, ())),
        )
        for t in tracks
    ]


def put(session: Session, audio: AudioFile) -> None:
    """Record the WAV that a song has now; another one it had is replaced."""
    retire(session, audio.track_id, AudioStatus.REPLACED)
    session.merge(
        m.Audio(
            track_id=audio.track_id,
            pcm_sha256=audio.info.pcm_sha256,
            path=audio.path,
            provider=audio.provider,
            provider_id=audio.provider_id,
            sample_rate=audio.info.sample_rate,
            n_samples=audio.info.n_samples,
            duration_s=audio.info.duration_s,
            source_codec=audio.info.source_codec,
            status=AudioStatus.PRESENT,
        )
    )
    session.flush()


def present(session: Session, ids: Sequence[str]) -> dict[str, AudioFile]:
    """Return the WAVs that songs have now, by track id."""
    query = select(m.Audio).where(m.Audio.track_id.in_(ids), _PRESENT)
    return {row.track_id: _to_audio(row) for row in session.scalars(query)}


def move(session: Session, track_id: str, path: str) -> None:
    """Record that a song's WAV, still the same, is at another path now."""
    session.execute(
        update(m.Audio).where(m.Audio.track_id == track_id, _PRESENT).values(path=path)
    )


def mark_removed(session: Session, track_id: str) -> None:
    """Record that a song's WAV is not there any more."""
    retire(session, track_id, AudioStatus.REMOVED)


def retire(session: Session, track_id: str, status: AudioStatus) -> None:
    """Record what became of the WAV that a song has, if any."""
    if not present(session, [track_id]):
        return
    sounds = twins.forget(session, [track_id])
    session.execute(
        update(m.Audio)
        .where(m.Audio.track_id == track_id, _PRESENT)
        .values(status=status)
    )
    twins.renew(session, sounds)


def _holding(
    track: Track,
    audio: AudioFile | None,
    refs: list[TrackRef],
    contents: Mapping[str, str],
) -> Holding:
    """Return a song with its places; a file is none where it was replaced by another.

    It was when its path holds what another name of the same song stands for.
    """
    files = {ref.source_id for ref in refs if ref.source == "file"}
    replaced = tuple(
        ref
        for ref in refs
        if ref.source == "file"
        and contents.get(ref.url, ref.source_id) in files - {ref.source_id}
    )
    return Holding(track, audio, tuple(r for r in refs if r not in replaced), replaced)


def _contents(session: Session, refs: Iterable[TrackRef]) -> dict[str, str]:
    """Return the hashes of local files when they were read last, by path."""
    paths = sorted({ref.url for ref in refs if ref.source == "file"})
    row, found = m.LocalFile, {}
    for part in batches(paths):
        query = select(row).where(row.path.in_(part))
        found.update({one.path: one.sha256 for one in session.scalars(query)})
    return found


def _is_wanted() -> ColumnElement[bool]:
    """Tell a song that stands in a playlist now, or has audio."""
    place = m.PlaylistTrack
    listed = exists().where(place.track_id == m.Track.id, place.removed_at.is_(None))
    held = exists().where(m.Audio.track_id == m.Track.id, _PRESENT)
    return or_(listed, held)


def _refs(session: Session, ids: Sequence[str]) -> dict[str, list[TrackRef]]:
    query = (
        select(m.TrackRef)
        .where(m.TrackRef.track_id.in_(ids))
        .order_by(m.TrackRef.source, m.TrackRef.source_id)
    )
    found: dict[str, list[TrackRef]] = {}
    for row in session.scalars(query):
        found.setdefault(row.track_id, []).append(to_ref(row))
    return found


def _to_audio(row: m.Audio) -> AudioFile:
    info = AudioInfo(row.pcm_sha256, row.sample_rate, row.n_samples, row.source_codec)
    return AudioFile(row.track_id, row.path, row.provider, row.provider_id, info)

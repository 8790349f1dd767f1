"""A small catalog for the export's tests, put in row by row."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from genre.config import Settings
from genre.db import Session, models, open_catalog
from genre.export.pipeline import ExportRequest, export
from genre.records import Outcome

GENRES = {"techno": "Techno", "house": "House", "dub": "Dub"}


@dataclass(frozen=True)
class Song:
    """A song with what an export may say of it."""

    name: str
    split: str = "train"
    artist: str = ""  # its own, unless given
    title: str = "Title"
    scores: Mapping[str, float | None] = field(default_factory=lambda: {"techno": 1.0})
    playlists: Sequence[str] = ("p-techno",)
    refs: Sequence[tuple[str, str, str]] = ()  # source, id, url (of a file: its path)
    audio: tuple[str, str] | None = ("file", "")  # provider, id
    licence: str = ""
    redistributable: bool = False
    isrc: str = ""

    @property
    def id(self) -> str:
        """The track's id."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:16]


SONGS = (
    Song("a", title="Ünder", scores={"techno": 0.6, "house": 0.4},
         playlists=("p-techno", "p-house")),
    Song("b", scores={"house": 1.0, "techno": None}, playlists=("p-house",), audio=None),
    Song("c", "validation", scores={"dub": 1.0}, playlists=("p-dub",), licence="CC BY 4.0",
         redistributable=True),
    Song("d", "test", scores={"techno": 0.9, "dub": 0.1}, playlists=("p-techno", "p-dub")),
    Song("e", "test", refs=(("youtube", "abc123", "https://www.youtube.com/watch?v=abc123"),)),
    Song("f", "excluded"),
)  # fmt: skip


def make_corpus(folder: Path, songs: Sequence[Song] = SONGS) -> Settings:
    """Write a catalog with labels and parts; return its settings."""
    settings = Settings(corpus=folder, min_free_bytes=0)
    with open_catalog(settings) as catalog, catalog.write() as session:
        _add_sets(session)
        session.flush()
        for position, song in enumerate(songs):
            _add_song(session, song, position)
    return settings


def run_export(
    settings: Settings, target: Path, *, force: bool = False
) -> list[Outcome]:
    """Export to ``target`` and return the outcomes."""
    events = export(settings, ExportRequest(target, force=force))
    return [event for event in events if isinstance(event, Outcome)]


def _add_sets(session: Session) -> None:
    """Add the genres, a playlist for each, and the current label and split set."""
    at = "2026-01-01T00:00:00Z"
    for key, name in GENRES.items():
        session.add(models.Genre(id=key, name=name))
        session.add(_playlist(f"p-{key}", at))
    session.flush()
    for key in GENRES:
        session.add(models.PlaylistGenre(playlist_id=f"p-{key}", genre_id=key))
    sets = {"params": {"min_shared": 3}, "created_at": at, "is_current": True}
    session.add(
        models.LabelSet(id="1" * 64, name="votes", rule="playlist-votes-1", **sets)
    )
    session.add(models.SplitSet(id="2" * 64, rule="artist-groups-1", **sets))


def _playlist(key: str, at: str) -> models.Playlist:
    """Return a playlist with secrets where a catalog may have some."""
    url = f"https://www.deezer.com/playlist/{key}?token=SECRET-query"
    return models.Playlist(
        id=key, source="deezer", source_id=key, url=url, title=f"List {key}",
        owner="SECRET-owner", snapshot_at=at, n_items=1,
    )  # fmt: skip


def _add_song(session: Session, song: Song, position: int) -> None:
    """Add all rows of a song."""
    key = song.id
    session.add(
        models.Track(
            id=key, title=song.title, artists=song.artist or song.name, match_key=key,
            duration_s=30.5, isrc=song.isrc, year=1999, licence=song.licence,
            redistributable=song.redistributable,
        )
    )  # fmt: skip
    session.flush()
    session.add(
        models.TrackArtist(
            track_id=key, artist_key=song.artist or song.name, role="main"
        )
    )
    for playlist in song.playlists:
        session.add(
            models.PlaylistTrack(
                playlist_id=playlist, position=position, track_id=key, first_seen="2026"
            )
        )
    for genre, score in song.scores.items():
        known = score is not None
        session.add(
            models.Label(
                label_set="1" * 64,
                track_id=key,
                genre_id=genre,
                score=score,
                known=known,
            )
        )
    if song.split:
        session.add(models.SplitRow(split_set="2" * 64, track_id=key, split=song.split))
    for source, source_id, url in song.refs:
        session.add(
            models.TrackRef(source=source, source_id=source_id, track_id=key, url=url)
        )
    if song.audio:
        session.add(_audio(song, *song.audio))


def _audio(song: Song, provider: str, provider_id: str) -> models.Audio:
    """Return the present audio of a song, 30 s long."""
    digest = hashlib.sha256(song.id.encode()).hexdigest()
    return models.Audio(
        track_id=song.id, pcm_sha256=digest, path=f"audio/{song.id[:2]}/{song.id}.wav",
        provider=provider, provider_id=provider_id or digest, sample_rate=16_000,
        n_samples=480_000, duration_s=30.0, source_codec="flac", status="present",
    )  # fmt: skip

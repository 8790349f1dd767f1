"""Small catalogs and tracks for the labeller's tests."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from genre.config import Settings
from genre.db import Catalog, genres, open_catalog
from genre.db import models as m
from genre.records import ArtistRole, GenrePlaylist, SplitTrack


def track_id(name: str) -> str:
    """Return the id under which ``add_track`` stores a song."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def add_track(catalog: Catalog, name: str, **fields: str) -> str:
    """Store a song named ``artist - title`` unless it is there; return its id."""
    key = track_id(name)
    artist, title = name.split(" - ")
    with catalog.write() as session:
        if session.get(m.Track, key) is None:
            session.add(
                m.Track(id=key, title=title, artists=artist, match_key=name, **fields)
            )
            session.flush()
            session.add(
                m.TrackArtist(
                    track_id=key, artist_key=artist.lower(), role=ArtistRole.MAIN
                )
            )
    return key


def add_playlist(
    catalog: Catalog, title: str, names: Iterable[str], *, about: Iterable[str] = ()
) -> str:
    """Store a playlist of songs with its genres; return its id."""
    keys = [add_track(catalog, name) for name in names]
    key = hashlib.sha256(title.encode()).hexdigest()[:16]
    with catalog.write() as session:
        session.add(
            m.Playlist(
                id=key,
                source="file",
                source_id=title,
                title=title,
                snapshot_at="2026-01-01T00:00:00Z",
                n_items=len(keys),
            )
        )
        session.flush()
        for position, one in enumerate(keys):
            session.add(
                m.PlaylistTrack(
                    playlist_id=key,
                    position=position,
                    track_id=one,
                    first_seen="2026-01-01T00:00:00Z",
                )
            )
        genres.link_playlist(session, key, about)
    return key


def make_corpus(
    folder: Path, playlists: Mapping[str, tuple[Iterable[str], Iterable[str]]]
) -> Settings:
    """Return the settings of a new corpus: title -> (genres, songs)."""
    settings = Settings(corpus=folder)
    with open_catalog(settings) as catalog:
        for title, (about, names) in playlists.items():
            add_playlist(catalog, title, names, about=about)
    return settings


def songs(artist: str, n: int) -> list[str]:
    """Return the names of n songs of an artist."""
    return [f"{artist} - Song {i}" for i in range(n)]


def playlist(key: str, about: str, tracks: str) -> GenrePlaylist:
    """Return a playlist record; genres by comma, tracks by blank."""
    return GenrePlaylist(
        id=key,
        title=f"List {key}",
        genres=tuple(sorted(about.split(","))),
        track_ids=tuple(sorted(tracks.split())),
    )


def track(
    key: str,
    main: str = "",
    *,
    others: str = "",
    genres: str = "Techno",
    isrc: str = "",
    pcm: str = "",
) -> SplitTrack:
    """Return a track record; artists by blank, genres by comma."""
    return SplitTrack(
        id=key,
        main_artists=tuple(sorted(main.split())),
        other_artists=tuple(sorted(others.split())),
        isrc=isrc,
        pcm_sha256=pcm,
        genres=tuple(g for g in sorted(genres.split(",")) if g),
    )

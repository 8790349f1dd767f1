"""Genres and which playlist is about which.

A genre's id is its normalised name (``genre_key``), so spellings meet; the name
is the first spelling that came, never a replacement of ours.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.errors import UsageError
from genre.text import clean_text, genre_key


def ensure_genre(session: Session, name: str) -> str:
    """Return the id of a genre, adding it when no spelling of it is there yet.

    Raises
    ------
    UsageError
        The name is blank.
    """
    name = clean_text(name)
    key = genre_key(name)
    if not key:
        raise UsageError("Expected the name of a genre, found only blanks; name one.")
    if session.get(m.Genre, key) is None:
        session.add(m.Genre(id=key, name=name))
        session.flush()
    return key


def link_playlist(session: Session, playlist_id: str, names: Iterable[str]) -> None:
    """Say that a playlist is about these genres, besides those it has already."""
    _link(session, playlist_id, {ensure_genre(session, name) for name in names})


def set_playlist_genres(
    session: Session, playlist_id: str, names: Iterable[str]
) -> None:
    """Say that a playlist is about exactly these genres."""
    keys = {ensure_genre(session, name) for name in names}
    session.execute(
        delete(m.PlaylistGenre)
        .where(m.PlaylistGenre.playlist_id == playlist_id)
        .where(m.PlaylistGenre.genre_id.not_in(keys))
    )
    _link(session, playlist_id, keys)


def genre_names(session: Session) -> dict[str, str]:
    """Return the canonical name of every genre, by id."""
    rows = session.execute(select(m.Genre.id, m.Genre.name).order_by(m.Genre.id))
    return dict(rows.all())


def used_genres(session: Session) -> list[str]:
    """Return the names of the genres that a playlist is about, sorted."""
    used = select(m.PlaylistGenre.genre_id)
    query = select(m.Genre.name).where(m.Genre.id.in_(used)).order_by(m.Genre.name)
    return list(session.scalars(query))


def set_parents(session: Session, parents: Mapping[str, str]) -> None:
    """Record the parent of every genre by id; those left out have none."""
    for genre in session.scalars(select(m.Genre)):
        genre.parent_id = parents.get(genre.id)


def playlists_without_genre(session: Session) -> list[tuple[str, str]]:
    """Return id and title of the playlists nobody named a genre for, by id."""
    rows = session.execute(
        select(m.Playlist.id, m.Playlist.title)
        .where(m.Playlist.id.not_in(select(m.PlaylistGenre.playlist_id)))
        .order_by(m.Playlist.id)
    )
    return list(rows)


def _link(session: Session, playlist_id: str, keys: Iterable[str]) -> None:
    for key in sorted(keys):
        if session.get(m.PlaylistGenre, (playlist_id, key)) is None:
            session.add(m.PlaylistGenre(playlist_id=playlist_id, genre_id=key))
    session.flush()

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


def link_playlist(
    session: Session,
    playlist_id: str,
    names: Iterable[str],
    *,
    from_title: bool = False,
) -> None:
    """Say that a playlist is about these genres, besides those it has already.

    ``from_title``: nobody named them, the playlist's own title did.
    """
    known = _links(session, playlist_id)
    for key in sorted({ensure_genre(session, name) for name in names} - set(known)):
        session.add(
            m.PlaylistGenre(
                playlist_id=playlist_id, genre_id=key, from_title=from_title
            )
        )
    session.flush()


def have(session: Session, playlist_id: str, names: Iterable[str]) -> bool:
    """Tell whether a playlist is about these genres, and maybe others."""
    return {genre_key(name) for name in names} <= set(_links(session, playlist_id))


def are_named(session: Session, playlist_id: str) -> bool:
    """Tell whether somebody named genres for a playlist; its title is nobody."""
    return not all(_links(session, playlist_id).values())


def are_set(session: Session, playlist_id: str, names: Iterable[str]) -> bool:
    """Tell whether ``set_playlist_genres`` would change nothing."""
    known = _links(session, playlist_id)
    return known == _wanted(known, names)


def set_playlist_genres(
    session: Session, playlist_id: str, names: Iterable[str]
) -> None:
    """Say that a playlist is about exactly these genres.

    Where nobody names any, those that its title gave it stay.
    """
    names = list(names)
    link_playlist(session, playlist_id, names)
    row = m.PlaylistGenre
    known = _links(session, playlist_id)
    wanted = _wanted(known, names)
    session.execute(
        delete(row).where(row.playlist_id == playlist_id, row.genre_id.not_in(wanted))
    )
    for key, from_title in wanted.items():
        session.get_one(row, (playlist_id, key)).from_title = from_title
    session.flush()


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


def _links(session: Session, playlist_id: str) -> dict[str, bool]:
    """Return the genres of a playlist, and whether its title gave them."""
    row = m.PlaylistGenre
    query = select(row.genre_id, row.from_title).where(row.playlist_id == playlist_id)
    return dict(session.execute(query).all())


def _wanted(known: Mapping[str, bool], names: Iterable[str]) -> dict[str, bool]:
    """Return what ``known`` links should be when somebody names these genres."""
    named = dict.fromkeys((genre_key(name) for name in names), False)
    return named or {key: True for key, from_title in known.items() if from_title}

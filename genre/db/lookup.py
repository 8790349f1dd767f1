"""Finds the track that a person means: by id, by the start of an id, by name."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from genre.db import models as m
from genre.db.tracks import to_track
from genre.errors import UsageError
from genre.records import Track
from genre.text import text_key

_ID_START = re.compile(r"[0-9a-f]{4,16}")
_SHOWN = 5  # tracks listed when a name fits several


def one_track(session: Session, text: str) -> Track:
    """Return the track that a person means.

    Raises
    ------
    UsageError
        None is meant, or several; the sentence lists them.
    """
    found = find_tracks(session, text, limit=_SHOWN + 1)
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(
            f"Expected the id of a track, the start of one, or a part of `artist -"
            f" title`, found {text!r}, which fits no track; `genre status` counts them."
        )
    listed = "; ".join(f"{track.id} {track.name}" for track in found[:_SHOWN])
    more = " and more" if len(found) > _SHOWN else ""
    raise UsageError(
        f"Expected one track, found several that fit {text!r}: {listed}{more}; name one"
        " by its id."
    )


def find_tracks(session: Session, text: str, *, limit: int = 6) -> list[Track]:
    """Return the tracks that ``text`` may mean, at most ``limit``, by name.

    In this order, the first that finds anything: an id (also one that was merged
    away), the start of an id (four characters or more), the whole of ``artist -
    title (version)``, a part of it. Case, accents and punctuation do not count.
    """
    text = text.strip()
    is_id = _ID_START.fullmatch(text.lower())
    found = _ids_like(session, text.lower(), limit) if is_id else []
    found = found or _ids_named(session, text)[:limit]
    return [to_track(session.get_one(m.Track, track_id)) for track_id in found]


def _ids_like(session: Session, text: str, limit: int) -> list[str]:
    alias = session.get(m.TrackAlias, text)
    if alias is not None:
        return [alias.track_id]
    starts = select(m.Track.id).where(m.Track.id.startswith(text))
    return list(session.scalars(starts.order_by(m.Track.id).limit(limit)))


def _ids_named(session: Session, text: str) -> list[str]:
    """Compare folded names here: SQL knows neither accents nor foreign case."""
    wanted = text_key(text)
    columns = (m.Track.id, m.Track.title, m.Track.version, m.Track.artists)
    rows = session.execute(select(*columns))
    names = {row[0]: text_key(Track(*row).name) for row in rows}
    part = [key for key, name in names.items() if wanted and wanted in name]
    whole = [key for key in part if names[key] == wanted]
    return sorted(whole or part, key=lambda key: (names[key], key))

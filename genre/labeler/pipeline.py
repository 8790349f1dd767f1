"""The labeller's door to the catalog: ``label``, ``split`` and ``why``.

label   titles -> genres for playlists that came without; votes -> a label set
split   the current label set -> a split set
why     the current label set and the playlists behind it -> an explanation
"""

from collections.abc import Iterator, Sequence

from genre.config import Settings
from genre.db import Catalog, Session, genres, labels, lookup, open_catalog, splits
from genre.errors import NotReadyError, UsageError
from genre.files import stage_lock
from genre.labeler import notes
from genre.labeler.explain import TrackExplanation, explain
from genre.labeler.splits import SplitParams, divide, make_split_set
from genre.labeler.votes import Overlap, VoteParams, make_label_set, vote
from genre.records import (
    Event,
    GenrePlaylist,
    Label,
    LabelSet,
    Outcome,
    Plan,
    Stage,
    Witness,
)
from genre.taxonomy import Taxonomy, load_taxonomy
from genre.text import genre_key

__all__ = ["SplitParams", "has_split", "label", "split", "why"]


def label(settings: Settings, *, name: str = "votes") -> Iterator[Event]:
    """Turn playlist membership into a label set and make it current.

    Raises
    ------
    NotReadyError
        There is no catalog, or no song in a playlist that has a genre.
    """
    with (
        open_catalog(settings, create=False) as catalog,
        stage_lock(settings.corpus, Stage.LABEL),
    ):
        yield Plan(Stage.LABEL, total=1, unit="label sets")
        yield from _read_titles(catalog)
        with catalog.read() as session:
            playlists = labels.genre_playlists(session)
        _require_songs(playlists)
        names = {genre for playlist in playlists for genre in playlist.genres}
        yield from notes.same_genres(load_taxonomy(), names)
        params = VoteParams()
        found = vote(playlists, params)
        label_set = make_label_set(name, found, params)
        with catalog.write() as session:
            _record_parents(session)
            status = labels.save_label_set(session, label_set, found)
        yield notes.label_outcome(label_set, found, status)


def split(settings: Settings, params: SplitParams | None = None) -> Iterator[Event]:
    """Divide the labelled tracks into parts and make that division current.

    Raises
    ------
    NotReadyError
        There is no catalog or no label set.
    UsageError
        The ratios are not three positive shares that sum to 1.
    """
    params = (params or SplitParams()).checked()
    with (
        open_catalog(settings, create=False) as catalog,
        stage_lock(settings.corpus, Stage.SPLIT),
    ):
        with catalog.read() as session:
            label_set = _current_labels(session)
            tracks = splits.split_tracks(session, label_set.id)
            duplicates = splits.duplicate_pairs(session)
        yield Plan(Stage.SPLIT, total=1, unit="split sets")
        parts, report = divide(tracks, params, duplicates=duplicates)
        split_set = make_split_set(parts, params, label_set=label_set.id)
        with catalog.write() as session:
            status = splits.save_split_set(session, split_set, parts)
        yield from notes.missing_parts(report)
        yield notes.split_outcome(split_set, report, status)


def has_split(settings: Settings) -> bool:
    """Tell whether the corpus is divided into parts already.

    Raises
    ------
    NotReadyError
        There is no catalog.
    """
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        return splits.current_split_set(session) is not None


def why(settings: Settings, track: str, genre: str | None = None) -> TrackExplanation:
    """Explain the labels of a track, named by id, start of an id, or name.

    Raises
    ------
    NotReadyError
        There is no catalog or no label set.
    UsageError
        No track, or more than one, is meant; or the genre is unknown.
    """
    with open_catalog(settings, readonly=True) as catalog, catalog.read() as session:
        label_set = _current_labels(session)
        found = lookup.one_track(session, track)
        name = None if genre is None else _one_genre(session, genre)
        rows = labels.labels_of_track(session, label_set.id, found.id)
        witnesses = labels.witnesses_of(session, found.id)
        return explain(
            found,
            label_set=label_set,
            labels=rows,
            witnesses=witnesses,
            overlaps=_overlaps(session, rows, witnesses),
            genre=name,
        )


# --- label -----------------------------------------------------------------------


def _read_titles(catalog: Catalog) -> Iterator[Outcome]:
    """Give playlists that came without a genre the one their title names."""
    taxonomy = load_taxonomy()
    told = []
    with catalog.write() as session:
        known = genres.used_genres(session)
        for playlist_id, title in genres.playlists_without_genre(session):
            found = taxonomy.read_title(title)
            if len(found) == 1:
                found = (_users_name(taxonomy, known, found[0]),)
                genres.link_playlist(session, playlist_id, found, from_title=True)
            told.append(notes.title_note(playlist_id, title, found))
    yield from told


def _users_name(taxonomy: Taxonomy, known: Sequence[str], name: str) -> str:
    """Return the user's own name for a genre of the taxonomy, if there is one."""
    if name in known:
        return name
    return next((own for own in known if taxonomy.find(own) == name), name)


def _require_songs(playlists: Sequence[GenrePlaylist]) -> None:
    if not playlists:
        raise NotReadyError(
            "Expected playlists with a genre, found none; run `genre crawl` with a list"
            " file that names a genre after each source."
        )
    if not any(playlist.track_ids for playlist in playlists):
        raise NotReadyError(
            f"Expected songs in the {len(playlists)} playlists with a genre, found none;"
            " run `genre crawl` again and look at `genre status --failures`."
        )


def _record_parents(session: Session) -> None:
    """Store the nearest ancestor of each genre that is in the catalog itself."""
    taxonomy = load_taxonomy()
    known = genres.genre_names(session)
    ids: dict[str, str] = {}
    for key, name in sorted(known.items()):
        ids.setdefault(taxonomy.find(name) or name, key)
    parents = {
        key: ids[above]
        for key, name in known.items()
        if (above := taxonomy.nearest(taxonomy.find(name) or name, ids)) is not None
    }
    genres.set_parents(session, parents)


# --- split -----------------------------------------------------------------------


def _current_labels(session: Session) -> LabelSet:
    label_set = labels.current_label_set(session)
    if label_set is None:
        raise NotReadyError("Expected labels, found none; run `genre label` first.")
    return label_set


# --- why ---------------------------------------------------------------------------


def _one_genre(session: Session, text: str) -> str:
    """Return the catalog's name of a genre in any spelling or by an alias."""
    taxonomy = load_taxonomy()
    known = genres.genre_names(session)
    name = known.get(genre_key(text))
    meant = taxonomy.find(text)
    same = [own for own in known.values() if meant and taxonomy.find(own) == meant]
    if name is None and len(same) != 1:
        raise UsageError(
            f"Expected one of the genres {', '.join(sorted(known.values()))}; found"
            f" {text!r}."
        )
    return name or same[0]


def _overlaps(
    session: Session, rows: Sequence[Label], witnesses: Sequence[Witness]
) -> list[Overlap]:
    """Return how the unknown genres of a track overlap with those it has."""
    own = sorted({genre for witness in witnesses for genre in witness.genres})
    unknown = [row.genre for row in rows if not row.known]
    pairs = [(genre, other) for genre in unknown for other in own]
    return [
        Overlap(genre, other, *labels.count_shared(session, genre, other))
        for genre, other in pairs
    ]

"""``genre discover``: search, look into the most promising playlists, rank.

Each service is asked once for each genre, and a few playlists of each genre are read to
see how many songs they hold and which of these the catalog knows. Nothing is written:
what is found becomes a list for the user to edit.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from genre.config import Settings
from genre.crawler.discovery.finders import FINDERS, Found
from genre.crawler.discovery.ranking import Overlap, Ranked, Wish, rank, wish_of
from genre.crawler.grouping import distinct_songs
from genre.crawler.player import Player
from genre.crawler.services import Services
from genre.crawler.songs import hear
from genre.crawler.sources import Kit, read_source, service_of_source
from genre.db import held
from genre.db.file import Reader
from genre.db.summary import resting
from genre.errors import (
    ItemError,
    NotReadyError,
    ToolError,
    UsageError,
)
from genre.http import HttpClient
from genre.records import (
    Event,
    ListEntry,
    Outcome,
    Plan,
    PlaylistData,
    Stage,
    Status,
)
from genre.taxonomy import Taxonomy, load_taxonomy
from genre.text import clean_text, genre_key

_GOOD = 0.3  # a title below says nothing of the genre: such a playlist is not offered
_MAX_WORDS = 100  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverRequest:
    """What ``genre discover`` was asked."""

    genres: tuple[str, ...]  # as typed
    services: tuple[str, ...] = ()  # empty: all of them
    limit: int = 10  # playlists offered per genre
    look: int = 10  # playlists read per genre


def discover(
    settings: Settings,
    request: DiscoverRequest,
    *,
    extractors: tuple[str, ...] = (),
) -> Iterator[Event | Ranked]:
    """Yield what happened at each service, then the playlists, genre by genre.

    ``extractors`` are handed to ``Player``.

    Raises
    ------
    UsageError
        No genre is named, or a service is not known.
    """
    wishes = _wishes(request)
    asked = _services(request)
    reader = _reader(settings)
    with (
        closing(Player(settings, extra_extractors=extractors)) as player,
        closing(HttpClient(settings)) as client,
    ):
        search = _Search(
            Kit(settings=settings, client=client, player=player),
            Services(resting(reader)),
            reader,
            load_taxonomy(),
            _listed(reader),
            named=bool(request.services),
        )
        yield from search.run(wishes, asked, request)


@dataclass(frozen=True, slots=True)
class _Search:
    """One run: its tools, and the catalog if there is one."""

    kit: Kit
    services: Services
    reader: Reader | None
    taxonomy: Taxonomy
    listed: frozenset[tuple[str, str]]  # playlists of the catalog, by source and id
    named: bool  # whether the user named the services

    def run(
        self, wishes: list[Wish], asked: list[str], request: DiscoverRequest
    ) -> Iterator[Event | Ranked]:
        yield Plan(Stage.CRAWL, len(wishes) * len(asked), unit="searches")
        found: list[Ranked] = []
        for wish in wishes:
            for service in asked:
                results, outcome = self._ask(service, wish, n=4 * request.limit)
                found += results
                yield outcome
        each = _each_once(found)
        best = _first_of(each, request.look)
        yield Plan(Stage.CRAWL, len(best), unit="playlists")
        looked: list[Ranked] = []
        for ranked in best:
            again, outcome = self._look(ranked)
            looked.append(again)
            yield outcome
        seen = {ranked.found.address for ranked in looked}
        looked += [r for r in each if r.found.address not in seen]
        yield from _first_of(looked, request.limit)

    def _ask(self, service: str, wish: Wish, *, n: int) -> tuple[list[Ranked], Outcome]:
        """Ask one service for one genre."""
        about = Outcome(
            Stage.CRAWL,
            f"{service}: {wish.words}",
            Status.DONE,
            data={"kind": "search"},
        )
        try:
            with self.services.asking(service):
                found = FINDERS[service](wish.words, self.kit, n)
        except ItemError as error:
            return [], self._failed(about, error)
        ranked = [self._first_rank(one, wish) for one in found]
        good = [one for one in ranked if one.title >= _GOOD]
        numbers = {**about.data, "n_found": len(found), "n_fit": len(good)}
        return good, replace(about, data=numbers)

    def _failed(self, about: Outcome, error: ItemError) -> Outcome:
        """Return what happened; a service nobody asked for may lack its key."""
        if isinstance(error, ToolError) and not self.named:
            return replace(about, status=Status.NOTE, message=str(error))
        failed = replace(about, status=Status.FAILED, message=str(error))
        return replace(failed, error_class=error.error_class)

    def _first_rank(self, found: Found, wish: Wish) -> Ranked:
        """Rank a playlist by what the service says of it."""
        listed = self._is_listed(found.address)
        return rank(found, wish, self.taxonomy, listed=listed)

    def _is_listed(self, address: str) -> bool:
        """Tell whether the catalog holds a playlist already."""
        service = service_of_source(address)
        name = service.recognise(address) if service else None
        if service is None or name is None:
            return False
        # some sources name playlists by "playlist/ID", and store the ID alone
        ids = {name, name.rpartition("/")[2]}
        return any((service.name, one) in self.listed for one in ids)

    def _look(self, ranked: Ranked) -> tuple[Ranked, Outcome]:
        """Read a playlist, or its sample, and compare it with the catalog."""
        address = ranked.found.address
        about = Outcome(
            Stage.CRAWL,
            address,
            Status.DONE,
            label=ranked.found.title,
            data={"kind": "playlist"},
        )
        try:
            with self.services.asking(ranked.found.service):
                part = ranked.found.sample or address
                read = read_source(ListEntry(part, (), 0), self.kit)
        except ItemError as error:
            note = replace(about, status=Status.NOTE, message=str(error))
            return ranked, note
        shared = self._overlap(read, ranked.wish)
        again = rank(
            ranked.found,
            ranked.wish,
            self.taxonomy,
            overlap=shared,
            listed=ranked.listed,
        )
        return again, about

    def _overlap(self, read: Iterable[object], wish: Wish) -> Overlap:
        found = [data for data in read if isinstance(data, PlaylistData)]
        rows = [row for data in found for row in hear(data.items)]
        if self.reader is None:
            return Overlap(len(distinct_songs(rows)), 0, 0, has_genre=False)
        genres = {genre_key(wish.genre), genre_key(wish.words)}
        with self.reader.read() as connection:
            known = held.known_songs(connection, [row.song for row in rows])
            ids = {song.track.id for song in known}
            same = held.in_playlists_of(connection, genres, ids)
            has_genre = held.has_playlists_of(connection, genres)
        songs = distinct_songs(rows, known)
        of_genre = [any(k.track.id in same for k in song.known) for song in songs]
        n_known = sum(bool(song.known) for song in songs)
        return Overlap(len(songs), n_known, sum(of_genre), has_genre=has_genre)


def _reader(settings: Settings) -> Reader | None:
    try:
        return Reader(settings)
    except NotReadyError:
        return None  # nothing to compare with yet


def _listed(reader: Reader | None) -> frozenset[tuple[str, str]]:
    if reader is None:
        return frozenset()
    with reader.read() as connection:
        return frozenset(held.listed_playlists(connection))


def _wishes(request: DiscoverRequest) -> list[Wish]:
    taxonomy = load_taxonomy()
    typed = [clean_text(words) for words in request.genres]
    for words in typed:
        if not genre_key(words) or len(words) > _MAX_WORDS or set(words) & set(",#"):
            raise UsageError(
                f'Expected the name of a genre (like "liquid dnb"), found {words!r};'
                " name each genre by itself, without commas and #."
            )
    if not typed:
        raise UsageError('Expected genres to look for, like "liquid dnb"; found none.')
    return list({w.genre: w for w in (wish_of(t, taxonomy) for t in typed)}.values())


def _services(request: DiscoverRequest) -> list[str]:
    unknown = [name for name in request.services if name not in FINDERS]
    if unknown:
        why = (
            "Spotify shows the songs of your own playlists only"
            if unknown[0] == "spotify"
            else "correct the name"
        )
        raise UsageError(
            f"Expected services among {', '.join(FINDERS)}, found {unknown[0]!r}; {why}."
        )
    return list(dict.fromkeys(request.services or FINDERS))  # each once


def _each_once(found: Iterable[Ranked]) -> list[Ranked]:
    """Return each playlist once, for the genre that it fits best."""
    best: dict[str, Ranked] = {}
    for ranked in found:
        known = best.setdefault(ranked.found.address, ranked)
        if ranked.title > known.title:
            best[ranked.found.address] = ranked
    return list(best.values())


def _first_of(found: Iterable[Ranked], n: int) -> list[Ranked]:
    """Return the ``n`` best of each genre, genre by genre."""
    by_genre: dict[str, list[Ranked]] = {}
    for ranked in found:
        by_genre.setdefault(ranked.wish.genre, []).append(ranked)
    return [
        one
        for ranks in by_genre.values()
        for one in sorted(ranks, key=lambda r: (-r.score, r.found.address))[:n]
    ]

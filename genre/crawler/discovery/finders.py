"""How each service is asked for playlists by words.

A finder returns what one request says; whether a playlist is any good, ``ranking``
decides. Its address is made up here from an id that is checked: no service writes into
the list file. Spotify is not asked: it shows the songs of one's own playlists only.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from genre.crawler.sources import (
    Kit,
    answers,
    archive_api,
    deezer,
    listenbrainz,
    youtube,
)
from genre.crawler.sources.jamendo_api import PAGE, Jamendo
from genre.text import clean_text

_SAMPLE = 5  # items of a collection; each takes a request
_NOTHING = "a list of playlists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A playlist that a service offers for some words."""

    service: str
    address: str  # as a list file names it
    title: str
    owner: str = ""
    n_songs: int | None = None
    followers: int | None = None  # or how often it was downloaded
    sample: str = ""  # the address of a part of it, where all of it takes long to read


Finder = Callable[[str, Kit, int], list[Found]]


def find_deezer(words: str, kit: Kit, n: int) -> list[Found]:
    """Search Deezer's public playlists."""
    url = answers.endpoint(kit.settings.deezer_url, "search/playlist")
    found = kit.client.get_json(
        url, params={"q": words, "limit": n}, service="deezer", check=deezer.check_page
    )
    return [
        Found(
            service="deezer",
            address=f"https://www.deezer.com/playlist/{key}",
            title=clean_text(answers.part(one, "title")),
            owner=clean_text(answers.part(one, "user", "name")),
            n_songs=answers.count(answers.part(one, "nb_tracks")),
            followers=answers.count(answers.part(one, "fans")),
        )
        for one in found["data"]
        if (key := answers.identifier(answers.part(one, "id"))).isdigit()
    ]


def find_listenbrainz(words: str, kit: Kit, n: int) -> list[Found]:
    """Search ListenBrainz's public playlists."""
    found = kit.client.get_json(
        answers.endpoint(kit.settings.listenbrainz_url, "playlist/search"),
        params={"query": words, "count": n},
        service="listenbrainz",
        check=_lists("playlists"),
    )
    return list(_of_listenbrainz(found["playlists"]))


def find_jamendo(words: str, kit: Kit, n: int) -> list[Found]:
    """Search Jamendo's playlists by name, and offer its tag of that name.

    Raises
    ------
    ToolError
        There is no client id.
    """
    jamendo = Jamendo(kit.settings, kit.client)
    tag = words.lower().replace(" ", "")
    tagged = jamendo.ask("tracks", tags=tag, limit=1)
    named = jamendo.ask("playlists", namesearch=words, limit=min(n, PAGE))
    found = [
        Found(
            service="jamendo",
            address=f"https://www.jamendo.com/playlist/{key}",
            title=clean_text(answers.part(one, "name")),
            owner=clean_text(answers.part(one, "user_name")),
        )
        for one in named
        if (key := answers.identifier(answers.part(one, "id"))).isdigit()
    ]
    if tagged:
        address = f"jamendo:tag/{quote_plus(tag)}"
        found.append(Found(service="jamendo", address=address, title=words))
    return found


def find_archive(words: str, kit: Kit, n: int) -> list[Found]:
    """Search the Internet Archive's audio items and collections."""
    found = archive_api.search(words, n, kit)
    return [
        Found(
            service="archive",
            address=(address := f"https://archive.org/details/{key}"),
            sample=f"{address}?limit={_SAMPLE}" if archive_api.is_many(one) else "",
            title=clean_text(answers.first(answers.part(one, "title"))) or key,
            owner=clean_text(answers.first(answers.part(one, "creator"))),
            followers=answers.count(answers.part(one, "downloads")),
        )
        for one in found
        if archive_api.is_id(key := answers.text(answers.part(one, "identifier")))
    ]


def find_youtube(words: str, kit: Kit, n: int) -> list[Found]:
    """Search YouTube's playlists."""
    return [
        Found(
            service="youtube",
            address=f"https://www.youtube.com/playlist?list={key}",
            title=clean_text(one.get("title")),
            owner=clean_text(one.get("channel") or one.get("uploader")),
        )
        for one in kit.player.find_playlists(clean_text(words), n=n)
        if youtube.is_open(key := answers.text(one.get("id")))
    ]


FINDERS: Mapping[str, Finder] = {
    "deezer": find_deezer,
    "youtube": find_youtube,
    "listenbrainz": find_listenbrainz,
    "jamendo": find_jamendo,
    "archive": find_archive,
}


def _of_listenbrainz(playlists: list[Any]) -> Iterator[Found]:
    for one in playlists:
        about = answers.part(one, "playlist")
        key = listenbrainz.recognise(answers.first(answers.part(about, "identifier")))
        if key is not None:
            yield Found(
                service="listenbrainz",
                address=f"https://listenbrainz.org/playlist/{key}",
                title=clean_text(answers.part(about, "title")),
                owner=clean_text(answers.part(about, "creator")),
                n_songs=len(answers.items(answers.part(about, "track"))) or None,
            )


def _lists(name: str) -> Callable[[object], None]:
    """Return a check that an answer holds a list under a name."""

    def check(answer: object) -> None:
        answers.listing(answers.part(answer, name), _NOTHING)

    return check

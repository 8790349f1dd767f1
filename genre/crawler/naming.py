"""Whether a line of the list that could not be read may name a known playlist.

While it may, the genres that the line would give the playlist are not known: none is
taken away. Pure.
"""

import re
from pathlib import PurePath

from genre.crawler.sources import service_of_source
from genre.crawler.sources.opening import is_address, name_in
from genre.text import text_key

_PAGES = {".htm", ".html"}  # a saved page holds a service's playlist
_BETWEEN = re.compile(r"[/?]")


def may_name(source: str, playlist: tuple[str, str]) -> bool:
    """Tell whether a line's source may be a playlist, known by its source and its id.

    Of a service, the id tells; of files and addresses the last part, for two paths may
    lead to one file.
    """
    kind, source_id = playlist
    if service := service_of_source(source):
        named = service.recognise(source) or ""
        return kind == service.name and source_id in {named, *_BETWEEN.split(named)}
    if PurePath(source).suffix.lower() in _PAGES:
        return True
    return bool(_file_names(source) & _file_names(source_id))


def _file_names(source: str) -> set[str]:
    """Return the file's name, whether a ``#`` is part of it or names a playlist."""
    if is_address(source):
        return {text_key(name_in(source))}
    whole, _, _ = source.partition("#")
    return {text_key(PurePath(path).name) for path in (source, whole)}

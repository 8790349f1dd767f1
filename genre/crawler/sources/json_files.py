"""Files that end in ``.json``: which of the known shapes one has, tells its content."""

from genre.crawler.sources import account, answers, jspf
from genre.crawler.sources.json_text import malformed, parse_json
from genre.crawler.sources.kit import Kit
from genre.crawler.sources.places import Document
from genre.records import PlaylistData


def read(document: Document, _kit: Kit) -> tuple[PlaylistData, ...]:
    """Read Spotify's account data or a JSPF playlist.

    Raises
    ------
    ItemError
        It is not JSON, of another shape, or holds no usable row.
    """
    content = parse_json(document)
    if isinstance(answers.part(content, "playlists"), list):
        return account.playlists(document, content)
    if isinstance(answers.part(content, "playlist"), dict):
        return jspf.playlists(document, content)
    wanted = (
        "the playlists of Spotify's account data (Playlist1.json) or a JSPF playlist"
    )
    raise malformed(document, wanted)

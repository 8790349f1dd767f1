"""What the columns of CSV playlists are called, by exporter and language.

This is the file to extend when an exporter's column is not understood. Names are
compared without case, accents and punctuation, so "Künstlername(n)" is enough. Of
two columns of one meaning the one whose name stands first here counts.
``--map title=COLUMN`` on the command line comes before all of these.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from genre.crawler import sites
from genre.errors import UsageError
from genre.text import clean_text, display, text_key

# Exportify's columns come in the languages en, ar, de, el, es, fr, it, ja, nl, pt, sv
# and tr, in this order.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "title": (
        "Track Name", "اسم الأغنية", "Track-Name", "Όνομα κομματιού",
        "Nombre de la canción", "Nom du titre", "Nome della traccia", "トラック名",
        "Nummernaam", "Nome da faixa", "Låtens namn", "Parça Adı",
        "Track Title", "Song Title", "Song Name", "Title", "Song", "Name", "Track",
        "Titel", "Titre", "Título", "Titolo", "Nombre", "Nom",
    ),
    "artist": (
        "Artist Name(s)", "أسماء الفنانين", "Künstlername(n)", "Όνομα/τα καλλιτέχνη",
        "Nombre(s) del artista", "Nom(s) de l'artiste", "Nome dell'artista",
        "アーティスト名", "Naam van artiest", "Nome(s) do artista", "Artistens namn",
        "Sanatçı Adı",
        "Artist Name", "Artist Names", "Artist", "Artists", "Track Artist(s)", "Creator",
        "Performer", "Interpret", "Künstler", "Artista", "Artiste",
    ),
    "album": (
        "Album Name", "اسم الألبوم", "Album-Name", "Όνομα άλμπουμ", "Nombre del álbum",
        "Nom de l'album", "Nome dell'album", "アルバム名", "Naam van album",
        "Nome do álbum", "Albumets namn", "Albüm Adı",
        "Album Title", "Album", "Álbum", "Release",
    ),
    "duration_ms": (
        "Track Duration (ms)", "مدة الأغنية (بالمللي ثانية)", "Track-Dauer (ms)",
        "Διάρκεια κομματιού (ms)", "Duración de la canción (ms)",
        "Durée du titre (ms)", "Durata della traccia (ms)",
        "トラックの長さ（ミリ秒）", "Nummerduur (ms)", "Duração da faixa (ms)",
        "Låtlängd (ms)", "Parça Süresi (ms)",
        "Duration (ms)", "Duration_ms", "Length (ms)", "Total Time (ms)",
    ),
    "duration": (
        "Duration", "Length", "Time", "Duration (s)", "Duration (sec)",
        "Duration (seconds)", "Track Duration", "Dauer", "Duración", "Durée", "Durata",
        "Tiempo",
    ),
    "isrc": ("ISRC", "ISRC Code", "ISRCs"),
    "year": (
        "Album Release Date", "تاريخ إصدار الألبوم", "Veröffentlichungsdatum des Albums",
        "Ημερομηνία κυκλοφορίας άλμπουμ", "Fecha de lanzamiento del álbum",
        "Date de sortie de l'album", "Data di rilascio dell'album", "アルバム発売日",
        "Releasedatum van het album", "Data de lançamento do álbum",
        "Albumets releasedatum", "Albüm Çıkış Tarihi",
        "Release Date", "Album Date", "Year", "Release Year", "Jahr", "Date",
    ),
    "added_at": (
        "Added At", "أضيف في", "Hinzugefügt am", "Προστέθηκε στις", "Añadido en",
        "Ajouté le", "Aggiunto il", "追加日時", "Toegevoegd op", "Adicionado em",
        "Tillagd vid", "Eklenme Tarihi",
        "Added Date", "addedDate", "Date Added",
    ),
    # Exporters' plain "Genres" are those of the artist; libraries' "Genre" is a song's.
    "artist_genres": (
        "Artist Genres", "أنواع الفنان", "Künstler-Genres", "Είδη καλλιτέχνη",
        "Géneros del artista", "Genres de l'artiste", "Generi dell'artista",
        "アーティストジャンル", "Genres van de artiest", "Gêneros do artista",
        "Artistens genrer", "Sanatçı Türleri",
        "Genres",
    ),
    "album_genres": (
        "Album Genres", "أنواع الألبوم", "Album-Genres", "Είδη άλμπουμ",
        "Géneros del álbum", "Genres de l'album", "Generi dell'album",
        "アルバムジャンル", "Genres van het album", "Gêneros do álbum",
        "Albumets genrer", "Albüm Türleri",
    ),
    "genres": ("Genre", "Track Genre", "Track Genres", "Song Genre", "Style", "Styles"),
    "uri": (
        "Track URI", "رابط الأغنية (URI)", "Track-URI", "URI κομματιού",
        "URI de la canción", "URI du titre", "URI della traccia", "トラックURI",
        "Nummer URI", "URI da faixa", "Låtens URI", "Parça URI",
        "Spotify URI", "URI", "Track URL",
    ),
    "path": (
        "Path", "File", "Filename", "File Name", "Filepath", "File Path", "Location",
        "Local Path",
    ),
    "url": ("URL", "Link", "Audio URL", "Audio", "Href", "YouTube URL"),
    "playlist": ("Playlist Name", "Playlist", "Playlist Title"),
    "type": ("Type",),  # with a playlist column: what a row is, song, album or artist
    "platform": ("Platform", "Service"),  # whose number is in the next one
    "platform_id": ("Track ID", "trackId", "Platform ID"),
}  # fmt: skip
# What ``--map`` can name, and what that is among the above.
MEANINGS = (
    "title", "artist", "album", "duration", "isrc", "year", "path", "url", "playlist",
    "added_at", "genres",
)  # fmt: skip

# What known exporters write besides, of which nothing here makes use: no news.
_USELESS = frozenset(
    text_key(name)
    for name in (
        "Artist URI(s)", "Artist URIs", "Album URI", "Album Artist URI(s)",
        "Album Artist Name(s)", "Album Artist", "Album Image URL", "Disc Number",
        "Track Number", "Track Preview URL", "Preview URL", "Explicit", "Popularity",
        "Added By", "Danceability", "Energy", "Key", "Loudness", "Mode", "Speechiness",
        "Acousticness", "Instrumentalness", "Liveness", "Valence", "Tempo",
        "Time Signature", "Label", "Record Label", "Copyrights",
    )
)  # fmt: skip
_LENGTHS = frozenset({"duration", "duration_ms"})  # one meaning in two units
_RANK = {
    text_key(alias): (rank, meaning)
    for meaning, aliases in ALIASES.items()
    for rank, alias in enumerate(aliases)
}
_SERVICE_ID = re.compile(r"(?P<service>.+?)(?: track)? id")  # "Spotify - id"


def find_columns(header: Sequence[str], mapped: Mapping[str, str]) -> dict[str, int]:
    """Return where each known meaning stands in a header.

    ``mapped`` (meaning: column) comes before the known names; the number of a song
    at a service has the meaning ``id:SERVICE``.
    """
    keys = [_key(name) for name in header]
    best: dict[str, tuple[int, int]] = {}
    for index, key in enumerate(keys):
        rank, meaning = _RANK.get(key) or (0, _service_meaning(key))
        if meaning:
            best[meaning] = min(best.get(meaning, (rank, index)), (rank, index))
    chosen = {
        _in_unit(meaning, _key(name)): keys.index(_key(name))
        for meaning, name in mapped.items()
        if _key(name) in keys
    }
    replaced = _LENGTHS if _LENGTHS & chosen.keys() else frozenset()
    found = {
        meaning: index
        for meaning, (_, index) in best.items()
        if index not in chosen.values() and meaning not in replaced
    }
    if "platform" not in found:  # whose number it is stays unknown
        found.pop("platform_id", None)
    return found | chosen


def is_useless(name: str) -> bool:
    """Tell whether a column is known to say nothing that is made use of."""
    return _key(name) in _USELESS


def missing_columns(header: Sequence[str], mapped: Mapping[str, str]) -> list[str]:
    """Return the ``--map`` options whose column is not in a header."""
    keys = {_key(name) for name in header}
    return [f"{what}={name}" for what, name in mapped.items() if _key(name) not in keys]


def parse_columns(options: Iterable[str]) -> dict[str, str]:
    """Return the columns that ``--map MEANING=COLUMN`` options name, by meaning.

    Raises
    ------
    UsageError
        One has another form, names an unknown meaning, or one named before.
    """
    columns: dict[str, str] = {}
    for option in options:
        meaning, _, name = (part.strip() for part in option.partition("="))
        if meaning not in MEANINGS or not name or meaning in columns:
            found = "it twice" if meaning in columns else "another form or meaning"
            raise UsageError(
                f"Expected --map MEANING=COLUMN, each meaning once and one of"
                f" {', '.join(MEANINGS)}; found {found} in {display(option, width=80)!r};"
                " correct it, e.g. --map title=Song."
            )
        columns[meaning] = name
    return columns


def _key(name: str) -> str:
    return text_key(clean_text(name))


def _service_meaning(key: str) -> str:
    match = _SERVICE_ID.fullmatch(key)
    service = match["service"].replace(" ", "") if match else ""
    return f"id:{service}" if service in sites.ADDRESSES else ""


def _in_unit(meaning: str, key: str) -> str:
    """Return the meaning of a chosen column; a length may be in milliseconds."""
    in_ms = "ms" in key.split() or _RANK.get(key, (0, ""))[1] == "duration_ms"
    return "duration_ms" if meaning == "duration" and in_ms else meaning

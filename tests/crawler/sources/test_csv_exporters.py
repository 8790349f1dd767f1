"""The CSV files that exporters write, each with its header and its traps."""

from pathlib import Path

import pytest

from genre.errors import ItemError
from genre.records import EvidenceLevel, PlaylistData, Tag
from tests.crawler.sources.kits import make_kit, read_all, read_one

SPOTIFY_ID = "6rqhFgbbKwnb9MLmUQDhG6"
EXPORTIFY = (
    '"Track URI","Track Name","Artist URI(s)","Artist Name(s)","Album Name",'
    '"Album Release Date","Track Duration (ms)","ISRC","Added By","Added At",'
    '"Artist Genres","Album Genres"\n'
    f'"spotify:track:{SPOTIFY_ID}","Song","x","Tyler\\, The Creator, B","Album",'
    '"1999-03","215000","GBAYE6800011","me","2026-05-02T10:11:12Z",'
    '"hip hop,rap","funk, soul"\n'
)
EXPORTIFY_NET = (
    "\ufeffTrack URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),"
    "Popularity,Added By,Added At,Genres,Record Label,Danceability\n"
    f'spotify:track:{SPOTIFY_ID},"Hello, Goodbye",Album,"A;B, Jr.",1984-01-01,277053,'
    '70,me,2026-05-02T10:11:12Z,"deep house,techno",Label,0.5\n'
)
CHOSIC = (
    "#,Song,Artist,Popularity,BPM,Genres,Album,Album Date,Time,Camelot,ISRC\n"
    '1,Song,"A, B",50,120,house,Album,2001-02-03,3:27,8A,GBAYE6800011\n'
)
ITUNES = "Name\tArtist\tAlbum\tGenre\tTime\tYear\nSong\tA\tAlbum\tHouse\t215\t1999\n"


def read(folder: Path, content: str, *, name: str = "p.csv") -> PlaylistData:
    """Write a playlist into ``folder`` and read it."""
    (folder / name).write_text(content, encoding="utf-8")
    return read_one(name, make_kit(folder))


def test_exportify(tmp_path: Path) -> None:
    """Exportify's columns are understood; an escaped comma stays in the name."""
    [item] = read(tmp_path, EXPORTIFY).items

    assert (item.title, item.artists) == ("Song", ("Tyler, The Creator", "B"))
    assert (item.duration_s, item.year, item.isrc) == (215.0, 1999, "GBAYE6800011")
    assert (item.source, item.source_id, item.url) == ("spotify", SPOTIFY_ID, "")
    assert item.added_at == "2026-05-02T10:11:12Z"
    assert [(tag.raw, tag.level) for tag in item.tags] == [
        ("funk", EvidenceLevel.ALBUM),
        ("soul", EvidenceLevel.ALBUM),
        ("hip hop", EvidenceLevel.ARTIST),
        ("rap", EvidenceLevel.ARTIST),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "رابط الأغنية (URI)|اسم الأغنية|أسماء الفنانين|مدة الأغنية (بالمللي ثانية)",
        "Track-URI|Track-Name|Künstlername(n)|Track-Dauer (ms)",
        "URI κομματιού|Όνομα κομματιού|Όνομα/τα καλλιτέχνη|Διάρκεια κομματιού (ms)",
        "URI de la canción|Nombre de la canción|Nombre(s) del artista|Duración de la canción (ms)",
        "URI du titre|Nom du titre|Nom(s) de l'artiste|Durée du titre (ms)",
        "URI della traccia|Nome della traccia|Nome dell'artista|Durata della traccia (ms)",
        "トラックURI|トラック名|アーティスト名|トラックの長さ（ミリ秒）",
        "Nummer URI|Nummernaam|Naam van artiest|Nummerduur (ms)",
        "URI da faixa|Nome da faixa|Nome(s) do artista|Duração da faixa (ms)",
        "Låtens URI|Låtens namn|Artistens namn|Låtlängd (ms)",
        "Parça URI|Parça Adı|Sanatçı Adı|Parça Süresi (ms)",
    ],
)
def test_localised_exportify(tmp_path: Path, header: str) -> None:
    """Exportify's header means the same in each of its languages."""
    names = ",".join(f'"{name}"' for name in header.split("|"))
    row = f'"spotify:track:{SPOTIFY_ID}","Lied","Wir","1000"'

    data = read(tmp_path, f"{names}\n{row}\n")

    [item] = data.items
    assert (item.title, item.artists, item.duration_s) == ("Lied", ("Wir",), 1.0)
    assert (item.source_id, data.notes) == (SPOTIFY_ID, ())


def test_exportify_net(tmp_path: Path) -> None:
    """The other Exportify joins artists by semicolons and genres by commas."""
    [item] = read(tmp_path, EXPORTIFY_NET).items

    assert (item.title, item.artists) == ("Hello, Goodbye", ("A", "B, Jr."))
    assert (item.duration_s, item.year) == (277.053, 1984)
    assert item.tags == (
        Tag("deep house", EvidenceLevel.ARTIST),
        Tag("techno", EvidenceLevel.ARTIST),
    )


SOUNDIIZ = "\ufefftitle;artist;album;isrc"
SOUNDIIZ_COMMA = "title,artist,album,isrc,platform,trackId,duration,addedDate,url"


@pytest.mark.parametrize(
    ("header", "row", "place"),
    [
        (SOUNDIIZ, "Song;A, B;Al;gbaye6800011", ("text", "")),
        (
            f"{SOUNDIIZ};addedDate;addedBy;duration;url",
            "Song;A, B;Al;GBAYE6800011;2026-05-02;me;225s;https://deezer.com/track/7",
            ("deezer", "7"),
        ),
        (
            SOUNDIIZ_COMMA,
            'Song,"A, B",Al,GBAYE6800011,tidal,12,225,2026-05-02,https://tidal.com/x',
            ("tidal", "12"),
        ),
        (
            SOUNDIIZ_COMMA,
            'Song,"A, B",Al,GBAYE6800011,pandora,x,225,2026-05-02,https://pandora.com/x',
            ("text", ""),
        ),
    ],
)
def test_soundiiz(
    tmp_path: Path, header: str, row: str, place: tuple[str, str]
) -> None:
    """Both delimiters are read; a page of a service we do not know is no audio."""
    [item] = read(tmp_path, f"{header}\r\n{row}\r\n").items

    assert (item.title, item.artists, item.album) == ("Song", ("A", "B"), "Al")
    assert (item.source, item.source_id) == place
    assert item.duration_s in {225.0, None}


def test_chosic(tmp_path: Path) -> None:
    """A list with numbers, keys and tempi gives its names, length and genres."""
    [item] = read(tmp_path, CHOSIC).items

    assert (item.title, item.artists, item.duration_s) == ("Song", ("A", "B"), 207.0)
    assert (item.year, item.isrc) == (2001, "GBAYE6800011")
    assert item.tags == (Tag("house", EvidenceLevel.ARTIST),)


@pytest.mark.parametrize("name", ["music.txt", "music.tsv"])
def test_itunes(tmp_path: Path, name: str) -> None:
    """The text export of iTunes is a table with tabs; its genre is the song's."""
    [item] = read(tmp_path, ITUNES, name=name).items

    assert (item.title, item.artists, item.duration_s) == ("Song", ("A",), 215.0)
    assert item.tags == (Tag("House", EvidenceLevel.TRACK),)


@pytest.mark.parametrize("content", [EXPORTIFY, EXPORTIFY_NET])
def test_columns_that_are_known_to_say_nothing(tmp_path: Path, content: str) -> None:
    """Of what these exporters always write besides, nobody is told."""
    assert read(tmp_path, content).notes == ()


def test_podcast_in_exportify(tmp_path: Path) -> None:
    """An episode is no song; the user is told which row it was."""
    episode = '"spotify:episode:1","Talk","","Host"\n'

    data = read(tmp_path, EXPORTIFY + 3 * episode)

    [note] = [note for note in data.notes if "row" in note]
    assert note.startswith("p.csv, row 3: expected a song, found an episode")
    assert note.endswith("it is left out. So are 2 more rows.")
    assert data.problems == ()


# --- TuneMyMusic: several playlists in one file ------------------------------------

TUNEMYMUSIC = (
    "Track name,Artist name,Album,Playlist name,Type,ISRC,Spotify - id\n"
    f'"One","A & B","Al","House, deep","Playlist","GBAYE6800011","{SPOTIFY_ID}"\n'
    '"Two","A, B","Al","Favorite Songs","Favorite","",""\n'
    '"Three","C","","House, deep","Playlist","",""\n'
    '"C","","","Favorite Artists","Artist","",""\n'
    '"Al","A","","Favorite Albums","Album","",""\n'
)


def test_tunemymusic(tmp_path: Path) -> None:
    """Each playlist of the file is one of its own; artists and albums are no songs."""
    (tmp_path / "t.csv").write_text(TUNEMYMUSIC)

    house, liked = read_all("t.csv", make_kit(tmp_path))

    assert isinstance(house, PlaylistData)
    assert isinstance(liked, PlaylistData)
    assert (house.title, liked.title) == ("House, deep", "Favorite Songs")
    assert house.source_id == f"{tmp_path}/t.csv#House, deep"
    assert [item.title for item in house.items] == ["One", "Three"]
    assert house.items[0].artists == ("A & B",)
    assert house.items[0].source_id == SPOTIFY_ID
    assert [note for note in house.notes if "not songs" in note] == [
        "t.csv: rows that are saved artists or albums, not songs: 2; they are left out."
    ]


@pytest.mark.parametrize(
    ("column", "value", "place"),
    [
        ("Youtube - id", "dQw4w9WgXcQ", ("youtube", "dQw4w9WgXcQ")),
        ("YouTube Music - id", "dQw4w9WgXcQ", ("youtube", "dQw4w9WgXcQ")),
        ("Deezer - id", "3135556", ("deezer", "3135556")),
        ("Apple - id", "1440806041", ("apple", "1440806041")),
        ("Apple - id", "l.AbCdEfG", ("text", "")),
        ("Youtube - id", "x", ("text", "")),
    ],
)
def test_references_of_tunemymusic(
    tmp_path: Path, column: str, value: str, place: tuple[str, str]
) -> None:
    """The last column is named after the service; YouTube's rows hold both names."""
    header = f"Track name,Artist name,Album,Playlist name,Type,ISRC,{column}\n"

    [item] = read(tmp_path, f"{header}The Band - Song,,,Mine,Playlist,,{value}\n").items

    assert (item.title, item.artists) == ("Song", ("The Band",))
    assert (item.source, item.source_id) == place


def test_one_playlist_of_several(tmp_path: Path) -> None:
    """``file.csv#Name`` is the playlist of that name, however it is spelled."""
    (tmp_path / "t.csv").write_text(TUNEMYMUSIC)

    data = read_one("t.csv#favorite songs", make_kit(tmp_path))

    assert [item.title for item in data.items] == ["Two"]


def test_no_playlist_of_that_name(tmp_path: Path) -> None:
    """The sentence names those that are there."""
    (tmp_path / "t.csv").write_text(TUNEMYMUSIC)

    with pytest.raises(ItemError, match="found House, deep, Favorite Songs; name one"):
        read_one("t.csv#Techno", make_kit(tmp_path))


def test_playlist_without_a_usable_row(tmp_path: Path) -> None:
    """Its rows are reported with the other playlists of the file."""
    (tmp_path / "t.csv").write_text(TUNEMYMUSIC + ",,,Empty,Playlist,,\n")

    data = read_all("t.csv", make_kit(tmp_path))

    assert [d.title for d in data] == ["House, deep", "Favorite Songs"]
    assert isinstance(data[0], PlaylistData)
    assert data[0].problems[0].startswith("t.csv, row 7: expected a file")

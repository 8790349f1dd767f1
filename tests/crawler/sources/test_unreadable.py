"""What nobody can read is named in one short sentence, with what to give instead."""

from pathlib import Path

import pytest

from genre.crawler.sources import read_source
from genre.errors import ItemError
from genre.records import ErrorClass, ListEntry
from tests.crawler.sources.kits import make_kit


def refusal(folder: Path, source: str) -> str:
    """Return why a source of a list in ``folder`` cannot be read."""
    with pytest.raises(ItemError) as caught:
        read_source(ListEntry(source, (), 1), make_kit(folder))
    assert caught.value.error_class is ErrorClass.ENVIRONMENT
    return str(caught.value).removeprefix("Expected a playlist, found ")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("Techno", "there is no such file or folder; correct the name."),
        ("gone/list.csv", "there is no such file or folder; correct the name."),
        ("./music/house", "did you mean ./music/House?"),
        ("Music/Huose/", "did you mean music/House?"),
        ("mix.csv", "did you mean Mix.CSV?"),
        ("music\\House", "did you mean music/House?"),
        ("C:\\music\\a.csv", "write / between folders, not \\."),
        ("$HOME/music", "genre fills in no variables; write the whole path"),
        ("%USERPROFILE%/a.csv", "genre fills in no variables; write the whole path"),
        ("file:///home/me/a%20b.csv", "without file://, '/home/me/a b.csv'."),
        ("a.mp3", "that is a song; to read songs, name their folder."),
        ("a.docx", "a playlist file ends in one of .csv, .htm"),
    ],
)
def test_paths(tmp_path: Path, source: str, said: str) -> None:
    """What is there by almost that name is offered; else it is said what is wrong."""
    (tmp_path / "music" / "House").mkdir(parents=True)
    for name in ("Mix.CSV", "a.mp3", "a.docx"):
        (tmp_path / name).touch()

    found = refusal(tmp_path, source)

    assert said in found
    assert len(found) < 160


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("htps://www.deezer.com/playlist/1", "mean https://www.deezer.com/playlist/1?"),
        ("http:/h.org/a.csv?key=s3cret", "did you mean http://h.org/a.csv?...?"),
        ("www.deezer.com/playlist/1", "mean https://www.deezer.com/playlist/1?"),
        ("me:s3cret@h.org/a.csv", "'h.org/a.csv': did you mean https://h.org/a.csv?"),
        ("//h.org/a.csv?key=s3cret", "'//h.org/a.csv?...': there is no such file"),
        ("ftp://me:s3cret@h.org/a.csv", "genre reads no ftp addresses"),
        ("http://[half", "correct the address."),
    ],
)
def test_mistyped_addresses(tmp_path: Path, source: str, said: str) -> None:
    """What was meant is offered; logins and keys are not shown."""
    found = refusal(tmp_path, source)

    assert said in found
    assert "s3cret" not in found


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("https://www.deezer.com/en/track/3135556", "that is a song, not a playlist"),
        ("https://www.youtube.com/watch?v=aaaaaaaaaaa", "in a .txt file."),
        ("https://open.spotify.com/album/x", "that is an album, not a playlist"),
        ("https://deezer.com/artist/27", "the page of an artist or a user"),
        ("spotify:user:rob", "the page of an artist or a user"),
        ("archive:x", "no playlist of archive; give https://archive.org/details/ID."),
        ("https://tidal.com/browse/playlist/x", "cannot read Tidal; export the"),
        ("tidal:playlist:1", "cannot read Tidal; export the playlist to a CSV file"),
        (
            "https://music.apple.com/us/playlist/x/pl.1",
            "cannot read Apple Music; export",
        ),
        ("https://soundcloud.com/a/sets/b", "no lists of SoundCloud; write the songs'"),
        ("https://x.bandcamp.com/album/y", "no lists of Bandcamp; write the songs'"),
    ],
)
def test_pages_that_are_no_playlist(tmp_path: Path, source: str, said: str) -> None:
    """The sentence says what the page is, or how its songs get out of that site."""
    found = refusal(tmp_path, source)

    assert said in found
    assert len(found) < 220

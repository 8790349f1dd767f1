"""Which addresses belong to a site we know by name."""

import pytest

from genre.crawler.sites import site_at, site_named, song_address, song_at

VIDEO = "dQw4w9WgXcQ"


@pytest.mark.parametrize(
    ("url", "site", "song_id"),
    [
        (f"https://www.youtube.com/watch?v={VIDEO}&list=PL1", "youtube", VIDEO),
        (f"https://music.youtube.com/watch?v={VIDEO}", "youtube", VIDEO),
        (f"https://youtu.be/{VIDEO}?t=3", "youtube", VIDEO),
        (f"https://www.youtube.com/shorts/{VIDEO}", "youtube", VIDEO),
        ("https://soundcloud.com/someone/some-song", "soundcloud", "someone/some-song"),
        ("https://band.bandcamp.com/track/song", "bandcamp", "band/song"),
        ("https://audius.co/who/song-1", "audius", "who/song-1"),
        ("https://open.spotify.com/track/6rqhFgbbKwnb9MLmUQDhG6?si=1", "spotify",
         "6rqhFgbbKwnb9MLmUQDhG6"),
        ("spotify:track:6rqhFgbbKwnb9MLmUQDhG6", "spotify", "6rqhFgbbKwnb9MLmUQDhG6"),
        ("https://www.deezer.com/en/track/3135556", "deezer", "3135556"),
        ("https://listen.tidal.com/track/12", "tidal", "12"),
        ("https://music.apple.com/us/song/some-name/456", "apple", "456"),
        ("https://music.apple.com/us/album/some-name/123?i=456", "apple", "456"),
        ("https://musicbrainz.org/recording/e8f9b188-f819-4e43-ab0f-4bd26ce9ff56",
         "musicbrainz", "e8f9b188-f819-4e43-ab0f-4bd26ce9ff56"),
    ],
)  # fmt: skip
def test_song_of_a_site(url: str, site: str, song_id: str) -> None:
    """One song has one id, however its address is written."""
    found = song_at(url)

    assert found is not None
    assert (site, song_id) == (found.site.name, found.id)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.mp3",
        "https://www.youtube.com/playlist?list=PL123",
        f"https://youtube.com.evil.example/watch?v={VIDEO}",
        "https://soundcloud.com/someone/sets/some-set",
        "https://band.bandcamp.com/album/all",
        "https://music.apple.com/us/album/some-name/123",
        "ftp://soundcloud.com/someone/some-song",
        "https://soundcloud.com:8443/someone/some-song",
        "http://soundcloud.com:443/someone/some-song",
        "//soundcloud.com/someone/some-song",
        "https://youtu.be/dQw4w9WgXc\u00e9",
        "spotify:track:6rqhFgbbKwnb9MLmUQDhG\u00e9",
    ],
)
def test_no_song_of_a_site(url: str) -> None:
    """Other servers, other pages of a known host and other letters are no songs."""
    assert song_at(url) is None


@pytest.mark.parametrize(
    ("url", "played_from"),
    [
        (f"https://youtu.be/{VIDEO}?t=3", f"https://www.youtube.com/watch?v={VIDEO}"),
        (f"https://music.youtube.com/watch?list=PL1&v={VIDEO}",
         f"https://www.youtube.com/watch?v={VIDEO}"),
        (f"https://www.youtube.com/shorts/{VIDEO}",
         f"https://www.youtube.com/watch?v={VIDEO}"),
        ("https://soundcloud.com/someone/some-song?si=1#t=0:10",
         "https://soundcloud.com/someone/some-song"),
        ("https://band.bandcamp.com/track/song?from=x",
         "https://band.bandcamp.com/track/song"),
        ("https://me:SECRET@band.bandcamp.com:443/track/song",
         "https://band.bandcamp.com/track/song"),
        ("https://open.spotify.com/track/6rqhFgbbKwnb9MLmUQDhG6", ""),
        ("spotify:track:6rqhFgbbKwnb9MLmUQDhG6", ""),
    ],
)  # fmt: skip
def test_one_song_is_played_from_one_address(url: str, played_from: str) -> None:
    """A list or a moment that an address names besides does not change the song's."""
    found = song_at(url)

    assert found is not None
    assert found.url == played_from


def test_locked_sites_are_not_played_from() -> None:
    """A site whose player is locked identifies a song, but gives no audio."""
    assert site_named("spotify") is None
    assert site_named("youtube") is not None


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.youtube.com/playlist?list=PL123", "youtube"),
        ("https://open.spotify.com/album/x", "spotify"),
        ("https://example.com/a.mp3", None),
        ("http://[half", None),
    ],
)
def test_site_of_any_page(url: str, site: str | None) -> None:
    """A page that is no song still tells its site."""
    found = site_at(url)

    assert site == (found and found.name)


@pytest.mark.parametrize(
    ("service", "song_id", "site"),
    [
        ("spotify", "6rqhFgbbKwnb9MLmUQDhG6", "spotify"),
        ("youtubemusic", VIDEO, "youtube"),
        ("applemusic", "456", "apple"),
        ("deezer", "x", None),
        ("deezer", "", None),
        ("tidal", "1/../2", None),
        ("unheardof", "1", None),
    ],
)
def test_address_of_a_number(service: str, song_id: str, site: str | None) -> None:
    """A bare number becomes an address only in the form that the service uses."""
    found = song_at(song_address(service, song_id))

    assert site == (found and found.site.name)

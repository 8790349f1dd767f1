"""Playlists in, tracks and their audio out.

pipeline.py    the crawl: both phases under the lock
recorder.py    phase 1: playlists and tracks into the catalog
record.py      one playlist into the catalog
fetching.py    phase 2: audio for every track that lacks it

What a playlist says:

playlists.py   the list file
listed.py      its playlists, or one given alone
genre_names.py doubles and typing mistakes among its genres
sources/       one file per kind of playlist or service: read it, return its rows
reading.py     reads playlists ahead, in the list's order
naming.py      which playlists a line that could not be read may name
recounting.py  what the user is told of a playlist
discovery/     finds playlists of a genre at the services

Which song is meant:

titles.py      takes titles and credits apart (version, featured, remixer)
wording.py     the words that tell versions apart, in many languages
identity.py    when two rows are one song, and what its id is
songs.py       which song of the catalog a row means, and what it adds to it
grouping.py    the same without writing, for plan and discover
renaming.py    a WAV's new name when two songs turn out to be one

One song's audio:

download.py    one song's audio: fetch, convert, verify
obtaining.py   the file behind one place
originals.py   downloads kept as they came
search.py      where audio is searched
searching.py   one song's search: by names, then by code
matching/      how well a search result fits a song
choosing.py    which candidates are fetched, and what is said of the others
review.py      a person's word on matches
shown.py       a song and its candidates, as a person reads them
named.py       an address or a file that a person names
results.py     what came of each song's job: into the catalog
outcomes.py    how it is told, and which failures are final
licences.py    what a licence's address allows
sites.py       which web addresses belong to a site we know by name
services.py    which services are to be left alone for a while

yt-dlp, in a child process:

player.py        asks it, at each site's pace
ytdlp.py         the only file that knows it; runs inside the child
fence.py         what the child may reach
meanings.py      what its error texts mean
ytdlp_health.py  how old it is and what it lacks

Spotify, with a login:

spotify.py           the only file that knows spotipy
spotify_login.py     the login in the user's browser
spotify_token.py     the login as it lies on disk
spotify_refusals.py  what its refusals mean
over_wire.py         lets a library's requests go through our own wire
page_trail.py        where a service's pages may lead
"""

"""Playlists in, tracks and their audio out.

playlists.py   the list file
sources/       one file per kind of playlist or service: read it, return its rows
discovery/     finds playlists of a genre at the services
sites.py       which web addresses belong to a site we know by name
titles.py      takes titles and credits apart (version, featured, remixer)
wording.py     the words that tell versions apart, in many languages
identity.py    when two rows are one song, and what its id is
licences.py    what a licence's address allows
matching/      how well a search result fits a song
search.py      where audio is searched
searching.py   one song's search: by names, then by code
choosing.py    which candidates are fetched, and what is said of the others
player.py      asks yt-dlp in child processes, at each site's pace
ytdlp.py       the only file that knows yt-dlp; runs inside a child process
spotify.py     the only file that knows spotipy
services.py    which services are to be left alone for a while
download.py    one song's audio: fetch, convert, verify
record.py      phase 1: playlists and tracks into the catalog
fetching.py    phase 2: audio for every track that lacks it
review.py      a person's word on matches
pipeline.py    the crawl: both phases under the lock
"""

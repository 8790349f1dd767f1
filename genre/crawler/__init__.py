"""Playlists in, tracks and their audio out.

playlists.py   the list file
sources/       one file per kind of playlist: read it, return its rows
sites.py       which web addresses belong to a site we know by name
titles.py      takes titles and credits apart (version, featured, remixer)
identity.py    when two rows are one song, and what its id is
matching.py    how well a search result fits a song
search.py      where audio is searched
ytdlp.py       the only file that knows yt-dlp; runs inside a child process
download.py    one song's audio: fetch, convert, verify
record.py      phase 1: playlists and tracks into the catalog
fetching.py    phase 2: audio for every track that lacks it
pipeline.py    the command: both phases under the lock
"""

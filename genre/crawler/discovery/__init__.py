"""Finds playlists of a genre and writes a list of them for the user to edit.

finders.py    asks each service for playlists by words
ranking.py    how promising a playlist is (pure)
listing.py    the list file that comes of it
pipeline.py   search, look into the best, rank: the door to the catalog
"""

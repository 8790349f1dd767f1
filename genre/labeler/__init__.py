"""Turns evidence about genres into labels, and labels into fair parts.

votes.py      playlists as witnesses -> soft labels with unknowns
explain.py    the arithmetic behind one track's labels
groups.py     which tracks must stay together
splits.py     groups -> train, validation, test, excluded
notes.py      what the user is told
pipeline.py   label, split, why: the door to the catalog
"""

"""Catalog -> a folder that strangers can load, cite and check; never with audio.

pipeline.py    ``export``: reads the catalog once, writes the folder as a whole
references.py  which names of a song are fit for the public
parquet.py     the schema and the data files
facts.py       what is counted in the data
content.py     whether rows, numbers and card agree
limits.py      what the data are not good for
card.py        README.md, with wording.py and markup.py
manifest.py    manifest.json: checksums and provenance
folder.py      all or nothing: temporary folder, rename, leftovers
verify.py      ``verify``: a finished export against its manifest and itself
"""

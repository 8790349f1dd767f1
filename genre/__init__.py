"""genre: from playlists to a labelled music corpus and a multi-label genre model.

crawl     playlists -> tracks, audio (16 kHz mono WAV) and a ledger of every attempt
label     playlist votes -> soft multi-genre labels; split -> artist-disjoint parts
features  WAV -> log-mel frames in a checksummed store, addressed as 5 s segments
train     the store in memory -> a multi-label CNN and an honest report
export    catalog -> Parquet, dataset card and manifest that others can verify
"""

__version__ = "0.1.0"

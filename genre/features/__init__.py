"""Turns every WAV of the corpus into log-mel frames that training reads from memory.

mel.py        wav_to_mel: the one definition of the spectrogram, and the fast path to it
shard.py      the file format: frames of some songs, checked sums, written once
segments.py   the frames of many songs held in memory, cut into 5 s segments
pipeline.py   asks the catalog which songs lack frames and writes shards for them
"""

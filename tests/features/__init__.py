"""Tests of the mel spectrogram, the segment store and ``genre features``."""

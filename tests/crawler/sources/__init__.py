"""Tests of the playlist readers."""

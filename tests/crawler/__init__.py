"""Tests of ``genre crawl``: playlists, identity, matching, downloads."""

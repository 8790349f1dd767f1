"""Tests of ``genre status``, ``genre doctor`` and ``genre plan``."""

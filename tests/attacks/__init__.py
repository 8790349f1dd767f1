"""Hostile media, built by code: each function writes one file that must be refused."""

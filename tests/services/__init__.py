"""Servers that behave like real services, for any test to run over loopback."""

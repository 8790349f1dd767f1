"""Numbered, append-only schema changes; ``genre.db.migrate`` runs them."""

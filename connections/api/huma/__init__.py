"""Huma's API: its client and its documents."""

"""Asking both vendors for a connection."""

"""Texts, numbers and dates in one form for both sides, and their fingerprints."""

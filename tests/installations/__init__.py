"""Installations of earlier versions, kept as test data: their databases, and both vendors' state at that time."""

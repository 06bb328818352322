"""Installations of earlier versions, kept as test data: what their databases held, and what both vendors knew then."""

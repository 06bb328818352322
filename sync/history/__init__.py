"""The history: changes, syncs, who did what, a person's timeline; and for how long things are kept.

Its rows are made by ``sync.runs.history_entries``.
"""

"""Which two records are linked, newly or still, and who is on one side only."""

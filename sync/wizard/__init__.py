"""The six steps of a sync, from the overview to the result."""

"""The list of runs, and for how long things are kept."""

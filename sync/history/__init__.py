"""What was done, and for how long it is kept."""

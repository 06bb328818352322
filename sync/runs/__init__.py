"""A run's life: start, go on, stop, end."""

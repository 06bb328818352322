"""A run's life: start, stop, end; what a person says about who is who; the result's email."""

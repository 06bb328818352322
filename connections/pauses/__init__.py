"""A connection that is paused, by a person or because its credentials are refused."""

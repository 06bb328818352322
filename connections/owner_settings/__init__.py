"""What the owners of a connection set."""

"""What is checked of an installation before it starts."""

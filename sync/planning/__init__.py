"""What will be written, what is held for a person, and what was approved."""

"""The steps of a sync that a person goes through, from reading both sides to the result."""

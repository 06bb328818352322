"""Reading both sides, completely or not at all, and single people again."""

"""The pages of what waits."""

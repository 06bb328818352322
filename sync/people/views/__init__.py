"""The pages about people and their links."""

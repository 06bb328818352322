"""From codes to sentences, and from values to text."""

"""A person's timeline: every step as a sentence, what waits now, and *Was it this value?*."""

"""The demo (`make run`): everything on this machine, with its own database, keys and settings."""

"""The demo (`make run`): everything on this machine, with a database, keys and settings of its own."""

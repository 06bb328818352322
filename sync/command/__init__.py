"""The command that runs a whole sync in the foreground."""

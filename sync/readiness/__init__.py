"""Is a connection ready? One list of what to set up, with what is left to do."""

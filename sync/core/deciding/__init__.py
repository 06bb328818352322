"""Who is right, what may be written by itself, who can be created, and what will be written."""

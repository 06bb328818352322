"""Who is who: what speaks for and against two records being the same person."""

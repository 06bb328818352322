"""Working days, pay days, and when a scheduled sync is due."""

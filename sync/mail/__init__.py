"""One outbox for every email, and what a result says."""

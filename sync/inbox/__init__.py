"""What waits for a person, and the emails that say so."""

"""What waits for a person: Attention, the start page, and the emails about it."""

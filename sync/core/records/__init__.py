"""What one side says about one person, and what can be said of them by that alone."""

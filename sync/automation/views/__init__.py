"""The pages of automatic updates, of what is held, and of the webhook."""

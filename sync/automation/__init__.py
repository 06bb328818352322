"""Automatic updates: the webhook, schedules, what is held, pauses."""

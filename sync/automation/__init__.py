"""Automatic updates: the webhook, scheduled syncs, held changes, the daily look at positions, pauses."""

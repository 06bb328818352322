"""Huma's API, and the webhooks that it sends."""

"""The stand-in Huma's webhooks."""

from .signing import signed

__all__ = ["signed"]

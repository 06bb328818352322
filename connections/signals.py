"""What other apps may want to hear about a connection; `connections` itself knows none of them."""

from django.dispatch import Signal

disconnecting = Signal()
"""Sent inside the transaction that disconnects, before the credentials go; carries ``connection`` and ``user``."""

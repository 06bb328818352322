"""Ports of servers that a test starts."""

import random
import socket

BELOW_OUTGOING = range(10_000, 32_000)
"""The system gives none of these ports to outgoing connections, so they stay free until the server listens."""


def free_port() -> int:
    """A port of loopback on which nobody listens."""
    while True:
        port = random.choice(BELOW_OUTGOING)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port

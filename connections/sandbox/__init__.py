"""Both vendors' APIs as real HTTP servers on loopback, for the demo and the tests. Needs no Django."""

from .credentials import (
    CUSTOMER_TENANT_ID,
    HUMA_CLIENT_ID,
    HUMA_CLIENT_SECRET,
    ORGANIZATION_ID,
    READ_SCOPE,
    TENANT_ID,
    VISMA_CLIENT_ID,
    VISMA_CLIENT_SECRET,
    WRITE_SCOPE,
)
from .journal import Request
from .sandbox import Sandbox
from .server import PortInUse
from .signing import signed

__all__ = [
    "CUSTOMER_TENANT_ID",
    "HUMA_CLIENT_ID",
    "HUMA_CLIENT_SECRET",
    "ORGANIZATION_ID",
    "READ_SCOPE",
    "TENANT_ID",
    "VISMA_CLIENT_ID",
    "VISMA_CLIENT_SECRET",
    "WRITE_SCOPE",
    "PortInUse",
    "Request",
    "Sandbox",
    "signed",
]

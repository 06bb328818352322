"""Both vendors' APIs as real HTTP servers on loopback, for the demo and the tests. Needs no Django."""

from connections.sandbox.credentials import (
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
from connections.sandbox.huma.signing import signed
from connections.sandbox.journal import Request
from connections.sandbox.sandbox import Sandbox
from connections.sandbox.server import PortInUse

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

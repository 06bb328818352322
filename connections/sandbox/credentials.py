"""The stand-ins' credentials: fixed, so that the demo can print them and tests can use them.

Huma's client id and secret are UUIDs (Source: huma.md, Access); Visma's belong to the application, and the
tenant to the connection (Source: visma-employee.md, Access).
"""

from __future__ import annotations

HUMA_CLIENT_ID = "7d1f0a52-5a0e-4f43-9c1b-3f0c1e6a8d11"
HUMA_CLIENT_SECRET = "c2b7e9d4-8f36-4a75-b0de-91f4a2c65e37"
ORGANIZATION_ID = "0b6f4c9e-2a4d-4b0c-8c57-6d3e9f1a7b20"
SERVICE_USER_ID = "5e8d7c6b-1f2a-4e3d-9b4c-8a7f6e5d4c3b"

VISMA_CLIENT_ID = "humavisma_sandbox"
VISMA_CLIENT_SECRET = "sandbox-application-secret"
TENANT_ID = "3c9a1b7e-6d52-4f18-a0c4-e7b8d9f01234"

CUSTOMER_TENANT_ID = "f4d2c6a0-93be-4e57-8b1d-5a07c9e61f38"
"""The Tenant ID of the customer, not of a company: there is a token for it, but the API refuses that token."""

READ_SCOPE = "visma_net_employee:employees:read"
WRITE_SCOPE = "visma_net_employee:employees:write"

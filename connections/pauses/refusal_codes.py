"""The codes for refused credentials, with which a connection is paused and a run fails. Each has a sentence."""

from connections.api.vendor import Vendor

REFUSED_CREDENTIALS = "credentials_"
"""How the code begins; the side follows."""
TENANT = "_tenant"
"""How the code ends if the Tenant ID, or what is activated for it, may be the cause."""


def refusal(side: str, code: str) -> str:
    """The code for a side that refuses with this ``code`` of BadCredentials."""
    return REFUSED_CREDENTIALS + side + (TENANT if code == "wrong_tenant" else "")


def refused_side(reason: str) -> Vendor:
    """The side that refuses, by the code."""
    return Vendor(reason.removeprefix(REFUSED_CREDENTIALS).removesuffix(TENANT))

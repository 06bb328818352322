"""Which host names mean this machine: plain http to them doesn't leave it."""

import ipaddress


def is_loopback(host: str | None) -> bool:
    """Whether the host is `localhost`, ::1 or in 127.0.0.0/8; a name that only looks like one of them isn't."""
    name = (host or "").lower()
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)

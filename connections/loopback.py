"""Which host names are this machine itself: plain http doesn't leave it."""

import ipaddress


def is_loopback(host: str | None) -> bool:
    """Whether it is `localhost` or an address of 127.0.0.0/8 or ::1; a name that only looks like one isn't."""
    name = (host or "").lower()
    if name == "localhost":
        return True
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)

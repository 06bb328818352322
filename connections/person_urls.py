"""The addresses of a person in Huma and in Visma.net, as the installation's settings say them.

Nothing public states these addresses, so they are settings, empty by default: then there is no link.
"""

from urllib.parse import quote, urlsplit

from django.conf import settings

from connections.api.vendor import Vendor

SETTINGS = ("HUMA_PERSON_URL", "VISMA_PERSON_URL")
ID, NUMBER = "{id}", "{number}"
"""The parts of a setting that stand for the person's id in that system, and for their Employment ID."""


def person_url(side: str, id_: str, number: str = "") -> str:
    """The address of a person in a system; "" if it isn't known, or would need what isn't known of the person."""
    pattern: str = settings.HUMA_PERSON_URL if side == Vendor.HUMA else settings.VISMA_PERSON_URL
    if not is_pattern(pattern) or (ID in pattern and not id_) or (NUMBER in pattern and not number):
        return ""
    quoted = {ID: quote(id_, safe=""), NUMBER: quote(number, safe="")}
    first, _part, rest = pattern.partition(ID)
    found = (part.replace(NUMBER, quoted[NUMBER]) for part in (first, rest))
    return quoted[ID].join(found) if ID in pattern else first.replace(NUMBER, quoted[NUMBER])


def is_pattern(text: str) -> bool:
    """Whether the text is the address of a person, with the id or the number in its path, query or fragment."""
    bare = text.replace(ID, "").replace(NUMBER, "")
    if bare == text or set(bare) & set("{}\\<>\"'`^| \t\r\n"):
        return False
    try:
        parts = urlsplit(text)
        port_is_one = parts.port is None or parts.port > 0
    except ValueError:
        return False
    host_is_fixed = bool(parts.hostname) and not set(parts.netloc) & set("{}@")
    return port_is_one and parts.scheme in ("http", "https") and host_is_fixed and text.count(ID) < 2

"""A vendor's id of a person as a part of an address: whatever it holds, the address leads to that person."""

import re
from urllib.parse import unquote

from django.urls.converters import StringConverter

_ESCAPE = "~"
"""Stands for the per cent sign of quoting: what is quoted with that one, servers and browsers take back too early."""


class VendorIdConverter(StringConverter):
    """Any text but nothing at all, a slash or dots alone too; an ordinary id stands there as it is."""

    def to_python(self, value: str) -> str:
        """The id. Raises ``ValueError`` for what is no quoting of ours, which makes it a page that isn't there."""
        if re.search(r"~(?![0-9A-F]{2})", value):
            raise ValueError("not an id")
        return unquote(value.replace("%", "%25").replace(_ESCAPE, "%"), errors="strict")

    def to_url(self, value: str) -> str:
        """The id with its slashes, dots alone and our own sign quoted."""
        if not value.strip("."):
            return "".join(f"{_ESCAPE}{ord(sign):02X}" for sign in value)
        return re.sub(r"[/~]", lambda found: f"{_ESCAPE}{ord(found[0]):02X}", value)

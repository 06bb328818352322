"""A vendor's id of a person as a part of an address, whatever characters the id has."""

import re
from urllib.parse import unquote

from django.urls.converters import StringConverter

_ESCAPE = "~"
"""Replaces the per cent sign of URL quoting, which servers and browsers would decode too early."""


class VendorIdConverter(StringConverter):
    """Any non-empty text, also a slash or only dots; an ordinary id stays as it is."""

    def to_python(self, value: str) -> str:
        """The id. Raises ``ValueError`` for a text that we haven't quoted, which gives a 404."""
        if re.search(r"~(?![0-9A-F]{2})", value):
            raise ValueError("not an id")
        return unquote(value.replace("%", "%25").replace(_ESCAPE, "%"), errors="strict")

    def to_url(self, value: str) -> str:
        """The id with slashes, our own escape character, and an id of only dots quoted."""
        if not value.strip("."):
            return "".join(f"{_ESCAPE}{ord(sign):02X}" for sign in value)
        return re.sub(r"[/~]", lambda found: f"{_ESCAPE}{ord(found[0]):02X}", value)

"""That something changed, without keeping what it was."""

import hashlib
from json.encoder import encode_basestring
from typing import Any

from sync.core.employee import Canonical

BLOCK = 64
INNER, OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
"""HMAC's two paddings of the key, as the standard library's own hmac has them. Source: RFC 2104."""


class Fingerprinter:
    """Makes keyed fingerprints (HMAC-SHA256) of canonical values; ``key`` is the connection's own."""

    def __init__(self, key: bytes) -> None:
        # The key is worked in once, and not for each of a run's many fingerprints: that takes a third of the time.
        block = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
        self._inner = hashlib.sha256(block.translate(INNER))
        self._outer = hashlib.sha256(block.translate(OUTER))
        self._begun: dict[str, Any] = {}
        """Per field the inner hash with its name in it."""
        self._of_nothing: dict[tuple[str, int], str] = {}

    def __call__(self, field: str, version: int, canonical: Canonical) -> str:
        """``"<version>:<40 hex digits>"``; the empty value has a fingerprint too, unlike a field never settled."""
        if canonical is None:
            known = self._of_nothing.get((field, version))
            if known is None:
                known = self._of_nothing[field, version] = self._made(field, version, "null")
            return known
        return self._made(field, version, _json(canonical))

    def _made(self, field: str, version: int, canonical: str) -> str:
        begun = self._begun.get(field)
        if begun is None:
            begun = self._begun[field] = self._inner.copy()
            begun.update(f"[{encode_basestring(field)},".encode())
        inner, outer = begun.copy(), self._outer.copy()
        inner.update(f"{canonical}]".encode())
        outer.update(inner.digest())
        return f"{version}:{outer.hexdigest()[:40]}"


def _json(canonical: str | tuple[str | None, ...]) -> str:
    """What ``json.dumps`` makes of it, without blanks and with all letters as they are."""
    if isinstance(canonical, str):
        return encode_basestring(canonical)
    return f"[{','.join(['null' if part is None else encode_basestring(part) for part in canonical])}]"


def comparable(one: str, other: str) -> bool:
    """Whether two fingerprints were made from the same version of the field's canonical form."""
    return one.partition(":")[0] == other.partition(":")[0]

"""Fingerprints, which show that a value changed without storing the value."""

import hashlib
import hmac
from json.encoder import encode_basestring

from sync.core.records.employee import Canonical


class Fingerprinter:
    """Makes keyed fingerprints (HMAC-SHA256) of canonical values; ``key`` is the connection's own."""

    def __init__(self, key: bytes) -> None:
        self._keyed = hmac.new(key, digestmod=hashlib.sha256)

    def __call__(self, field: str, version: int, canonical: Canonical) -> str:
        """The fingerprint, ``"<version>:<40 hex digits>"``. The empty value has one; a field never settled has none."""
        made = self._keyed.copy()  # the key is hashed once, not again for each of a run's many fingerprints
        made.update(f"[{encode_basestring(field)},{_json(canonical)}]".encode())
        return f"{version}:{made.hexdigest()[:40]}"


def _json(canonical: Canonical) -> str:
    """The JSON of ``json.dumps``, without blanks and without escapes of other letters. Called for every value."""
    if canonical is None:
        return "null"
    if isinstance(canonical, str):
        return encode_basestring(canonical)
    return f"[{','.join(['null' if part is None else encode_basestring(part) for part in canonical])}]"


def comparable(one: str, other: str) -> bool:
    """Whether two fingerprints are of the same version of the field's canonical form."""
    return one.partition(":")[0] == other.partition(":")[0]

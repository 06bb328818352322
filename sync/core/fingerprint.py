"""That something changed, without keeping what it was."""

import hashlib
import hmac
import json
from dataclasses import dataclass

from sync.core.employee import Canonical


@dataclass(frozen=True)
class Fingerprinter:
    """Makes keyed fingerprints of canonical values; ``key`` is the connection's own."""

    key: bytes

    def __call__(self, field: str, version: int, canonical: Canonical) -> str:
        """``"<version>:<40 hex digits>"``; the empty value has a fingerprint too, unlike a field never settled."""
        message = json.dumps([field, canonical], ensure_ascii=False, separators=(",", ":")).encode()
        return f"{version}:{hmac.new(self.key, message, hashlib.sha256).hexdigest()[:40]}"


def comparable(one: str, other: str) -> bool:
    """Whether two fingerprints were made from the same version of the field's canonical form."""
    return one.partition(":")[0] == other.partition(":")[0]

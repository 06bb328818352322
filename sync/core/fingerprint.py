"""That something changed, without keeping what it was."""

import hashlib
import hmac
from dataclasses import dataclass, field
from json.encoder import encode_basestring

from sync.core.employee import Canonical


@dataclass(frozen=True)
class Fingerprinter:
    """Makes keyed fingerprints of canonical values; ``key`` is the connection's own."""

    key: bytes = field(repr=False)
    _begun: hmac.HMAC = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # The key is worked in once, and not for each of a run's many fingerprints.
        object.__setattr__(self, "_begun", hmac.new(self.key, digestmod=hashlib.sha256))

    def __call__(self, field: str, version: int, canonical: Canonical) -> str:
        """``"<version>:<40 hex digits>"``; the empty value has a fingerprint too, unlike a field never settled."""
        mac = self._begun.copy()
        mac.update(f"[{encode_basestring(field)},{_json(canonical)}]".encode())
        return f"{version}:{mac.hexdigest()[:40]}"


def _json(canonical: Canonical) -> str:
    """What ``json.dumps`` makes of it, without blanks and with all letters as they are."""
    if canonical is None:
        return "null"
    if isinstance(canonical, str):
        return encode_basestring(canonical)
    return f"[{','.join(map(_json, canonical))}]"


def comparable(one: str, other: str) -> bool:
    """Whether two fingerprints were made from the same version of the field's canonical form."""
    return one.partition(":")[0] == other.partition(":")[0]

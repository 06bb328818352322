"""The errors of requests to a vendor, named by what happens next. Their texts never hold an employee's value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]

TOO_MANY_REQUESTS = 429
"""The status with which a side says when to come back; it doesn't count as silence."""
FORBIDDEN = 403
"""The status of what we may not see or do."""

_PROPERTY_NAME = re.compile(r"\$?[A-Za-z0-9_.\-\[\]]{1,80}")


@dataclass(frozen=True)
class Problem:
    """One thing that a vendor says about one property of what was sent.

    ``path`` is the vendor's name of the property ("" if it names none), ``code`` its code, ``words`` its own sentence,
    which can quote an employee's value: it is only shown on pages, and stored encrypted.
    """

    path: str
    code: str
    words: str
    severity: Severity = "error"

    def __post_init__(self) -> None:
        for name in ("path", "code", "words"):
            object.__setattr__(self, name, storable(getattr(self, name)))

    def __repr__(self) -> str:
        """The repr without the vendor's words, because a repr ends up in logs and tracebacks."""
        return f"Problem(path={property_name(self.path)!r}, severity={self.severity!r})"


def storable(text: str) -> str:
    """The text without what a database can't store: halves of surrogate pairs, and NUL."""
    return text.encode("utf-8", "ignore").decode().replace("\0", "")


def property_name(path: str) -> str:
    """``path`` if it can only be the name of a property, else "?": a JSON path's filter may quote a value."""
    return path if _PROPERTY_NAME.fullmatch(path) else "?"


class VendorError(Exception):
    """The base of all errors of requests to a vendor. ``str()`` names side, request, status and properties, no values.

    ``path`` is the template of the request's path (``/users/{user}``), never the path that was sent.
    """

    said = "failed"

    def __init__(self, *, side: str = "", method: str = "", path: str = "", status: int | None = None) -> None:
        self.side = side
        self.method = method
        self.path = path
        self.status = status
        super().__init__(side, method, path, status)

    def __str__(self) -> str:
        request = " ".join(part for part in (self.side, self.method, self.path) if part)
        status = "" if self.status is None else f" ({self.status})"
        return f"{request or 'vendor'}: {self.describe()}{status}"

    def describe(self) -> str:
        """The part of ``str()`` that is special for this error."""
        return self.said


class Unavailable(VendorError):
    """Try later: time-out, reset, 429, 5xx, an answer that isn't JSON or is cut, or a list that ends too early.

    ``retry_after``: the seconds to wait, if the vendor or our own waiting after a 429 says so, else None.
    ``may_have_taken_effect``: a write may have reached the vendor; only a look can tell.
    """

    def __init__(
        self,
        said: str = "unavailable",
        *,
        retry_after: float | None = None,
        may_have_taken_effect: bool = False,
        side: str = "",
        method: str = "",
        path: str = "",
        status: int | None = None,
    ) -> None:
        super().__init__(side=side, method=method, path=path, status=status)
        self.said = said
        self.retry_after = retry_after
        self.may_have_taken_effect = may_have_taken_effect


class Rejected(VendorError):
    """The vendor refused this record, and nothing was written. ``problems`` have the vendor's words."""

    said = "rejected"

    def __init__(
        self,
        problems: Iterable[Problem] = (),
        *,
        side: str = "",
        method: str = "",
        path: str = "",
        status: int | None = None,
    ) -> None:
        super().__init__(side=side, method=method, path=path, status=status)
        self.problems = tuple(problems)

    def describe(self) -> str:
        names = sorted({property_name(problem.path) for problem in self.problems if problem.path})
        return f"{self.said}: {', '.join(names)}" if names else self.said


class Gone(Rejected):
    """404: the record doesn't exist."""

    said = "not there"


class Stale(Rejected):
    """412: the document has changed since its ETag was read. Read, compare and merge again."""

    said = "changed meanwhile"


class BadCredentials(VendorError):
    """The vendor refuses the credentials: pause and tell. ``code`` is one of CODES; ``application``: it refuses the
    installation's own credentials, and not those of one connection.

    ``wrong_tenant``: Visma gave a token, and then refused every request with it (visma-employee.md, Access and V1).
    """

    CODES = (
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "unauthorized_client",
        "missing_scope:read",
        "missing_scope:write",
        "forbidden",
        "unauthorized",
        "wrong_tenant",
    )

    def __init__(
        self,
        code: str,
        *,
        application: bool = False,
        side: str = "",
        method: str = "",
        path: str = "",
        status: int | None = None,
    ) -> None:
        super().__init__(side=side, method=method, path=path, status=status)
        self.code = code if code in self.CODES else "unauthorized"
        self.application = application

    def describe(self) -> str:
        return f"credentials refused: {self.code}"


class ContractBroken(VendorError):
    """The vendor's answer has a shape that the contract doesn't allow. It is logged; ``prop`` names the property.

    ``may_have_taken_effect`` as in Unavailable: the broken answer may belong to a write that took effect.
    """

    def __init__(
        self,
        prop: str,
        *,
        may_have_taken_effect: bool = False,
        side: str = "",
        method: str = "",
        path: str = "",
        status: int | None = None,
    ) -> None:
        super().__init__(side=side, method=method, path=path, status=status)
        self.prop = property_name(prop)
        self.may_have_taken_effect = may_have_taken_effect

    def describe(self) -> str:
        return f"unexpected shape of {self.prop}"


class TooMuch(ContractBroken):
    """The answer is beyond a limit (``humavisma.limits``); asking again doesn't help.

    ``what``: bytes, values, depth, items, total, people, pages, length; ``seen``: how many the vendor says there are, 0
    if unknown; ``limit``: how many are accepted.
    """

    def __init__(
        self,
        prop: str,
        what: str,
        limit: int,
        seen: int = 0,
        *,
        may_have_taken_effect: bool = False,
        side: str = "",
        method: str = "",
        path: str = "",
        status: int | None = None,
    ) -> None:
        super().__init__(
            prop, may_have_taken_effect=may_have_taken_effect, side=side, method=method, path=path, status=status
        )
        self.what, self.limit, self.seen = what, limit, seen

    def describe(self) -> str:
        return f"more {self.what} than {self.limit} in {self.prop}"

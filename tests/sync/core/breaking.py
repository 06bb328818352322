"""Breaks a vendor's document at one place, and tells whether the new value is a valid one for that place."""

import copy
from collections.abc import Iterator
from typing import Any

from tests.sync.core.documents import Doc

Path = tuple[str | int, ...]
MISSING = object()

MAY_BE_MISSING = {
    "visma": {
        *("number", "personNames", "emails", "phones", "address", "salaryPaymentMethod"),
        *("address.streetName", "address.zipCode", "address.cityName", "address.countryCode"),
        *("personNames.activeStart", "personNames.activeEnd", "salaryPaymentMethod.internationalBankSwift"),
        *("activeStart", "activeEnd", "positionEndReason", "isDraft"),
    },
    "huma": {"status", "email.requestedValue", "bankAccount.value.bic", "bankAccount.value.country"},
}
"""Places that may be missing or null, meaning no value; in Huma also each wrapper's value. Source: the contracts."""
MAY_BE_NULL = {"personNames.firstName", "personNames.lastName", "emails.address", "phones.number"}
DRAFTS_MAY_LACK = {"salaryPaymentMethod.localBankAccount", "salaryPaymentMethod.paymentType"}
DRAFTS_MAY_LACK |= {"personNames.firstName", "personNames.lastName"}
"""A draft may be saved with anything missing. Source: visma-employee.md, Writing."""


def is_valid(side: str, path: Path, old: Any, new: Any, is_draft: bool) -> bool:
    """Whether ``new`` is another valid value of the place: of the same kind, or none where none is allowed."""
    place = ".".join(step for step in path if isinstance(step, str))
    if new is None or new is MISSING:
        if side == "huma":
            return place in MAY_BE_MISSING[side] or (len(path) == 2 and path[-1] == "value")
        if place in MAY_BE_MISSING[side] or (is_draft and place in DRAFTS_MAY_LACK):
            return True
        return new is None and place in MAY_BE_NULL
    if isinstance(old, dict):
        return is_draft and new == {}
    if isinstance(old, list):
        return new == []
    return type(old) is type(new)


def paths(document: Any, begin: Path = ()) -> Iterator[Path]:
    """Every place inside a document."""
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, value in inside:
        yield (*begin, key)
        yield from paths(value, (*begin, key))


def at(document: Any, path: Path) -> Any:
    """The value at a place."""
    for step in path:
        document = document[step]
    return document


def broken(document: Doc, path: Path, new: Any) -> Doc:
    """The document with something else at a place, or nothing there."""
    changed = copy.deepcopy(document)
    holder = at(changed, path[:-1])
    if new is MISSING:
        del holder[path[-1]]
    else:
        holder[path[-1]] = new
    return changed


def renamed(document: Doc, path: Path) -> Doc:
    """The document in which a property's name has its first letter in the other case."""
    changed = copy.deepcopy(document)
    holder, name = at(changed, path[:-1]), str(path[-1])
    holder[name[0].swapcase() + name[1:]] = holder.pop(name)
    return changed

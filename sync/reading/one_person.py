"""Keeps one person's trouble to that person: if they can't be read, or our own code fails, only they are passed over.

Source: design, Who is who (One record never stops the rest).
"""

import logging
import random
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

from connections.api.decoding import WrongShape
from connections.api.errors import (
    FORBIDDEN,
    BadCredentials,
    ContractBroken,
    Rejected,
    Unavailable,
    VendorError,
    property_name,
)
from connections.bug_report import bug_report
from connections.vendors.clients import Clients
from sync.core.records import skipping
from sync.core.records.employee import Employee, Side
from sync.core.records.skipping import Skipped

logger = logging.getLogger(__name__)

OTHERS = 5
"""How many other people are asked before a refusal counts as one for everybody."""


class PersonSkipped(Exception):
    """A person can't be read for reasons that concern only them. ``passed`` says why; the message names nobody."""

    def __init__(self, passed: Skipped) -> None:
        super().__init__(passed.reason)
        self.passed = passed


class Elsewhere(Exception):
    """The user exists, but isn't in the companies, locations and teams that the connection is about."""


class Witness:
    """Asks for another person when one is refused, to see whether the refusal concerns only the one.

    ``ids``: known people on each side. Used by many threads at the same time.
    """

    def __init__(self, clients: Clients, ids: Mapping[str, Collection[str]]) -> None:
        self.clients = clients
        self.ids = {side: list(found) for side, found in ids.items()}
        self.last: dict[str, str] = {}

    def knows(self, side: str, ids: Collection[str]) -> None:
        """Add people who are known to be there."""
        self.ids.setdefault(side, []).extend(ids)

    def seen(self, side: str, id_: str) -> None:
        """Note that the side has just answered about this person."""
        self.last[side] = id_

    def is_alone(self, error: BadCredentials, id_: str) -> bool:
        """Whether only ``id_`` is refused: another person, asked for right now, is answered. Raises ``Unavailable``."""
        if error.status != FORBIDDEN:
            return False
        return any(self._is_answered(error, other) for other in self._others(error.side, id_))

    def is_silent_alone(self, error: Unavailable, id_: str) -> bool:
        """Whether ``id_`` is the only person about whom the side doesn't answer."""
        try:
            return any(self._is_answered(error, other) for other in self._others(error.side, id_)[:1])
        except Unavailable:
            return False

    def is_answered(self, side: str, id_: str) -> bool:
        """Whether the side answers about a person other than ``id_``."""
        path = "/users/{user}" if side == Side.HUMA else "/employees/{employee}"
        return self.is_silent_alone(Unavailable(side=side, path=path), id_)

    def _others(self, side: str, id_: str) -> list[str]:
        others = [one for one in self.ids.get(side, ()) if one != id_]
        asked = random.sample(others, min(OTHERS, len(others)))
        if (last := self.last.get(side)) and last != id_:
            asked = [last, *asked][:OTHERS]
        return asked

    def _is_answered(self, error: VendorError, other: str) -> bool:
        try:
            return self._ask(error, other)
        except BadCredentials:
            return False
        except (Rejected, ContractBroken):  # this is an answer, too
            return True

    def _ask(self, error: VendorError, other: str) -> bool:
        client = self.clients.huma if error.side == Side.HUMA else self.clients.visma
        if not error.path.rstrip("s").endswith(("position", "position}")):
            self.clients.huma.user(other) if error.side == Side.HUMA else self.clients.visma.employee(other)
            return True
        positions = client.positions(other)
        if error.path.endswith("}") and positions:
            client.position(other, positions[0]["id"])
        return bool(positions) or not error.path.endswith("}")


@contextmanager
def one_person(
    side: Side, id_: str, witness: Witness | None = None, known: Callable[[], Employee | None] = lambda: None
) -> Iterator[None]:
    """Turn errors inside the block that concern only this person into ``PersonSkipped``; the vendor's trouble passes.

    ``known`` finds what is known of the person anyway. It may ask the vendor.
    """
    try:
        yield
        return
    except (PersonSkipped, Elsewhere):
        raise
    except BadCredentials as error:
        if witness is None or not witness.is_alone(error, id_):
            raise
        reason, prop, said = skipping.FORBIDDEN, "", str(error)
    except (ContractBroken, WrongShape) as error:
        reason, prop, said = skipping.SHAPE, property_name(error.prop), str(error)
    except Rejected as error:
        reason, prop, said = skipping.REFUSED, "", str(error)
    except (VendorError, OperationalError, InterfaceError):
        raise
    except Exception as error:
        reason, prop, said = skipping.BUG, "", bug_report(error)
    log = logger.error if reason == skipping.BUG else logger.warning
    log("Reading passes somebody over, %s: %s", "for a bug" if reason == skipping.BUG else side.value, said)
    raise PersonSkipped(Skipped(side, id_, reason, prop, known_or_none(known)))


def known_or_none(known: Callable[[], Employee | None]) -> Employee | None:
    """The result of ``known``; ``None`` if it fails."""
    try:
        return known()
    except VendorError:
        return None
    except Exception as error:
        logger.error("Nothing can be told of somebody, for a bug: %s", bug_report(error))
        return None

"""Readiness in words: what pages and commands show of each item."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from connections.models import Connection
from sync.readiness.facts import seen
from sync.readiness.items import ITEMS, Found, Item, Seen, Status
from sync.wording.sentences import field_label

BEFORE_RELEASE = ("connection", "connection_settings", "connection_credentials", "webhook", "mail_check_send")
"""The addresses that are open while a connection waits for its release."""


@dataclass(frozen=True)
class Shown:
    """One item in words. ``url``: where to act or to see more, "" for nowhere; ``post``: that a button sends it."""

    code: str
    status: Status
    title: str
    sentence: str
    url: str = ""
    action: str = ""
    post: bool = False

    @property
    def is_done(self) -> bool:
        """Whether it has its tick."""
        return self.status == Status.DONE

    @property
    def is_left(self) -> bool:
        """Whether something is to be done."""
        return self.status == Status.TO_DO

    @property
    def status_words(self) -> str:
        """The status in words, for those who don't see the tick."""
        texts = {
            Status.DONE: pgettext("readiness", "Done"),
            Status.TO_DO: _("To do"),
            Status.NOT_NEEDED: _("Not needed"),
        }
        return texts[self.status]


@dataclass(frozen=True)
class Readiness:
    """A connection's list. Items that aren't needed don't count."""

    items: tuple[Shown, ...]

    @property
    def to_do(self) -> list[Shown]:
        """What is left to do."""
        return [item for item in self.items if item.is_left]

    @property
    def left(self) -> int:
        """How many items are left."""
        return len(self.to_do)

    @property
    def all(self) -> int:
        """How many items count."""
        return sum(item.status != Status.NOT_NEEDED for item in self.items)

    @property
    def in_short(self) -> str:
        """How much is left: "3 of 9 left"; "" if nothing is."""
        if not self.left:
            return ""
        return ngettext("%(left)d of %(all)d left", "%(left)d of %(all)d left", self.left) % {
            "left": self.left,
            "all": self.all,
        }


def readiness(*connections: Connection) -> dict[int, Readiness]:
    """The lists of these connections; a disconnected one has none."""
    rows = [row for row in connections if row.state != Connection.State.DISCONNECTED]
    known = seen(rows)
    return {row.pk: Readiness(tuple(shown(item, known[row.pk], row) for item in ITEMS)) for row in rows}


def shown(item: Item, known: Seen, connection: Connection) -> Shown:
    """One item of a connection in words."""
    found = item.rule(known)
    words = {name: _listed(value) for name, value in found.params.items()}
    url = _url(item, found, connection) if found.status == Status.TO_DO or found.where else ""
    action = _(found.action or item.action)
    post = item.post and not found.where
    return Shown(item.code, found.status, _(item.title), _(found.text) % words, url, action, post)


def _listed(value: object) -> object:
    """A parameter for a sentence: names of fields by their labels, with the number of people where it is known."""
    if isinstance(value, Mapping):
        return ", ".join(f"{field_label(name)} ({count})" for name, count in value.items())
    return ", ".join(map(field_label, value)) if isinstance(value, tuple) else value


def _url(item: Item, found: Found, connection: Connection) -> str:
    """Where to act; "" for a page that opens only after the connection's release."""
    name, _hash, anchor = (found.where or item.where).partition("#")
    if connection.state == Connection.State.WAITING and name not in BEFORE_RELEASE:
        return ""
    address = reverse(f"admin:{name}", args=[connection.code])
    return f"{address}#{anchor}" if anchor else address

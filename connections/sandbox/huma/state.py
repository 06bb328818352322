"""The data of the Huma stand-in: users, their positions, groups; tests and the page change it behind the API."""

from __future__ import annotations

import copy
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from connections.sandbox import credentials
from connections.sandbox.clock import stamp, today, words

# The properties that a seeded user or position shows even when they are empty, as a wrapper without a value.
USER_FIELDS = words(
    "givenName familyName preferredName email phone birthDate homeAddress gender nationality civilStatus privateEmail "
    "dietaryRequirements interests funfacts employmentId supervisor bankAccount relevantExperienceInMonths "
    "seniorityNote excludeFromInsights excludeFromSurveys"
)
POSITION_FIELDS = words(
    "contractStartDate contractEndDate firstDayOfWork lastDayOfWork contractCountry contractType percentage "
    "terminationNoticeDate probationEndDate title description endNote endReason wantedEnd note"
)


@dataclass
class Position:
    """One position: plain values by Huma's names; `hidden` ones have no wrapper, `locked` ones `editable: false`."""

    id: str
    values: dict[str, Any]
    hidden: set[str] = field(default_factory=set)
    locked: set[str] = field(default_factory=set)

    def status(self) -> str:
        """CURRENT, ENDED or UPCOMING by the contract's dates. Source: huma.md, Reading."""
        day = today().isoformat()
        if (self.values.get("contractStartDate") or "") > day:
            return "UPCOMING"
        end = self.values.get("contractEndDate")
        return "ENDED" if end and end < day else "CURRENT"


@dataclass
class User:
    """One user: plain values by Huma's names; an unset value is absent.

    `integrations` are the other systems that write to the user (`connectedIntegrations`), `locks` those that have a
    property locked, by its name (`integrations` of the property). Source: huma.md, Reading.
    """

    id: str
    values: dict[str, Any]
    positions: dict[str, Position] = field(default_factory=dict)
    type: str = "user"
    active: bool = True
    deactivated_at: str | None = None
    groups: list[str] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)
    integrations: dict[str, dict[str, str]] = field(default_factory=dict)
    locks: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    locked: set[str] = field(default_factory=set)
    requested_email: str | None = None
    invited_at: str | None = None
    changed_at: datetime | None = None
    old: tuple[float, User] | None = None

    def ordered_positions(self) -> list[Position]:
        return sorted(self.positions.values(), key=lambda one: one.values.get("contractStartDate") or "", reverse=True)


def _merge(values: dict[str, Any], changes: dict[str, Any]) -> None:
    """None unsets, anything else is set."""
    for name, value in changes.items():
        if value is None:
            values.pop(name, None)
        else:
            values[name] = copy.deepcopy(value)


class HumaState:
    """The organisation. Everything here may be called while the servers run; ids are UUIDs as text.

    `email_taken_code` is what a refusal of an address that somebody has is called ([A], H7).
    `email_needs_confirmation` makes a new email wait in `requestedValue` (Source: huma.md, Writing, [A]).
    `respells` keeps towns that the API is sent in capitals.
    `api_keys` are client ids and secrets that open the API. `listeners` are called with every event: its topic, and
    the user's id, email and what changed. For `old_seconds` after a change, reads give the old values ([A] H10), unless
    `catch_up` was called. `before_page` is called with the offset before a page of users is answered.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.organization_id = credentials.ORGANIZATION_ID
        self.service_user_id = credentials.SERVICE_USER_ID
        self.api_keys = {credentials.HUMA_CLIENT_ID: credentials.HUMA_CLIENT_SECRET}
        self.email_needs_confirmation = False
        self.email_taken_code = "user:email-already-exists"
        self.old_seconds = 0.0
        self.respells = False
        self.users: dict[str, User] = {}
        self.groups: dict[str, dict[str, Any]] = {}
        self.titles: dict[str, str] = {}
        self.listeners: list[Callable[[str, dict[str, Any]], None]] = []
        self.before_page: Callable[[int], None] | None = None
        self._subordinates: Counter[str] | None = None

    def add_user(
        self,
        values: dict[str, Any],
        positions: list[dict[str, Any]] | None = None,
        *,
        id: str | None = None,
        **more: Any,
    ) -> str:
        """A new user with plain values and positions (as Huma's inputs name them); returns the id."""
        user = User(id or str(uuid.uuid4()), {}, **more)
        _merge(user.values, values)
        with self.lock:
            self.users[user.id] = user
            self._forget_subordinates(values)
            for position in positions or []:
                self._add_position(user, position)
            self._tell("users-create", user, copy.deepcopy(user.values))
        return user.id

    def shown(self, user: User) -> User:
        """The user as reads show them now: for `old_seconds` after a change with the old values."""
        return user.old[1] if user.old and time.monotonic() < user.old[0] else user

    def catch_up(self) -> None:
        """From now on reads show the current values."""
        with self.lock:
            for user in self.users.values():
                user.old = None

    def _keep_old(self, user: User) -> None:
        if self.old_seconds:
            was = copy.deepcopy(replace(self.shown(user), old=None))
            user.old = (time.monotonic() + self.old_seconds, was)

    def add_position(self, user_id: str, values: dict[str, Any], *, id: str | None = None) -> str:
        """A further position of a user; returns its id. Contract and title have harmless defaults."""
        with self.lock:
            user = self.users[user_id]
            position = self._add_position(user, values, id)
            self._tell("users-update", user, {})
        return position.id

    def _add_position(self, user: User, values: dict[str, Any], id: str | None = None) -> Position:
        position = Position(id or str(uuid.uuid4()), {"contractType": "Permanent", "percentage": 100})
        if self.titles:
            position.values["title"] = next(iter(self.titles))
        _merge(position.values, values)
        user.positions[position.id] = position
        return position

    def edit(self, user_id: str, **changes: Any) -> None:
        """Act as somebody in Huma: set plain values by Huma's names; None unsets."""
        with self.lock:
            user = self.users[user_id]
            self._keep_old(user)
            before = dict(user.values)
            _merge(user.values, changes)
            self._forget_subordinates(changes)
            self._tell_of_changes(user, before, user.values)

    def _tell_of_changes(self, user: User, before: dict[str, Any], after: dict[str, Any]) -> None:
        names = [name for name in before | after if before.get(name) != after.get(name)]
        if names:
            self._tell("users-update", user, {name: copy.deepcopy(after.get(name)) for name in names})

    def _tell(self, topic: str, user: User, changes: dict[str, Any]) -> None:
        user.changed_at = datetime.now(UTC)
        told = {"id": user.id, "email": user.values.get("email", ""), **changes}
        for listener in self.listeners:
            listener(topic, told)

    def _forget_subordinates(self, changes: dict[str, Any]) -> None:
        if "supervisor" in changes:
            self._subordinates = None

    def subordinates(self, user_id: str) -> int:
        """How many have this user as their supervisor; counted once for all users until somebody changes."""
        with self.lock:
            if self._subordinates is None:
                bosses = (one.values.get("supervisor") for one in self.users.values())
                self._subordinates = Counter(boss for boss in bosses if boss)
            return self._subordinates[user_id]

    def edit_position(self, user_id: str, position_id: str | None = None, **changes: Any) -> None:
        """Set a position's values; without an id the newest position's."""
        with self.lock:
            user = self.users[user_id]
            position = user.positions[position_id] if position_id else user.ordered_positions()[0]
            self._keep_old(user)
            before = dict(position.values)
            _merge(position.values, changes)
            self._tell_of_changes(user, before, position.values)

    def hide(self, user_id: str, *names: str) -> None:
        """Leave the wrappers out: the key may not see these properties any more."""
        with self.lock:
            self._everything(user_id, "hidden", names)

    def lock_fields(self, user_id: str, *names: str) -> None:
        """Answer `editable: false` for these properties, of the user and of all positions."""
        with self.lock:
            self._everything(user_id, "locked", names)

    def _everything(self, user_id: str, which: str, names: tuple[str, ...]) -> None:
        user = self.users[user_id]
        for holder in (user, *user.positions.values()):
            getattr(holder, which).update(names)

    def confirm_email(self, user_id: str) -> None:
        """The person confirms the address that waits in `requestedValue`."""
        with self.lock:
            user = self.users[user_id]
            if user.requested_email:
                email, user.requested_email = user.requested_email, None
                self.edit(user_id, email=email)

    def activate(self, user_id: str, active: bool = True) -> None:
        with self.lock:
            user = self.users[user_id]
            self._keep_old(user)
            was = user.active
            user.active, user.deactivated_at = active, None if active else stamp()
            if active != was:
                self._tell("users-update", user, {"status": {"active": active}})

    def deactivate(self, user_id: str) -> None:
        self.activate(user_id, False)

    def delete(self, user_id: str) -> None:
        """The user is gone: `404` from now on."""
        with self.lock:
            user = self.users.pop(user_id)
            self._subordinates = None
            self._tell("users-delete", user, {})

    def delete_position(self, user_id: str, position_id: str) -> None:
        with self.lock:
            user = self.users[user_id]
            del user.positions[position_id]
            self._tell("users-update", user, {})

    def state(self) -> dict[str, Any]:
        """Everything that a person could have changed, by user id; JSON-able and free of timestamps."""
        with self.lock:
            return copy.deepcopy({user.id: _user_state(user) for user in self.users.values()})


def _user_state(user: User) -> dict[str, Any]:
    return {
        **user.values,
        "type": user.type,
        "active": user.active,
        "requestedEmail": user.requested_email,
        "invited": user.invited_at is not None,
        "groups": sorted(user.groups),
        "positions": {one.id: one.values for one in user.positions.values()},
    }

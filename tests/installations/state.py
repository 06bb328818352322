"""Both stand-ins' state of a company as JSON and back, so that ids agree with a kept database."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from connections.sandbox.huma.state import Position, User
from connections.sandbox.sandbox import Sandbox
from connections.sandbox.seed.seed import Person
from connections.sandbox.visma.state import Document, Employee
from tests.sync.companies import OneCompany

HUMA = ("users", "groups", "titles", "organization_id", "service_user_id", "api_keys", "email_needs_confirmation")
SETS = ("hidden", "locked")


def stored(company: OneCompany, employees: int, seed: int) -> dict[str, Any]:
    """Both vendors' whole state of a company that was seeded with these arguments."""
    with company.huma.lock, company.visma.lock:
        return {
            "employees": employees,
            "seed": seed,
            "tenant_id": company.tenant_id,
            "key": company.key,
            "huma": {name: _plain(getattr(company.huma, name)) for name in HUMA},
            "visma": _plain(company.visma.employees),
            "people": {way: [[one.user_id, one.employee_id] for one in some] for way, some in company.people.items()},
        }


def restored(kept: dict[str, Any], **more: Any) -> OneCompany:
    """The restored company, not started yet; `more` is for both stand-ins.

    It is seeded first, so that people who are added later differ from those who are there.
    """
    company = OneCompany(employees=kept["employees"], seed=kept["seed"], **more)
    company.tenant_id, company.key = kept["tenant_id"], kept["key"]
    into(company, kept)
    company.before = company.state()
    return company


def into(sandbox: Sandbox, kept: dict[str, Any]) -> None:
    """Replace the state of both stand-ins by the kept one."""
    huma = kept["huma"]
    with sandbox.huma.lock, sandbox.visma.lock:
        sandbox.huma.organization_id, sandbox.huma.service_user_id = huma["organization_id"], huma["service_user_id"]
        sandbox.huma.api_keys = dict(huma["api_keys"])
        sandbox.huma.email_needs_confirmation = huma["email_needs_confirmation"]
        for name in ("groups", "titles"):
            _replace(getattr(sandbox.huma, name), huma[name])
        _replace(sandbox.huma.users, {id_: _user(one) for id_, one in huma["users"].items()})
        sandbox.visma.tenants = {kept["tenant_id"]}
        _replace(sandbox.visma.employees, {id_: _employee(one) for id_, one in kept["visma"].items()})
        sandbox.visma._sequence = max(one.sequence for one in sandbox.visma.employees.values())
        people = {way: [Person(*ids) for ids in some] for way, some in kept["people"].items()}
        _replace(sandbox.people, people)


def _replace(there: dict[str, Any], kept: dict[str, Any]) -> None:
    there.clear()
    there.update(kept)


def _user(kept: dict[str, Any]) -> User:
    positions = {id_: Position(**_known(Position, one)) for id_, one in kept["positions"].items()}
    changed_at = kept["changed_at"] and datetime.fromisoformat(kept["changed_at"])
    return User(**{**_known(User, kept), "positions": positions, "changed_at": changed_at})


def _employee(kept: dict[str, Any]) -> Employee:
    positions = {id_: Document(**_known(Document, one)) for id_, one in kept["positions"].items()}
    return Employee(**{**_known(Employee, kept), "positions": positions})


def _known(kind: Any, kept: dict[str, Any]) -> dict[str, Any]:
    """The kept values of the attributes that a stand-in has today; new attributes keep their defaults."""
    names = {one.name for one in fields(kind)}
    return {name: set(value) if name in SETS else value for name, value in kept.items() if name in names}


def _plain(value: Any) -> Any:
    """Dataclasses, sets and times as JSON; sets are sorted."""
    if isinstance(value, User | Position | Document):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, set):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value

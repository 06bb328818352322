"""The Visma.net Employee API v2. Source: visma-employee.md."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from connections.errors import Problem
from connections.http import DEFAULT_TIMEOUT, RateLimit, TokenInfo, Waiting


@dataclass(frozen=True)
class VismaPage:
    """One page of employees; ``cursor`` asks for the next one, None after the last."""

    items: list[dict[str, Any]]
    cursor: str | None


@dataclass(frozen=True)
class Document:
    """A whole document as Visma has it, unknown properties included, and the ETag that guards its PUT."""

    body: dict[str, Any]
    etag: str


@dataclass(frozen=True)
class Job:
    """What became of a write. ``status`` is NotStarted, InProgress, Succeeded or Failed."""

    id: str
    status: str
    action: str
    artifact_id: str | None
    artifact_type: str
    created: datetime
    problems: tuple[Problem, ...]

    @property
    def finished(self) -> bool:
        return self.status in ("Succeeded", "Failed")


class VismaClient:
    """One Visma.net Payroll company (tenant). Thread safe."""

    def __init__(
        self,
        tenant_id: str,
        *,
        client_id: str,
        client_secret: str,
        base_url: str,
        token_url: str,
        waiting: Waiting | None = None,
        timeout: tuple[float, float] = DEFAULT_TIMEOUT,
        patience: float = 20.0,
        rate_limit: RateLimit | None = None,
    ) -> None:
        raise NotImplementedError

    @property
    def sunset(self) -> str | None:
        """The last seen Sunset header: an endpoint that we use will end."""
        raise NotImplementedError

    def token_info(self) -> TokenInfo:
        raise NotImplementedError

    def list_employees(self, cursor: str | None, changed_since: date | None = None) -> VismaPage:
        raise NotImplementedError

    def employee(self, employee_id: str) -> Document:
        raise NotImplementedError

    def positions(self, employee_id: str) -> list[dict[str, Any]]:
        raise NotImplementedError

    def position(self, employee_id: str, position_id: str) -> Document:
        raise NotImplementedError

    def put_employee(self, employee_id: str, body: dict[str, Any], etag: str) -> str:
        """Write the whole document; returns the address of the job that does it."""
        raise NotImplementedError

    def put_position(self, employee_id: str, position_id: str, body: dict[str, Any], etag: str) -> str:
        raise NotImplementedError

    def create_employee(self, body: dict[str, Any]) -> str:
        raise NotImplementedError

    def job(self, address: str) -> Job:
        raise NotImplementedError

    def jobs(self, since: datetime | None = None) -> list[Job]:
        raise NotImplementedError

    def position_jobs(self, employee_id: str) -> list[Job]:
        raise NotImplementedError

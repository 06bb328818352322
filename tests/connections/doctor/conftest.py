"""A company in which every assumption that a GET can settle has somebody to tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.models import User

from connections import sandbox as vendors
from connections.models import Connection
from connections.sandbox import Sandbox
from connections.vendors.clients import forget_clients
from tests.connections.companies import company
from tests.connections.sandbox.callers import VismaCaller


@contextmanager
def checked_company(settings: Any, owner: User, *modes: str) -> Iterator[tuple[Sandbox, Connection]]:
    """Sixty people, one of them with an integration that has the id in Visma, and a few jobs that have run."""
    with Sandbox(employees=60, seed=2, job_seconds=(0.01, 0.02), modes=modes) as sandbox:
        settings.HUMA_API_URL, settings.VISMA_API_URL = sandbox.huma_url, sandbox.visma_url
        settings.VISMA_TOKEN_URL = sandbox.visma_token_url
        settings.VISMA_CLIENT_ID, settings.VISMA_CLIENT_SECRET = vendors.VISMA_CLIENT_ID, vendors.VISMA_CLIENT_SECRET
        first = list(sandbox.huma.users)[3:20]
        everybody = [one for people in sandbox.people.values() for one in people]
        pair = next(one for one in everybody if one.user_id in first and one.employee_id)
        user = sandbox.huma.users[pair.user_id or ""]
        user.integrations["visma"] = {"type": "visma-net-payroll", "externalId": pair.employee_id or ""}
        visma = VismaCaller(sandbox)
        for text in ("one", "two", "three"):
            visma.put(f"/employees/{pair.employee_id}", "*", unheardOf=text)
        visma.close()
        connection = company(owner)
        yield sandbox, connection
        sandbox.faults.clear()
        forget_clients(connection)

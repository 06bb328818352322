"""Somebody who may connect and wants to see another company's accounts: all that they can open, send and call."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

import connections.urls
import sync.urls
from connections.models import AuditEntry, Connection, ReleaseRequest
from connections.sandbox import HUMA_CLIENT_SECRET, TENANT_ID
from connections.supported import end_reasons
from sync.models import Change, Conflict, EmployeeLink, EmployeeSnapshot, LeftOut, PossibleMatch, SyncRun
from tests.connections.companies import typed
from tests.sync import bell
from tests.sync.companies import OneCompany

PATTERNS = [p for p in (*connections.urls.urlpatterns, *sync.urls.urlpatterns) if p.name]
ENDS = ("connection_disconnect",)
"""Addresses that are tried last: they take the connection away."""
POSTED = {
    "choice": "huma",
    "to": "visma",
    "kind": "deleted",
    "newest": "9999999",
    "all": "1",
    "answer": "approve",
    "state": "review",
    "search": "a",
    "asked": "on",
    "until": "",
    "huma": "1",
    "visma": "1",
}
"""What is sent to every address: something that most of them understand."""
ROWS: dict[str, Any] = {
    "conflict": Conflict,
    "link": EmployeeLink,
    "match": PossibleMatch,
    "person": EmployeeSnapshot,
    "left_out": LeftOut,
    "change": Change,
    "request": ReleaseRequest,
}
COMMANDS = (
    *(("sync", "--dry-run", "--json"), ("sync", "--json", "--conflicts", "huma"), ("links",), ("links", "--dry-run")),
    *(("automatic", "on"), ("automatic",), ("webhook",)),
)


class Attacker:
    """A signed-in HR admin with all rights to look things up, and an API key of a Huma organisation of their own."""

    def __init__(self, user: User, own: OneCompany) -> None:
        user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        self.user, self.own = user, own
        self.web = Client(headers={"accept-language": "en"}, raise_request_exception=False)
        self.web.force_login(user)
        self.seen: list[str] = []
        self.guessed: set[str] = set()

    def connect(self, tenant_id: str, **more: Any) -> Connection | None:
        """Connect that company with the own Huma organisation, as the page does it."""
        sent = typed(
            tenant_id=tenant_id,
            huma_client_id=self.own.key,
            huma_client_secret=HUMA_CLIENT_SECRET,
            recipients=self.user.email,
            payroll_contacts=self.user.email,
            **more,
        )
        before = set(Connection.objects.values_list("pk", flat=True))
        self._keep(self.web.post("/admin/connections/connect/", sent, follow=True))
        return Connection.objects.exclude(pk__in=before).first() or self._mine(tenant_id)

    def _mine(self, tenant_id: str) -> Connection | None:
        return Connection.objects.filter(tenant_id=tenant_id, owners=self.user).last()

    def try_everything(self, connection: Connection) -> None:
        """Start, wait for the worker, look at everything, send everything, run every command, and look again."""
        self._keep(self.web.post(reverse("admin:sync_start", args=[connection.code]), follow=True))
        bell.until_quiet()
        self._look(connection)
        self._run_commands(connection)
        self._post(connection)
        bell.a_minute()
        self._look(connection)
        self._post(connection, last=True)

    @property
    def everything(self) -> str:
        """All that they were shown, sent or mailed."""
        mails = [one for one in mail.outbox if self.user.email in one.recipients()]
        return "\n".join([*self.seen, *(text for one in mails for text in texts_of(one))])

    def _keep(self, response: Any) -> None:
        assert response.status_code != 500, response.request["PATH_INFO"]
        body = b"".join(response.streaming_content) if response.streaming else response.content
        self.seen += [self._text(body), *(f"{name}: {value}" for name, value in response.items())]

    @staticmethod
    def _text(body: bytes) -> str:
        """The text of a page, or of the cells of a workbook."""
        if not zipfile.is_zipfile(io.BytesIO(body)):
            return body.decode()
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            return "".join(book.read(name).decode() for name in book.namelist() if re.search("sheet|String", name))

    def _look(self, connection: Connection) -> None:
        """Also the parts of pages that htmx asks for, and what a filter opens."""
        self.guessed.update(id_ for _side, id_ in _people(connection))  # a page may repeat its address
        for address in ("/admin/", *(address for _name, address in _addresses(connection)), *_admin_pages()):
            response = self.web.get(address)
            self._keep(response)
            if response.status_code == 200:
                self._keep(self.web.get(address, {"show": "all", "page": "1"}, headers={"hx-request": "true"}))

    def _post(self, connection: Connection, last: bool = False) -> None:
        data = POSTED | {name: _newest(model) for name, model in ROWS.items()}
        for name, address in _addresses(connection):
            if (name in ENDS) == last:
                self._keep(self.web.post(address, data, follow=True))

    def _run_commands(self, connection: Connection) -> None:
        """Run each command, as an operator might at the attacker's request, and keep what it prints."""
        for name, *options in COMMANDS:
            out = io.StringIO()
            try:
                call_command(name, connection.code, *options, stdout=out, stderr=out)
            except (CommandError, SystemExit) as ended:
                self.seen.append(str(ended))
            self.seen.append(out.getvalue())


def texts_of(message: Any) -> list[str]:
    """Everything that a mail says."""
    return [message.subject, message.body, *(str(part[0]) for part in message.alternatives)]


def _newest(model: Any) -> str:
    return str(model.objects.order_by("pk").values_list("pk", flat=True).last() or 1)


def _addresses(connection: Connection) -> Iterator[tuple[str, str]]:
    """Every address that is about this connection, with the ids of its rows."""
    runs = [*SyncRun.objects.filter(connection=connection).values_list("pk", flat=True)[:1], 1]
    people = _people(connection)
    for pattern in PATTERNS:
        parts = tuple(pattern.pattern.converters)
        some: list[dict[str, Any]] = [{}]
        if "vendor_id" in parts:
            some = [{"side": side, "vendor_id": id_} for side, id_ in people or [("visma", "1")]]
        elif "pk" in parts:
            some = [{"pk": pk} for pk in runs]
        for values in some:
            code = {"code": connection.code} if "code" in parts else {}
            yield str(pattern.name), reverse(f"admin:{pattern.name}", kwargs={**code, **values})


def _people(connection: Connection) -> list[tuple[str, str]]:
    """One person of the connection, as side and id; empty if it has nobody."""
    rows = EmployeeSnapshot.objects.filter(run__connection=connection).order_by("pk")
    return list(rows.values_list("side", "vendor_id")[:1])


def _admin_pages() -> Iterator[str]:
    for model in admin.site._registry:
        base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{base}_changelist")
        for pk in model._default_manager.order_by("-pk").values_list("pk", flat=True)[:2]:
            yield reverse(f"{base}_change", args=[pk])


def told(company: OneCompany, attacker: Attacker, seen: str) -> set[str]:
    """The texts that only the company's Visma has and that are in ``seen``: names, accounts, dates, ids and so on."""
    own = set(_leaves(attacker.own.state()["huma"]))
    theirs = set(_leaves(company.before["visma"])) | set(company.before["visma"])
    secrets = {leaf for leaf in theirs - own - {TENANT_ID, *dict(end_reasons())} if len(leaf) >= 6}
    assert len(secrets) > 40
    secrets -= attacker.guessed
    return {leaf for leaf in secrets if leaf in seen or json.dumps(leaf)[1:-1] in seen}


def _leaves(value: Any) -> Iterator[str]:
    """All texts in a document with a capital letter or a digit. Others are the vendor's codes, such as "business"."""
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _leaves(one)
    if isinstance(value, str) and (value != value.lower() or any(sign.isdigit() for sign in value)):
        yield value


def audit_of(connection: Connection) -> list[str]:
    """What the audit trail says was done with it, oldest first."""
    rows = AuditEntry.objects.filter(connection=connection).order_by("pk")
    return list(rows.values_list("action", flat=True))

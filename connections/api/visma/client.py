"""The Visma.net Employee API v2. Source: visma-employee.md."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

from django.conf import settings

from connections.api import shapes
from connections.api.api_client import Caller
from connections.api.decoding import WrongShape
from connections.api.errors import FORBIDDEN, TOO_MANY_REQUESTS, BadCredentials, ContractBroken, Rejected, Unavailable
from connections.api.http import DEFAULT_PATIENCE, DEFAULT_TIMEOUT
from connections.api.responses import Answer, Call
from connections.api.tokens import TokenInfo
from connections.api.vendor import Vendor
from connections.api.visma import cursors, documents, problems
from connections.api.visma.documents import Document, Job, VismaPage
from connections.api.visma.jobs import odd_job
from connections.api.visma.variants import PAGE_SIZES, Variants, Words
from connections.api.waiting.after_429 import Waiting
from connections.api.waiting.request_rate import RateLimit
from connections.api.waiting.silence import Silence

MEDIA_TYPE = "application/vnd.no.payroll.employee.V2.0+json"
SCOPES = {"read": "visma_net_employee:employees:read", "write": "visma_net_employee:employees:write"}
PAGE_SIZE = PAGE_SIZES[0]
"""[A] The largest page, unless a connection's variants say another. Source: visma-employee.md, Reading."""
PAGE_SIZE_PARAM = "page-size"
APPLICATION_CODES = frozenset({"invalid_client"})
"""[A] Token errors that concern the application, of which the installation has one, and not the tenant."""
MAX_PAGES = 1000
"""The most pages of a list that is read at once: one employee's positions, or the jobs since a moment."""
MOST_SILENT = 4
"""The most people of a page about whom Visma may not answer; with more, it counts as not answering at all."""
LONGEST_ADDRESS = 500
"""The most characters of a job's address, which is stored to follow the job later."""
_PRINTABLE = re.compile(r"[\x21-\x5b\x5d-\x7e]+")
"""An address without blanks, control characters and backslashes, which programs read in different ways."""


def missing_scope(info: TokenInfo) -> str | None:
    """The code of BadCredentials for a token that can't read and write. A token that names no scopes has all."""
    lacking = [name for name, scope in SCOPES.items() if info.scopes and scope not in info.scopes]
    return f"missing_scope:{lacking[0]}" if lacking else None


class VismaClient:
    """The client for one Visma.net Payroll company (tenant). Thread safe. Methods raise subclasses of VendorError."""

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
        patience: float = DEFAULT_PATIENCE,
        rate_limit: RateLimit | None = None,
        variants: Variants | None = None,
    ) -> None:
        """``timeout``: seconds to connect and to read; ``patience``: the most seconds that a GET waits after a 429;
        ``variants``: in which foreseen ways this company answers otherwise than assumed.
        """
        self.variants = Variants() if variants is None else variants
        self._words = Words(self.variants)
        self._caller = Caller(
            Vendor.VISMA,
            base_url,
            token_url=token_url,
            token_form={
                "grant_type": "client_credentials",
                "client_id": client_id,
                "client_secret": client_secret,
                "tenant_id": tenant_id,
                "scope": " ".join(SCOPES.values()),
            },
            problems=problems.problems,
            check_token=missing_scope,
            application_codes=APPLICATION_CODES,
            refused_at_once="wrong_tenant",
            media_type=MEDIA_TYPE,
            waiting=waiting,
            timeout=timeout,
            patience=patience,
            rate_limit=rate_limit,
        )

    @property
    def sunset(self) -> str | None:
        """The last seen Sunset header: an endpoint that we use will end. Source: visma-employee.md, Access."""
        return self._caller.sunset

    @property
    def silence(self) -> Silence:
        """Since when Visma hasn't answered."""
        return self._caller.silence

    def close(self) -> None:
        """Close the open connections."""
        self._caller.close()

    def token_info(self) -> TokenInfo:
        """Ask for a token now; raises BadCredentials, also if the token may not read or not write."""
        return self._caller.token_info()

    def look(self, template: str, ids: Mapping[str, str], params: Sequence[tuple[str, str]] = ()) -> Answer:
        """One GET as it is asked, and its answer as it came, for whoever looks how Visma answers."""
        return self._caller.call(Call(Vendor.VISMA, "GET", template, ids, tuple(params)), lambda answer: answer)

    @property
    def _page_size(self) -> str:
        """The size of a page: that of the connection's variants, or a smaller one."""
        return str(min(PAGE_SIZE, self.variants.page_size))

    def _in_words(self, item: shapes.Shape) -> shapes.Shape:
        """The shape of a row whose words are translated first."""
        return lambda value, prop: item(self._words.come_in(value), prop)

    def list_employees(self, cursor: str | None, changed_since: date | None = None) -> VismaPage:
        """One page of employees, drafts included, each with ``_embedded.positions``; never PUT one of these documents.

        Employees who can't be understood, or whose positions can't be seen, are in the page's ``odd``: don't use them.
        ``changed_since``: only employees changed after that day; ``employees_since`` reads all pages.
        Source: visma-employee.md, Reading.
        """
        params = [(PAGE_SIZE_PARAM, self._page_size), ("includeDrafts", "true"), ("embed", "(positions)")]
        if changed_since is not None:
            params.append(("fromLastChangedDate", changed_since.isoformat()))
        item = self._in_words(documents.employee)
        shape = documents.people(item, cursor, is_all=changed_since is None)
        page = self._list("/employees", {}, params, cursor, shape)
        for employee in page.items:
            # Missing positions must not look like no positions.
            if employee["id"] not in page.odd and (employee.get("_embedded") or {}).get("positions") is None:
                self._embed(employee, page)
        return page

    def employees_since(self, day: date | None) -> Iterator[VismaPage]:
        """All pages of ``list_employees``: employees changed after that day, or everybody. Raises TooMuch."""
        people, most_pages = settings.LIST_MAX_PEOPLE, settings.LIST_MAX_PAGES
        return cursors.pages(lambda at: self.list_employees(at, day), "/employees", people, most_pages, "people")

    def _embed(self, employee: dict[str, Any], page: VismaPage) -> None:
        """Ask for the positions of an employee in a list; trouble concerns only this employee, if that is possible."""
        try:
            employee["_embedded"] = {"positions": self.positions(employee["id"])}
        except (ContractBroken, Rejected) as error:
            page.odd[employee["id"]] = error
        except Unavailable as error:
            silent = sum(isinstance(one, Unavailable) for one in page.odd.values())
            if error.status == TOO_MANY_REQUESTS or silent >= MOST_SILENT:
                raise
            page.odd[employee["id"]] = error
        except BadCredentials as error:
            if error.status != FORBIDDEN:
                raise
            page.odd[employee["id"]] = error

    def list_employee_ids(self, cursor: str | None) -> VismaPage:
        """One page of the same employees as ``list_employees``, with only their ids: ``fields=(id)``.

        Source: visma-employee.md, Reading.
        """
        params = [(PAGE_SIZE_PARAM, self._page_size), ("includeDrafts", "true"), ("fields", "(id)")]
        return self._list("/employees", {}, params, cursor, documents.people(shapes.record, cursor))

    def employee(self, employee_id: str) -> Document:
        """The whole document and its ETag. Source: visma-employee.md, Reading."""
        call = Call(Vendor.VISMA, "GET", "/employees/{employee}", {"employee": employee_id})
        return self._caller.call(call, documents.document(employee_id, self._words))

    def positions(self, employee_id: str) -> list[dict[str, Any]]:
        """All positions of an employee. Source: visma-employee.md, Reading."""
        template, ids = "/employees/{employee}/positions", {"employee": employee_id}
        pages = self._pages(template, ids, documents.positions, settings.LIST_MAX_ITEMS)
        return list({item["id"]: self._words.come_in(item) for page in pages for item in page.items}.values())

    def position(self, employee_id: str, position_id: str) -> Document:
        """The whole document of a position and its ETag. Source: visma-employee.md, Reading."""
        ids = {"employee": employee_id, "position": position_id}
        call = Call(Vendor.VISMA, "GET", "/employees/{employee}/positions/{position}", ids)
        return self._caller.call(call, documents.position(position_id, self._words))

    def put_employee(self, employee_id: str, body: dict[str, Any], etag: str) -> str:
        """Write the whole document; returns the address of its job. Source: visma-employee.md, Writing."""
        return self._write("PUT", "/employees/{employee}", {"employee": employee_id}, body, etag)

    def put_position(self, employee_id: str, position_id: str, body: dict[str, Any], etag: str) -> str:
        """Write a position's whole document; returns the address of its job. Source: visma-employee.md, Writing."""
        ids = {"employee": employee_id, "position": position_id}
        return self._write("PUT", "/employees/{employee}/positions/{position}", ids, body, etag)

    def create_employee(self, body: dict[str, Any]) -> str:
        """Create an employee with a position; returns the address of its job. Source: visma-employee.md, Writing."""
        return self._write("POST", "/employees/withPosition", {}, body, None)

    def job(self, address: str) -> Job:
        """The job at the address that a write returned; raises ContractBroken for another host."""
        url = self._job_url(address)
        if url is None:
            raise ContractBroken("Location", side=Vendor.VISMA, method="GET", path="job")
        return self._caller.call(Call(Vendor.VISMA, "GET", "job", absolute=url), documents.answered_job)

    def jobs(self, since: datetime | None = None) -> list[Job]:
        """The jobs of the tenant, without those of positions; with ``since``, those made then or later.

        A job that can't be understood ``is_odd``: whose it is isn't known.
        """
        return self._jobs("/employees/jobs", {}, since)

    def position_jobs(self, employee_id: str) -> list[Job]:
        """The jobs of an employee's positions, odd ones included. Source: visma-employee.md, Writing."""
        return self._jobs("/employees/{employee}/positions/jobs", {"employee": employee_id}, None)

    def _jobs(self, template: str, ids: dict[str, str], since: datetime | None) -> list[Job]:
        # So reading the jobs since a moment ends at the first page on which all are older.
        newest_first = self.variants.jobs == "newest_first"
        found: dict[str, Job] = {}
        latest = datetime.max.replace(tzinfo=UTC)
        for page in self._pages(template, ids, documents.jobs, settings.LIST_MAX_JOBS):
            times = []
            for row in page.items:
                is_odd = row["id"] in page.odd
                job = odd_job(row, latest) if is_odd else documents.job(row)
                found[job.id] = job
                if not is_odd:
                    times.append(job.created)
                    latest = job.created if newest_first else latest
            if newest_first and since is not None and times and max(times) < since:
                break
        return [job for job in found.values() if since is None or job.created >= since]

    def _write(self, method: str, template: str, ids: dict[str, str], body: dict[str, Any], etag: str | None) -> str:
        if "_embedded" in body:
            raise ValueError("A document that was read with embed must not be written back.")
        headers = {"If-Match": etag} if etag else {}
        sent = self._words.go_out(copy.deepcopy(body))
        call = Call(Vendor.VISMA, method, template, ids, body=sent, headers=headers)
        return self._caller.call(call, self._job_address)

    def _job_address(self, answer: Answer) -> str:
        address = answer.headers.get("Location", "")
        if answer.status != 202 or len(address) > LONGEST_ADDRESS or self._job_url(address) is None:
            raise WrongShape("Location")
        return address

    def _job_url(self, address: str) -> str | None:
        """The whole URL of a job's address, which is a path or absolute; None if it is on another host."""
        own = urlsplit(self._caller.base_url)
        try:
            parts = urlsplit(address)
            if parts.netloc and _host(parts) != _host(own):
                return None
        except ValueError:
            return None
        if not parts.netloc and (parts.scheme or not parts.path.startswith("/")):
            return None
        if not _PRINTABLE.fullmatch(address):
            return None
        # [A] A path is either complete, or without the path of the base address.
        inside = parts.path.startswith(own.path + "/") or parts.netloc
        return urlunsplit((own.scheme, own.netloc, parts.path if inside else own.path + parts.path, parts.query, ""))

    def _pages(
        self,
        template: str,
        ids: dict[str, str],
        shape: Callable[[str | None], Callable[[Answer], VismaPage]],
        most: int,
    ) -> Iterator[VismaPage]:
        """The pages of a list that is read at once; raises TooMuch after ``most`` items, or MAX_PAGES."""
        params = [(PAGE_SIZE_PARAM, self._page_size)]
        return cursors.pages(lambda at: self._list(template, ids, params, at, shape(at)), template, most, MAX_PAGES)

    def _list(
        self,
        template: str,
        ids: dict[str, str],
        params: list[tuple[str, str]],
        cursor: str | None,
        shape: Callable[[Answer], VismaPage],
    ) -> VismaPage:
        """One page; each page is asked for with all parameters. Source: visma-employee.md, Reading."""
        paging = [] if cursor is None else [(self.variants.cursor_param, cursor)]
        return self._caller.call(Call(Vendor.VISMA, "GET", template, ids, tuple(params + paging)), shape)


def _host(parts: SplitResult) -> tuple[str, str | None, int | None, str | None]:
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port, parts.username

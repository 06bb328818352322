"""The Visma.net Employee API v2, as far as visma-employee.md describes what we use of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any, cast

from werkzeug.routing import Map, Rule

from connections.sandbox.api import Api, Call, Refused, Shared, as_json
from connections.sandbox.credentials import READ_SCOPE, WRITE_SCOPE
from connections.sandbox.huma.input import is_day
from connections.sandbox.server import Answer
from connections.sandbox.tokens import Tokens
from connections.sandbox.visma import checks as visma_checks
from connections.sandbox.visma import lists as visma_lists
from connections.sandbox.visma import state as visma_state
from connections.sandbox.visma import words as visma_words
from connections.sandbox.visma import writes as visma_writes
from connections.sandbox.visma.jobs import Finding, Job, Jobs
from connections.sandbox.visma.state import Document, Employee, VismaState

MEDIA_TYPE = "application/vnd.no.payroll.employee.V2.0+json"


class VismaApi(Api):
    """The stand-in for Visma.net Payroll's employees."""

    side = "visma"
    routes = Map(
        [
            Rule("/connect/token", endpoint="token", methods=["POST"]),
            Rule("/v2/employees", endpoint="employees", methods=["GET"]),
            Rule("/v2/employees/withPosition", endpoint="create", methods=["POST"]),
            Rule("/v2/employees/jobs", endpoint="jobs", methods=["GET"]),
            Rule("/v2/employees/jobs/<job_id>", endpoint="job", methods=["GET"]),
            Rule("/v2/employees/<id>", endpoint="employee", methods=["GET"]),
            Rule("/v2/employees/<id>", endpoint="put_employee", methods=["PUT"]),
            Rule("/v2/employees/<id>/positions", endpoint="positions", methods=["GET"]),
            Rule("/v2/employees/<id>/positions/jobs", endpoint="jobs", methods=["GET"]),
            Rule("/v2/employees/<id>/positions/jobs/<job_id>", endpoint="job", methods=["GET"]),
            Rule("/v2/employees/<id>/positions/<position_id>", endpoint="position", methods=["GET"]),
            Rule("/v2/employees/<id>/positions/<position_id>", endpoint="put_position", methods=["PUT"]),
        ],
        merge_slashes=False,
    )

    def __init__(self, shared: Shared, state: VismaState, tokens: Tokens, jobs: Jobs) -> None:
        super().__init__(shared)
        self.state = state
        self.tokens = tokens
        self.jobs = jobs

    def error(self, status: int) -> Any:
        return {"message": f"The request was refused ({status}).", "messageCode": str(status)}

    def empty_list(self) -> Any:
        return {"cursor": {}, "data": []}

    def authorise(self, call: Call, endpoint: str) -> None:
        """A token, the scope of the method, and the media type both ways. Source: visma-employee.md, Access."""
        headers = call.http.headers
        scopes = self.tokens.scopes(headers.get("Authorization"))
        if scopes is None:
            raise Refused(401)
        reading = call.http.method == "GET"
        if (READ_SCOPE if reading else WRITE_SCOPE) not in scopes:
            raise Refused(403 if self.state.says_scopes else 401)
        if MEDIA_TYPE.lower() not in headers.get("Accept", "").lower():
            raise Refused(406)
        if not reading and (call.http.mimetype or "") != MEDIA_TYPE.lower():
            raise Refused(415)

    def do_token(self, call: Call) -> Answer:
        """Source: visma-employee.md, Access. [A] which error stands for what."""
        sent, state = call.http.form, self.state
        if call.http.mimetype != "application/x-www-form-urlencoded":
            raise Refused(400, {"error": "invalid_request"})
        if sent.get("grant_type") != "client_credentials":
            raise Refused(400, {"error": "unsupported_grant_type"})
        if state.clients.get(sent.get("client_id", "")) != sent.get("client_secret"):
            raise Refused(400, {"error": "invalid_client"})
        tenant = sent.get("tenant_id", "").lower()
        if tenant not in state.tenants | state.customers:
            raise Refused(400, {"error": state.token_error})
        asked = set(sent.get("scope", "").split())
        if not asked or asked - {READ_SCOPE, WRITE_SCOPE} or not asked & state.scopes:
            raise Refused(400, {"error": "invalid_scope"})
        scopes = frozenset(asked & state.scopes)
        issued = self.tokens.issue(scopes) if tenant in state.tenants else secrets.token_urlsafe(32)
        token = {"access_token": issued, "expires_in": int(self.tokens.seconds), "token_type": "Bearer"}
        return as_json({**token, "scope": " ".join(sorted(scopes))} if state.says_scopes else token)

    def do_employees(self, call: Call) -> Answer:
        args = call.http.args
        active, drafts, manager = (
            visma_lists.flag(args, "onlyActive"),
            visma_lists.flag(args, "includeDrafts"),
            args.get("manager"),
        )
        since, fields, embedded = args.get("fromLastChangedDate"), visma_lists.names(args, "fields"), self._embeds(call)
        if since is not None and not is_day(since):
            raise visma_lists.wrong("fromLastChangedDate", "A date is expected.")

        def show(one: Employee) -> dict[str, Any]:
            body = self._periods(_with_positions(one) if embedded else one.body)
            return {name: body[name] for name in body if name in fields} if fields else body

        with self.state.lock:
            if self.state.before_page:
                self.state.before_page(int(self.state.cursor_param in args))
            found = [
                (one.sequence, one)
                for one in self.state.employees.values()
                if (drafts or not one.is_draft)
                and (not active or one.is_active())
                and (manager is None or one.body.get("manager") == manager)
                and (since is None or one.body["lastChange"][:10] > since)
            ]
            if self.state.cursors_count:
                found = [(index, one) for index, (_, one) in enumerate(found)]
            return self._page(call, found, show)

    def do_employee(self, call: Call) -> Answer:
        with self.state.lock:
            one = self._employee(call)
            body = _with_positions(one) if self._embeds(call) else one.body
            return self._shown(self._periods(body), headers=self._etag(one))

    def do_positions(self, call: Call) -> Answer:
        with self.state.lock:
            found = [self._periods(one.body, "positions") for one in self._employee(call).positions.values()]
            if not self.state.paged_positions:
                return self._shown(found)
            return self._page(call, enumerate(found), lambda one: one)

    def do_position(self, call: Call) -> Answer:
        with self.state.lock:
            one = self._position(call)
            return self._shown(self._periods(one.body, "positions"), headers=self._etag(one))

    def do_put_employee(self, call: Call) -> Answer:
        """Overwrite the whole document: what is left out is deleted. Source: visma-employee.md, Writing."""
        body, id = self._sent(call), call.ids["id"]
        with self.state.lock:
            etag = self._guard(call, self._employee(call))
            self._refuse(visma_checks.malformed_employee(body) + visma_writes.foreign(body, {"id": id}))

            work = visma_writes.employee_update(self.state, id, body, etag)
            return self._accepted(call, self.jobs.accept(work, "Update", "Employee", id, None, call.job_fault))

    def do_put_position(self, call: Call) -> Answer:
        body, id, position_id = self._sent(call), call.ids["id"], call.ids["position_id"]
        with self.state.lock:
            etag = self._guard(call, self._position(call))
            draft = self._employee(call).is_draft
            foreign = visma_writes.foreign(body, {"id": position_id, "employeeId": id})
            self._refuse(visma_checks.malformed_position(body, draft) + foreign)

            work = visma_writes.position_update(self.state, id, position_id, body, etag)
            return self._accepted(call, self.jobs.accept(work, "Update", "Position", position_id, id, call.job_fault))

    def do_create(self, call: Call) -> Answer:
        """Create an employee and the first position. With `isDraft`, mandatory properties may be missing."""
        body = self._sent(call)
        positions = body.pop("positions", None) or [] if isinstance(body, dict) else []
        draft = isinstance(body, dict) and body.get("isDraft") is True
        findings = visma_checks.malformed_employee(body)
        if not isinstance(positions, list) or (not positions and not draft):
            findings.append(Finding("$.positions", "positions is required.", code="Required"))
        else:
            for index, position in enumerate(positions):
                findings += visma_checks.malformed_position(position, draft, f"$.positions[{index}]")
        self._refuse(findings)

        work = visma_writes.creation(self.state, body, positions)
        with self.state.lock:
            return self._accepted(call, self.jobs.accept(work, "Create", "Employee", fault=call.job_fault))

    def do_jobs(self, call: Call) -> Answer:
        """[A] Newest first, paged like employees."""
        if "id" in call.ids:
            self._employee(call)
        jobs = self.jobs.newest_first(call.ids.get("id"))
        if not self.state.newest_jobs_first:
            return self._page(call, enumerate(reversed(jobs)), Job.shown)
        keyed = [(-(len(jobs) - index), job) for index, job in enumerate(jobs)]
        return self._page(call, keyed, Job.shown)

    def do_job(self, call: Call) -> Answer:
        job = self.jobs.all.get(call.ids["job_id"])
        if job is None or job.employee_id != call.ids.get("id"):
            raise Refused(404)
        return self._shown(job.shown())

    def _periods(self, body: dict[str, Any], key: str = "") -> dict[str, Any]:
        return cast(dict[str, Any], visma_state.shown(body, key)) if self.state.null_dates else body

    def _tag(self, document: Document) -> str:
        return f"W/{document.etag}" if self.state.weak_etags else document.etag

    def _etag(self, document: Document) -> dict[str, str]:
        return {"ETag": self._tag(document)} if self.state.has_etags else {}

    def _page(self, call: Call, items: Iterable[tuple[int, Any]], show: Callable[[Any], Any]) -> Answer:
        most, by = self.state.largest_page, self.state.cursor_param
        return self._shown(visma_lists.page(call.http.args, items, show, most=most, by=by))

    def _embeds(self, call: Call) -> bool:
        asked = visma_lists.names(call.http.args, "embed")
        if asked - {"positions"}:
            raise visma_lists.wrong("embed", "Only positions can be embedded.")
        return bool(asked) and self.state.embeds

    def _shown(self, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
        headers = dict(headers or {})
        if self.state.sunset:
            headers["Sunset"] = self.state.sunset
        if self.state.says_rate_limit:
            headers |= {"X_RateLimit_Limit": "1000", "X_RateLimit_Remaining": "999", "X_RateLimit_Reset": "60"}
        return as_json(visma_words.said(self.state, body), status, MEDIA_TYPE, **headers)

    def _accepted(self, call: Call, job: Job) -> Answer:
        owner = f"/{job.employee_id}/positions" if job.employee_id else ""
        address = f"/v2/employees{owner}/jobs/{job.id}"
        if self.state.absolute_locations:
            address = call.http.host_url.rstrip("/") + address
        answer = self._shown(None, 202, {"Location": address})
        answer.body = b""
        return answer

    def _employee(self, call: Call) -> Employee:
        found = self.state.employees.get(call.ids["id"])
        if found is None:
            raise Refused(404)
        return found

    def _position(self, call: Call) -> Document:
        found = self._employee(call).positions.get(call.ids["position_id"])
        if found is None:
            raise Refused(404)
        return found

    def _sent(self, call: Call) -> Any:
        try:
            return visma_words.heard(self.state, call.json())
        except ValueError:
            raise visma_lists.refused([Finding("$", "JSON is expected.", code="Malformed")]) from None

    def _guard(self, call: Call, document: Document) -> str | None:
        """The ETag of the caller's If-Match, quoted or not, a weak one as it came; an old one is refused with `412`."""
        given = call.http.headers.get("If-Match")
        if given is None or given == "*":
            return None
        tag = self._tag(document)
        if given != tag and (self.state.weak_etags or given.strip('"') != tag.strip('"')):
            raise Refused(412)
        return document.etag

    def _refuse(self, findings: list[Finding]) -> None:
        if findings:
            raise visma_lists.refused(findings)


def _with_positions(employee: Employee) -> dict[str, Any]:
    return {**employee.body, "_embedded": {"positions": [one.body for one in employee.positions.values()]}}

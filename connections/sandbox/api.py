"""The base of both stand-ins: each request passes latency, faults, routing, access and the journal."""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map
from werkzeug.wrappers import Request as HttpRequest

from connections.sandbox.faults import Fault, Faults
from connections.sandbox.journal import Journal, Request
from connections.sandbox.oddities import Oddities, encoded
from connections.sandbox.server import Answer

logger = logging.getLogger(__name__)


class Refused(Exception):
    """An endpoint refuses; carries the status and the JSON of the answer."""

    def __init__(self, status: int, body: Any = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


@dataclass
class Shared:
    """What the two stand-ins of one sandbox share. `latency` is in seconds."""

    faults: Faults
    journal: Journal
    latency: float = 0.0
    keep_answers: bool = False
    oddities: Oddities = field(default_factory=Oddities)


@dataclass
class Call:
    """One request: the HTTP request, the ids in its path, the scopes of its token, and the fault of its job."""

    http: HttpRequest
    ids: dict[str, str] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    job_fault: Fault | None = None

    def json(self) -> Any:
        """The parsed body. Raises `ValueError` where it isn't JSON."""
        return json.loads(self.http.get_data())


def as_json(body: Any, status: int = 200, content_type: str = "application/json", **headers: str) -> Answer:
    """An answer with a JSON body; further headers are named with `_` for `-`."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, encoded(body), content_type, names)


class Api:
    """One vendor's API. Subclasses name their routes, endpoints (`do_…`), access rule and error bodies."""

    side = ""
    routes: Map
    open_endpoints = frozenset({"token"})

    def __init__(self, shared: Shared) -> None:
        self.shared = shared

    def respond(self, http: HttpRequest) -> Answer:
        """Answer one request as the vendor would, or as the faults say, and write it into the journal."""
        if self.shared.latency:
            time.sleep(self.shared.latency)
        faults = self.shared.faults
        action = faults.action_before(self.side, http.method, http.path)
        if action is not None:
            action()
        fault = faults.pick(self.side, http.method, http.path)
        answer = self._broken(fault) if fault else None
        if answer is None:
            answer = self._handled(Call(http, job_fault=fault.job if fault else None))
            answer = self._disturbed(answer, fault)
        change = faults.rewriting(self.side, http.method, http.path)
        if change is not None and answer.ending == "whole":
            answer.body = json.dumps(change(json.loads(answer.body or b"null"))).encode()
        if http.method == "GET" and answer.status == 200 and answer.ending == "whole":
            answer.body = self.shared.oddities.applied(self.side, http.path, answer.body)
        self._remember(http, answer, fault)
        return answer

    def error(self, status: int) -> Any:
        """The vendor's JSON for a status that no endpoint chose."""
        raise NotImplementedError

    def authorise(self, call: Call, endpoint: str) -> None:
        """Return if the caller has access; else raise `Refused`."""
        raise NotImplementedError

    def empty_list(self) -> Any:
        """The vendor's page with nobody on it."""
        raise NotImplementedError

    def _handled(self, call: Call) -> Answer:
        try:
            endpoint, ids = self.routes.bind_to_environ(call.http.environ).match()
            call.ids = dict(ids)
            if endpoint not in self.open_endpoints:
                self.authorise(call, endpoint)
            done: Answer = getattr(self, f"do_{endpoint}")(call)
            return done
        except Refused as refused:
            body = self.error(refused.status) if refused.body is None else refused.body
            return as_json(body, refused.status)
        except MethodNotAllowed:
            return as_json(self.error(405), 405)
        except HTTPException as error:
            return as_json(self.error(error.code or 404), error.code or 404)
        except Exception:
            # After a bug the stand-in answers 500, as the vendor would. The log may say all: its people are invented.
            logger.exception("The sandbox could not answer %s %s", call.http.method, call.http.path)
            return as_json(self.error(500), 500)

    def _broken(self, fault: Fault) -> Answer | None:
        """The answer of a fault that keeps the request from having any effect."""
        if fault.kind.startswith("429"):
            headers = {} if fault.kind == "429-bare" else {"Retry-After": fault.detail or "1"}
            answer = as_json(self.error(429), 429)
            answer.headers.update(headers)
            return answer
        if fault.kind.isdigit():
            return as_json(self.error(int(fault.kind)), int(fault.kind))
        if fault.kind == "reset":
            return Answer(0, ending="drop")
        if fault.kind == "not-json":
            return Answer(200, b"<!doctype html><title>Sign in</title><p>Please sign in.", "text/html")
        if fault.kind == "empty-list":
            return as_json(self.empty_list())
        return None

    def _disturbed(self, answer: Answer, fault: Fault | None) -> Answer:
        """The answer to a request that took effect, as the fault changes it."""
        if fault is None:
            return answer
        if fault.kind == "slow":
            time.sleep(float(fault.detail or 1))
        elif fault.kind == "lost":
            answer.ending = "drop"
        elif fault.kind == "cut":
            answer.ending = "cut" if answer.body else "drop"
        return answer

    def _remember(self, http: HttpRequest, answer: Answer, fault: Fault | None) -> None:
        shown = ("Accept", "Content-Type", "If-Match")
        self.shared.journal.append(
            Request(
                side=self.side,
                method=http.method,
                path=http.path,
                status=0 if answer.ending == "drop" else answer.status,
                at=datetime.now(UTC),
                body=_body(http),
                query=http.query_string.decode(),
                content_type=http.content_type or "",
                headers={name: http.headers[name] for name in shown if name in http.headers},
                fault=fault.kind if fault else "",
                answer=answer.body if self.shared.keep_answers else None,
            )
        )


def _body(http: HttpRequest) -> Any:
    if http.mimetype == "application/x-www-form-urlencoded":
        return http.form.to_dict()
    raw = http.get_data(as_text=True)
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError:
        return raw

"""Huma's Open API, as far as huma-openapi.yaml and huma.md describe what we use of it."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import Map, Rule

from connections.sandbox.api import Api, Call, Refused, Shared, as_json
from connections.sandbox.clock import stamp
from connections.sandbox.huma import input as huma_input
from connections.sandbox.huma import query as huma_query
from connections.sandbox.huma import render as huma_render
from connections.sandbox.huma.state import HumaState, Position, User
from connections.sandbox.server import Answer
from connections.sandbox.tokens import Tokens


class HumaApi(Api):
    """The stand-in for Huma."""

    side = "huma"
    routes = Map(
        [
            Rule("/auth/oauth/token", endpoint="token", methods=["POST"]),
            Rule("/users", endpoint="users", methods=["GET"]),
            Rule("/users", endpoint="create_user", methods=["POST"]),
            Rule("/users/<id>", endpoint="user", methods=["GET"]),
            Rule("/users/<id>", endpoint="patch_user", methods=["PATCH"]),
            Rule("/users/<id>/positions", endpoint="positions", methods=["GET"]),
            Rule("/users/<id>/positions/<position_id>", endpoint="position", methods=["GET"]),
            Rule("/users/<id>/positions/<position_id>", endpoint="patch_position", methods=["PATCH"]),
            Rule("/groups", endpoint="groups", methods=["GET"]),
        ],
        redirect_defaults=False,
        merge_slashes=False,
    )

    def __init__(self, shared: Shared, state: HumaState, tokens: Tokens) -> None:
        super().__init__(shared)
        self.state = state
        self.tokens = tokens

    def error(self, status: int) -> Any:
        if status == 401:
            return {"error": "invalid_token", "error_description": "The access token is invalid or has expired"}
        if status == 404:
            return {"errorCode": "object:not-found", "errorMessage": "Object not found", "interpolations": {}}
        if status >= 500:
            line = {"statusLine": {"statusCode": status, "reasonPhrase": "Server error"}}
            words = {"error": "Internal Server Error", "message": "Something went wrong", "path": "/"}
            return {"timestamp": stamp(), "status": line, **words}
        return {"errorCode": f"http:{status}", "errorMessage": "The request was refused", "fields": []}

    def empty_list(self) -> Any:
        return {"total": 0, "items": []}

    def authorise(self, call: Call, endpoint: str) -> None:
        if self.tokens.scopes(call.http.headers.get("Authorization")) is None:
            raise Refused(401)

    def do_token(self, call: Call) -> Answer:
        """Source: huma.md, Access."""
        if call.http.mimetype == "application/json":
            sent = huma_query.body(call)
        else:
            sent = call.http.form.to_dict()
        if sent.get("grant_type") != "client_credentials":
            raise huma_query.invalid("grant_type")
        if self.state.api_keys.get(str(sent.get("client_id"))) != sent.get("client_secret"):
            raise Refused(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        return as_json(
            {
                "access_token": self.tokens.issue(),
                "expires_in": int(self.tokens.seconds),
                "token_type": "Bearer",
                "organizationId": self.state.organization_id,
                "userId": self.state.service_user_id,
            }
        )

    def do_users(self, call: Call) -> Answer:
        limit, offset = huma_query.page(call, 25, 50)
        wanted = {kind: huma_query.ids(call, kind) for kind in ("company", "location", "team")}
        ids, without = huma_query.ids(call, "id", 25, me=True), huma_query.ids(call, "excludeId", 25, me=True)
        active, text = huma_query.flag(call, "isActive"), call.http.args.get("search", "").casefold()
        me = self.state.service_user_id
        with self.state.lock:
            if self.state.before_page:
                self.state.before_page(offset)
            found = [
                user
                for user in self.state.users.values()
                if (active is None or user.active == active)
                and all(not groups or groups & set(user.groups) for groups in wanted.values())
                and (not ids or user.id in ids or ("me" in ids and user.id == me))
                and user.id not in without
                and (not text or text in _searched(user))
            ]
            if call.http.args.get("orderDirection") == "DESC":
                found.reverse()
            shown = [self.state.shown(user) for user in found[offset : offset + limit]]
            items = [huma_render.summary(self.state, user) for user in shown]
        return as_json({"total": len(found), "items": items})

    def do_user(self, call: Call) -> Answer:
        with self.state.lock:
            return as_json(huma_render.details(self.state, self.state.shown(self._user(call))))

    def do_patch_user(self, call: Call) -> Answer:
        """`UserDetailsInput`: plain values, only what changes. Source: huma.md, Writing."""
        body = huma_query.body(call)
        with self.state.lock:
            user = self._user(call)
            huma_query.refuse(huma_input.wrong(body, huma_input.USER, huma_input.USER_CLEARABLE))
            _check_editable(user, body)
            if "email" in body:
                self._check_email(body["email"], user)
            if body.get("supervisor") and body["supervisor"] not in self.state.users:
                raise huma_query.invalid("supervisor")
            self._store_user(user, body)
            return as_json(huma_render.details(self.state, user))

    def do_create_user(self, call: Call) -> Answer:
        """`UserInput`. The new user has no position, and is not invited unless asked."""
        body = huma_query.body(call)
        with self.state.lock:
            wrong = huma_input.wrong(body, huma_input.NEW_USER)
            huma_query.refuse(wrong + [name for name in huma_input.NEW_USER_REQUIRED if name not in body])
            self._check_email(body["email"], None)
            huma_query.refuse(["groups"] if set(body["groups"]) - self.state.groups.keys() else [])
            kept = ("givenName", "familyName", "preferredName", "email", "phone", "supervisor")
            values = {name: body[name] for name in kept if name in body}
            invited = stamp() if body.get("invite") else None
            id = self.state.add_user(values, groups=body["groups"], invited_at=invited)
            return as_json(huma_render.summary(self.state, self.state.users[id]))

    def do_positions(self, call: Call) -> Answer:
        limit, offset = huma_query.page(call, 25, None)
        with self.state.lock:
            positions = self.state.shown(self._user(call)).ordered_positions()
            items = [huma_render.position_summary(self.state, one) for one in positions[offset : offset + limit]]
        return as_json({"total": len(positions), "items": items})

    def do_position(self, call: Call) -> Answer:
        with self.state.lock:
            return as_json(huma_render.position(self.state, self._position(call, self.state.shown(self._user(call)))))

    def do_patch_position(self, call: Call) -> Answer:
        """`PositionUpdateInput`. Source: huma.md, Writing."""
        body = huma_query.body(call)
        with self.state.lock:
            position = self._position(call, self._user(call))
            huma_query.refuse(huma_input.wrong(body, huma_input.POSITION, huma_input.POSITION_CLEARABLE))
            if "titleId" in body:
                body["title"] = body.pop("titleId")
            _check_editable(position, body)
            huma_query.refuse(["titleId"] if body.get("title") and body["title"] not in self.state.titles else [])
            after = {name: value for name, value in {**position.values, **body}.items() if value is not None}
            huma_query.refuse(_periods_upside_down(after))
            self.state.edit_position(self._user(call).id, position.id, **body)
            return as_json(huma_render.position(self.state, position))

    def do_groups(self, call: Call) -> Answer:
        limit, offset = huma_query.page(call, 10, 25)
        kinds, text = call.http.args.getlist("type"), call.http.args.get("search", "").casefold()
        if set(kinds) - huma_render.GROUP_LISTS.keys():
            raise huma_query.invalid("type")
        with self.state.lock:
            found = [
                group
                for group in self.state.groups.values()
                if (not kinds or group["type"] in kinds) and text in group["name"].casefold()
            ]
        return as_json({"total": len(found), "items": found[offset : offset + limit]})

    def _user(self, call: Call) -> User:
        id = self.state.service_user_id if call.ids["id"] == "me" else call.ids["id"]
        if not huma_input.is_uuid(id):
            raise huma_query.invalid("id")
        user = self.state.users.get(id)
        if user is None:
            raise huma_query.missing("User", id)
        return user

    def _position(self, call: Call, user: User) -> Position:
        id = call.ids["position_id"]
        if not huma_input.is_uuid(id):
            raise huma_query.invalid("id")
        position = user.positions.get(id)
        if position is None:
            raise huma_query.missing("Position", id)
        return position

    def _check_email(self, email: str, user: User | None) -> None:
        """An address is unique: a second user with it is refused [A] (huma.md, Writing)."""
        for other in self.state.users.values():
            taken = {str(other.values.get("email", "")).casefold(), (other.requested_email or "").casefold()}
            if other is not user and email.casefold() in taken:
                raise huma_query.invalid(
                    "email", code=self.state.email_taken_code, message="The email is already in use"
                )

    def _store_user(self, user: User, body: dict[str, Any]) -> None:
        changes = dict(body)
        user.custom |= changes.pop("custom", None) or {}
        email = changes.get("email")
        if email is not None and self.state.email_needs_confirmation and email != user.values.get("email"):
            user.requested_email = changes.pop("email")
        if isinstance(changes.get("bankAccount"), dict):
            # Accounts are shown with a code that no input carries. [A] huma.md, Reading: its meaning is unknown.
            changes["bankAccount"] = {**changes["bankAccount"], "code": changes["bankAccount"]["type"].upper()}
        self.state.edit(user.id, **_respelt(self.state, changes))


def _respelt(state: HumaState, changes: dict[str, Any]) -> dict[str, Any]:
    """A write as the vendor stores it: towns in capitals if `respells` is set."""
    address = changes.get("homeAddress")
    if not (state.respells and isinstance(address, dict)):
        return changes
    return {**changes, "homeAddress": {**address, "city": address["city"].upper()}}


def _check_editable(holder: User | Position, body: dict[str, Any]) -> None:
    closed = [name for name in body if name in holder.locked | holder.hidden]
    if closed:
        raise huma_query.invalid(*closed, code="field:not-editable", message="The field can not be edited")


def _periods_upside_down(values: dict[str, Any]) -> list[str]:
    pairs = (("contractStartDate", "contractEndDate"), ("firstDayOfWork", "lastDayOfWork"))
    return [end for start, end in pairs if values.get(start) and values.get(end) and values[end] < values[start]]


def _searched(user: User) -> str:
    return " ".join(str(user.values.get(name, "")) for name in ("givenName", "familyName", "email")).casefold()

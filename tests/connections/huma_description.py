"""Checks requests and answers against Huma's own description (docs/vendors/huma-openapi.yaml)."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import yaml

from connections.sandbox import Request

ADDRESS = Path(__file__).resolve().parents[2] / "docs" / "vendors" / "huma-openapi.yaml"
# huma.md, Writing [A]: null clears, although the description doesn't allow it; exactly these can be cleared.
CLEARABLE = {
    "UserDetailsInput": {"phone", "employmentId", "bankAccount", "homeAddress"},
    "PositionUpdateInput": {"lastDayOfWork", "endReason"},
}
_GROUPS = {"#/components/schemas/" + name for name in ("Group", "Company", "Location", "Team")}
_FORMATS = ("uuid", "date", "date-time")


class Description:
    """The vendor's description. Both checks return sentences; none means that all is well."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        _one_of_groups_is_any_of(document)
        self._operations = [
            (re.compile(re.sub(r"\{[^/]+\}", "[^/]+", template)), method.upper(), operation)
            for template, methods in document["paths"].items()
            for method, operation in methods.items()
        ]

    def answer_problems(self, request: Request) -> list[str]:
        """What is wrong with an answer in the journal; an answer whose status isn't described can't be judged."""
        listed = self._operation(request)["responses"].get(str(request.status))
        if listed is None:
            return []
        schema = listed["content"]["application/json"]["schema"]
        return self._wrong(schema, json.loads(request.answer or b"null"))

    def request_problems(self, request: Request) -> list[str]:
        """What is wrong with a request: its parameters, its body, properties that the description doesn't know."""
        operation = self._operation(request)
        return [*self._parameter_problems(request, operation), *self._body_problems(request, operation)]

    def lists(self, request: Request) -> bool:
        """Whether the description has this operation and this status."""
        return str(request.status) in self._operation(request)["responses"]

    def _operation(self, request: Request) -> dict[str, Any]:
        # A literal path before one with a placeholder: both can match.
        found = [one for one in self._operations if one[1] == request.method and one[0].fullmatch(request.path)]
        assert found, f"{request.method} {request.path} is not described"
        return min(found, key=lambda one: one[0].pattern.count("[^/]+"))[2]

    def _parameter_problems(self, request: Request, operation: dict[str, Any]) -> list[str]:
        schemas = {one["name"]: one["schema"] for one in operation.get("parameters", []) if one["in"] == "query"}
        problems = []
        for name, values in parse_qs(request.query, keep_blank_values=True).items():
            if name not in schemas:
                problems.append(f"{name}: not described")
            else:
                problems += self._wrong(schemas[name], _typed(schemas[name], values))
        return problems

    def _body_problems(self, request: Request, operation: dict[str, Any]) -> list[str]:
        described = operation.get("requestBody", {}).get("content", {})
        if not described:
            return [] if request.body is None else ["body: none is described"]
        content = described.get(request.content_type.partition(";")[0])
        if content is None:
            return [f"body: {request.content_type} is not described"]
        schema = content["schema"]
        name = schema.get("$ref", "").rpartition("/")[2]
        cleared = CLEARABLE.get(name, set())
        body = {key: value for key, value in request.body.items() if not (value is None and key in cleared)}
        known = self._properties(schema)
        unknown = [f"{key}: not described" for key in body if known and key not in known]
        return unknown + self._wrong(schema, body)

    def _properties(self, schema: dict[str, Any]) -> set[str]:
        name = schema.get("$ref", "").rpartition("/")[2]
        resolved = self.document["components"]["schemas"].get(name, schema)
        return set(resolved.get("properties", {}))

    def _wrong(self, schema: dict[str, Any], value: Any) -> list[str]:
        # It takes 2 seconds to import, and every process that runs tests imports this module.
        from jsonschema import Draft202012Validator, FormatChecker

        whole = {**schema, "components": self.document["components"]}
        found = Draft202012Validator(whole, format_checker=FormatChecker(_FORMATS)).iter_errors(value)
        # The path and the rule, not the value: a failing test must not print people.
        return [f"{error.json_path}: {error.validator}" for error in found]


def _typed(schema: dict[str, Any], values: list[str]) -> Any:
    if schema["type"] == "array":
        return values
    if schema["type"] == "integer" and values[0].lstrip("-").isdecimal():
        return int(values[0])
    if schema["type"] == "boolean" and values[0] in ("true", "false"):
        return values[0] == "true"
    return values[0]


def _one_of_groups_is_any_of(node: Any) -> None:
    """Every company is a group as well, so read to the letter `oneOf: [Group, Company, …]` allows nothing."""
    if isinstance(node, dict):
        if {one.get("$ref") for one in node.get("oneOf", [])} == _GROUPS:
            node["anyOf"] = node.pop("oneOf")
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            _one_of_groups_is_any_of(child)


@cache
def description() -> Description:
    """The description, read once."""
    return Description(yaml.load(ADDRESS.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))

"""Reads what Visma says is wrong with a request or a job. Source: visma-employee.md, Writing."""

from typing import Any

from connections.api.errors import Problem, Severity

LONGEST_WORDS = 1000


def problems(body: Any) -> tuple[Problem, ...]:
    """[A] The problems of a 400: ``validationResults`` as in a job, or ``errors`` by property, or one sentence."""
    if not isinstance(body, dict):
        return ()
    if isinstance(body.get("validationResults"), list) and body["validationResults"]:
        return results(body["validationResults"])
    named = body.get("errors")
    if isinstance(named, dict) and named:
        return tuple(Problem(str(path), "", _words(words)[:LONGEST_WORDS]) for path, words in named.items())
    if isinstance(named, list) and named:
        return results(named)
    sentences = [body[key][:LONGEST_WORDS] for key in ("message", "detail", "title") if isinstance(body.get(key), str)]
    return tuple(Problem("", "", words) for words in sentences[:1])


def _words(words: Any) -> str:
    return " ".join(str(one) for one in words) if isinstance(words, list) else str(words)


def results(results: list[Any]) -> tuple[Problem, ...]:
    """The problems in ``validationResults``, without the ``value`` that each one quotes."""
    return tuple(_result(one) for one in results if isinstance(one, dict))


def _result(one: dict[str, Any]) -> Problem:
    path, code, words = (said(one, key) for key in ("jsonPath", "messageCode", "message"))
    severity: Severity = "warning" if str(one.get("severity")).casefold() == "warning" else "error"
    return Problem(path, code, words, severity)


def said(body: dict[str, Any], key: str) -> str:
    """A property as text, whatever it is; of a long text only the beginning."""
    return str(body.get(key) or "")[:LONGEST_WORDS]

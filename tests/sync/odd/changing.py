"""Makes single people's documents odd, and checks what must happen anyway."""

import copy
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from typing import Any

from sync.models import EmployeeLink
from tests.sync.driving import changed
from tests.sync.writing.conftest import Company, Person

Change = Callable[[Any], Any]


def where(side: str, person: Person) -> str:
    """The person's id on a side."""
    return person.user_id if side == "huma" else person.employee_id


def at(path: tuple[str | int, ...], value: Any) -> Change:
    """Puts a value into a document, wherever the path leads."""

    def change(document: Any) -> Any:
        changed = copy.deepcopy(document)
        holder = changed
        for step in path[:-1]:
            holder = holder[step]
        holder[path[-1]] = value
        return changed

    return change if path else lambda _document: value


def new_phones(found: Company, people: Iterable[Person]) -> dict[str, str]:
    """Give each of them another phone in Huma; returns the numbers by the id in Visma."""
    numbers = {}
    for index, person in enumerate(people):
        numbers[person.employee_id] = f"+4798{index:06}"
        found.huma(person, phone=numbers[person.employee_id])
    return numbers


def with_phones(before: Any, numbers: dict[str, str]) -> Any:
    """The state in which only these people's business phones in Visma are new."""
    for id_, number in numbers.items():
        (business,) = [one for one in before["visma"][id_]["phones"] if one["type"] == "business"]
        business["number"] = number
    return before


def assert_written(found: Company, numbers: dict[str, str], before: Any) -> None:
    """Assert that exactly these phones were written, and that all links are as before."""
    found.sandbox.wait_for_jobs()
    assert changed(with_phones(before, numbers), found.sandbox.state()) == {}
    assert not EmployeeLink.objects.exclude(state="linked").exists()


def never_ending(found: Company, keep: Change = lambda _row: True) -> list[str]:
    """Let the last page of Visma's list lead back to the second one, each time with another cursor; pages have only the
    rows that ``keep`` accepts. Returns the cursors in the order of the requests.
    """
    seen: list[str] = []

    def change(page: Any) -> Any:
        cursor = page["cursor"].get("nextToken") or b64encode(b64decode(seen[0]) + b" " * len(seen)).decode()
        seen.append(cursor)
        return {**page, "data": [row for row in page["data"] if keep(row)], "cursor": {"nextToken": cursor}}

    found.sandbox.faults.rewrite("visma", "GET", "/employees$", change, times=5000)
    return seen

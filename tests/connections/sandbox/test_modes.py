"""Each mode of the stand-ins does what it says, and nothing else."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from connections.sandbox import Sandbox
from connections.sandbox.modes import names
from tests.connections.sandbox.callers import HumaCaller, VismaCaller
from tests.connections.sandbox.test_command import start


@contextmanager
def standing(*modes: str) -> Iterator[tuple[Sandbox, str, str, HumaCaller, VismaCaller]]:
    """One person on both sides: the stand-ins, their two ids, and who asks them."""
    with Sandbox(employees=0, job_seconds=(0.01, 0.02), modes=modes) as sandbox:
        person = sandbox.add_person()
        assert person.user_id
        assert person.employee_id
        huma, visma = HumaCaller(sandbox), VismaCaller(sandbox)
        yield sandbox, person.user_id, person.employee_id, huma, visma
        huma.close()
        visma.close()


@pytest.mark.parametrize(
    ("modes", "draft", "status", "number"),
    [
        ((), False, "Succeeded", "H77"),
        (("number-refused",), False, "Failed", None),
        (("number-ignored",), False, "Succeeded", None),
        (("number-refused",), True, "Succeeded", "H77"),
        (("number-ignored",), True, "Succeeded", "H77"),
    ],
)
def test_a_saved_employees_number(modes: tuple[str, ...], draft: bool, status: str, number: str | None) -> None:
    with standing(*modes) as (sandbox, _user, id_, _huma, visma):
        sandbox.visma.edit(id_, isDraft=draft)
        old = visma.get(f"/employees/{id_}").json()["number"]
        job = visma.put(f"/employees/{id_}", number="H77", unheardOf=1)
        assert job["status"] == status
        assert job["validationResults"] == [] or status == "Failed"
        after = visma.get(f"/employees/{id_}").json()
        assert after["number"] == (number or old)
        assert ("unheardOf" in after) is (status == "Succeeded"), "the rest of the document is written"


@pytest.mark.parametrize(("modes", "given"), [((), True), (("no-number",), False)])
def test_a_draft_without_a_number(modes: tuple[str, ...], given: bool) -> None:
    with standing(*modes) as (sandbox, _user, _id, _huma, visma):
        job = visma.job(visma.send("POST", "/employees/withPosition", {"isDraft": True}))
        assert ("number" in sandbox.visma.employees[job["artifactId"]].body) is given


def test_positions_come_as_an_array_or_in_pages() -> None:
    with standing() as (_sandbox, _user, id_, _huma, visma):
        (position,) = visma.get(f"/employees/{id_}/positions").json()
    with standing("positions-paged") as (_sandbox, _user, id_, _huma, visma):
        page = visma.get(f"/employees/{id_}/positions").json()
        assert [set(one) for one in page["data"]] == [set(position)]
        assert page["cursor"] == {}


def test_a_weak_etag_counts_as_it_came_only() -> None:
    with standing("weak-etag") as (_sandbox, _user, id_, _huma, visma):
        path = f"/employees/{id_}"
        read = visma.get(path)
        etag = read.headers["ETag"]
        assert etag.startswith('W/"')
        for other in (etag.removeprefix("W/"), etag.strip('W/"')):
            assert visma.send("PUT", path, read.json(), other).status_code == 412
        assert visma.job(visma.send("PUT", path, read.json(), etag))["status"] == "Succeeded"
        assert visma.send("PUT", path, read.json(), etag).status_code == 412


def test_open_ends_are_null_and_mean_the_same() -> None:
    with standing("null-dates") as (sandbox, _user, id_, _huma, visma):
        before = sandbox.state()
        document = visma.get(f"/employees/{id_}", {"embed": "(positions)"}).json()
        (position,) = document.pop("_embedded")["positions"]
        assert position == visma.get(f"/employees/{id_}/positions").json()[0]
        assert position["activeEnd"] is document["personNames"][0]["activeEnd"] is None
        assert visma.put(f"/employees/{id_}")["status"] == "Succeeded"
        assert visma.put(f"/employees/{id_}/positions/{position['id']}")["status"] == "Succeeded"
        assert sandbox.state() == before, "written back, they say what they said"


def test_a_read_right_after_a_change_is_old_until_the_moment_has_passed() -> None:
    with standing("old-reads") as (sandbox, user, _id, huma, _visma):
        sandbox.huma.old_seconds = 600
        (place,) = sandbox.huma.users[user].positions

        def said() -> tuple[Any, ...]:
            return (
                huma.get(f"/users/{user}").json()["givenName"]["value"],
                huma.get("/users").json()["items"][0]["givenName"],
                huma.get(f"/users/{user}/positions/{place}").json()["firstDayOfWork"]["value"],
            )

        old = said()
        sandbox.huma.edit(user, givenName="Ny")
        sandbox.huma.edit_position(user, place, firstDayOfWork="2020-02-03")
        answer = huma.patch(f"/users/{user}", {"phone": "+4722334455"})
        assert answer.json()["givenName"]["value"] == "Ny", "what answers a change knows it"
        assert said() == old
        sandbox.huma.catch_up()
        assert said() == ("Ny", "Ny", "2020-02-03")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--mode", "nonsense"], "nonsense"),
        (["--mode", "number-refused", "--mode", "number-ignored"], "contradicts"),
    ],
)
def test_the_command_refuses_what_is_no_mode(arguments: list[str], sentence: str) -> None:
    process = start("--huma-port", "0", "--visma-port", "0", *arguments)
    said, errors = process.communicate(timeout=60)
    assert (process.returncode, said) == (2, "")
    assert sentence in errors
    assert "Traceback" not in errors


def test_the_command_takes_modes_and_its_help_says_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    process = start("--help")
    said, _errors = process.communicate(timeout=60)
    assert process.returncode == 0
    listed = " ".join(re.sub(r"-\n\s*", "-", said).split())  # a line may break within a name
    assert [name for name in names() if f"{name}: " in listed] == list(names())


Seen = Callable[[Sandbox], bool]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("weak-etag", lambda sandbox: sandbox.visma.weak_etags),
        ("positions-paged", lambda sandbox: sandbox.visma.paged_positions),
        ("email-waits", lambda sandbox: sandbox.huma.email_needs_confirmation),
    ],
)
def test_without_it_a_mode_is_off(name: str, seen: Seen) -> None:
    assert seen(Sandbox(employees=0, modes=[name]))
    assert not seen(Sandbox(employees=0))

"""The page at `/` shows both sides to a person, and loads nothing from elsewhere."""

from collections.abc import Iterator

import pytest
import requests

from connections.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(120) as running:
        yield running


def page(sandbox: Sandbox, **params: str) -> str:
    answer = requests.get(sandbox.huma_url, params=params, timeout=10)
    assert answer.status_code == 200
    return answer.text


def test_a_person_stands_once_with_both_sides(sandbox: Sandbox) -> None:
    person = sandbox.people["phone_differs"][0]
    values = sandbox.huma.users[str(person.user_id)].values
    found = page(sandbox, find=values["email"])  # a number may be part of somebody else's id
    assert found.count("<section ") == 1
    assert values["phone"] in found
    assert sandbox.visma.employees[str(person.employee_id)].body["phones"][-1]["number"] in found
    assert 'class="differs"><th scope="row">Phone' in found


def test_drafts_and_people_on_one_side_are_marked(sandbox: Sandbox) -> None:
    draft = sandbox.visma.employees[str(sandbox.people["draft"][0].employee_id)].body["number"]
    assert 'class="mark">Draft<' in page(sandbox, find=draft)
    back = sandbox.huma.users[str(sandbox.people["returns"][0].user_id)].values["employmentId"]
    assert page(sandbox, find=back).count('class="mark">Upcoming<') == 2
    only = sandbox.huma.users[str(sandbox.people["only_huma"][0].user_id)].values["employmentId"]
    assert "not here" in page(sandbox, find=only)


def test_pages_of_people_can_be_turned(sandbox: Sandbox) -> None:
    first, second = page(sandbox), page(sandbox, page="2")
    assert first.count("<section ") == second.count("<section ") == 50
    assert "Page 1 of 3" in first
    assert page(sandbox, page="nonsense") == first


def test_it_shows_the_last_requests_and_is_not_one_of_them(sandbox: Sandbox) -> None:
    requests.get(sandbox.huma_url + "/users", timeout=10)
    before = len(sandbox.journal)
    found = page(sandbox)
    assert "/users" in found
    assert "<td>401</td>" in found
    assert len(sandbox.journal) == before


def test_it_escapes_what_it_shows(sandbox: Sandbox) -> None:
    person = sandbox.add_person()
    sandbox.huma.edit(str(person.user_id), givenName="<script>alert(1)</script>")
    found = page(sandbox, find="<script>")
    assert "<script>" not in found
    assert found.count("<section ") == 1


def test_it_brings_its_own_style_and_allows_nothing_else(sandbox: Sandbox) -> None:
    for address in (sandbox.huma_url, sandbox.visma_url.removesuffix("/v2")):
        answer = requests.get(address, timeout=10)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "style=" not in answer.text
        assert "http" not in answer.text
        for name, kind in (("page.css", "text/css"), ("page.js", "text/javascript")):
            assert requests.get(f"{address}/{name}", timeout=10).headers["Content-Type"].startswith(kind)


def test_it_is_shown_even_when_everything_else_breaks(sandbox: Sandbox) -> None:
    sandbox.faults.script("*", "*", "", "503", times=float("inf"))
    assert "in both systems" in page(sandbox)
    sandbox.faults.clear()

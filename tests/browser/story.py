"""The story of the two wizard tests: the differences, the choices, and the expected result."""

import copy
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from connections.sandbox import HUMA_CLIENT_ID, HUMA_CLIENT_SECRET, TENANT_ID, Sandbox
from connections.sandbox.clock import today

WAYS = (
    *("equal", "equal", "equal", "family_name", "phone_differs", "account_differs", "last_workday"),
    *("address_differs", "address_capitals", "given_name", "email_differs", "no_employment_id", "possible_match"),
    *("only_huma", "only_huma", "only_visma", "only_visma"),
)

# What is typed to connect, by the label of its field.
TYPED = {
    "Tenant ID": TENANT_ID,
    "Client ID": HUMA_CLIENT_ID,
    "Client secret": HUMA_CLIENT_SECRET,
    "Name of the connection": "Fjordheim AS",
    "Who gets the result by email": "boss@example.com",
    "Recipients of payroll notices": "payroll@example.com",
}


class Story:
    """The people of the story, by the way in which they differ, and their names as pages show them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        for way in WAYS:
            sandbox.add_person(way)
        self.before = sandbox.state()

    def huma(self, way: str, index: int = 0) -> str:
        """The person's id in Huma."""
        return str(self.sandbox.people[way][index].user_id)

    def visma(self, way: str, index: int = 0) -> str:
        """The person's id in Visma."""
        return str(self.sandbox.people[way][index].employee_id)

    def name(self, way: str, index: int = 0) -> str:
        """The person's name: Huma's, if they are in Huma."""
        person = self.sandbox.people[way][index]
        if person.user_id:
            user = self.before["huma"][person.user_id]
            return f"{user['givenName']} {user['familyName']}"
        name = self.before["visma"][person.employee_id]["personNames"][-1]
        return f"{name['firstName']} {name['lastName']}"

    def expected(self) -> dict[str, Any]:
        """The expected state of both sides without the two new people: what was chosen, everything else as before."""
        after = copy.deepcopy(self.before)
        huma, visma = after["huma"], after["visma"]

        names = visma[self.visma("family_name")]["personNames"]
        names[-1]["activeEnd"] = (today() - timedelta(days=1)).isoformat()
        user = huma[self.huma("family_name")]
        entry = {"firstName": user["givenName"], "lastName": user["familyName"]}
        names.append({**entry, "activeStart": today().isoformat()})

        _business(visma[self.visma("phone_differs")]["phones"])["number"] = "+4722334455"

        account = visma[self.visma("account_differs")]["salaryPaymentMethod"]["localBankAccount"]
        huma[self.huma("account_differs")]["bankAccount"]["number"] = account

        (position,) = visma[self.visma("last_workday")]["positions"].values()
        position["activeEnd"] = (today() + timedelta(days=45)).isoformat()
        position["positionEndReason"] = ["arbeidstakerHarSagtOppSelv"]

        address = visma[self.visma("address_differs")]["address"]
        address.update(streetName="Nyveien 7", zipCode="0150", cityName="OSLO")

        for way in ("no_employment_id", "possible_match"):
            huma[self.huma(way)]["employmentId"] = visma[self.visma(way)]["number"]
        return after

    def is_what_was_chosen(self, group: str = "Bergen") -> None:
        """Assert that both sides have what was chosen, that the new person on each side has the other side's values,
        and that nothing else has changed.

        `group` is the group that the new Huma user joined.
        """
        after = self.sandbox.state()
        (in_visma,) = after["visma"].keys() - self.before["visma"].keys()
        (in_huma,) = after["huma"].keys() - self.before["huma"].keys()
        assert _without_ids(after["visma"].pop(in_visma)) == self._new_in_visma()
        (joined,) = (id for id, one in self.sandbox.huma.groups.items() if one["name"] == group)
        assert after["huma"].pop(in_huma) == self._new_in_huma() | {"groups": [joined]}
        assert after == self.expected()

    def _new_in_visma(self) -> dict[str, Any]:
        """A draft with all that Huma knows of the person."""
        user = self.before["huma"][self.huma("only_huma")]
        home = user["homeAddress"]
        (position,) = user["positions"].values()
        return {
            "isDraft": True,
            "externalIds": [{"key": "huma", "value": self.huma("only_huma")}],
            "number": user["employmentId"],
            "personNames": [{"firstName": user["givenName"], "lastName": user["familyName"]}],
            "emails": [{"type": "business", "address": user["email"]}],
            "phones": [{"type": "business", "number": user["phone"]}],
            "address": {
                "streetName": home["line1"],
                "zipCode": home["postalCode"],
                "cityName": home["city"],
                "countryCode": home["country"],
            },
            "salaryPaymentMethod": {
                "paymentType": "bank",
                "internationalBankAccount": False,
                "localBankAccount": user["bankAccount"]["number"],
            },
            "positions": [{"activeStart": position["firstDayOfWork"]}],
        }

    def _new_in_huma(self) -> dict[str, Any]:
        """A user without a position and not invited, with all that Visma knows of the person."""
        employee = self.before["visma"][self.visma("only_visma")]
        name, address = employee["personNames"][-1], employee["address"]
        account = employee["salaryPaymentMethod"]["localBankAccount"]
        return {
            "givenName": name["firstName"],
            "familyName": name["lastName"],
            "email": _business(employee["emails"])["address"],
            "phone": _business(employee["phones"])["number"],
            "employmentId": employee["number"],
            "bankAccount": {"type": "national", "number": account, "country": "NO", "code": "NATIONAL"},
            "homeAddress": {
                "line1": address["streetName"],
                "line2": "",
                "line3": "",
                "postalCode": address["zipCode"],
                "city": address["cityName"],
                "country": address["countryCode"],
            },
            "type": "user",
            "active": True,
            "requestedEmail": None,
            "invited": False,
            "positions": {},
        }


def _without_ids(employee: dict[str, Any]) -> dict[str, Any]:
    own = ("id", "tenantId", "employeeId")
    plain = {name: value for name, value in employee.items() if name not in own}
    positions = [{k: v for k, v in one.items() if k not in own} for one in employee["positions"].values()]
    return plain | {"positions": positions}


def _business(entries: list[dict[str, Any]]) -> dict[str, Any]:
    return next(entry for entry in entries if entry["type"].casefold() == "business")


def until(what: Callable[[], object], seconds: float = 20) -> bool:
    """Whether ``what`` becomes true within ``seconds``."""
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True

"""The company that the sandbox begins with: its fifty people disagree in every way there is; more repeat the ways."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from connections.sandbox import credentials
from connections.sandbox.clock import today, words
from connections.sandbox.huma.state import HumaState
from connections.sandbox.seed import accounts as seed_accounts
from connections.sandbox.seed import cases as seed_cases
from connections.sandbox.seed.people import Pair, huma_position, new_id, people
from connections.sandbox.visma.state import VismaState


@dataclass(frozen=True)
class Person:
    """The ids of a seeded person on each side."""

    user_id: str | None
    employee_id: str | None


# The seeded people, by the name of the way in which the sides disagree about them ("equal", "account_swedish", …).
People = dict[str, list[Person]]

# The first ones make even a small company a fair sample.
_ORDER = words(
    "equal family_name phone_differs account_differs only_huma only_visma last_workday address_differs equal "
    "no_employment_id "
    "given_name only_huma future_name email_differs same_in_other_words phone_unparsable first_workday "
    "last_workday_without_reason end_reason last_workday_in_visma long_employment_id employment_id_differs "
    "number_of_another account_missing_in_huma account_missing_in_visma account_wrong_digits account_swedish "
    "account_international account_international_agrees account_norwegian_iban address_missing address_capitals "
    "composed not_readable not_editable email_waits two_positions rehired returns draft deactivated former "
    "only_huma_without_number only_huma_consultant service_user only_visma_former only_visma_without_email "
    "one_email_for_two possible_match same_number"
)
_LATER = {
    # From the second fifty on, these ways replace some of the first round: only one person can be the key's own user.
    "service_user": "only_huma_upcoming",
}
_WAYS = {way.__name__: way for way in (*seed_cases.WAYS, *seed_accounts.WAYS)}


class Company:
    """Seeds both sides of one company and adds people later. The same seed and day give the same company."""

    def __init__(self, huma: HumaState, visma: VismaState, seed: int) -> None:
        self.huma, self.visma = huma, visma
        self.random = random.Random(seed)
        self.people: People = {}
        self._made = people(self.random)
        self._numbered = "1001"
        _found_organisation(huma, self.random)

    def seed(self, employees: int) -> None:
        """Fill both sides with `employees` people, each side in its own order.

        A case counts as one, although *one_email_for_two* and *same_number* add a second person.
        """
        pairs: list[Pair] = []
        for index in range(employees):
            lap, place = divmod(index, len(_ORDER))
            name = _LATER.get(_ORDER[place], _ORDER[place]) if lap else _ORDER[place]
            pairs += self._noted(name)
        for pair in self.random.sample(pairs, len(pairs)):
            self._into_huma(pair)
        for pair in self.random.sample(pairs, len(pairs)):
            self._into_visma(pair)

    def add(self, way: str = "equal") -> Person:
        """Add one more person in one of the seeded ways; returns their ids."""
        pairs = self._noted(way)
        for pair in pairs:
            self._into_huma(pair)
            self._into_visma(pair)
        return self.people[way][-len(pairs)]

    def _noted(self, name: str) -> list[Pair]:
        pairs = list(self.case(name))
        for pair in pairs:
            there = Person(pair.user_id if pair.huma else None, pair.employee_id if pair.visma else None)
            self.people.setdefault(name, []).append(there)
        return pairs

    def _into_huma(self, pair: Pair) -> None:
        if pair.huma is None:
            return
        kinds = {kind: [id for id, one in self.huma.groups.items() if one["type"] == kind] for kind in _GROUPS}
        company = kinds["company"][0 if self.random.random() < 0.8 else 1]
        groups = [company, self.random.choice(kinds["location"]), self.random.choice(kinds["team"])]
        self.huma.add_user(pair.huma, id=pair.user_id, groups=groups, **pair.huma_more)
        for position in pair.huma_positions:
            title = self.random.choice(list(self.huma.titles))
            self.huma.add_position(pair.user_id, {**position, "title": title}, id=new_id(self.random))

    def _into_visma(self, pair: Pair) -> None:
        if pair.visma is None:
            return
        self.visma.add_employee(pair.visma, id=pair.employee_id)
        for position in pair.visma_positions:
            self.visma.add_position(pair.employee_id, position, id=new_id(self.random))

    def case(self, name: str) -> Iterator[Pair]:
        """The people of one case, usually one."""
        pair = next(self._made)
        if name in _WAYS:
            _WAYS[name](pair)
            if name == "equal":
                self._numbered = pair.number
            yield pair
        else:
            yield from getattr(self, f"_{name}")(pair)

    def _only_huma(self, pair: Pair) -> Iterator[Pair]:
        pair.visma = None
        yield pair

    def _only_huma_without_number(self, pair: Pair) -> Iterator[Pair]:
        pair.visma = None
        del pair.user["employmentId"]
        yield pair

    def _only_huma_upcoming(self, pair: Pair) -> Iterator[Pair]:
        pair.visma = None
        pair.huma_positions = [huma_position(today() + timedelta(days=21))]
        yield pair

    def _only_huma_consultant(self, pair: Pair) -> Iterator[Pair]:
        pair.visma = None
        pair.huma_positions[0]["contractType"] = "Consultant"
        yield pair

    def _service_user(self, pair: Pair) -> Iterator[Pair]:
        """The user as which the API key acts: not a person."""
        pair.visma, pair.huma_positions, pair.user_id = None, [], credentials.SERVICE_USER_ID
        pair.huma = {"givenName": "Open", "familyName": "API", "email": "open-api@fjordheim.example"}
        pair.huma_more["type"] = "service_user"
        yield pair

    def _only_visma(self, pair: Pair) -> Iterator[Pair]:
        pair.huma = None
        yield pair

    def _only_visma_former(self, pair: Pair) -> Iterator[Pair]:
        pair.huma = None
        ended = (today() - timedelta(days=300)).isoformat()
        pair.visma_positions[0] |= {"activeEnd": ended, "positionEndReason": [seed_cases.RESIGNED_VISMA]}
        yield pair

    def _only_visma_without_email(self, pair: Pair) -> Iterator[Pair]:
        pair.huma = None
        pair.employee["emails"] = []
        yield pair

    def _number_of_another(self, pair: Pair) -> Iterator[Pair]:
        """Huma gives the person a number that somebody else has, there and in Visma."""
        pair.user["employmentId"] = self._numbered
        yield pair

    def _one_email_for_two(self, pair: Pair) -> Iterator[Pair]:
        """A person in Visma has the email of another person, who is on both sides."""
        yield pair
        second = next(self._made)
        second.huma = None
        second.business("emails")["address"] = pair.user["email"]
        yield second

    def _possible_match(self, pair: Pair) -> Iterator[Pair]:
        """The same name and phone, but no key in common; nobody entered the date of birth in Huma."""
        del pair.user["employmentId"], pair.user["birthDate"]
        pair.user["email"] = f"post.{pair.number}@fjordheim.example"
        yield pair

    def _same_number(self, pair: Pair) -> Iterator[Pair]:
        """Two people have the same number, and nothing else agrees."""
        pair.visma = None
        yield pair
        other = next(self._made)
        other.huma = None
        other.employee["number"] = pair.number
        yield other


_GROUPS = {
    "company": ("Fjordheim AS", "Fjordheim Drift AS"),
    "location": ("Oslo", "Bergen", "Tromsø"),
    "team": ("Administrasjon", "Salg", "Utvikling", "Lager"),
}


def _found_organisation(huma: HumaState, rng: random.Random) -> None:
    for kind, names in _GROUPS.items():
        for name in names:
            id = new_id(rng)
            huma.groups[id] = {"id": id, "name": name, "type": kind}
    for name in ("Rådgiver", "Selger", "Utvikler", "Lagermedarbeider"):
        huma.titles[new_id(rng)] = name

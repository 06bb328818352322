"""Invented people about whom both sides agree: the start of every seeded case.

Names are common ones put together at random, addresses end in `.example`, and the months of the national ids
are raised by 80, as in the tax administration's synthetic ones: nobody real has them.
"""

from __future__ import annotations

import math
import random
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from connections.sandbox.clock import today
from connections.sandbox.seed.details import FAMILY, GIVEN, PLACES, STREETS, unheard_of, visma_position

DOMAIN = "fjordheim.example"


@dataclass
class Pair:
    """One person on both sides; a side that is None doesn't know the person."""

    random: random.Random
    given: str
    family: str
    number: str
    user_id: str
    employee_id: str
    start: date
    account: str
    huma: dict[str, Any] | None = None
    huma_positions: list[dict[str, Any]] = field(default_factory=list)
    huma_more: dict[str, Any] = field(default_factory=dict)
    visma: dict[str, Any] | None = None
    visma_positions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def user(self) -> dict[str, Any]:
        """Huma's values; the person must be in Huma."""
        assert self.huma is not None
        return self.huma

    @property
    def employee(self) -> dict[str, Any]:
        """Visma's document; the person must be in Visma."""
        assert self.visma is not None
        return self.visma

    def business(self, kind: str) -> dict[str, Any]:
        """The business entry of `emails` or `phones`."""
        entries: list[dict[str, Any]] = self.employee[kind]
        return next(one for one in entries if one["type"].casefold() == "business")

    def bank(self, account: dict[str, Any] | None) -> None:
        """Set Huma's account (None removes)."""
        self.user.pop("bankAccount", None)
        if account:
            self.user["bankAccount"] = {**account, "code": account["type"].upper()}

    def cash(self) -> None:
        """Let Visma pay in cash."""
        self.employee["salaryPaymentMethod"] = {"paymentType": "cash", "internationalBankAccount": False}


def new_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def local_account(rng: random.Random) -> str:
    """Eleven digits with a right check digit (weights 5432765432, modulo 11)."""
    while True:
        digits = [rng.randrange(1, 10), *(rng.randrange(10) for _ in range(9))]
        check = -sum(a * b for a, b in zip(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        # Digits five and six both zero mark another kind of account, with a check digit of its own.
        if check < 10 and digits[4:6] != [0, 0]:
            return "".join(map(str, [*digits, check]))


def national_id(born: date, rng: random.Random) -> str:
    """A synthetic national id: the month raised by 80, individual digits of its century, both check digits right."""
    while True:
        series = rng.randrange(500) if born.year < 2000 else rng.randrange(500, 1000)
        nine = f"{born.day:02}{born.month + 80:02}{born.year % 100:02}{series:03}"
        first = -sum(int(a) * b for a, b in zip(nine, (3, 7, 6, 1, 8, 9, 4, 5, 2), strict=True)) % 11
        second = (
            -sum(int(a) * b for a, b in zip(f"{nine}{first % 10}", (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), strict=True)) % 11
        )
        if first < 10 and second < 10:
            return f"{nine}{first}{second}"


def _mailbox(given: str, family: str) -> str:
    plain = f"{given}.{family}".lower().replace("ø", "o").replace("æ", "ae").replace(" ", ".")
    return unicodedata.normalize("NFD", plain).encode("ascii", "ignore").decode()


def people(rng: random.Random) -> Iterator[Pair]:
    """Endlessly many different people, no two with the same full name, number, address or phone."""
    combinations = len(GIVEN) * len(FAMILY)
    # A stride near the golden section spreads even a handful of people over all names.
    stride = next(n for n in range(round(combinations * 0.618), combinations) if math.gcd(n, combinations) == 1)
    offset = rng.randrange(combinations)
    index = 0
    while True:
        lap, place = divmod(index, combinations)
        spot = (offset + place * stride) % combinations
        given, family = GIVEN[spot % len(GIVEN)], FAMILY[spot // len(GIVEN)]
        if lap:
            given = f"{given} {GIVEN[(spot + lap) % len(GIVEN)]}"
        yield _person(rng, index, given, family)
        index += 1


def _person(rng: random.Random, index: int, given: str, family: str) -> Pair:
    born = today() - timedelta(days=rng.randrange(19 * 365, 64 * 365))
    start = today() - timedelta(days=rng.randrange(400, 15 * 365))
    pair = Pair(rng, given, family, str(1001 + index), new_id(rng), new_id(rng), start, local_account(rng))
    email = f"{_mailbox(given, family)}@{DOMAIN}"
    phone = str(90000000 + (1234567 + index * 7654321) % 10_000_000)
    zip_code, city = rng.choice(PLACES)
    street = f"{rng.choice(STREETS)} {rng.randrange(1, 120)}"
    pair.huma = {
        "givenName": given,
        "familyName": family,
        "email": email,
        "phone": f"+47{phone}",
        "birthDate": born.isoformat(),
        "nationality": "NO",
        "employmentId": pair.number,
        "homeAddress": {
            "line1": street, "line2": "", "line3": "", "postalCode": zip_code, "city": city, "country": "NO",
        },
        "bankAccount": {"type": "national", "number": pair.account, "country": "NO", "code": "NATIONAL"},
    }  # fmt: skip
    pair.huma_positions = [huma_position(start)]
    entries = [{"type": "business", "address": email}]
    numbers = [{"type": "business", "number": f"+47{phone}"}]
    if index % 3 == 0:
        # The first entry of a list is not always the business one.
        entries.insert(0, {"type": "private", "address": f"{_mailbox(given, family)}@privat.example"})
        numbers.insert(0, {"type": "private", "number": f"+479{(index * 31) % 10_000_000:07}"})
    pair.visma = {
        "number": pair.number,
        "personNames": [{"firstName": given, "lastName": family, "activeStart": start.isoformat()}],
        "personIds": [
            {"typeOfId": "NationalID", "id": national_id(born, rng), "country": "NO", "activeStart": born.isoformat()}
        ],
        "dateOfBirth": born.isoformat(),
        "emails": entries,
        "phones": numbers,
        "address": {"streetName": street, "cityName": city, "zipCode": zip_code, "countryCode": "NO"},
        "salaryPaymentMethod": {
            "paymentType": "bank", "internationalBankAccount": False, "localBankAccount": pair.account,
        },
        "externalIds": [{"key": "timesheets", "value": f"T-{index:05}"}],
        **unheard_of(rng, index),
    }  # fmt: skip
    pair.visma_positions = [visma_position(rng, start)]
    return pair


def huma_position(start: date, **more: Any) -> dict[str, Any]:
    """A permanent full-time position from a day on."""
    first = start.isoformat()
    return {"contractStartDate": first, "firstDayOfWork": first, "contractType": "Permanent", "percentage": 100, **more}

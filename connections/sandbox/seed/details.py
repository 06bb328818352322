"""Names to choose from, and the properties of a payroll document that humavisma doesn't know."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from connections.sandbox.clock import words

GIVEN = words(
    "Anne Kari Ingrid Liv Marit Solveig Berit Astrid Randi Hilde Nina Silje Ida Maria Sara Emma Nora Thea Ada Frida "
    "Ola Per Kjell Arne Lars Knut Svein Bjørn Tor Geir Morten Hans Erik Jan Øyvind Trond Rune Terje Espen Magnus "
    "Jonas Henrik Kristian Andreas Sindre Eirik Håkon Vegard Stian Jakob Emil Oskar Leif Gunnar Åge Guri Torill "
    "Wenche Gro Siv Tone Vilde Maja Selma"
)
FAMILY = words(
    "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen Berg "
    "Haugen Hagen Johannessen Andreassen Jacobsen Dahl Jørgensen Halvorsen Henriksen Lund Sørensen Jakobsen Moen "
    "Gundersen Iversen Strand Solberg Svendsen Martinsen Knutsen Eide Bakken Kristoffersen Mathisen Lie Amundsen "
    "Rasmussen Lunde Solheim Berge Nygård Moe Bakke Kristensen Fredriksen Holm Lien Hauge Christensen Andresen Nielsen "
    "Knudsen Evensen Sæther Aas Myhre Hovland Haugland Antonsen Brekke Arnesen Ruud Strøm Ødegård Tangen Myklebust "
    "Fossum Vik Rønning Sandvik Sørlie Thorsen Næss Ellingsen Wold Bøe Engen Tveit Sand Holmen Aune Skaar Birkeland "
    "Gulbrandsen Nordby Fjeld Langeland Bråten Viken Espeland Kvam"
)
PLACES = (
    ("0150", "OSLO"), ("0575", "OSLO"), ("5003", "BERGEN"), ("5892", "BERGEN"), ("7011", "TRONDHEIM"),
    ("4006", "STAVANGER"), ("9008", "TROMSØ"), ("3015", "DRAMMEN"), ("6002", "ÅLESUND"), ("2317", "HAMAR"),
)  # fmt: skip
STREETS = words(
    "Storgata Kirkeveien Skolegata Parkveien Bjørkeveien Granveien Solbakken Elvegata Åsveien Fjordgata Nygata "
    "Industriveien Rosenborggata Havnegata Lindealleen"
)


def unheard_of(rng: random.Random, index: int) -> dict[str, Any]:
    """The rest of an employee's document. Whoever writes it back must not lose, reorder or reformat any of it."""
    return {
        "relatives": [
            {"name": "Pårørende Ærlig", "relation": "spouse", "phones": [{"type": "private", "number": "90 00 00 01"}]}
        ],
        "taxInformation": {
            "taxCards": [{"year": 2024, "table": "7100", "percentage": 34.5, "freeAmount": None}],
            "taxMunicipality": "0301",
        },
        "sicknessInformation": {"selfCertifiedDays": index % 12, "periods": [], "limitedRight": False},
        "pensionCompanyIds": [rng.randrange(100, 999)],
        "unions": [
            {"unionId": f"U{index % 7}", "memberNumber": f"{index:06}", "fee": 1.25, "activeStart": "2021-01-01"}
        ],
        "manager": None,
        "notes": [{"text": "Lønnssamtale «avtalt» – se vedlegg\nlinje to", "created": "2023-05-17T08:00:00.000Z"}],
        "additionalAccounts": [{"account": "12079999999", "amount": 1500.50, "kid": "0001234"}]
        if index % 4 == 0
        else [],
        "creditorClaims": [],
        "setOfAccount": {"id": 1, "name": "Standard"},
        "payslipInEnglish": index % 5 == 0,
        "statisticalCodes": {"a": {"b": [1, 2.0, None, {"c": "d"}]}, "empty": {}, "none": None, "zero": 0, "no": False},
    }


def visma_position(
    rng: random.Random, start: date, end: date | None = None, reason: str = "", **more: Any
) -> dict[str, Any]:
    """A reported position from a day on, optionally with an end and its reason."""
    first = start.isoformat()
    ended = {"activeEnd": end.isoformat(), "positionEndReason": [reason]} if end else {"positionEndReason": []}
    return {
        "activeStart": first,
        **ended,
        "typeOfPosition": "ordinaertArbeidsforhold",
        "employmentForm": [{"value": "fast", "activeStart": first}],
        "typeOfWork": [{"value": rng.choice(("2512103", "3313101", "5223106")), "activeStart": first}],
        "workTimeAgreement": [{"value": "ikkeSkift", "hoursPerWeek": 37.5, "activeStart": first}],
        "partTimeFactors": [{"value": 100.0, "activeStart": first}],
        "salaryInformation": [
            {"type": "monthly", "amount": rng.randrange(38_000, 82_000) + 0.5, "currency": "NOK", "activeStart": first}
        ],
        "taxUnitIds": [{"value": 1, "activeStart": first}],
        "accountingDimensions": [{"dimension": "department", "code": str(rng.randrange(10, 60)), "activeStart": first}],
        "externalIds": [],
        "vacationRight": {"weeks": 5, "over60": False},
        **more,
    }

"""Every way in which the two sides can disagree about a person who is on both, a function each.

Bank accounts have a module of their own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import timedelta

from connections.sandbox.clock import today
from connections.sandbox.seed.details import visma_position
from connections.sandbox.seed.people import Pair, huma_position

RESIGNED, RESIGNED_VISMA = "employee_resigned", "arbeidstakerHarSagtOppSelv"
ENDED_VISMA = "kontraktEngasjementEllerVikariatErUtloept"


def _in(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


def _end(pair: Pair, day: str, reason: str) -> None:
    pair.visma_positions[0] |= {"activeEnd": day, "positionEndReason": [reason]}


def equal(pair: Pair) -> None:
    """No difference."""


def given_name(pair: Pair) -> None:
    pair.user["givenName"] = f"{pair.given} Sofie"


def family_name(pair: Pair) -> None:
    """Married in Huma; in Visma an earlier name is on the timeline too."""
    pair.user["familyName"] = f"{pair.family} Nordlie"
    before = (pair.start + timedelta(days=99)).isoformat()
    since = (pair.start + timedelta(days=100)).isoformat()
    entry = pair.employee["personNames"][0]
    pair.employee["personNames"] = [
        {**entry, "lastName": "Tidligere", "activeEnd": before},
        {**entry, "activeStart": since},
    ]


def future_name(pair: Pair) -> None:
    """Visma already knows the name of next month; Huma has it today."""
    pair.user["familyName"] = "Fremtid"
    entry = pair.employee["personNames"][0]
    pair.employee["personNames"] = [
        {**entry, "activeEnd": _in(29)},
        {**entry, "lastName": "Fremtid", "activeStart": _in(30)},
    ]


def email_differs(pair: Pair) -> None:
    pair.user["email"] = "ny." + pair.user["email"]


def same_in_other_words(pair: Pair) -> None:
    """Email with capitals, phone and account with spaces and dots, `type` spelled differently, no first day of work."""
    mailbox, _, domain = pair.user["email"].partition("@")
    pair.user["email"] = f"{mailbox.title()}@{domain}"
    digits = pair.user["phone"].removeprefix("+47")
    pair.user["phone"] = f"{digits[:3]} {digits[3:5]} {digits[5:]}"
    pair.bank(
        {"type": "national", "number": f"{pair.account[:4]}.{pair.account[4:6]}.{pair.account[6:]}", "country": "NO"}
    )
    pair.business("emails")["type"] = pair.business("phones")["type"] = "Business"
    del pair.huma_positions[0]["firstDayOfWork"]


def phone_differs(pair: Pair) -> None:
    pair.user["phone"] = "+4722334455"


def phone_unparsable(pair: Pair) -> None:
    """No account on one side and cash on the other agree."""
    pair.user["phone"] = "ring sentralbordet"
    pair.bank(None)
    pair.cash()


def first_workday(pair: Pair) -> None:
    """First workdays two weeks apart; and Visma has only a private phone."""
    pair.employee["phones"] = [{"type": "private", "number": "+4799887766"}]
    pair.huma_positions[0]["firstDayOfWork"] = (pair.start + timedelta(days=14)).isoformat()


def last_workday(pair: Pair) -> None:
    """The contract ends two weeks after the last day of work, for a reason that payroll can report."""
    pair.huma_positions[0] |= {"lastDayOfWork": _in(45), "contractEndDate": _in(60), "endReason": RESIGNED}


def last_workday_without_reason(pair: Pair) -> None:
    pair.huma_positions[0] |= {"lastDayOfWork": _in(30), "endReason": "other"}


def end_reason(pair: Pair) -> None:
    """The same day, another reason."""
    pair.huma_positions[0] |= {"lastDayOfWork": _in(75), "endReason": RESIGNED}
    _end(pair, _in(75), ENDED_VISMA)


def last_workday_in_visma(pair: Pair) -> None:
    _end(pair, _in(90), RESIGNED_VISMA)


def no_employment_id(pair: Pair) -> None:
    del pair.user["employmentId"]


def long_employment_id(pair: Pair) -> None:
    pair.user["employmentId"] = f"ANSATT-{pair.number:0>6}"


def employment_id_differs(pair: Pair) -> None:
    pair.user["employmentId"] = f"H{pair.number}"


def address_differs(pair: Pair) -> None:
    pair.user["homeAddress"] |= {"line1": "Nyveien 7", "line2": "H0201", "postalCode": "0150", "city": "OSLO"}


def address_missing(pair: Pair) -> None:
    pair.employee["address"] = {"countryCode": "NO"}


def address_capitals(pair: Pair) -> None:
    address = pair.user["homeAddress"]
    address["city"], address["line1"] = address["city"].title(), address["line1"].replace(" ", "  ")


def composed(pair: Pair) -> None:
    """An å of one code point and of two: the sides agree."""
    for values, given, family in (
        (pair.user, "givenName", "familyName"),
        (pair.employee["personNames"][0], "firstName", "lastName"),
    ):
        values[given], values[family] = "Åse", f"Bråten {pair.family}"
    pair.employee["personNames"][0] = {
        name: unicodedata.normalize("NFD", value) for name, value in pair.employee["personNames"][0].items()
    }


def not_readable(pair: Pair) -> None:
    pair.huma_more["hidden"] = {"bankAccount", "homeAddress"}


def not_editable(pair: Pair) -> None:
    pair.huma_more["locked"] = {"email", "employmentId", "phone"}
    pair.employee["phones"] = [{"type": "business", "number": "+4723456789"}]


def email_waits(pair: Pair) -> None:
    """The person has not confirmed the address that Visma has."""
    address = pair.business("emails")["address"]
    pair.user["email"], pair.huma_more["requested_email"] = "gammel." + address, address


def two_positions(pair: Pair) -> None:
    """Two current positions in Huma, of which the larger ends and the other goes on; one in Visma."""
    later = pair.start + timedelta(days=200)
    pair.huma_positions[0] |= {"percentage": 60, "lastDayOfWork": _in(20), "endReason": RESIGNED}
    pair.huma_positions.append(huma_position(later, percentage=40))


def rehired(pair: Pair) -> None:
    """A new position in Huma; Visma has only the ended one, so their dates aren't of the same employment."""
    ended = pair.start + timedelta(days=150)
    pair.huma_positions[0] |= {
        "contractEndDate": ended.isoformat(),
        "lastDayOfWork": ended.isoformat(),
        "endReason": RESIGNED,
    }
    pair.huma_positions.append(huma_position(today() - timedelta(days=60)))
    _end(pair, ended.isoformat(), RESIGNED_VISMA)


def returns(pair: Pair) -> None:
    """Ended, and returns next month, on both sides."""
    ended, back = today() - timedelta(days=120), today() + timedelta(days=25)
    pair.huma_positions[0] |= {
        "contractEndDate": ended.isoformat(),
        "lastDayOfWork": ended.isoformat(),
        "endReason": RESIGNED,
    }
    pair.huma_positions.append(huma_position(back))
    _end(pair, ended.isoformat(), RESIGNED_VISMA)
    pair.visma_positions.append(visma_position(pair.random, back))


def draft(pair: Pair) -> None:
    """A draft for this Huma user that the clerk is still completing."""
    pair.employee["isDraft"] = True
    pair.employee["externalIds"].append({"key": "huma", "value": pair.user_id})
    pair.employee["phones"] = []
    for name in ("personIds", "taxInformation"):
        del pair.employee[name]


def deactivated(pair: Pair) -> None:
    pair.huma_more["active"] = False


def former(pair: Pair) -> None:
    """Ended on both sides a while ago, and still different."""
    ended = (today() - timedelta(days=200)).isoformat()
    pair.huma_positions[0] |= {"contractEndDate": ended, "lastDayOfWork": ended, "endReason": RESIGNED}
    _end(pair, ended, RESIGNED_VISMA)
    pair.huma_more["active"] = False
    pair.user["phone"] = "+4755667788"


WAYS: tuple[Callable[[Pair], None], ...] = (
    equal, given_name, family_name, future_name, email_differs, same_in_other_words, phone_differs,
    phone_unparsable, first_workday, last_workday, last_workday_without_reason, end_reason,
    last_workday_in_visma, no_employment_id, long_employment_id, employment_id_differs,
    address_differs, address_missing, address_capitals, composed,
    not_readable, not_editable, email_waits, two_positions, rehired, returns, draft, deactivated, former,
)  # fmt: skip

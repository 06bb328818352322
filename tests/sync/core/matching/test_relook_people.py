"""Whose employment in Visma has ended, and whether another record there is to be asked about: people of real companies.

What a payroll clerk would want of each; a question costs a click, a wrong silence writes to an old record.
"""

import pytest

from sync.core.matching.match import weighing_of
from sync.core.matching.people_index import PeopleIndex
from sync.core.matching.relook import better_employee, other_records
from sync.core.records.employee import Side
from tests.sync.core.documents import valued
from tests.sync.core.matching.test_match_people import (
    ACCOUNT,
    BORN,
    FROM_2026,
    KARI,
    NEXT_YEAR,
    NOW,
    OTHER_ACCOUNT,
    PHONE,
    UNTIL_2015,
    UNTIL_2024,
    Person,
    a,
)

NUMBERED = {"employment_id": "100"}
EMAIL = "k@x.no"
BACK = KARI | NUMBERED | {"phone": PHONE, "positions": FROM_2026}
"""In Huma: back since 2026, with the number of before."""
OLD = KARI | NUMBERED | {"phone": PHONE, "positions": UNTIL_2024}
NEW = KARI | {"employment_id": "9001", "positions": FROM_2026}
FATHER = a("Ola", "Hansen", employment_id="7", phone=PHONE, email=EMAIL)
SON = a("Per", "Hansen", employment_id="8", phone=PHONE, email=EMAIL, birth="2001-02-03", positions=NOW)
HIDDEN = {"birth": ""}

# Who it is, Huma's record, the linked one in Visma that has ended, others there, and which of these is asked about.
TABLE: list[tuple[str, Person, Person, list[Person], int | None]] = [
    ("a rehire; Huma keeps the old number", BACK, OLD, [NEW], 0),
    ("who begins next year", BACK, OLD, [NEW | {"positions": NEXT_YEAR}], 0),
    ("a record without a position", BACK, OLD, [NEW | {"positions": ()}], 0),
    ("a date of birth that Huma hides", BACK | HIDDEN, OLD, [NEW], 0),
    ("a seasonal worker with an older record", BACK | HIDDEN, OLD, [OLD | {"positions": UNTIL_2015}, NEW], 1),
    (
        "a birthday that many have: the first of January",
        BACK | {"birth": "1985-01-01"},
        OLD | {"birth": "1985-01-01"},
        [NEW | {"birth": "1985-01-01"}, *(a("Nr", f"Person{n}", birth="1985-01-01") for n in range(60))],
        0,
    ),
    (
        "married meanwhile; phone and account as before",
        a("Kari", "Lie", phone=PHONE, bank_account=ACCOUNT, positions=FROM_2026, **NUMBERED),
        OLD | {"bank_account": ACCOUNT},
        [a("Kari", "Lie", birth=BORN, phone=PHONE, bank_account=ACCOUNT, positions=FROM_2026)],
        0,
    ),
    (
        "two strong things, and no name that agrees",
        a("K", "N", phone=PHONE, bank_account=ACCOUNT, positions=FROM_2026, **NUMBERED),
        OLD | {"bank_account": ACCOUNT},
        [a("Kari", "Lie", phone=PHONE, bank_account=ACCOUNT, positions=FROM_2026)],
        0,
    ),
    ("a name in another order, with one more", BACK, OLD, [NEW | a("Nordmann Kari", "Anne")], 0),
    (
        "twins with one phone: nobody can tell",
        a("Ida", "Li", birth=BORN, phone=PHONE, positions=NOW),
        a("Ida", "Li", birth=BORN, phone=PHONE, positions=UNTIL_2024),
        [a("Eva", "Li", birth=BORN, phone=PHONE, positions=NOW)],
        0,
    ),
    ("the new record has ended too", BACK, OLD, [NEW | {"positions": UNTIL_2024}], None),
    ("who has left on both sides", BACK | {"positions": UNTIL_2024}, OLD, [NEW], None),
    ("nobody else", BACK, OLD, [], None),
    ("a stranger", BACK, OLD, [a("Ola", "Hansen", birth="1980-01-01", positions=NOW)], None),
    ("a namesake born on another day", BACK, OLD, [NEW | {"birth": "1971-01-02", "phone": PHONE}], None),
    ("a namesake born on another day; Huma hides it", BACK | HIDDEN, OLD, [NEW | {"birth": "1971-01-02"}], None),
    ("a namesake of whom no birth is known", BACK, OLD, [NEW | HIDDEN], None),
    ("a colleague with the same birthday", BACK, OLD, [a("Ola", "Hansen", birth=BORN, positions=NOW)], None),
    (
        "father and son with one phone and one email",
        FATHER | {"birth": "1960-01-02", "positions": NOW},
        FATHER | {"birth": "1960-01-02", "positions": UNTIL_2024},
        [SON],
        None,
    ),
    (
        "father and son; Huma hides the father's birth",
        FATHER | {"positions": NOW},
        FATHER | {"birth": "1960-01-02", "positions": UNTIL_2024},
        [SON],
        None,
    ),
    (
        "a couple with one account and one phone",
        a("Kari", "Li", phone=PHONE, bank_account=ACCOUNT, positions=NOW),
        a("Kari", "Li", phone=PHONE, bank_account=ACCOUNT, birth=BORN, positions=UNTIL_2024),
        [a("Ola", "Li", phone=PHONE, bank_account=ACCOUNT, birth="1988-03-04", positions=NOW)],
        None,
    ),
    (
        "the switchboard's phone and the shared mailbox",
        BACK | HIDDEN | {"email": EMAIL},
        OLD | {"email": EMAIL},
        [a(f"N{n}", f"M{n}", phone=PHONE, email=EMAIL, positions=NOW) for n in range(5)],
        None,
    ),
    ("another account alone", BACK, OLD, [a("Ola", "Hansen", bank_account=OTHER_ACCOUNT, positions=NOW)], None),
]


def look(user: Person, old: Person, others: list[Person]) -> tuple[PeopleIndex, tuple[str, str]]:
    """What is asked with: the user ``h``, their linked employee ``old``, and the others by their place."""
    vismas = [valued(Side.VISMA, "old", **old), *(valued(Side.VISMA, str(n), **one) for n, one in enumerate(others))]
    return PeopleIndex(weighing_of([valued(Side.HUMA, "h", **user)], vismas)), ("h", "old")


@pytest.mark.parametrize(("user", "old", "others", "asked"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_people(user: Person, old: Person, others: list[Person], asked: int | None) -> None:
    assert better_employee(*look(user, old, others), {"old"}) == ("" if asked is None else str(asked))


def test_nobody_is_asked_about_who_is_somebody_elses_or_was_called_another() -> None:
    alike, couple = look(BACK, OLD, [NEW])
    assert better_employee(alike, couple, {"old", "0"}) == ""
    assert better_employee(alike, couple, {"old"}, {("h", "0")}) == ""
    assert other_records(alike, couple, {"old"}) == ["0"]
    assert other_records(alike, couple, {"old"}, {("h", "0")}) == []


def test_nobody_is_asked_about_while_the_employment_in_visma_goes_on() -> None:
    assert better_employee(*look(BACK, OLD | {"positions": NOW}, [NEW]), {"old"}) == ""

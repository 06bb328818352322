"""People as in real companies, each with the outcome that a payroll clerk would want."""

from typing import Any

import pytest

from sync.core.matching.match import Matching, match
from sync.core.records.employee import Employee, Period, Position, Side
from tests.sync.core.documents import valued

Person = dict[str, Any]

NOW = (Position("p1", "2020-01-01", None),)
FROM_2026 = (Position("p2", "2026-01-01", None),)
UNTIL_2015 = (Position("p3", "1990-01-01", "2015-12-31", Period.FORMER),)
UNTIL_2024 = (Position("p4", "2018-01-01", "2024-05-31", Period.FORMER),)
NEXT_YEAR = (Position("p5", "2027-01-01", None, Period.UPCOMING),)
ACCOUNT, OTHER_ACCOUNT = ("no", "86011117947"), ("no", "12345678903")
PHONE = "+4722334455"
BORN = "1990-05-17"


def a(given: str, family: str, **more: Any) -> Person:
    """Somebody by their name."""
    return {"given_name": given, "family_name": family, **more}


KARI = a("Kari", "Nordmann", birth=BORN)

# Who it is, Huma's record, Visma's record, and what is to come of it: the key that links, "possible", or "apart".
TABLE: list[tuple[str, Person, Person, str]] = [
    # Ordinary people.
    ("number and name", a("Kari", "Nordmann", employment_id="7"), a("Kari", "Nordmann", employment_id="7"), "number"),
    ("email and name", a("Kari", "Nordmann", email="k@x.no"), a("Kari", "Nordmann", email="k@x.no"), "email"),
    ("name and birth only", KARI, KARI, "name_birth"),
    ("nothing in common", KARI, a("Ola", "Hansen", birth="1980-01-01"), "apart"),
    # Numbers used again.
    (
        "a number used again, one given name",
        a("Kari", "Berg", employment_id="1017", birth="1999-02-03", positions=FROM_2026),
        a("Kari", "Lie", employment_id="1017", birth="1955-02-03", positions=UNTIL_2015),
        "possible",
    ),
    (
        "a number used again, births unknown, the very same name",
        a("Kari", "Berg", employment_id="1017", positions=FROM_2026),
        a("Kari", "Berg", employment_id="1017", positions=UNTIL_2015),
        "possible",
    ),
    (
        "a number used again by a stranger",
        a("Ola", "Hansen", employment_id="1017", positions=FROM_2026),
        a("Kari", "Berg", employment_id="1017", positions=UNTIL_2015),
        "possible",
    ),
    (
        "a number used again, and the phone went along with it",
        a("Ola", "Hansen", employment_id="1017", phone=PHONE),
        a("Kari", "Berg", employment_id="1017", phone=PHONE),
        "possible",
    ),
    (
        "a number used again, and phone and email of the desk went along",
        a("Ola", "Hansen", employment_id="1017", phone=PHONE, birth="1990-01-01", email="desk@x.no"),
        a("Kari", "Berg", employment_id="1017", phone=PHONE, birth="1980-01-01", email="desk@x.no"),
        "possible",
    ),
    (
        "a rehire with the old number, the same account",
        a("Kari", "Berg", employment_id="7", bank_account=ACCOUNT, positions=FROM_2026),
        a("Kari", "Berg", employment_id="7", bank_account=ACCOUNT, positions=UNTIL_2024),
        "number",
    ),
    (
        "a rehire with the old number, the same date of birth",
        KARI | {"employment_id": "7", "positions": FROM_2026},
        KARI | {"employment_id": "7", "positions": UNTIL_2024},
        "number",
    ),
    (
        "employed on both sides at different times, nothing else known",
        a("Kari", "Berg", employment_id="7", positions=NOW),
        a("Kari", "Berg", employment_id="7", positions=NEXT_YEAR),
        "number",
    ),
    # Names.
    ("Øye and Oye", a("Øystein", "Øye", email="o@x.no"), a("Oystein", "Oye", email="o@x.no"), "email"),
    ("Øye and Oeye", a("Øystein", "Øye", birth=BORN), a("Oeystein", "Oeye", birth=BORN), "name_birth"),
    ("Müller and Mueller", a("Jürgen", "Müller", birth=BORN), a("Juergen", "Mueller", birth=BORN), "name_birth"),
    ("Müller and Muller", a("Jürgen", "Müller", employment_id="7"), a("Jurgen", "Muller", employment_id="7"), "number"),
    ("Nguyễn and Nguyen", a("Thị Hương", "Nguyễn", birth=BORN), a("Thi Huong", "Nguyen", birth=BORN), "name_birth"),
    ("Nguyễn in another order", a("Nguyễn", "Hương", birth=BORN), a("Huong", "Nguyen", birth=BORN), "name_birth"),
    ("names the wrong way round", a("Nordmann", "Kari", birth=BORN), KARI, "name_birth"),
    ("one more given name", a("Kari Marie", "Nordmann", birth=BORN), KARI, "name_birth"),
    ("one more family name", a("Kari", "Nordmann Berg", birth=BORN), KARI, "name_birth"),
    ("a hyphen", a("Anne-Marie", "Lie", birth=BORN), a("Anne Marie", "Lie", birth=BORN), "name_birth"),
    ("written as one", a("Annemarie", "Lie", birth=BORN), a("Anne Marie", "Lie", birth=BORN), "name_birth"),
    ("an apostrophe", a("Sinead", "O’Brien", birth=BORN), a("Sinead", "O'Brien", birth=BORN), "name_birth"),
    ("capitals", a("KARI", "NORDMANN", birth=BORN), KARI, "name_birth"),
    (
        "changed by marriage, the number stayed",
        a("Kari", "Berg", employment_id="7", birth=BORN),
        KARI | {"employment_id": "7"},
        "number",
    ),
    (
        "changed by marriage, the number and the first workday stayed",
        a("Kari", "Berg", employment_id="7", first_workday="2020-01-01"),
        a("Kari", "Nordmann", employment_id="7", first_workday="2020-01-01"),
        "number",
    ),
    (
        "changed by marriage, only the number stayed",
        a("Kari", "Berg", employment_id="7"),
        a("Kari", "Nordmann", employment_id="7"),
        "possible",
    ),
    ("changed by marriage, no number", a("Kari", "Berg", birth=BORN), KARI, "possible"),
    (
        "a nickname with the number and the account",
        a("Per", "Berg", employment_id="7", bank_account=ACCOUNT),
        a("Peder", "Berg", employment_id="7", bank_account=ACCOUNT),
        "number",
    ),
    (
        "another name altogether, with two things more",
        a("Kim", "Larsen", employment_id="7", bank_account=ACCOUNT, birth=BORN),
        a("Anna", "Vik", employment_id="7", bank_account=ACCOUNT, birth=BORN),
        "number",
    ),
    (
        "another name altogether, with one thing more",
        a("Kim", "Larsen", employment_id="7", bank_account=ACCOUNT),
        a("Anna", "Vik", employment_id="7", bank_account=ACCOUNT),
        "possible",
    ),
    (
        "another script, with an account",
        a("Олена", "Шевченко", employment_id="7", bank_account=ACCOUNT),
        a("Olena", "Shevchenko", employment_id="7", bank_account=ACCOUNT),
        "number",
    ),
    (
        "another script, nothing else",
        a("Олена", "Шевченко", employment_id="7"),
        a("Olena", "Shevchenko", employment_id="7"),
        "possible",
    ),
    ("the same name alone", a("Kari", "Nordmann"), a("Kari", "Nordmann"), "possible"),
    ("the same name, another date of birth", KARI, KARI | {"birth": "1991-05-17"}, "apart"),
    # Things that agree without a key.
    (
        "two strong things under two names",
        a("Kim", "Larsen", phone=PHONE, bank_account=ACCOUNT),
        a("Anna", "Vik", phone=PHONE, bank_account=ACCOUNT),
        "possible",
    ),
    (
        "a couple with one account",
        a("Kari", "Berg", bank_account=ACCOUNT, birth=BORN),
        a("Ola", "Berg", bank_account=ACCOUNT, birth="1988-01-01"),
        "apart",
    ),
    (
        "a couple with one account, births unknown",
        a("Kari", "Berg", bank_account=ACCOUNT),
        a("Ola", "Berg", bank_account=ACCOUNT),
        "possible",
    ),
    ("the same phone, other people", a("Kari", "Berg", phone=PHONE), a("Ola", "Vik", phone=PHONE), "apart"),
    ("born on the same day", a("Kari", "Berg", birth=BORN), a("Ola", "Vik", birth=BORN), "apart"),
    # Numbers' own spelling.
    (
        "small letters in a number",
        a("Kari", "Berg", employment_id="a17"),
        a("Kari", "Berg", employment_id="A17"),
        "number",
    ),
    (
        "leading zeros are another number",
        a("Kari", "Berg", employment_id="0017", birth="1970-01-01"),
        a("Kari", "Lie", employment_id="17", birth="1980-01-01"),
        "apart",
    ),
    # Ids that the systems keep.
    ("Visma carries the Huma id", a("Kari", "Berg"), a("Kari", "Berg", huma_id="h1"), "external"),
    (
        "Visma carries the Huma id of another person",
        a("Kari", "Berg", birth=BORN),
        a("Kari", "Berg", huma_id="h1", birth="1970-01-01"),
        "possible",
    ),
    ("Huma's own integration knows", a("Kari", "Berg", visma_ids=("v1",)), a("Kari", "Lie"), "connected"),
    ("Huma's own integration is wrong", a("Kari", "Berg", visma_ids=("v1",)), a("Ola", "Lie"), "possible"),
]


def outcome(found: Matching) -> str:
    """What became of the two: the key, possible, or apart."""
    couple = ("h1", "v1")
    for link in found.linked:
        if (link.huma, link.visma) == couple:
            return link.by
    return "possible" if couple in {(p.huma, p.visma) for p in found.possible} else "apart"


def others(side: Side) -> list[Employee]:
    """Twenty ordinary colleagues, so that one odd pair doesn't make another series."""
    made = []
    for n in range(20):
        who = {"given_name": f"Colleague{n}", "family_name": f"Of{n}", "employment_id": f"c{n}", "email": f"c{n}@x.no"}
        made.append(valued(side, f"{side.value[0]}c{n}", **who))
    return made


@pytest.mark.parametrize(("huma", "visma", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_a_payroll_clerk_would_want(huma: Person, visma: Person, expected: str) -> None:
    humas = [valued(Side.HUMA, "h1", **huma), *others(Side.HUMA)]
    vismas = [valued(Side.VISMA, "v1", **visma), *others(Side.VISMA)]
    found = match(humas, vismas)
    assert outcome(found) == expected
    assert len([link for link in found.linked if link.huma != "h1"]) == 20


NO_VALUE = ("unknown", "n/a", "-", "see Huma", "123")
KARI_BERG, OLA_BERG = a("Kari", "Berg", employment_id="7"), a("Ola", "Berg", employment_id="7")


@pytest.mark.parametrize("text", NO_VALUE)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", lambda text: f"text:{text}"),
        ("email", lambda text: text),
        ("bank_account", lambda text: ("no", text.upper())),
        ("bank_account", lambda text: ("iban", text.upper(), None)),
        ("bank_account", lambda text: ("unknown_type", text)),
    ],
    ids=["phone", "email", "account", "iban", "account of an unknown kind"],
)
def test_what_is_no_value_of_its_kind_speaks_for_nobody(field: str, value: Any, text: str) -> None:
    both = {field: value(text)}
    assert outcome(of_two(KARI_BERG | both, OLA_BERG | both)) == "possible"
    stranger = a("Ola", "Vik", employment_id="7", phone="text:unknown", email="unknown")
    assert outcome(of_two(a("Kari", "Berg", email="unknown", phone="text:unknown"), stranger | both)) == "apart"


def test_an_account_with_wrong_check_digits_speaks_for_somebody_all_the_same() -> None:
    both = {"bank_account": ("no", "12345678900")}
    assert outcome(of_two(KARI_BERG | both, OLA_BERG | both)) == "number"


def test_an_iban_is_the_same_account_where_one_side_has_no_bic() -> None:
    iban = "SE4550000000058398257466"
    huma, visma = {"bank_account": ("iban", iban, None)}, {"bank_account": ("iban", iban, "ESSESESS")}
    assert outcome(of_two(KARI_BERG | huma, OLA_BERG | visma)) == "number"


def of_two(huma: Person, visma: Person) -> Matching:
    """What becomes of two people among ordinary colleagues."""
    return match(
        [valued(Side.HUMA, "h1", **huma), *others(Side.HUMA)], [valued(Side.VISMA, "v1", **visma), *others(Side.VISMA)]
    )


def test_the_table_has_people_enough() -> None:
    assert len(TABLE) >= 40

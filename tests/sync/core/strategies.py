"""Raw documents of both vendors, as odd as the contracts allow."""

from typing import Any

from hypothesis import strategies as st

from sync.core.fields.end_reasons import END_REASONS, TO_VISMA
from tests.sync.core.documents import (
    ACCOUNT,
    NORWEGIAN_IBAN,
    OTHER_ACCOUNT,
    SWEDISH_BIC,
    SWEDISH_IBAN,
    Doc,
    day,
    huma_doc,
    huma_place,
    visma_doc,
    visma_place,
    wrap,
)

names = st.sampled_from(
    [None, "", "Kari", "KARI", " Kari ", "\u00c5se", "A\u030ase", "Anne  Marie", "Anne Marie", "Ola"]
) | st.sampled_from(["Ka\u200bri", "O’Brien", "O'Brien", "Anne\nMarie"])
emails = st.sampled_from([None, "", "kari@example.com", "Kari@Example.COM ", "ola@example.com", "no address"])
emails |= st.sampled_from(["per@example.com", "x@x"])
phones = st.sampled_from(
    [
        None,
        "",
        "22334455",
        "+47 22 33 44 55",
        "0047 22334455",
        "+31 006 10990695",
        "call me",
        "CALL me",
        "99887766",
        "00000000",
    ]
)
numbers = st.sampled_from([None, "", "17", " 17", "a17", "A17", "1234567890123", "18"])
lines = st.sampled_from(["", "Storgata 1", "STORGATA 1", " Storgata 1 ", "Lillegata 2"])
countries = st.sampled_from(["NO", "no", "SE", "", "NOR"])
days = st.sampled_from([None, day(-400), day(-30), day(-1), day(0), day(1), day(40)])
days_from = st.sampled_from([day(-400), day(-300), day(-1), day(0), day(1)])
reasons = st.sampled_from([None, "other", "employee_retired", *TO_VISMA])
visma_reasons = st.sampled_from([None, "somethingNewer", *END_REASONS])


def maybe_text(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly one of the values, sometimes any text."""
    return values | values | values | st.text(max_size=6)


huma_accounts = st.one_of(
    st.none(),
    st.builds(
        lambda number, country: {"code": "x", "type": "national", "number": number, "country": country},
        st.sampled_from(
            [ACCOUNT, "8601 11 17947", OTHER_ACCOUNT, "86011117948", "6011794", "", NORWEGIAN_IBAN, "00000000000"]
        ),
        st.sampled_from(["NO", "no", "SE", ""]),
    ),
    st.builds(
        lambda iban, bic: {"code": "x", "type": "international", "iban": iban, "bic": bic},
        st.sampled_from([SWEDISH_IBAN, NORWEGIAN_IBAN, "SE46", "", "se45 5000 0000 0583 9825 7466"]),
        st.sampled_from([None, "", SWEDISH_BIC, "ndeasessxxx", "NDEASESS123", "?"]),
    ),
)
payment_methods = st.one_of(
    st.sampled_from(
        [
            None,
            {"paymentType": "cheque"},
            {"paymentType": "cash"},
            {"paymentType": "cash", "localBankAccount": ACCOUNT},
        ]
    ),
    st.builds(
        lambda number: {
            "paymentType": "bank",
            "internationalBankAccount": False,
            "localBankAccount": number,
            "x": None,
        },
        st.sampled_from([ACCOUNT, "8601.11.17947", OTHER_ACCOUNT, "86011117948", ""]),
    ),
    st.builds(
        lambda iban, bic: {
            "paymentType": "Bank",
            "internationalBankAccount": True,
            "internationalIban": iban,
            "internationalBankSwift": bic,
            "unheardOf": {"deep": None},
        },
        st.sampled_from([SWEDISH_IBAN, NORWEGIAN_IBAN, "SE46"]),
        st.sampled_from([None, "", SWEDISH_BIC, "NDEASESSXXX"]),
    ),
)
huma_addresses = st.none() | st.fixed_dictionaries(
    {"line1": lines, "postalCode": st.sampled_from(["", "0150"]), "city": lines, "country": countries},
    optional={"line2": lines, "line3": lines},
)
visma_addresses = st.none() | st.fixed_dictionaries(
    {"countryCode": countries},
    optional={
        "streetName": lines,
        "zipCode": st.sampled_from(["", "0150", None]),
        "cityName": lines,
        "municipality": st.none(),
    },
)


def wrappers(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly visible and editable."""
    return st.builds(
        lambda value, odd: ... if odd == 1 else {**wrap(value), "editable": odd != 2}, values, st.integers(1, 15)
    )


huma_docs: st.SearchStrategy[Doc] = st.builds(
    huma_doc,
    givenName=wrappers(maybe_text(names)),
    familyName=wrappers(maybe_text(names)),
    email=wrappers(maybe_text(emails)),
    phone=wrappers(maybe_text(phones)),
    homeAddress=wrappers(huma_addresses),
    employmentId=wrappers(maybe_text(numbers)),
    bankAccount=wrappers(huma_accounts),
)


@st.composite
def entries(draw: st.DrawFn, key: str, values: st.SearchStrategy[Any]) -> list[Doc]:
    """Emails or phones: private ones, and up to two for work."""
    kinds = draw(st.lists(st.sampled_from(["private", "business", "Business", "PRIVATE"]), max_size=3))
    return [{"type": kind, key: draw(values), "id": n} for n, kind in enumerate(kinds)]


@st.composite
def timelines(draw: st.DrawFn) -> list[Doc]:
    """Names with open ends, gaps and overlaps."""
    found: list[Doc] = []
    for _n in range(draw(st.integers(0, 3))):
        bounds = sorted(one for one in (draw(days), draw(days)) if one)
        open_start, open_end = draw(st.booleans()), draw(st.booleans())
        start = bounds[0] if bounds and not open_start else None
        end = bounds[-1] if bounds and not open_end else None
        found.append({"firstName": draw(names), "lastName": draw(names), "activeStart": start, "activeEnd": end})
    return found


visma_docs: st.SearchStrategy[Doc] = st.builds(
    visma_doc,
    isDraft=st.booleans(),
    personNames=timelines(),
    emails=entries("address", maybe_text(emails)),
    phones=entries("number", maybe_text(phones)),
    address=visma_addresses,
    number=maybe_text(numbers),
    salaryPaymentMethod=payment_methods,
)
huma_places: st.SearchStrategy[Doc] = st.builds(
    huma_place,
    contractStartDate=wrappers(days_from),
    contractEndDate=wrappers(days),
    firstDayOfWork=wrappers(st.none() | days_from),
    lastDayOfWork=wrappers(days),
    endReason=wrappers(reasons),
)
visma_places: st.SearchStrategy[Doc] = st.builds(
    lambda start, end, reason: visma_place(
        activeStart=start, activeEnd=end, positionEndReason=[reason] if reason else []
    ),
    days_from,
    days,
    visma_reasons,
)

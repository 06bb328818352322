"""An email is exactly one address, or it isn't sent."""

import pytest

from sync.core.deciding.compare import forbidden
from sync.core.fields import field
from sync.core.fields.contact import is_email
from sync.core.records.employee import Side
from tests.sync.core.documents import both, huma_doc, visma_doc, wrap

GOOD = [
    "kari@example.com",
    "kari.nordmann@example.com",
    "kari+lonn@example.com",
    "kari_n@example.com",
    "kari-n@example.com",
    "o'brien@example.com",
    "k@x.no",
    "1017@example.com",
    "kari@mail.avd-2.example.com",
    "kari@1881.no",
    "kåre@blåbær.no",
    "मरियम@उदाहरण.भारत",
    "kari@xn--blbr-roah.no",
    "kari@example.photography",
    f"{'k' * 64}@example.com",
    f"kari@{'b' * 63}.no",
    f"kari@{'.'.join(['b' * 60] * 4)}.no",
]
BAD = [
    "kari@example.com,",
    "kari@example.com;",
    "kari@example.com.",
    "kari@example.com)",
    "mailto:kari@example.com",
    "epost:kari@example.com",
    "kari@example..com",
    "kari..n@example.com",
    ".kari@example.com",
    "kari.@example.com",
    "kari@.example.com",
    "<kari@example.com>",
    "kari nordmann <kari@example.com>",
    "kari@example.com (work)",
    "kari@example.com; ola@example.com",
    "kari@example.com,ola@example.com",
    "kari@example.com ola@example.com",
    "kari@example.com/ola@example.com",
    "kari @example.com",
    "kari@ example.com",
    "kari@exa mple.com",
    "kari\u00a0n@example.com",
    '"kari n"@example.com',
    "'kari@example.com'",
    "“kari”@example.com",
    "o’brien@example.com",
    "kari@@example.com",
    "kari@ola@example.com",
    "@example.com",
    "kari@",
    "kari",
    "call me",
    "kari@example_mail.com",
    "kari@-example.com",
    "kari@example-.com",
    "kari@127.0.0.1",
    "kari@[127.0.0.1]",
    "kari@example.c",
    "kari@example.com?subject=x",
    "kari@example.com:25",
    "kari\\@example.com",
    "kari@exämple,com",
    "\u0301kari@example.com",
    "kari.\u0301n@example.com",
    "kari@\u0301example.com",
    "kari@example.\u0301no",
    f"{'k' * 65}@example.com",
    f"{'å' * 33}@example.com",
    f"kari@{'b' * 64}.no",
    f"kari@{'å' * 60}{'b' * 3}.no",
    f"kari@{'.'.join(['b' * 60] * 4)}.bbbbbb.no",
]


@pytest.mark.parametrize("address", GOOD)
def test_what_people_sign_in_with_is_an_address(address: str) -> None:
    assert is_email(address)


@pytest.mark.parametrize("address", BAD)
def test_anything_more_or_less_than_one_address_is_none(address: str) -> None:
    assert not is_email(address)


def way(target: Side, huma: str, visma: str) -> str:
    """Why the email can't be written to a side, "" if it can."""
    two = both(huma_doc(email=wrap(huma)), visma_doc(emails=[{"type": "business", "address": visma}]))
    reason = forbidden(field("email"), target, two)
    return reason.code if reason else ""


@pytest.mark.parametrize("address", BAD)
def test_it_is_sent_nowhere(address: str) -> None:
    assert way(Side.VISMA, address, "kari@x.no") == way(Side.HUMA, "kari@x.no", address) == "bad_email"


@pytest.mark.parametrize("address", [*GOOD, "Kari@Example.COM", " kari@example.com\u200b\n"])
def test_a_real_address_is_sent_both_ways(address: str) -> None:
    assert way(Side.VISMA, address, "kari@x.no") == way(Side.HUMA, "kari@x.no", address) == ""


def test_it_is_written_without_what_cannot_be_seen() -> None:
    two = both(huma_doc(email=wrap("\u202aKari@x.no\u200b\u202c ")), visma_doc(emails=[]))
    assert field("email").convert(Side.VISMA, two) == "Kari@x.no"

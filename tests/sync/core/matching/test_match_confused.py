"""Colleagues, twins, sisters, couples and namesakes: nobody is linked with somebody else."""

from sync.core.matching.match import match
from sync.core.records.employee import Side
from tests.sync.core.documents import valued
from tests.sync.core.matching.test_match_people import ACCOUNT, BORN, KARI, OTHER_ACCOUNT, PHONE, Person, a, others


def test_a_birthday_that_a_colleague_shares_does_not_hold_up_a_name() -> None:
    humas = [valued(Side.HUMA, "h1", **KARI), valued(Side.HUMA, "h2", **a("Ola", "Vik", birth=BORN))]
    vismas = [valued(Side.VISMA, "v1", **KARI), valued(Side.VISMA, "v2", **a("Ola", "Vik", birth=BORN))]
    assert {(link.huma, link.visma, link.by) for link in match(humas, vismas).linked} == {
        ("h1", "v1", "name_birth"),
        ("h2", "v2", "name_birth"),
    }


def test_twins_at_one_address_with_one_phone_are_two_people() -> None:
    twins = [a("Ida", "Berg", birth=BORN, phone=PHONE), a("Eva", "Berg", birth=BORN, phone=PHONE)]
    humas = [valued(Side.HUMA, f"h{n}", **twin) for n, twin in enumerate(twins)]
    vismas = [valued(Side.VISMA, f"v{n}", **twin) for n, twin in enumerate(twins)]
    found = match(humas, vismas)
    assert {(link.huma, link.visma) for link in found.linked} == {("h0", "v0"), ("h1", "v1")}
    only_one = match(humas, vismas[1:])
    assert {(link.huma, link.visma) for link in only_one.linked} == {("h1", "v1")}
    assert not only_one.possible


def test_twins_whose_numbers_were_confused_are_linked_by_name_and_birth() -> None:
    ida, eva = (a(name, "Berg", birth=BORN, phone=PHONE) for name in ("Ida", "Eva"))
    humas = [valued(Side.HUMA, "h1", **ida, employment_id="1"), valued(Side.HUMA, "h2", **eva, employment_id="2")]
    vismas = [valued(Side.VISMA, "v1", **ida, employment_id="2"), valued(Side.VISMA, "v2", **eva, employment_id="1")]
    found = match([*humas, *others(Side.HUMA)], [*vismas, *others(Side.VISMA)])
    assert {(link.huma, link.visma, link.by) for link in found.linked if "c" not in link.huma} == {
        ("h1", "v1", "name_birth"),
        ("h2", "v2", "name_birth"),
    }


def links(humas: list[Person], vismas: list[Person]) -> set[tuple[str, str]]:
    """Who is linked, among ordinary colleagues: by their places in the lists."""
    found = match(
        [*(valued(Side.HUMA, f"h{n}", **one) for n, one in enumerate(humas)), *others(Side.HUMA)],
        [*(valued(Side.VISMA, f"v{n}", **one) for n, one in enumerate(vismas)), *others(Side.VISMA)],
    )
    return {(link.huma, link.visma) for link in found.linked if "c" not in link.huma}


def test_sisters_who_started_together_and_whose_numbers_were_confused_are_not_taken_for_each_other() -> None:
    kari, anna = (a(name, "Berg", first_workday="2020-01-01") for name in ("Kari", "Anna"))
    crossed = links(
        [kari | {"employment_id": "1"}, anna | {"employment_id": "2"}],
        [anna | {"employment_id": "1"}, kari | {"employment_id": "2"}],
    )
    assert not crossed & {("h0", "v0"), ("h1", "v1")}


def test_a_couple_with_one_account_and_a_number_that_is_used_again_are_two_people() -> None:
    kari = a("Kari", "Berg", bank_account=ACCOUNT, email="k@x.no")
    husband = a("Ola", "Berg", bank_account=ACCOUNT, employment_id="7")
    assert links([kari | {"employment_id": "7"}], [husband, kari]) == {("h0", "v1")}


def test_namesakes_whose_numbers_were_confused_are_linked_by_what_is_their_own() -> None:
    one = a("Kari", "Berg", bank_account=ACCOUNT, email="a@x.no")
    other = a("Kari", "Berg", bank_account=OTHER_ACCOUNT, email="b@x.no")
    crossed = links(
        [one | {"employment_id": "1"}, other | {"employment_id": "2"}],
        [one | {"employment_id": "2"}, other | {"employment_id": "1"}],
    )
    assert crossed == {("h0", "v0"), ("h1", "v1")}


def test_a_mailbox_that_four_share_asks_nobody() -> None:
    strangers = [a(f"R{n}", f"S{n}", email="post@x.no", birth=f"198{n}-01-01") for n in range(5)]
    found = match(
        [valued(Side.HUMA, "h", **a("Pia", "Quist", email="post@x.no", birth="1991-01-01"))],
        [valued(Side.VISMA, f"v{n}", **one) for n, one in enumerate(strangers)],
    )
    assert not found.linked
    assert not found.possible


def test_everybody_who_may_be_somebody_is_unsettled_also_who_is_not_shown() -> None:
    found = match([valued(Side.HUMA, f"h{n}", **KARI) for n in range(4)], [valued(Side.VISMA, "v", **KARI)])
    assert len(found.possible) == 3
    assert found.unsettled == {("visma", "v"), *(("huma", f"h{n}") for n in range(4))}

"""Whatever the keys say, nobody is linked with two people."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.core.matching.match import match
from sync.core.records.employee import Employee, Side
from tests.sync.core.documents import modest, valued

few = st.sampled_from([None, "a", "b"])


@st.composite
def people(draw: st.DrawFn, side: Side) -> list[Employee]:
    """A few people who share most of what there is."""
    found = []
    for n in range(draw(st.integers(0, 6))):
        values: dict[str, Any] = {
            name: draw(few) for name in ("employment_id", "email", "given_name", "family_name", "phone")
        }
        values["birth"] = draw(few) or ""
        if side is Side.VISMA:
            values["huma_id"] = draw(st.sampled_from(["", "", *(f"h{m}" for m in range(6))]))
        found.append(valued(side, f"{side.value[0]}{n}", **values))
    return found


pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=4)


def ids(drawn: list[tuple[int, int]]) -> list[tuple[str, str]]:
    return [(f"h{one}", f"v{other}") for one, other in drawn]


def one_to_one(drawn: list[tuple[int, int]]) -> list[tuple[str, str]]:
    """Links as the database allows them: nobody twice."""
    by_huma = dict(drawn)
    by_visma = {visma: huma for huma, visma in by_huma.items()}
    return ids([(huma, visma) for visma, huma in by_visma.items()])


@modest
@given(people(Side.HUMA), people(Side.VISMA), pairs, pairs)
def test_nobody_is_linked_twice(humas: list[Employee], vismas: list[Employee], known: Any, different: Any) -> None:
    found = match(humas, vismas, ids(known), ids(different))
    assert len({link.huma for link in found.linked}) == len(found.linked)
    assert len({link.visma for link in found.linked}) == len(found.linked)
    assert {link.huma for link in found.linked} <= {one.id for one in humas}
    assert {link.visma for link in found.linked} <= {one.id for one in vismas}


@modest
@given(people(Side.HUMA), people(Side.VISMA), pairs, pairs)
def test_links_that_exist_stay(humas: list[Employee], vismas: list[Employee], known: Any, different: Any) -> None:
    existing = one_to_one(known)
    found = match(humas, vismas, existing, ids(different))
    there = {(h, v) for h, v in existing if h in {x.id for x in humas} and v in {x.id for x in vismas}}
    assert {(link.huma, link.visma) for link in found.linked if link.by == "existing"} == there


@modest
@given(people(Side.HUMA), people(Side.VISMA), pairs, pairs)
def test_called_different_is_different(
    humas: list[Employee], vismas: list[Employee], known: Any, different: Any
) -> None:
    found = match(humas, vismas, one_to_one(known), ids(different))
    apart = set(ids(different))
    assert not {(link.huma, link.visma) for link in found.linked if link.by != "existing"} & apart
    assert not {(p.huma, p.visma) for p in found.possible} & apart


@modest
@given(people(Side.HUMA), people(Side.VISMA), pairs)
def test_a_link_whose_other_half_is_gone_holds_nobody(
    humas: list[Employee], vismas: list[Employee], known: Any
) -> None:
    there = {one.id for one in (*humas, *vismas)}
    gone = [couple for couple in one_to_one(known) if not set(couple) <= there]
    assert match(humas, vismas, gone) == match(humas, vismas)


@modest
@given(people(Side.HUMA), people(Side.VISMA), st.randoms(use_true_random=False))
def test_the_order_of_the_lists_does_not_matter(humas: list[Employee], vismas: list[Employee], random: Any) -> None:
    found = match(humas, vismas)
    random.shuffle(humas)
    random.shuffle(vismas)
    again = match(humas, vismas)
    assert set(again.linked) == set(found.linked)
    assert {(p.huma, p.visma, p.why) for p in again.possible} == {(p.huma, p.visma, p.why) for p in found.possible}


@modest
@given(people(Side.HUMA), people(Side.VISMA))
def test_links_once_made_match_the_same_people_again(humas: list[Employee], vismas: list[Employee]) -> None:
    found = match(humas, vismas)
    links = [(link.huma, link.visma) for link in found.linked]
    again = match(humas, vismas, existing=links)
    assert {(link.huma, link.visma) for link in again.linked} >= set(links)

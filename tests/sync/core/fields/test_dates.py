"""First and last workday, and the end reason that comes with the last one."""

import pytest

from connections.api.decoding import WrongShape
from sync.core.deciding.create import creation
from sync.core.deciding.plan import field_change
from sync.core.fields import field
from sync.core.fields.end_reasons import END_REASONS, TO_HUMA, TO_VISMA
from sync.core.reasons import Reason
from sync.core.records.employee import Side, Value
from tests.sync.core.documents import (
    PRINT,
    TODAY,
    Doc,
    both,
    compared,
    day,
    huma_doc,
    huma_place,
    place_in,
    read_huma,
    read_visma,
    visma_doc,
    visma_place,
    wrap,
)

FIRST, LAST = field("first_workday"), field("last_workday")
RESIGNED, DISMISSED = "employee_resigned", "employee_terminated"


def huma_last(position: Doc) -> Value:
    return LAST.read_huma(huma_doc(), place_in(position))


@pytest.mark.parametrize(
    ("huma", "visma"),
    [
        ("employee_resigned", "arbeidstakerHarSagtOppSelv"),
        ("employee_terminated", "arbeidsgiverHarSagtOppArbeidstaker"),
        ("temporary_contract_or_position_ended", "kontraktEngasjementEllerVikariatErUtloept"),
        ("change_in_organization_or_internal_job_transfer", "endringIOrganisasjonsstrukturEllerByttetJobbInternt"),
        ("change_in_payroll_system_or_accountant", "byttetLoenssystemEllerRegnskapsfoerer"),
    ],
)
def test_end_reasons_are_translated_both_ways(huma: str, visma: str) -> None:
    assert (TO_VISMA[huma], TO_HUMA[visma]) == (visma, huma)
    assert visma in END_REASONS


@pytest.mark.parametrize(
    ("position", "first", "last"),
    [
        (huma_place(), "2020-01-01", None),
        (huma_place(firstDayOfWork=wrap("2020-02-03")), "2020-02-03", None),
        (huma_place(contractEndDate=wrap("2026-06-30")), "2020-01-01", "2026-06-30"),
        (huma_place(contractEndDate=wrap("2026-06-30"), lastDayOfWork=wrap("2026-06-15")), "2020-01-01", "2026-06-15"),
        (huma_place(firstDayOfWork={"value": None, "editable": True}), "2020-01-01", None),
        (huma_place(firstDayOfWork=wrap("2020-02-03"), contractStartDate=...), "2020-02-03", None),
    ],
)
def test_the_contract_stands_in_for_the_workday(position: Doc, first: str, last: str | None) -> None:
    assert FIRST.read_huma(huma_doc(), place_in(position)).canonical == first
    assert huma_last(position).canonical == (last and (last, None))


@pytest.mark.parametrize(
    ("position", "name"),
    [
        (None, "first_workday"),
        (None, "last_workday"),
        (huma_place(firstDayOfWork=...), "first_workday"),
        (huma_place(contractStartDate=...), "first_workday"),
        (huma_place(lastDayOfWork=...), "last_workday"),
        (huma_place(contractEndDate=...), "last_workday"),
        (huma_place(lastDayOfWork=wrap("2026-06-15"), endReason=...), "last_workday"),
    ],
)
def test_what_the_key_does_not_show_is_not_compared(position: Doc | None, name: str) -> None:
    assert not field(name).read_huma(huma_doc(), position and place_in(position)).readable


def test_dates_are_not_compared_while_visma_has_no_position() -> None:
    visma = read_visma(visma_doc())
    assert not visma.values["first_workday"].readable
    assert not visma.values["last_workday"].readable


@pytest.mark.parametrize(
    ("reasons", "end", "canonical"),
    [
        ([], None, None),
        (["arbeidstakerHarSagtOppSelv"], None, None),
        (["arbeidstakerHarSagtOppSelv"], "2026-06-30", ("2026-06-30", "arbeidstakerHarSagtOppSelv")),
        ([], "2026-06-30", ("2026-06-30", None)),
        (None, "2026-06-30", ("2026-06-30", None)),
    ],
)
def test_visma_has_the_reason_beside_the_end(reasons: object, end: str | None, canonical: object) -> None:
    read = read_visma(visma_doc(), visma_place(positionEndReason=reasons, activeEnd=end))
    assert read.canonical("last_workday") == canonical


@pytest.mark.parametrize("reasons", ["arbeidstakerHarSagtOppSelv", [5], [None], {}])
def test_a_reason_that_is_not_in_a_list_of_texts_cannot_be_understood(reasons: object) -> None:
    with pytest.raises(WrongShape, match="positionEndReason"):
        read_visma(visma_doc(), visma_place(positionEndReason=reasons, activeEnd="2026-06-30"))


@pytest.mark.parametrize(
    "text",
    ["30.06.2026", "2026-6-3", "2026-13-01", "2026-02-30", "soon", "2026-06-30T00:00:00Z", " 2026-06-30", "20260630"],
)
def test_a_date_that_is_none_is_named_loudly_and_not_repeated(text: str) -> None:
    with pytest.raises(WrongShape, match="firstDayOfWork") as caught:
        read_huma(huma_doc(), huma_place(firstDayOfWork=wrap(text)))
    assert text not in str(caught.value)
    with pytest.raises(WrongShape, match="activeEnd"):
        read_visma(visma_doc(), visma_place(activeEnd=text))
    with pytest.raises(WrongShape, match="activeStart"):
        read_visma(visma_doc(personNames=[{"firstName": "A", "lastName": "B", "activeStart": text}]))


END = day(20)


@pytest.mark.parametrize(
    ("huma", "visma", "default", "reason", "origin"),
    [
        (RESIGNED, None, "", TO_VISMA[RESIGNED], "huma"),
        (RESIGNED, TO_VISMA[DISMISSED], TO_VISMA[DISMISSED], TO_VISMA[RESIGNED], "huma"),
        ("other", TO_VISMA[DISMISSED], "", TO_VISMA[DISMISSED], "visma"),
        (None, TO_VISMA[DISMISSED], TO_VISMA[RESIGNED], TO_VISMA[DISMISSED], "visma"),
        (None, None, TO_VISMA[RESIGNED], TO_VISMA[RESIGNED], "default"),
        ("other", None, TO_VISMA[RESIGNED], TO_VISMA[RESIGNED], "default"),
    ],
)
def test_visma_gets_the_most_certain_end_reason(
    huma: str | None, visma: str | None, default: str, reason: str, origin: str
) -> None:
    two = both(
        huma_position=huma_place(lastDayOfWork=wrap(END), endReason=wrap(huma)),
        visma_position=visma_place(activeEnd=day(40), positionEndReason=[visma] if visma else []),
        default_end_reason=default,
    )
    assert LAST.convert(Side.VISMA, two) == {"date": END, "reason": reason, "reason_from": origin}


@pytest.mark.parametrize(
    ("huma", "visma", "written"),
    [
        (None, TO_VISMA[RESIGNED], RESIGNED),
        (None, None, None),
        (None, "arbeidsforholdetSkulleAldriVaertRapportert", None),
        ("other", TO_VISMA[RESIGNED], None),
        (RESIGNED, TO_VISMA[RESIGNED], None),
        (RESIGNED, TO_VISMA[DISMISSED], DISMISSED),
        (RESIGNED, "arbeidsforholdetSkulleAldriVaertRapportert", "other"),
        (RESIGNED, None, "other"),
    ],
)
def test_huma_gets_the_reason_where_it_has_none_or_would_go_on_contradicting(
    huma: str | None, visma: str | None, written: str | None
) -> None:
    position = huma_place(lastDayOfWork=wrap(day(40)), endReason=wrap(huma))
    two = both(
        huma_position=position,
        visma_position=visma_place(activeEnd=END, positionEndReason=[visma] if visma else []),
    )
    after = LAST.convert(Side.HUMA, two)
    assert LAST.write_huma(position, after) == {"lastDayOfWork": END, **({"endReason": written} if written else {})}


@pytest.mark.parametrize("huma", [None, "other", *TO_VISMA])
@pytest.mark.parametrize("visma", [None, *END_REASONS])
def test_the_plan_knows_what_huma_will_say_afterwards(huma: str | None, visma: str | None) -> None:
    position = huma_place(lastDayOfWork=wrap(day(40)), endReason=wrap(huma))
    two = both(
        huma_position=position,
        visma_position=visma_place(activeEnd=END, positionEndReason=[visma] if visma else []),
    )
    after = LAST.convert(Side.HUMA, two)
    change = field_change(
        person="link:1",
        spec=LAST,
        target=Side.HUMA,
        before=None,
        after=after,
        prints=("1:h", "1:v"),
        fingerprint=PRINT,
        today=TODAY,
    )
    body = LAST.write_huma(position, after)
    patched = {**position, **{name: {**position[name], "value": value} for name, value in body.items()}}
    assert change.becomes == PRINT(LAST.name, LAST.version, huma_last(patched).canonical)


@pytest.mark.parametrize(
    ("reason", "end", "visma_reason", "visma_end", "agree"),
    [
        (None, None, None, None, True),
        (RESIGNED, None, None, None, True),
        (None, END, TO_VISMA[RESIGNED], END, True),
        ("other", END, TO_VISMA[RESIGNED], END, True),
        (None, END, None, END, True),
        (RESIGNED, END, TO_VISMA[RESIGNED], END, True),
        (RESIGNED, END, TO_VISMA[DISMISSED], END, False),
        (RESIGNED, END, None, END, False),
        ("employee_retired", END, TO_VISMA[RESIGNED], END, False),
        ("employee_retired", END, None, END, False),
        ("employee_retired", None, None, None, True),
        (None, END, "aNewReasonInVisma", END, True),
        (RESIGNED, END, TO_VISMA[RESIGNED], day(21), False),
        (None, END, None, None, False),
        (None, None, TO_VISMA[RESIGNED], END, False),
    ],
)
def test_a_definite_reason_in_huma_counts_as_much_as_the_date(
    reason: str | None, end: str | None, visma_reason: str | None, visma_end: str | None, agree: bool
) -> None:
    two = both(
        huma_position=huma_place(lastDayOfWork=wrap(end), endReason=wrap(reason)),
        visma_position=visma_place(activeEnd=visma_end, positionEndReason=[visma_reason] if visma_reason else []),
    )
    assert ("last_workday" in compared(two).agreed) is agree


def test_the_card_tells_when_contract_and_last_day_of_work_differ() -> None:
    two = both(huma_position=huma_place(lastDayOfWork=wrap(END), contractEndDate=wrap(day(35))))
    difference = next(d for d in compared(two).differences if d.field == "last_workday")
    assert [(note.code, dict(note.params)) for note in difference.notes] == [
        ("contract_note", {"contract": day(35), "last": END})
    ]


def test_an_end_reason_that_the_key_may_not_write_is_left_alone() -> None:
    position = huma_place(endReason={"editable": False})
    visma_position = visma_place(activeEnd=END, positionEndReason=[TO_VISMA[RESIGNED]])
    two = both(huma_position=position, visma_position=visma_position)
    assert LAST.forbids(Side.HUMA, two) is None
    assert LAST.write_huma(position, LAST.convert(Side.HUMA, two)) == {"lastDayOfWork": END}


def test_an_end_reason_that_the_key_may_not_write_and_that_contradicts_forbids() -> None:
    position = huma_place(endReason={"value": DISMISSED, "editable": False})
    visma_position = visma_place(activeEnd=END, positionEndReason=[TO_VISMA[RESIGNED]])
    reason = LAST.forbids(Side.HUMA, both(huma_position=position, visma_position=visma_position))
    assert reason is not None
    assert reason.code == "not_editable"


RETIRED = "employee_retired"


@pytest.mark.parametrize("default", ["", TO_VISMA[RESIGNED]])
@pytest.mark.parametrize("visma", [None, TO_VISMA[DISMISSED]])
def test_an_end_reason_of_huma_s_that_we_do_not_know_is_never_reported_as_another(
    visma: str | None, default: str
) -> None:
    two = both(
        huma_position=huma_place(lastDayOfWork=wrap(END), endReason=wrap(f" {RETIRED}\u200b")),
        visma_position=visma_place(activeEnd=day(40), positionEndReason=[visma] if visma else []),
        default_end_reason=default,
    )
    (one,) = compared(two).differences
    assert one.forbidden[Side.VISMA] == Reason("unknown_end_reason", {"code": RETIRED})


@pytest.mark.parametrize("huma", [None, "other", RESIGNED])
def test_an_end_reason_of_visma_s_that_we_do_not_know_is_never_taken_for_none(huma: str | None) -> None:
    two = both(
        huma_position=huma_place(lastDayOfWork=wrap(day(40)), endReason=wrap(huma)),
        visma_position=visma_place(activeEnd=END, positionEndReason=["aNewReasonInVisma"]),
        default_end_reason=TO_VISMA[RESIGNED],
    )
    (one,) = compared(two).differences
    assert one.forbidden[Side.HUMA] == Reason("unknown_end_reason_visma", {"code": "aNewReasonInVisma"})
    assert Side.VISMA in one.to


def test_visma_s_reason_may_be_chosen_over_one_that_we_do_not_know() -> None:
    position = huma_place(lastDayOfWork=wrap(END), endReason=wrap(RETIRED))
    two = both(
        huma_position=position,
        visma_position=visma_place(activeEnd=END, positionEndReason=[TO_VISMA[RESIGNED]]),
    )
    (one,) = compared(two).differences
    assert LAST.write_huma(position, one.to[Side.HUMA]) == {"lastDayOfWork": END, "endReason": RESIGNED}


def test_who_is_created_gets_no_last_workday_for_a_reason_that_we_do_not_know() -> None:
    huma = read_huma(huma_doc(), huma_place(lastDayOfWork=wrap(END), endReason=wrap(RETIRED)))
    made = creation(huma, TODAY, TO_VISMA[RESIGNED])
    assert made.omitted["last_workday"] == Reason("unknown_end_reason", {"code": RETIRED})
    assert "last_workday" not in made.values

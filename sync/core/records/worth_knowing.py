"""What is worth knowing about people. Source: design, A run (Overview)."""

from sync.core.fields.bank import becomes_cash
from sync.core.fields.number import is_too_long
from sync.core.records.employee import Employee, Period, Side

BECOMES_CASH, SEVERAL_POSITIONS = "becomes_cash", "several_positions"
LONG_NUMBER, NO_NUMBER = "long_number", "no_number"


def worth_knowing(person: Employee) -> tuple[str, ...]:
    """What is worth knowing about one side's record of a person, as codes."""
    account, ours = person.values.get("bank_account"), person.side is Side.HUMA
    said = {
        BECOMES_CASH: ours and account is not None and becomes_cash(account),
        SEVERAL_POSITIONS: person.has_several_positions,
        LONG_NUMBER: ours and is_too_long(person.number),
        NO_NUMBER: ours and person.is_person and not person.number,
    }
    return tuple(code for code, holds in said.items() if holds)


def is_deactivated_but_employed(huma: Employee, visma: Employee) -> bool:
    """Whether a linked person is deactivated in Huma and still employed in Visma."""
    return not huma.active and visma.standing is Period.CURRENT

"""Which written values may be put back, by the value and the field alone. Source: design, History (Undo)."""

from datetime import date

from sync.core.fields import Field
from sync.core.reasons import Reason
from sync.core.records.employee import Own, Side


def why_not_back(spec: Field, target: Side, before: Own, written_on: date, today: date, draft: bool) -> Reason | None:
    """Why the value ``before`` can't be put back in ``target``; ``None`` if it can.

    ``before`` is in the target's own form, ``written_on`` the day (Europe/Oslo) on which it was overwritten, ``draft``
    whether the person is a draft in Visma.
    """
    if spec.on_position and written_on < today.replace(day=1):
        return Reason("undo_reported")
    if spec.fixed_in_visma and target is Side.VISMA and not draft:
        return Reason("undo_number")
    if target is Side.HUMA and _may_be_the_contracts(spec, before):
        return Reason("undo_contract")
    back = spec.as_before(target, before)
    if back is not None and spec.unfit(target, back):
        return Reason("undo_unfit")
    if spec.canonical(target, back) is None and target not in spec.clearable:
        return Reason("undo_empty")
    return None


def _may_be_the_contracts(spec: Field, before: Own) -> bool:
    """Whether the workday may have been the contract's date, which counts in Huma where there is no workday.

    Written as a workday it would hide every later change of the contract. Of the first workday nobody knows afterwards.
    """
    if spec.name == "last_workday":
        return bool(before and before.get("date")) and before["date"] == before.get("contract_end")
    return spec.name == "first_workday" and before is not None

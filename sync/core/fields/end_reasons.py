"""End reasons: what each is called in Huma and in Visma, and which can be told to the other side."""

from sync.core.reasons import Reason, shown_code
from sync.core.reasons import gettext_noop as _
from sync.core.records.document import Doc
from sync.core.records.employee import Side
from sync.core.values.text import clean

TO_VISMA = {
    "employee_resigned": "arbeidstakerHarSagtOppSelv",
    "employee_terminated": "arbeidsgiverHarSagtOppArbeidstaker",
    "temporary_contract_or_position_ended": "kontraktEngasjementEllerVikariatErUtloept",
    "change_in_organization_or_internal_job_transfer": "endringIOrganisasjonsstrukturEllerByttetJobbInternt",
    "change_in_payroll_system_or_accountant": "byttetLoenssystemEllerRegnskapsfoerer",
}
"""Visma's end reason for each of Huma's. Source: design, End reason. ``other`` counts as no reason."""

TO_HUMA = {visma: huma for huma, visma in TO_VISMA.items()}
OTHER = "other"
UNTRANSLATED = "huma:"
"""The prefix of an unknown code of Huma in the canonical form, so that it equals no reason of Visma."""

END_REASONS = {
    "arbeidstakerHarSagtOppSelv": _("The employee resigned"),
    "arbeidsgiverHarSagtOppArbeidstaker": _("The employer terminated the employment"),
    "kontraktEngasjementEllerVikariatErUtloept": _("The contract, engagement or temporary position ended"),
    "endringIOrganisasjonsstrukturEllerByttetJobbInternt": _("Reorganisation or internal change of job"),
    "arbeidsforholdetSkulleAldriVaertRapportert": _("The employment should never have been reported"),
    "byttetLoenssystemEllerRegnskapsfoerer": _("Change of payroll system or accountant"),
}
"""Visma's end reasons [A: those of the a-melding], as payroll calls them. Source: visma-employee.md, Position."""


def end_reason_of(position: Doc) -> str | None:
    """The end reason of a position in Visma. The list has one element if the position ends, else none [A]."""
    reasons = position.get("positionEndReason")
    return clean(reasons[0]) or None if reasons else None


def is_unknown(side: Side, reason: str | None) -> bool:
    """Whether a side gives an end reason that we don't know."""
    if not reason:
        return False
    return reason not in END_REASONS if side is Side.VISMA else reason not in TO_VISMA and reason != OTHER


def untold(side: Side, reason: str | None) -> Reason | None:
    """Why a side's end reason can't be sent to the other side; ``None`` if it can, or if there is none."""
    if not is_unknown(side, reason):
        return None
    code = "unknown_end_reason" if side is Side.HUMA else "unknown_end_reason_visma"
    return Reason(code, {"code": shown_code(reason)})

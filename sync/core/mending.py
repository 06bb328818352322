"""Where something has to be mended that can't be decided here: in Huma, in Visma, or in either of them.

The codes are those of ``reasons``; each sentence says the same in words.
"""

from sync.core.records.employee import Side

Places = tuple[Side, ...]
HUMA: Places = (Side.HUMA,)
VISMA: Places = (Side.VISMA,)
EITHER: Places = (Side.HUMA, Side.VISMA)

_IN_HUMA = frozenset(
    {"not_editable", "not_editable_by", "number_empty", "number_too_long", "number_swapped", "no_position_huma"}
    | {"pair_changed_visma", "no_end_reason", "contract_ends", "bad_phone", "placeholder_huma"}
    | {"unknown_end_reason_visma", "unknown_payment_type", "unknown_account_country"}
    | {"create_no_number", "create_number_locked"}
)
_IN_VISMA = frozenset(
    {"no_position_visma", "pair_changed", "others_run_on", "no_bic", "placeholder_visma", "several_business"}
    | {"create_no_email", "create_placeholder_email"}
)
_AT_SOURCE = frozenset(
    {"would_be_empty", "bad_check_digits", "bad_account", "bad_email", "bad_country", "create_no_name"}
)
ANSWERED_HERE = frozenset(
    {"create_left_out", "create_open_match", "create_more_matches", "create_number_off", "create_not_a_person"}
)
"""Why somebody can't be added, where the answer is given in humavisma and not in Huma or Visma."""


def where(code: str, source: Side) -> Places:
    """The sides on which the reason with this code can be mended; ``source``: the side whose value can't be used."""
    if code in _IN_HUMA:
        return HUMA
    if code in _IN_VISMA:
        return VISMA
    return (source,) if code in _AT_SOURCE else EITHER

"""The reasons why a change can't be put back.

They are a part of ``reasons.SENTENCES``. Source: design, History (Undo).
"""


def _(text: str) -> str:
    """Marks a text for translation."""
    return text


UNDOING: dict[str, str] = {
    "undo_not_written": _("Nothing was sent here, so there is nothing to put back."),
    "undo_creation": _("Adding somebody can't be undone here. Remove them in %(system)s if they shouldn't be there."),
    "undo_done": _("%(who)s has put this back already, %(when)s at %(time)s."),
    "undo_open": _("%(who)s began to put this back, %(when)s at %(time)s, and hasn't finished yet."),
    "undo_blanked": _("The old value was deleted after the retention period, so it can't be put back."),
    "undo_unlinked": _("The two records aren't linked any more."),
    "undo_outside": _("The person is outside the connection's selection, or isn't in the pilot group."),
    "undo_left_out": _("The person or this field is left out of the sync. Include it again under People first."),
    "undo_doubted": _(
        "It isn't certain any more that the two are the same person. Answer that under “Needs your attention” first."
    ),
    "undo_field_off": _("This field is switched off in the connection's settings."),
    "undo_position": _("The date belongs to another position than the one that is compared now. Change it yourself."),
    "undo_reported": _(
        "The date was sent before the 1st of this month, so it may have been reported. Correct it in payroll."
    ),
    "undo_contract": _(
        "Huma's date may have come from the contract. As a workday it would hide later changes of the contract. "
        "Correct it in Huma."
    ),
    "undo_taken": _("Somebody else has this Employment ID now."),
    "undo_number": _("According to Visma the number of a saved employee can't be changed."),
    "undo_empty": _("It was empty before, and this field can't be emptied in %(system)s."),
    "undo_unfit": _("%(system)s wouldn't accept the old value. Correct it yourself."),
    "undo_held": _("A newer change of this field waits for approval. Approve or reject it first."),
    "undo_uncertain": _("It isn't certain how a later change of this field ended. The next sync finds out."),
    "undo_writing": _("Another sync is sending this field right now."),
    "undo_later": _("A later sync has written this field. Undo that one first."),
    "undo_both": _("The same field was sent to the other system later. Undo that change first."),
    "undo_moved": _("The value has changed since, or isn't known to be the one that was sent."),
    # What became of it.
    "undo_entry": _(
        "The name has other entries in Visma since it was sent, so nothing was changed there. Correct it in Visma."
    ),
}

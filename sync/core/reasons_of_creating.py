"""The reasons why somebody can't be added to the other system.

They are a part of ``reasons.SENTENCES``. Source: design, A run.
"""


def _(text: str) -> str:
    """Marks a text for translation."""
    return text


CREATING: dict[str, str] = {
    "create_open_match": _("May be the same person as somebody else. Decide about the possible match first."),
    "create_more_matches": _(
        "May be the same person as somebody who has stronger possible matches. Decide about those, then fetch again."
    ),
    "create_second_record": _(
        "May be the same person as somebody who is linked, but whose employment has ended. Look at both under People."
    ),
    "create_unread": _(
        "Somebody in the other system couldn't be fetched, and may be the same person. People shows who, and why."
    ),
    "create_no_number": _("There is no Employment ID in Huma. Enter it there, or let Visma assign the number."),
    "create_number_off": _(
        "Employment ID is switched off for this connection, so nobody can be added to Visma. Switch it on in the "
        "connection's settings."
    ),
    "create_number_locked": _(
        "There is no Employment ID in Huma, and the number that Visma assigns couldn't be sent to Huma: the API "
        "key isn't allowed to change the field. Enter one in Huma."
    ),
    "create_no_email": _("There is no business email in Visma, and Huma needs one. Enter it in Visma."),
    "create_placeholder_email": _(
        "The business email in Visma is a placeholder, and Huma needs a real one. Enter it in Visma."
    ),
    "create_no_name": _("A given name and a family name are needed. Fill in what is missing."),
    "create_email_taken": _(
        "Somebody in Huma has this email already. Link the two under People if they are the same person, or change "
        "the email in one of the two systems."
    ),
    "create_email_in_visma": _(
        "Somebody in Visma has this email already. Link the two under People if they are the same person, or change "
        "the email in one of the two systems."
    ),
    "create_number_in_huma": _(
        "Somebody in Huma has this Employment ID already. Link the two under People if they are the same person, or "
        "change it in one of the two systems."
    ),
    "create_shared_email": _(
        "Somebody else who could be added has the same email. Change it for one of them, or choose never to add one."
    ),
    "create_shared_number": _(
        "Somebody else who could be added has the same Employment ID. Change it for one of them, or choose never to "
        "add one."
    ),
    "create_not_a_person": _("Not a person, but an account for a program."),
    "create_left_out": _("Left out. You can include them again under People."),
}

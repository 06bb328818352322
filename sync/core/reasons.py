"""Why something is suggested, impossible, or went as it did: a code, and its sentence with what to do next.

The sentences are English message ids; pages, emails and JSON render them through gettext. Parameters never go
into an email or a log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.core.reasons_of_reading import READING
from sync.core.text import clean

LONGEST_CODE = 40


def gettext_noop(text: str) -> str:
    """Marks a text for translation; the core itself stays English."""
    return text


@dataclass(frozen=True)
class Reason:
    """A code of ``SENTENCES`` with its parameters."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.code in SENTENCES, self.code


def shown_code(code: object) -> str:
    """A vendor's code that we don't know, as it stands in a sentence: what can be seen of it, and not too much."""
    text = clean(code)
    return text if len(text) <= LONGEST_CODE else f"{text[: LONGEST_CODE - 1]}…"


_ = gettext_noop
SENTENCES: dict[str, str] = {
    # Why a side is suggested.
    "huma_moved": _("Changed in Huma since the last sync."),
    "visma_moved": _("Changed in Visma since the last sync."),
    "both_moved": _("Changed in both since the last sync. Nothing is suggested."),
    "huma_filled": _("Visma has nothing here yet."),
    "visma_filled": _("Huma has nothing here yet."),
    "never_settled": _("The two have never agreed on this. Only you can tell which one is right."),
    "number_fixed": _("Payroll says that a saved employee's number can't be changed: Visma's is suggested."),
    "huma_placeholder": _("Huma has only a placeholder here, not a real value."),
    "visma_placeholder": _("Visma has only a placeholder here, not a real value."),
    "was_left": _("You left this as it is, and neither side has changed since."),
    # Why a direction isn't possible.
    "not_editable": _("Huma doesn't let this access change the field. Change it in Huma, or ask the administrator."),
    "not_editable_by": _(
        "%(name)s has locked this field in Huma. Change it in Huma, or turn that integration off there, under Settings "
        "→ Integrations."
    ),
    "number_empty": _("An Employment ID can't be removed in Visma. Enter one in Huma."),
    "number_too_long": _("Visma takes at most 12 characters, this one has %(length)s. Shorten it in Huma."),
    "number_taken": _("Somebody else has this Employment ID in Visma. Change it in one of the two systems."),
    "number_swapped": _(
        "In Visma this is %(name)s's Employment ID: numbers have changed places. Use Visma's for each of them, or "
        "change them back in Huma."
    ),
    "would_be_empty": _("This field can't be empty. Fill it in where it is missing."),
    "no_position_huma": _("There is no position in Huma. Add one in Huma first."),
    "no_position_visma": _("There is no position in Visma. Add one in Visma first."),
    "no_pair": _(
        "The position in Huma (%(huma)s) and the one in Visma (%(visma)s) aren't the same employment. "
        "Add the new position where it is missing first."
    ),
    "pair_changed": _(
        "The position in Huma (%(huma)s) isn't the one that belongs to the employment in Visma (%(visma)s). "
        "Add the new position in Visma first."
    ),
    "pair_changed_visma": _(
        "The employment in Visma (%(visma)s) isn't the one that belongs to the position in Huma (%(huma)s). "
        "Add the new position in Huma first."
    ),
    "pair_unclear": _(
        "One of the two positions that belonged together doesn't exist any more, and more than one could have taken "
        "its place: Huma has %(huma)s, Visma has %(visma)s. Correct the dates by hand where they are wrong."
    ),
    "others_run_on": _(
        "Another position in Huma runs on, and Visma has only one employment. Ending it would end all of it: "
        "change the date in Visma by hand if that is right."
    ),
    "no_end_reason": _(
        "Visma needs an end reason. Enter one in Huma, or choose a default end reason in the connection's settings."
    ),
    "contract_ends": _("The contract in Huma has an end date of its own. Remove it in Huma to empty this field."),
    "bad_check_digits": _("The account number has a wrong check digit. Correct it where it comes from."),
    "bad_account": _("This isn't an account number that the other system can take. Correct it where it comes from."),
    "no_bic": _("Huma needs the bank's SWIFT/BIC, and Visma doesn't have it. Add it in Visma."),
    "bad_phone": _("This isn't a phone number that Visma can take. Correct it in Huma."),
    "bad_email": _("This isn't an email address. Correct it where it comes from."),
    "bad_country": _("The country isn't a two-letter code. Correct it where it comes from."),
    "placeholder_huma": _(
        "What stands in Huma is a placeholder, not a real value, so it is neither sent nor does it empty the field. "
        "Enter the real value in Huma, or remove the placeholder."
    ),
    "placeholder_visma": _(
        "What stands in Visma is a placeholder, not a real value, so it is neither sent nor does it empty the field. "
        "Enter the real value in Visma, or remove the placeholder."
    ),
    "unknown_end_reason": _(
        "Huma's end reason is %(code)s, and there is no word for that in Visma that we know. Enter the end reason in "
        "Visma by hand, or choose another one in Huma."
    ),
    "unknown_end_reason_visma": _(
        "Visma's end reason is %(code)s, and there is no word for that in Huma that we know. Change the date and the "
        "end reason in Huma by hand."
    ),
    "unknown_payment_type": _(
        "Visma pays this salary in a way that we don't know: %(code)s. Enter the account in Huma by hand if it should "
        "be there."
    ),
    "unknown_account_type": _(
        "Huma has an account of a kind that we don't know: %(code)s. Enter it in Visma by hand, or choose another kind "
        "in Huma."
    ),
    "unknown_account_country": _(
        "The account in Huma is a national one, and its country isn't a two-letter code that we know. Correct the "
        "country in Huma."
    ),
    "several_business": _("Visma has more than one business entry. Remove the others in Visma first."),
    # Worth knowing on a card.
    "contract_note": _("The contract ends %(contract)s, the last day of work is %(last)s: Visma gets the latter."),
    "email_note": _(
        "In Huma this is the address that the person signs in with, and in Visma too: somebody who signs in to Visma "
        "changes it there first, or may get a second user."
    ),
    "bic_note": _("The bank's SWIFT/BIC belongs to another country than the IBAN. Compare both with the person."),
    "pair_remade_huma": _(
        "The position in Huma was made anew. It is paired with the employment in Visma again; its dates are compared "
        "for the first time."
    ),
    "pair_remade_visma": _(
        "The employment in Visma was made anew. It is paired with the position in Huma again; its dates are compared "
        "for the first time."
    ),
    "cash_note": _("A national account of another country becomes cash (no bank payment) in Visma."),
    # Possible matches.
    "external_against": _("Visma's record carries this Huma user's id, but something speaks against it."),
    "connected_against": _("Huma's own integration connects the two, but something speaks against it."),
    "number_against": _("The same Employment ID, but something speaks against it."),
    "email_against": _("The same email, but something speaks against it."),
    "number_weak": _("The same Employment ID, but too little else agrees."),
    "email_weak": _("The same email, but too little else agrees."),
    "number_other": _("The same Employment ID, but somebody else agrees better."),
    "email_other": _("The same email, but somebody else agrees better."),
    "number_only": _("The same Employment ID, but nothing else agrees."),
    "email_only": _("The same email, but nothing else agrees."),
    "external_not_unique": _("More than one employee in Visma carries this Huma user's id."),
    "connected_not_unique": _("Huma's own integration connects more than one person here."),
    "number_not_unique": _("More than one person has this Employment ID."),
    "email_not_unique": _("More than one person has this email."),
    "name_birth_not_unique": _("More than one person has this name and date of birth."),
    "two_strong": _("Two things agree that nobody else has."),
    "name_and_thing": _("The same name, and something more agrees."),
    "half_and_strong": _("A part of the name agrees, and something that nobody else has."),
    "name_alone": _("The same name, which nobody else has."),
    "email_exists_match": _("Adding this person to Huma was refused: somebody there has this email already."),
    # Codes of matches that an older version found.
    "two_agree": _("Two or more things agree, but neither the Employment ID nor the email decides it."),
    "key_not_unique": _("More than one employee in Visma carries this Huma user's id."),
    # Why somebody can't be created.
    "create_open_match": _("May be the same person as somebody else. Decide about the possible match first."),
    "create_more_matches": _(
        "May be the same person as somebody who has stronger possible matches. Decide about those, then read again."
    ),
    "create_second_record": _(
        "Seems to be another record of somebody who is linked with an ended one. Look at both on the page People."
    ),
    "create_unread": _(
        "Somebody in the other system couldn't be read, and may be the same person. People shows who, with the reason."
    ),
    "create_no_number": _("There is no Employment ID in Huma. Enter it there, or let Visma assign the number."),
    "create_number_off": _(
        "Employment ID is switched off for this connection, so nobody can be added to Visma. Switch it on in the "
        "connection's settings."
    ),
    "create_number_locked": _(
        "There is no Employment ID in Huma, and the one that Visma assigns couldn't be written there: Huma doesn't let "
        "this access change the field. Enter one in Huma."
    ),
    "create_no_email": _("There is no business email in Visma, and Huma needs one. Enter it in Visma."),
    "create_placeholder_email": _(
        "The business email in Visma is a placeholder, and Huma needs a real one. Enter it in Visma."
    ),
    "create_no_name": _("A given name and a family name are needed. Fill in what is missing."),
    "create_email_taken": _("Somebody in Huma has this email already."),
    "create_email_in_visma": _("Somebody in Visma has this email already. Change it in one of the two systems."),
    "create_number_in_huma": _("Somebody in Huma has this Employment ID already. Change it in one of the two systems."),
    "create_shared_email": _(
        "Somebody else who could be added has the same email. Change it for one of them, or choose never to add one."
    ),
    "create_shared_number": _(
        "Somebody else who could be added has the same Employment ID. Change it for one of them, or choose never to "
        "add one."
    ),
    "create_not_a_person": _("Not a person, but an account for a program."),
    "create_left_out": _("Left out. Take it back on the People page."),
    # What became of a change.
    "moved": _("The value was changed meanwhile, so it wasn't overwritten. The difference is open again."),
    "gone": _("The employee isn't there any more."),
    "rejected": _("The value wasn't accepted."),
    "unavailable": _("The system didn't answer. Nothing was written; try again later."),
    "not_performed": _("The system accepted the change but didn't carry it out."),
    "number_not_given": _("Visma has given no number yet. The next sync looks again."),
    "number_given_taken": _(
        "Visma gave a number that somebody else has in Huma already, so it wasn't written to Huma. Change it in one of "
        "the two systems."
    ),
    "number_kept": _(
        "Visma kept the old number. Use Visma's number in Huma, or ask payroll whether it can be changed in Visma."
    ),
    "job_failed": _("Visma couldn't carry out the change."),
    "unknown_outcome": _(
        "No answer came: either %(system)s has made this change, or it hasn't. Look at the employee in %(system)s. "
        "The next sync compares again, and asks if the two still differ."
    ),
    "job_lost": _(
        "%(system)s accepted this change and never said how it ended: either it has been made, or it hasn't. Look at "
        "the employee in %(system)s. The next sync compares again, and asks if the two still differ."
    ),
    "unknown_creation": _(
        "No answer came: either the person is in %(system)s now, or isn't. Look there, among drafts too, before "
        "anybody adds the person by hand. The next sync finds the person, or offers to add the person again."
    ),
    "bad_credentials": _("The access was refused. Renew the connection's credentials, then try again."),
    "waits_for_person": _("Waits until the person confirms the new email address."),
    "email_exists": _("Somebody in Huma has this email already. They are linked now; nothing was overwritten."),
    "email_exists_linked": _("Somebody else in Huma has this email already, and is linked to another employee."),
    "found_existing": _("The employee was there already and is linked now."),
    "creation_failed": _("The person couldn't be created, so this was not written."),
    "stopped": _("The run was stopped before this was sent."),
    "parked": _("The work was interrupted too many times. Try again."),
    "broken_contract": _("The system answered in a way we don't understand. Tell your administrator."),
    # Why a change is held.
    "held_many": _("So much changed at once that somebody should look before it reaches payroll."),
    "held_account": _(
        "Changed bank accounts wait for approval: whoever gets into a profile in Huma could redirect a salary."
    ),
    "held_waits": _("An earlier change of this field waited for an owner. This one has taken its place."),
    # Why a run failed or stops and asks.
    "read_failed_huma": _("Huma couldn't be read to the end. Nothing was written. Try again in a while."),
    "read_failed_visma": _("Visma couldn't be read to the end. Nothing was written. Try again in a while."),
    "credentials_huma": _("Huma refused the access. Renew the credentials of the connection."),
    "credentials_visma": _("Visma refused the access. Check in the App Store that the app is still authorised."),
    "waits_for_release": _(
        "The connection waits for an administrator's approval. Nothing is read from Visma for it before that."
    ),
    "application_refused": _("Visma refused the application's own credentials. Tell your administrator."),
    "contract_huma": _("Huma answered in a way we don't understand. Nothing was written. Tell your administrator."),
    "contract_visma": _("Visma answered in a way we don't understand. Nothing was written. Tell your administrator."),
    **READING,
    "huma_empty": _("Huma's list of people is empty. Nothing was written. Check the access and the limits to groups."),
    "visma_empty": _("Visma's list of employees is empty. Is it the right company?"),
    "visma_all_lost": _(
        "Visma's list of employees is empty, although %(linked)s people are linked. Nothing was written. "
        "Check the access in Visma."
    ),
    "huma_lost": _("%(lost)s of %(linked)s linked people are missing in Huma. Nothing was written."),
    "visma_lost": _("%(lost)s of %(linked)s linked people are missing in Visma. Nothing was written."),
    "list_unsteady": _("The list of people kept changing while it was read. Try again in a while."),
    "same_company": _("Only %(matched)s of %(people)s people match. Is it the same company? A superuser must confirm."),
    "over_threshold": _("%(people)s people would be changed or created, more than the limit of %(threshold)s."),
    "interrupted": _("Reading was interrupted too many times. Start again."),
    "bug": _("Something went wrong in humavisma itself. Your administrator finds the details in the log."),
    "number_series": _("The employee numbers in Huma and in Visma don't look like the same series."),
    # Look twice.
    "twice_account": _("Bank accounts that change or are new"),
    "twice_bic": _("A bank account whose SWIFT/BIC belongs to another country than the IBAN"),
    "twice_last_day": _("Employments that get an end date"),
    "twice_no_last_day": _("Employments whose end date is removed"),
    "twice_past": _("A date in the past"),
    "twice_number": _("An employee number changes"),
    "twice_email": _("An email changes: people sign in with it"),
    "twice_emptied": _("A value is emptied"),
    "twice_huma": _("Written into Huma"),
}

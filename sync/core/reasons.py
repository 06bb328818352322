"""The reasons that people read: a code, and a sentence that says what is so and what to do next.

The sentences are English message ids; pages, emails and JSON render them through gettext. Parameters never go
into an email or a log.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.core.reasons_of_creating import CREATING
from sync.core.reasons_of_pairs import PAIRS
from sync.core.reasons_of_reading import READING
from sync.core.reasons_of_undoing import UNDOING
from sync.core.values.text import clean

LONGEST_CODE = 40


def gettext_noop(text: str) -> str:
    """Marks a text for translation. The core itself doesn't translate."""
    return text


@dataclass(frozen=True)
class Reason:
    """A code of ``SENTENCES`` with its parameters."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.code in SENTENCES, self.code


def shown_code(code: object) -> str:
    """A vendor's unknown code for use in a sentence: shortened, and without invisible characters."""
    text = clean(code)
    return text if len(text) <= LONGEST_CODE else f"{text[: LONGEST_CODE - 1]}…"


_ = gettext_noop
SENTENCES: dict[str, str] = {
    # Why a side is suggested.
    "huma_moved": _("Changed in Huma since the last sync."),
    "visma_moved": _("Changed in Visma since the last sync."),
    "both_moved": _("Changed in both systems since the last sync. Nothing is suggested."),
    "huma_filled": _("The field is empty in Visma."),
    "visma_filled": _("The field is empty in Huma."),
    "never_settled": _("The two systems have never agreed on this. Only you can tell which one is right."),
    "number_fixed": _("According to Visma the number of a saved employee can't be changed: Visma's is suggested."),
    "huma_placeholder": _("Huma has only a placeholder here, not a real value."),
    "visma_placeholder": _("Visma has only a placeholder here, not a real value."),
    "was_left": _("You left this as it is, and it hasn't changed in either system since."),
    # Why a direction isn't possible.
    "not_editable": _(
        "The API key isn't allowed to change this field in Huma. Change it in Huma, or ask your administrator."
    ),
    "not_editable_by": _(
        "%(name)s has locked this field in Huma. Change it in Huma, or turn that integration off there, under Settings "
        "→ Integrations."
    ),
    "number_empty": _("An Employment ID can't be removed in Visma. Enter one in Huma."),
    "number_too_long": _("Visma takes at most 12 characters, this one has %(length)s. Shorten it in Huma."),
    "number_taken": _("Somebody else has this Employment ID in Visma. Change it in one of the two systems."),
    "number_swapped": _(
        "This is %(name)s's Employment ID in Visma: the numbers have been swapped. Use Visma's for each of them, "
        "or change them back in Huma."
    ),
    "would_be_empty": _("This field can't be empty. It has no value in %(source)s: fill it in there."),
    "no_position_huma": _("There is no position in Huma. Add one in Huma first."),
    "no_position_visma": _("There is no position in Visma. Add one in Visma first."),
    "no_pair": _(
        "The position in Huma (%(huma)s) and the one in Visma (%(visma)s) aren't the same employment. Add the "
        "new position in the system that lacks it first."
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
        "One of the two positions that belonged together no longer exists, and more than one may have replaced "
        "it: Huma has %(huma)s, Visma has %(visma)s. Correct the wrong dates yourself, in Huma or in Visma."
    ),
    "others_run_on": _(
        "Another position in Huma continues, and Visma has only one employment. An end date would end all of it. "
        "If that is right, change the date in Visma yourself."
    ),
    "no_end_reason": _(
        "Visma needs an end reason. Enter one in Huma, or choose a default end reason in the connection's settings."
    ),
    "contract_ends": _("The contract in Huma has an end date of its own. Remove it in Huma to empty this field."),
    "bad_check_digits": _("The check digit of the account number is wrong. Correct it in %(source)s."),
    "bad_account": _("The other system doesn't accept this account number. Correct it in %(source)s."),
    "no_bic": _("Huma needs the bank's SWIFT/BIC, and Visma doesn't have it. Add it in Visma."),
    "bad_phone": _("Visma doesn't accept this phone number. Correct it in Huma."),
    "bad_email": _("This isn't an email address. Correct it in %(source)s."),
    "bad_country": _("The country isn't a two-letter code. Correct it in %(source)s."),
    "placeholder_huma": _(
        "Huma has a placeholder here, not a real value. It isn't sent, and doesn't empty the field either. Enter "
        "the real value in Huma, or remove the placeholder."
    ),
    "placeholder_visma": _(
        "Visma has a placeholder here, not a real value. It isn't sent, and doesn't empty the field either. "
        "Enter the real value in Visma, or remove the placeholder."
    ),
    "unknown_end_reason": _(
        "Huma's end reason is %(code)s, and we don't know what it is called in Visma. Enter the end reason in "
        "Visma yourself, or choose another one in Huma."
    ),
    "unknown_end_reason_visma": _(
        "Visma's end reason is %(code)s, and we don't know what it is called in Huma. Change the date and the "
        "end reason in Huma yourself."
    ),
    "unknown_payment_type": _(
        "Visma pays this salary in a way that we don't know: %(code)s. If the account should be in Huma, enter "
        "it there yourself."
    ),
    "unknown_account_type": _(
        "Huma has an account of a type that we don't know: %(code)s. Enter it in Visma yourself, or choose "
        "another type in Huma."
    ),
    "unknown_account_country": _(
        "The account in Huma is a national one, and its country isn't a two-letter code that we know. Correct the "
        "country in Huma."
    ),
    "several_business": _("Visma has more than one entry of the type business. Remove the others in Visma first."),
    # Worth knowing on a card.
    "contract_note": _(
        "The contract ends %(contract)s, and the last workday is %(last)s. Visma gets the last workday."
    ),
    "email_note": _(
        "The person signs in with this address in Huma, and in Visma too. Somebody who signs in to Visma must "
        "change it there first. Otherwise they may get a second user."
    ),
    "bic_note": _("The bank's SWIFT/BIC belongs to another country than the IBAN. Check both with the person."),
    "pair_remade_huma": _(
        "The position in Huma was created again. It belongs with the employment in Visma again, and the dates "
        "are compared for the first time."
    ),
    "pair_remade_visma": _(
        "The employment in Visma was created again. It belongs with the position in Huma again, and the dates "
        "are compared for the first time."
    ),
    "cash_note": _("A national account of another country becomes cash (no bank payment) in Visma."),
    # Possible matches.
    "external_against": _("The employee in Visma has this Huma user's ID, but something speaks against it."),
    "connected_against": _("Huma's own integration connects the two, but something speaks against it."),
    "number_against": _("The same Employment ID, but something speaks against it."),
    "email_against": _("The same email, but something speaks against it."),
    "number_weak": _("The same Employment ID, but too little else agrees."),
    "email_weak": _("The same email, but too little else agrees."),
    "number_other": _("The same Employment ID, but somebody else agrees better."),
    "email_other": _("The same email, but somebody else agrees better."),
    "number_only": _("The same Employment ID, but nothing else agrees."),
    "email_only": _("The same email, but nothing else agrees."),
    "external_not_unique": _("More than one employee in Visma has this Huma user's ID."),
    "connected_not_unique": _("Huma's own integration connects more than one person here."),
    "number_not_unique": _("More than one person has this Employment ID."),
    "email_not_unique": _("More than one person has this email."),
    "name_birth_not_unique": _("More than one person has this name and date of birth."),
    "two_strong": _("Two things agree that nobody else has."),
    "name_and_thing": _("The same name, and something more agrees."),
    "half_and_strong": _("A part of the name agrees, and something that nobody else has."),
    "name_alone": _("The same name, which nobody else has."),
    "email_exists_match": _("This person couldn't be added to Huma: somebody there has this email already."),
    # Codes of matches that an older version found.
    "two_agree": _("Two or more things agree, but neither the Employment ID nor the email decides it."),
    "key_not_unique": _("More than one employee in Visma has this Huma user's ID."),
    **CREATING,
    # What became of a change.
    "moved": _("The value was changed meanwhile, so it wasn't overwritten. The difference is open again."),
    "gone": _("The employee is no longer in %(system)s."),
    "rejected": _("%(system)s didn't accept the value."),
    "unavailable": _("%(system)s didn't answer. Nothing was sent. Try again later."),
    "not_performed": _("%(system)s accepted the change but didn't carry it out."),
    "number_not_given": _("Visma hasn't assigned a number yet. The next sync checks again."),
    "number_given_taken": _(
        "Visma assigned a number that somebody else has in Huma already, so it wasn't sent to Huma. Change it in "
        "one of the two systems."
    ),
    "number_kept": _(
        "Visma kept the old number. Use Visma's number in Huma, or ask a payroll clerk whether it can be changed "
        "in Visma."
    ),
    "job_failed": _("Visma couldn't carry out the change."),
    "unknown_outcome": _(
        "No answer came, so we don't know whether %(system)s stored the change. Check the employee in "
        "%(system)s. The next sync compares again, and asks if the two systems still differ."
    ),
    "job_lost": _(
        "%(system)s accepted the change but never said how it ended, so we don't know whether %(system)s stored "
        "it. Check the employee in %(system)s. The next sync compares again, and asks if the two systems still "
        "differ."
    ),
    "unknown_creation": _(
        "No answer came, so we don't know whether %(system)s created the person. Check there, also among the "
        "drafts, before anybody adds them by hand. The next sync finds the person, or offers to add them again."
    ),
    "bad_credentials": _("%(system)s refused the access. Check the access on the connection's page, then try again."),
    "waits_for_person": _("Waiting for the person to confirm the new email address."),
    "email_exists": _("Somebody in Huma has this email already. The two are linked now, and nothing was overwritten."),
    "email_exists_linked": _("Somebody else in Huma has this email already, and is linked to another employee."),
    "found_existing": _("The employee was in %(system)s already, and is linked now."),
    "creation_failed": _("The person couldn't be created, so this was not sent."),
    "stopped": _("The sync was stopped before this was sent."),
    "parked": _("It was interrupted too many times. Try again."),
    "broken_contract": _("%(system)s gave an answer that we don't understand. Tell your administrator."),
    **UNDOING,
    # Why a change is held.
    "held_many": _("Unusually many changes at once. Check them before they are sent."),
    "held_account": _(
        "Changed bank accounts wait for approval: somebody who gets into another person's profile in Huma could "
        "otherwise redirect the salary."
    ),
    "held_waits": _("An earlier change of this field was waiting for approval. This one has replaced it."),
    # Why a run failed or stops and asks.
    "read_failed_huma": _("Not everything could be fetched from Huma. Nothing was sent. Try again in a while."),
    "read_failed_visma": _("Not everything could be fetched from Visma. Nothing was sent. Try again in a while."),
    "credentials_huma": _("Huma refused the API key. Renew the connection's API key."),
    "credentials_visma": _("Visma refused the app. Check in Visma.net's App Store that it is still authorised."),
    "waits_for_release": _(
        "The connection is waiting for an administrator's approval. Nothing is fetched from Visma before that."
    ),
    "application_refused": _("Visma refused the installation's Visma key. Tell your administrator."),
    "contract_huma": _("Huma gave an answer that we don't understand. Nothing was sent. Tell your administrator."),
    "contract_visma": _("Visma gave an answer that we don't understand. Nothing was sent. Tell your administrator."),
    **READING,
    **PAIRS,
    "huma_empty": _(
        "Huma's list of people is empty. Nothing was sent. Check the API key, and which companies, locations and "
        "teams are chosen in the settings."
    ),
    "visma_empty": _("Visma's list of employees is empty. Is it the right company?"),
    "visma_all_lost": _(
        "Visma's list of employees is empty, although %(linked)s people are linked. Nothing was sent. Check the "
        "app's access in Visma.net."
    ),
    "huma_lost": _("%(lost)s of %(linked)s linked people are missing in Huma. Nothing was sent."),
    "visma_lost": _("%(lost)s of %(linked)s linked people are missing in Visma. Nothing was sent."),
    "list_unsteady": _("The list of people kept changing while we fetched it. Try again in a while."),
    "same_company": _(
        "Only %(matched)s of %(people)s people match. Is it the same company? An administrator must confirm."
    ),
    "over_threshold": _("%(people)s people would be changed or created, more than the limit of %(threshold)s."),
    "interrupted": _("Fetching was interrupted too many times. Start again."),
    "bug": _("Something went wrong in humavisma. Your administrator finds the details in the log."),
    "number_series": _("The employee numbers in Huma and in Visma don't look like the same series."),
    # Look twice.
    "twice_account": _("Bank accounts that change or are new"),
    "twice_bic": _("Bank accounts where the SWIFT/BIC belongs to another country than the IBAN"),
    "twice_last_day": _("Employments that get an end date"),
    "twice_no_last_day": _("Employments whose end date is removed"),
    "twice_past": _("Dates in the past"),
    "twice_number": _("Employee numbers that change"),
    "twice_email": _("Emails that change: people sign in with them"),
    "twice_emptied": _("Values that are emptied"),
    "twice_huma": _("Will be sent to Huma"),
}

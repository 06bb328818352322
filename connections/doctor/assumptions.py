"""Every numbered assumption of docs/vendors/: what is assumed, and what the product does where it is otherwise."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

GET, WRITES, BOTH = "get", "writes", "both"
"""What settles an assumption: a look, our ordinary writes and Huma's events, or first the one and then the other."""


@dataclass(frozen=True)
class Assumption:
    """``code``: its number in docs/vendors/; ``by``: what settles it; ``does``: what the product does otherwise."""

    code: str
    by: str
    assumed: str
    does: str


_REGISTRY = (
    Assumption(
        "V1",
        GET,
        _("Access that is missing shows in the token of Visma.net, or is refused."),
        _(
            "A refusal right after a new token counts as missing access: the connection pauses, and its page names both"
            " possible causes."
        ),
    ),
    Assumption("V2", GET, _("Visma gives up to 100 rows on a page."), _("Smaller pages are asked for.")),
    Assumption(
        "V3",
        GET,
        _("Visma's next page is asked for with the parameter “cursor”."),
        _("The other parameter is used. A list that moves meanwhile is fetched again."),
    ),
    Assumption(
        "V4",
        GET,
        _("Visma gives an employee's positions as a plain list, and also inside the list of employees."),
        _("Pages of positions are read, too. Positions that are missing in the list are asked for person by person."),
    ),
    Assumption(
        "V5",
        GET,
        _("The type of an email or a phone in Visma is “business” or “private”."),
        _("The other word for “business” is translated both ways. Other types are left alone."),
    ),
    Assumption(
        "V6",
        GET,
        _("Visma's end reasons are the codes of the a-melding."),
        _(
            "Another spelling is translated both ways. A code that we don't know is shown, and never replaced or "
            "sent to Huma."
        ),
    ),
    Assumption(
        "V7",
        GET,
        _("Visma lists the jobs of our writes with the newest first."),
        _("The whole list is read each time."),
    ),
    Assumption(
        "V8",
        BOTH,
        _("Each document of Visma has an ETag, which guards it against a change in between."),
        _(
            "A weak ETag is sent back as it came. Without one, the document is fetched again right before a change is "
            "sent, and nothing is sent if it changed. A change within that moment could be overwritten."
        ),
    ),
    Assumption(
        "V9",
        GET,
        _("Both countries of an international account in Visma are those of the IBAN."),
        _("We write the IBAN's country into both, and only together with an account."),
    ),
    Assumption(
        "V10",
        WRITES,
        _("A new employee in Visma is found by our external id within a minute."),
        _("We go on looking, and don't create the person anew until it is clear. If it stays unclear, you are told."),
    ),
    Assumption(
        "V11",
        WRITES,
        _("The number of a saved employee in Visma can't be changed."),
        _("Each change is fetched again. Where Visma kept the old number, the change counts as not done."),
    ),
    Assumption(
        "V12",
        WRITES,
        _("Properties that we don't know stay in Visma if they are sent back."),
        _("We send back whole documents all the same. Tell us, and check one employee by hand."),
    ),
    Assumption(
        "V13",
        WRITES,
        _("A new draft in Visma may lack data, and gets a number."),
        _("A draft without a number gets it from payroll, and the next sync takes it over. A refused one is shown."),
    ),
    Assumption(
        "V14",
        GET,
        _("Visma's answers say how many requests are left."),
        _("We keep to our own limit, and wait as long as Visma says when there were too many."),
    ),
    Assumption(
        "H1",
        GET,
        _("A property that Huma leaves out altogether is hidden from the API key, and not empty."),
        _("It isn't compared for that person, and nothing is emptied because of it."),
    ),
    Assumption(
        "H2",
        GET,
        _("Huma's list holds deactivated people, too."),
        _("Linked people who are missing in the list are asked for one by one before anything follows from it."),
    ),
    Assumption(
        "H3",
        GET,
        _("A page of Huma has up to 50 people, and may lack the total."),
        _("A list that doesn't add up is not used: the sync stops and says so."),
    ),
    Assumption(
        "H4",
        GET,
        _("Accounts in Huma are of the type “national” or “international”."),
        _("An account of another type is shown and compared, but isn't sent to Visma."),
    ),
    Assumption(
        "H5",
        WRITES,
        _("A property in Huma is emptied by sending null."),
        _("The answer is compared. Where the value stayed, the change counts as not done."),
    ),
    Assumption(
        "H6",
        WRITES,
        _("A new email in Huma waits until the person confirms it."),
        _("Nothing more is needed: the new address counts at once."),
    ),
    Assumption(
        "H7",
        WRITES,
        _("Huma refuses an email that somebody else has, and says that it is about the email."),
        _("We look in Huma's list whether somebody has the address, whatever the refusal says."),
    ),
    Assumption(
        "H8",
        WRITES,
        _("Huma's notices are signed, in hex or base64."),
        _("Both are accepted. A notice that isn't signed with the key is refused."),
    ),
    Assumption(
        "H9",
        GET,
        _("The id that Huma keeps of a Visma integration is the employee's id in Visma."),
        _("It links nobody unless an employee has it."),
    ),
    Assumption(
        "H10",
        WRITES,
        _("A read right after a notice can still give the old values."),
        _("Whoever brought nothing new is read once more a little later."),
    ),
)
ASSUMPTIONS = {one.code: one for one in _REGISTRY}

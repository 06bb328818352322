"""The words of the product and what they mean: for the help, and for the table in docs/glossary.md."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class Term:
    """A word as pages write it, and its meaning in a sentence; both are English message ids."""

    word: str
    meaning: str


TERMS = (
    Term(_("Connection"), _("One organisation in Huma, or some of its groups, and one company in Visma.net Payroll.")),
    Term(
        _("Owner"),
        _("Sees a connection and everybody in it, synchronizes and decides. Administrators can do it for all."),
    ),
    Term(_("Sync"), _("Fetching from both systems, comparing, and sending what was decided.")),
    Term(_("Fetch and compare"), _("Reading both systems. It changes nothing.")),
    Term(
        _("Linked person"),
        _("Somebody in Huma and somebody in Visma of whom it is known that they are the same person."),
    ),
    Term(_("Possible match"), _("Two people who may be the same person. You link them, or mark them as different.")),
    Term(_("Difference"), _("A field of a linked person on which the two systems disagree.")),
    Term(
        _("Suggestion"),
        _("The system that is probably right: the only one in which the value changed, or that has one."),
    ),
    Term(
        _("Leave as is"),
        _("Nothing is sent, and you aren't asked again until the value changes in one of the systems."),
    ),
    Term(_("Not decided"), _("Nothing is sent, and the next sync asks again.")),
    Term(
        _("Left out"),
        _("A person, or one field of a person, that no sync compares or changes until it is included again."),
    ),
    Term(_("Send"), _("Writing what was confirmed to Huma or Visma. Nothing is sent before the last click.")),
    Term(_("Draft"), _("An employee in Visma whom a payroll clerk still has to complete.")),
    Term(_("Former employee"), _("Somebody whose employment has ended in both systems.")),
    Term(_("Position"), _("A job in Huma, an employment in Visma. Dates belong to one position, never to another.")),
    Term(_("Employment ID"), _("The employee number, which both systems have.")),
    Term(_("First workday"), _("Start date in Visma.")),
    Term(_("Last workday"), _("End date in Visma, together with an end reason.")),
    Term(_("End reason"), _("Why a position ends. Visma reports it to the authorities.")),
    Term(_("Cash (no bank payment)"), _("How Visma writes that salary goes to no bank account.")),
    Term(
        _("Automatic updates"),
        _("What only changed in Huma is sent to Visma without a click, in the name of who turned it on."),
    ),
    Term(_("Waiting for approval"), _("A change that is sent only after somebody has looked at it.")),
    Term(_("Not certain"), _("We don't know whether the change was stored, because no answer came.")),
    Term(
        _("Skipped"),
        _("A person whose record couldn't be fetched or understood. Nothing of theirs is compared or sent."),
    ),
    Term(
        _("Notices from Huma"),
        _("What Huma's webhook sends when somebody changes. It names people, and holds no values."),
    ),
    Term(_("Signing key"), _("The secret with which Huma signs its notices.")),
    Term(_("API key"), _("The access to Huma: Client ID and Client secret.")),
    Term(_("Tenant ID"), _("The number of a company in Visma.net.")),
    Term(
        _("Recipient of payroll notices"),
        _(
            "An address that is told about changed bank accounts, last workdays and names, and about new drafts, "
            "without a login."
        ),
    ),
    Term(_("Pay day and cut-off"), _("The day when salary is paid, and until when a change is in time for it.")),
    Term(_("Pilot group"), _("The only people who are changed, until somebody chooses everyone.")),
    Term(
        _("Pause"),
        _("Nothing is sent until it is over. What changes in Huma meanwhile is fetched and compared afterwards."),
    ),
    Term(
        _("Disconnect"),
        _(
            "End a connection: nothing is fetched or sent any more, and the API key is deleted. Both systems stay as "
            "they are."
        ),
    ),
    Term(_("Pairs file"), _("A list of your own that says who in Huma is who in Visma. It sends nothing.")),
    Term(
        _("Check of a connection"), _("A look at how your own two systems answer. It only asks, and changes nothing.")
    ),
    Term(_("Needs your attention"), _("The list of what is waiting for a person, in all connections.")),
)
"""In the order of one's way through the product."""

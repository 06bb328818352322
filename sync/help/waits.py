"""What may wait for a person, and what to do about it: one sentence for each kind of *Needs your attention*."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sync.models import Change
from sync.situation.what_waits import Kind

State = Change.State

WAITS: dict[Kind, tuple[Promise, Promise]] = {
    Kind.APPLICATION: (
        _("The installation's Visma key is refused"),
        _("Nothing can be fetched from or sent to Visma. An administrator renews the key of the installation."),
    ),
    Kind.RELEASE: (
        _("A new connection"),
        _("An administrator asks the company whether it is theirs, and approves the connection or rejects it."),
    ),
    Kind.PAUSED: (
        _("The access is refused"),
        _("The connection is paused until the API key is renewed, or the app is authorised in Visma.net again."),
    ),
    Kind.FAILED: (
        _("A sync stopped while it fetched"),
        _("What couldn't be fetched is never taken for empty or gone, so nothing was sent. Start again."),
    ),
    Kind.TWO_WRITERS: (
        _("Another integration changes Visma too"),
        _("Two programs would overwrite each other. Turn the other integration off in Huma; then updates resume."),
    ),
    Kind.HELD: (
        _("Changes are waiting for approval"),
        _("Changed bank accounts, and unusually many changes at once, are sent only after somebody approved them."),
    ),
    Kind.UNKNOWN: (
        _("A change isn't certain"),
        _("No answer came. Check the employee in the system that is named; the next sync compares again."),
    ),
    Kind.NOBODY_HEARS: (
        _("Nobody in payroll is told"),
        _("Automatic updates need somebody who hears about changed bank accounts. Add a recipient, who then confirms."),
    ),
    Kind.ACCOUNTS: (
        _("Changed bank accounts are sent at once"),
        _("It was so when the connection was made. Choose whether they are to wait for approval."),
    ),
    Kind.UNREAD: (
        _("A person is skipped"),
        _("Their record couldn't be fetched or understood. Everybody else is synced; the reason says what to correct."),
    ),
    Kind.LINKS: (
        _("A linked person has to be checked"),
        _(
            "Something speaks against the two being the same person. Confirm that it is still right, or link the right "
            "two."
        ),
    ),
    Kind.DEACTIVATED: (
        _("Deactivated in Huma, still employed in Visma"),
        _("If the person has left, enter the last workday in Huma or end the employment in Visma."),
    ),
    Kind.DELETED: (
        _("Deleted in Huma"),
        _("Nothing is changed in Visma. Check whether the employment has to be ended there."),
    ),
    Kind.GONE: (
        _("No longer in Visma"),
        _("Nothing is changed in Huma. If it was by mistake, the person can be added to Visma again."),
    ),
    Kind.POSITION: (
        _("Another position"),
        _("A position has begun or ended. Dates are never sent to another employment without your choice."),
    ),
    Kind.DIFFERENCES: (
        _("Differences"),
        _("Decide in Review which system is right, or leave it as it is until one of the two changes."),
    ),
    Kind.NOT_ADDED: (
        _("Somebody couldn't be added"),
        _("The result says why. Correct it, then synchronize again."),
    ),
    Kind.NEW_PERSON: (
        _("New in Huma"),
        _("Nobody is added automatically. Choose in Create who is added to Visma."),
    ),
    Kind.DRAFTS: (
        _("Drafts in Visma"),
        _("People who were added are drafts until a payroll clerk completes them. Until then nothing is sent to them."),
    ),
    Kind.PAUSED_BY_HAND: (
        _("Paused by an owner"),
        _("Nothing is sent until the pause is over. What changes in Huma meanwhile is fetched afterwards."),
    ),
}
"""The title, and what it means and what to do, of everything that may wait."""

OUTCOMES: dict[State, Promise] = {
    State.PLANNED: _("It is confirmed, and hasn't been sent yet."),
    State.DONE: _("It was sent, and the system has the new value."),
    State.NOTHING: _("The system had the value already, so nothing had to be sent."),
    State.MOVED: _(
        "Somebody changed the value after you saw it, so it wasn't overwritten. The difference is open again."
    ),
    State.FAILED: _("The system didn't accept it, or gave no answer before it was sent. Nothing was changed."),
    State.UNKNOWN: _("It was sent, and no answer came. Check the employee there; the next sync compares again."),
    State.STOPPED: _("The sync was stopped before it was sent."),
    State.HELD: _("An owner approves or rejects it first."),
}
"""What each outcome of a change means."""

"""The headings of the Create page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sync.core.codes import CreateGroup

MAIN, BLOCKED, OUTSIDE, NEVER = CreateGroup.MAIN.value, "blocked", "outside", "never"
FOLDED = (
    CreateGroup.FORMER,
    CreateGroup.NOT_EMPLOYEE,
    CreateGroup.NO_POSITION,
    CreateGroup.DRAFT,
    CreateGroup.RETURNED,
)
TITLES: dict[str, Promise] = {
    MAIN: _("Current and upcoming"),
    BLOCKED: _("Can't be added yet"),
    "former": _("Former employees"),
    "not_employee": _("Not employees"),
    "no_position": _("No position"),
    "draft": _("Drafts"),
    "returned": _("Added before, removed since"),
    OUTSIDE: _("Outside the pilot group"),
    NEVER: _("Never added"),
}
NOTES: dict[str, Promise] = {
    BLOCKED: _("Fix what is shown next to each person, then fetch from both systems again."),
    "former": _("Their employment has ended, or they are deactivated in Huma."),
    "not_employee": _("Their contract in Huma says consultant, freelancer or third party."),
    "no_position": _("They have no position, so we can't tell whether they are employed."),
    "draft": _("They haven't been completed in Visma yet."),
    "returned": _("A sync added them, and somebody removed them afterwards."),
    OUTSIDE: _("They can't be added before they join the pilot group, or it ends."),
    NEVER: _("They are left out of every sync until you include them again."),
}

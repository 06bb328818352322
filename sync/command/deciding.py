"""The command's options, and the decisions that follow from them."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from sync.analysis.links import candidates
from sync.analysis.pilot_scope import pilot_scope
from sync.command.employees import NotOne, find
from sync.core.codes import CreateGroup
from sync.core.records.employee import Side
from sync.models import EmployeeLink, SyncRun
from sync.wizard import creation
from sync.wizard.review import ReviewFilter, decide_bulk

NAME = "command"
"""The name that the audit and the history show for the command."""


@dataclass(frozen=True)
class Options:
    """The command's options; ``conflicts``: huma, visma, suggested or leave (decide nothing).

    ``only``: the people to decide about, as ``employees.find`` accepts them; by default everybody.
    """

    conflicts: str = "leave"
    create_in_huma: bool = False
    create_in_visma: bool = False
    allow_clearing: bool = False
    dry_run: bool = False
    confirm_large: bool = False
    only: tuple[str, ...] = ()


class OutsidePilot(Exception):
    """``--only`` names somebody outside the pilot group by this text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def decide(run: SyncRun, options: Options) -> None:
    """Decide as the options say, for the pilot group only if there is one.

    Raises, before anything is decided, ``NotOne`` if ``only`` names nobody or several, and ``OutsidePilot`` if it names
    somebody outside the pilot group.
    """
    run.connection.refresh_from_db(fields=["pilot"])  # reading may have taken long
    people = [find(run.connection, text, run) for text in options.only]
    scope = pilot_scope(run.connection_id)
    for text, who in zip(options.only, people, strict=True):
        link = EmployeeLink.objects.filter(pk=who.link).first() if who.link else None
        if not (scope.includes_link(link) if link else scope.includes_person(who.side, who.vendor_id)):
            raise OutsidePilot(text)
    shown = [ReviewFilter(show="all", link=one.link) for one in people if one.link]
    if options.conflicts != "leave":
        for one in shown if options.only else [ReviewFilter(show="all")]:
            decide_bulk(run, NAME, one, options.conflicts, options.allow_clearing)
    for target, wanted in ((Side.HUMA, options.create_in_huma), (Side.VISMA, options.create_in_visma)):
        if wanted and options.only:
            rows = candidates.possible(run, target).filter(create_group=CreateGroup.MAIN)
            named = {(one.side, one.vendor_id) for one in people}
            ids = [pk for pk, *who in rows.values_list("pk", "side", "vendor_id") if tuple(who) in named]
            creation.choose(run, NAME, ids, True)
        elif wanted:
            creation.choose_all(run, NAME, target, True)


def refused(error: NotOne | OutsidePilot) -> str:
    """Why nothing was decided, as one line."""
    if isinstance(error, OutsidePilot):
        return _("--only: “%(who)s” isn't in the pilot group, so nothing is decided or sent for them.") % {
            "who": error.text
        }
    if error.several:
        return _("--only: “%(who)s” is more than one person. Name one as link:N, huma:ID or visma:ID.") % {
            "who": error.text
        }
    return _("--only: there is nobody called “%(who)s”.") % {"who": error.text}

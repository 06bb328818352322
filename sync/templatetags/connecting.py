"""Template tags with which the connections' pages show parts of the sync: templates may cross apps, code doesn't."""

from django import template
from django.utils.translation import gettext as _

from connections.models import Connection, ReleaseRequest
from connections.pauses.pausing import application_refused
from sync.attention.dashboard import Entry, entry_for
from sync.automation import switching
from sync.pages.steps import WIZARD_STEPS, Step
from sync.readiness.shown import Readiness, readiness
from sync.runs import release_look
from sync.situation.all_right import answer_for
from sync.wording.all_right import Said, said
from sync.wording.pause import Pause, pause_of
from sync.wording.sentences import sentence
from sync.worker.heartbeat import worker_alive

register = template.Library()


@register.simple_tag
def connect_steps() -> list[Step]:
    """The step bar before a company is connected."""
    return [Step(_("Connect"), "current"), *(Step(str(label), "todo") for _name, label in WIZARD_STEPS)]


@register.simple_tag
def how_it_is(connection: Connection) -> Entry:
    """A connection's entry on the start page: what happened last, what waits, and the next action."""
    return entry_for(connection)


@register.simple_tag
def is_it_all_right(connection: Connection) -> Said:
    """The one answer for a connection, in words."""
    return said(answer_for(connection))


@register.simple_tag
def readiness_of(connection: Connection) -> Readiness | None:
    """What is to be set up; ``None`` for a disconnected connection."""
    return readiness(connection).get(connection.pk)


@register.simple_tag
def paused(connection: Connection) -> Pause | None:
    """The connection's pause, in words."""
    return pause_of(connection)


@register.simple_tag
def visma_refuses_us() -> bool:
    """Whether Visma refuses the installation's own credentials."""
    return application_refused()


@register.simple_tag
def counted(request: ReleaseRequest) -> release_look.Counted:
    """The figures of a release request: how many people match by which key."""
    return release_look.counted(request)


@register.simple_tag
def counted_in_vain(request: ReleaseRequest) -> str:
    """Why both sides couldn't be counted."""
    return sentence(request.trouble, request.trouble_params)


@register.simple_tag
def no_worker() -> bool:
    """Whether no worker is alive that could count."""
    return not worker_alive()


@register.simple_tag
def asks_about_automatic_updates(connection: Connection) -> bool:
    """Whether a first result asks if automatic updates should be turned on."""
    return switching.is_offered(connection)

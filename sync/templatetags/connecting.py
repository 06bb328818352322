"""What the connections' pages show of the sync: templates may cross apps, code doesn't."""

from django import template
from django.utils.translation import gettext as _

from connections.models import Connection, ReleaseRequest
from connections.pausing import application_refused
from sync.automation import switching
from sync.inbox.dashboard import Entry, entry_for
from sync.pages.steps import WIZARD_STEPS, Step
from sync.runs import release_look
from sync.wording.pause import Pause, pause_of
from sync.wording.sentences import sentence
from sync.worker.heartbeat import worker_alive

register = template.Library()


@register.simple_tag
def connect_steps() -> list[Step]:
    """The step bar where nothing is connected yet."""
    return [Step(_("Connect"), "current"), *(Step(str(label), "todo") for _name, label in WIZARD_STEPS)]


@register.simple_tag
def how_it_is(connection: Connection) -> Entry:
    """What happened last, what waits, and the next action."""
    return entry_for(connection)


@register.simple_tag
def paused(connection: Connection) -> Pause | None:
    """The pause of the connection, in words."""
    return pause_of(connection)


@register.simple_tag
def visma_refuses_us() -> bool:
    """Whether Visma refuses the installation's own credentials, whatever the connection."""
    return application_refused()


@register.simple_tag
def counted(request: ReleaseRequest) -> release_look.Counted:
    """What matched by what, for the superuser who is asked."""
    return release_look.counted(request)


@register.simple_tag
def counted_in_vain(request: ReleaseRequest) -> str:
    """Why both sides couldn't be counted."""
    return sentence(request.trouble, request.trouble_params)


@register.simple_tag
def no_worker() -> bool:
    """Whether nobody is there who could count."""
    return not worker_alive()


@register.simple_tag
def asks_about_automatic_updates(connection: Connection) -> bool:
    """Whether a first result asks if changes in Huma are to be written by themselves from now on."""
    return switching.is_offered(connection)

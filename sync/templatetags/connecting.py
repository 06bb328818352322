"""What the connections' pages show of the sync: templates may cross apps, code doesn't."""

from django import template
from django.utils.translation import gettext as _

from connections.models import Connection
from connections.pausing import application_refused
from sync.pause_words import Pause, pause_of
from sync.services.start import Entry, entry_for
from sync.views.steps import STEPS, Step

register = template.Library()


@register.simple_tag
def connect_steps() -> list[Step]:
    """The step bar where nothing is connected yet."""
    return [Step(_("Connect"), "current"), *(Step(str(label), "todo") for _name, label in STEPS)]


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

"""What the connections' pages show of the sync: templates may cross apps, code doesn't."""

from django import template
from django.utils.translation import gettext as _

from connections.models import Connection
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

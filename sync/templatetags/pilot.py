"""Template tags of the pilot group, which every page of a connection shows."""

from django import template

from connections.models import Connection
from sync.runs.pilot_members import Group, group
from sync.wording.pilot import group_sentence

register = template.Library()


@register.simple_tag
def pilot_group(connection: Connection) -> Group:
    """The group as it is now."""
    return group(connection)


@register.filter
def in_words(found: Group) -> str:
    """How large the group is, in a sentence."""
    return group_sentence(found.staying, found.of)

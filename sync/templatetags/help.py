"""The question marks: small links from where one wonders to the part of the help that answers it."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from sync.help.sections import OF_PAGES, TITLES, address

register = template.Library()


@register.inclusion_tag("sync/help/link.html")
def help_link(anchor: str) -> dict[str, str]:
    """A link to a section of the help. Raises ``KeyError`` for a section that doesn't exist."""
    return {"url": address(anchor), "label": _("Help: %(title)s") % {"title": TITLES[anchor]}}


@register.inclusion_tag("sync/help/link.html", takes_context=True)
def page_help(context: dict[str, Any]) -> dict[str, str]:
    """The link for the page that is shown; nothing on a page without one."""
    match = getattr(context.get("request"), "resolver_match", None)
    anchor = OF_PAGES.get(match.url_name or "") if match and match.namespace == "admin" else None
    return help_link(anchor) if anchor else {}

"""Makes an email from its templates."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation


def absolute(path: str) -> str:
    """The absolute address of a page, for links in emails."""
    return f"{settings.SITE_URL}{path}"


def message(name: str, context: dict[str, Any], to: Iterable[str], message_id: str) -> EmailMultiAlternatives:
    """The email made from three templates: subject, text, HTML. The subject begins with the connection's name."""
    context = {**context, "language": translation.get_language()}
    subject = " ".join(render_to_string(f"emails/{name}_subject.txt", context).split())
    message = EmailMultiAlternatives(
        subject,
        render_to_string(f"emails/{name}.txt", context).strip() + "\n",
        to=list(to),
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"emails/{name}.html", context), "text/html")
    return message

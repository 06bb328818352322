"""Composes the emails about a release of a new pairing: no value and no figure."""

from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from connections.models import Connection, ReleaseRequest
from sync.mail.composing import Composer, Words
from sync.mail.message import absolute, message
from sync.models import Letter


def _asked(letter: Letter) -> EmailMultiAlternatives | None:
    """The email to superusers; ``None`` once the request is answered."""
    request = _request(letter)
    if request.answer:
        return None
    words = {"who": request.asked_by, "at": date_format(localtime(request.asked_at), "SHORT_DATETIME_FORMAT")}
    lines = [
        _("%(who)s connected a company on %(at)s. Nothing from Visma.net Payroll is shown before you approve it.")
        % words,
        _("Anybody can create a Huma organisation. Call the company on a number that you know before you approve."),
    ]
    again = letter.key.endswith(":again")
    subject = _("is still waiting for your approval") if again else _("is waiting for your approval")
    return _letter(letter, request, subject, _("A connection is waiting for your approval."), lines, _("Look at it"))


def _answered(letter: Letter) -> EmailMultiAlternatives | None:
    """The email to the owners with the answer."""
    request = _request(letter)
    words = {"who": request.answered_by}
    if request.answer == ReleaseRequest.Answer.RELEASED:
        lines = [_("%(who)s approved it. You can synchronize users now.") % words]
        return _letter(
            letter, request, _("approved"), _("The connection is approved."), lines, _("Open the connection")
        )
    lines = [
        _("%(who)s rejected it. The API key is deleted.") % words,
        _("Reason: %(reason)s") % {"reason": " ".join(request.reason.split())},
    ]
    return _letter(letter, request, _("rejected"), _("The connection is rejected."), lines, _("Open the connection"))


def _letter(
    letter: Letter, request: ReleaseRequest, subject: str, headline: str, lines: list[str], label: str
) -> EmailMultiAlternatives:
    connection: Connection = request.connection
    name = "connection" if request.answer else "connection_release"
    words = Words(subject, headline, lines, label, absolute(reverse(f"admin:{name}", args=[connection.code])))
    return message("letter", {"connection": connection.name, "words": words}, letter.to, letter.message_id)


def _request(letter: Letter) -> ReleaseRequest:
    return ReleaseRequest.objects.select_related("connection").get(pk=letter.params["request"])


EMAILS: dict[str, Composer] = {Letter.Kind.RELEASE: _asked, Letter.Kind.ANSWERED: _answered}

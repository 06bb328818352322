"""Pause a connection by hand, say until when, and resume it."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from connections.models import Connection
from connections.pages.nav import page_context
from connections.pages.permissions import connection_for, hr_page
from connections.pauses import pausing


class PauseForm(forms.Form):
    """The last day of the pause, if there is one."""

    until = forms.DateField(
        label=gettext_lazy("Until and including"),
        required=False,
        input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=gettext_lazy(
            "The connection resumes automatically the day after. If you leave this empty, it resumes when an owner "
            "resumes it."
        ),
    )

    def clean_until(self) -> object:
        until = self.cleaned_data["until"]
        if until is not None and until < timezone.localdate():
            raise ValidationError(_("That day is over. Choose today or a later one, or leave it empty."))
        return until


@require_http_methods(["GET", "POST"])
@hr_page
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Say what stops and what waits; after *Pause*, go to the connection's page. A paused one gets a new last day."""
    connection = connection_for(request.user, code)
    if connection.state in (Connection.State.DISCONNECTED, Connection.State.WAITING):
        return redirect("admin:connection", code)
    by_hand = connection.pause_reason == pausing.BY_HAND
    initial = {"until": connection.paused_until}
    form = PauseForm(request.POST if request.method == "POST" else None, initial=initial)
    form.fields["until"].widget.attrs["min"] = timezone.localdate().isoformat()
    if form.is_valid():
        pausing.pause(connection, request.user, form.cleaned_data["until"])
        messages.success(request, _("Saved.") if by_hand else _("Paused. The owners get an email."))
        return redirect("admin:connection", code)
    title = _("Change the pause") if by_hand else _("Pause")
    return render(request, "connections/pause.html", page_context(request, connection, title, form=form, again=by_hand))


@require_POST
@hr_page
def resume(request: HttpRequest, code: str) -> HttpResponse:
    """End the pause at once."""
    connection = connection_for(request.user, code)
    if pausing.resume(connection, request.user):
        messages.success(request, _("The connection resumes, and fetches what waited. The owners get an email."))
    return redirect("admin:connection", code)

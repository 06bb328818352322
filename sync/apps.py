"""The app's place in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SyncConfig(AppConfig):
    """The sync's models and pages."""

    name = "sync"
    verbose_name = _("Sync")

    def ready(self) -> None:
        """Register supported fields and the emails of the capabilities, and connect receivers of signals."""
        from connections import signals, supported
        from sync.attention import digest_email, release_emails, release_letters
        from sync.automation import held_emails, pauses, payroll_emails
        from sync.automation.disconnected import end_runs
        from sync.core.fields import FIELDS
        from sync.core.fields.end_reasons import END_REASONS
        from sync.mail import composing, pause_emails, payroll_letters
        from sync.payroll_ready import emails as payroll_ready
        from sync.readiness import mail_check
        from sync.runs import result_email
        from sync.worker import queue

        fields = [supported.SupportedField(field.name, field.label, field.rule) for field in FIELDS]
        supported.register(fields, END_REASONS)
        for emails in (
            pause_emails,
            held_emails,
            payroll_emails,
            payroll_ready,
            release_emails,
            digest_email,
            result_email,
            mail_check,
        ):
            composing.register(emails.EMAILS)
        signals.check_asked.connect(queue.check_asked, dispatch_uid="check_asked")
        signals.disconnecting.connect(end_runs, dispatch_uid="end_runs")
        signals.recipients_added.connect(payroll_letters.added, dispatch_uid="recipients_added")
        signals.paused.connect(pauses.pause_begins, dispatch_uid="pause_begins")
        signals.resumed.connect(pauses.pause_ends, dispatch_uid="pause_ends")
        signals.waits_for_release.connect(release_letters.begins_to_wait, dispatch_uid="begins_to_wait")
        signals.looked_at_again.connect(release_letters.looked_at_again, dispatch_uid="looked_at_again")
        signals.release_answered.connect(release_letters.answered, dispatch_uid="release_answered")
        signals.application_refused.connect(pauses.application_refused, dispatch_uid="application_refused")
        signals.application_works.connect(pauses.application_works, dispatch_uid="application_works")

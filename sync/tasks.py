"""The tasks that the queue calls: each takes a primary key or nothing, and is safe to run twice."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from connections.bug_report import bug_report
from connections.doctor import due as doctor
from connections.models import PROGRAM, Connection
from connections.pauses import credential_retry
from sync import runner
from sync.analysis import two_writers
from sync.attention import digest, release_letters, reminders
from sync.automation import date_roll, real_time, schedule
from sync.history import retention
from sync.mail import letters as post
from sync.mail import outbox, payroll_letters
from sync.models import HumaEvent, SyncRun
from sync.models.groups import STEPS
from sync.payroll_ready import emails as ready_emails
from sync.runs import history_entries, release_look, second_reads
from sync.runs.lifecycle import cancel
from sync.worker import heartbeat
from sync.worker.processes import is_dead
from sync.worker.queue import queue_length, wake, wake_check, wake_connection, wake_look, wake_roll

P = ParamSpec("P")

UNTOUCHED = timedelta(days=7)
SOON_DONE = 4
"""A queue of up to this many tasks isn't long: a worker gets through it in a moment."""


class TaskFailed(Exception):
    """A task met a bug. The queue logs and stores the message, so it is our report and not the bug's own text."""


def _without_its_text(task: Callable[P, None]) -> Callable[P, None]:
    @wraps(task)
    def called(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            task(*args, **kwargs)
        except Exception as error:
            raise TaskFailed(bug_report(error)) from None

    return called


@_without_its_text
def advance(run_pk: int) -> None:
    """Work off one slice of a run, and queue the next one while there is more to do."""
    pause = runner.advance(run_pk)
    if pause is not None and pause <= settings.SLICE_SECONDS:
        wake(run_pk)


@_without_its_text
def attend(connection_pk: int) -> None:
    """Start what is due or waits in a connection, and work on it at once: somebody has just changed something."""
    schedule.start_due(connection_pk)
    connection = Connection.objects.filter(pk=connection_pk).first()
    run = real_time.attend(connection) if connection else None
    if run is not None:
        advance(run.pk)


@_without_its_text
def letters() -> None:
    """Send the letters that are due."""
    for letter in outbox.due():
        post.send(letter)


@_without_its_text
def roll(connection_pk: int) -> None:
    """Look, for one slice, at people whose position was expected to change by today."""
    connection = Connection.objects.filter(pk=connection_pk).first()
    if connection is not None and date_roll.look(connection):
        wake_roll(connection_pk)


@_without_its_text
def look(connection_pk: int) -> None:
    """Count, for one slice, what a superuser sees before a connection's release, and queue the next slice."""
    pause = release_look.look(connection_pk)
    if pause is not None and pause <= settings.SLICE_SECONDS:
        wake_look(connection_pk)


@_without_its_text
def check(connection_pk: int) -> None:
    """Look what is so at a connection's two systems, if that is due."""
    doctor.check_if_due(connection_pk)


@_without_its_text
def beat() -> None:
    """Note that a worker is alive, wake the runs that a dead one left, and start due second reads."""
    heartbeat.beat()
    _wake(_left_behind())
    _read_again()


@_without_its_text
def tick() -> None:
    """The sweeper: start what is due, wake what the queue lost, send mail, and cancel runs that nobody touches."""
    schedule.start_due()
    for connection_pk in date_roll.due():
        wake_roll(connection_pk)
    _wake(_left_behind() | Q(lease_holder="") | Q(lease_until=None))
    _attend_forgotten()
    _read_again()
    for letter in outbox.due():
        post.send(letter)
    _cancel_untouched()
    history_entries.enter_waiting()
    retention.drop_dry_runs()
    retention.drop_uploads()
    retention.blank_values()
    retention.drop_history()
    payroll_letters.ask_unasked()
    ready_emails.write_due()
    reminders.write_due()
    digest.write_due()
    release_letters.look_after()
    credential_retry.look_after()
    two_writers.look_after()
    for connection_pk in doctor.due():
        wake_check(connection_pk)
    two_writers.look_first()


def _left_behind() -> Q:
    """A query for runs whose holder ended without giving its lease back."""
    held = SyncRun.objects.filter(runner.is_working(), lease_until__gte=Now()).exclude(lease_holder="")
    dead = [pk for pk, holder in held.values_list("pk", "lease_holder") if is_dead(holder)]
    return ~Q(lease_holder="") & (Q(lease_until__lt=Now()) | Q(pk__in=dead))


def _wake(idle: Q) -> None:
    """Wake runs that nobody works on, unless a long queue explains why: it would only get longer."""
    explained = timedelta(seconds=settings.SLICE_SECONDS * max(0, queue_length() - SOON_DONE))
    runs = SyncRun.objects.filter(idle, runner.is_working(), dry=False, touched_at__lte=timezone.now() - explained)
    for pk in runs.values_list("pk", flat=True):
        wake(pk)


def _cancel_untouched() -> None:
    old = SyncRun.objects.filter(state__in=STEPS, touched_at__lt=timezone.now() - UNTOUCHED)
    for run in old:
        cancel(run, PROGRAM)


def _attend_forgotten() -> None:
    """Wake connections whose events wait although nothing holds them up: their task was lost."""
    waiting = HumaEvent.objects.filter(state=HumaEvent.State.WAITING, connection__state=Connection.State.ACTIVE)
    for pk in waiting.values_list("connection", flat=True).distinct():
        wake_connection(pk)


def _read_again() -> None:
    """Wake connections with people whose second read after an event is due."""
    for pk in second_reads.due():
        wake_connection(pk)

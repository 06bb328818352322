"""Letters: written once, sent once through a real mail server, and tried again with the same message id."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ

from connections.models import Connection
from connections.pauses import pausing
from sync import tasks
from sync.mail import composing, letters, outbox
from sync.models import Change, EmployeeLink, Letter, SyncRun
from sync.worker.processes import this_process
from tests.connections.companies import company
from tests.sync.bell import until_quiet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


@pytest.fixture(autouse=True)
def english(settings):
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def fjordheim(hr, smtp):
    return company(hr, name="Fjordheim AS")


@pytest.fixture
def letter(fjordheim, hr):
    """A letter that is stored and not sent: hr paused the connection, and no worker has run."""
    pausing.pause(fjordheim, hr)
    return Letter.objects.get()


def whole(message):
    return f"{message['Subject']}\n{message.get_body(('plain',)).get_content()}"


def due_now():
    Letter.objects.update(next_at=timezone.now() - timedelta(seconds=1))


def test_the_same_key_is_the_same_letter(fjordheim, hr):
    assert letters.write("paused", "a", ["hr@example.com", "HR@example.com "], fjordheim, entry=1)
    assert not letters.write("paused", "a", ["other@example.com"], fjordheim, entry=2)
    assert Letter.objects.get().to == ["HR@example.com"]


def test_without_anybody_to_send_it_to_nothing_is_written(fjordheim):
    assert not letters.write("paused", "a", ["", " "], fjordheim)
    assert not Letter.objects.exists()


def test_it_is_sent_soon(letter, smtp):
    until_quiet()
    letter.refresh_from_db()
    assert letter.state == "sent"
    assert letter.sent_at
    [message] = smtp.messages
    assert message["Message-ID"] == letter.message_id
    assert message["To"] == "hr@example.com"


def test_the_tick_sends_what_the_queue_lost(letter, smtp):
    OrmQ.objects.all().delete()
    tasks.tick()
    tasks.tick()
    assert len(smtp.messages) == 1


def test_a_mail_server_that_is_away_is_tried_again_with_the_same_name(letter, smtp):
    smtp.refusing = True
    assert not letters.send(letter)
    assert not outbox.due().exists()
    assert not letters.send(letter)  # not before the pause is over
    letter.refresh_from_db()
    assert (letter.state, letter.tries, letter.holder) == ("waiting", 1, "")
    name = letter.message_id
    smtp.refusing = False
    due_now()
    assert letters.send(outbox.due().get())
    assert [message["Message-ID"] for message in smtp.messages] == [name]


def test_the_pauses_grow_until_it_is_given_up(letter, settings):
    settings.EMAIL_PORT = 9  # nobody listens
    pauses = []
    for _try in range(outbox.TRIES + 1):
        due_now()
        letter.refresh_from_db()
        assert not letters.send(letter)
        if letter.next_at:
            pauses.append(round((letter.next_at - timezone.now()).total_seconds() / 60))
    assert pauses == sorted(pauses)
    assert len(pauses) == outbox.TRIES
    assert letter.state == "failed"
    assert not outbox.due().exists()


def test_two_workers_send_it_once(letter, smtp):
    other = Letter.objects.get()
    assert letters.send(letter)
    assert not letters.send(other)
    assert len(smtp.messages) == 1


def test_what_a_dead_process_was_sending_is_due_at_once(letter):
    host, pid, start = this_process().split(":")
    dead = f"{host}:{pid}:{int(start) + 1}"
    Letter.objects.update(tries=1, holder=dead, next_at=timezone.now() + outbox.CLAIM)
    assert outbox.due().get() == letter


def test_what_a_living_process_sends_is_left_to_it(letter):
    Letter.objects.update(tries=1, holder=this_process(), next_at=timezone.now() + outbox.CLAIM)
    assert not outbox.due().exists()


SEND = """
import django; django.setup()
from sync import tasks
tasks.letters()
"""


@pytest.mark.kill
def test_a_process_killed_between_the_servers_yes_and_our_commit_repeats_it_under_the_same_name(
    letter, smtp, process_env
):
    """The mail server accepts the message silently, and the sending process is killed; another one sends it again."""
    smtp.silent = True
    process = subprocess.Popen([sys.executable, "-c", SEND], env=process_env)
    until = time.monotonic() + 60
    while not smtp.messages and time.monotonic() < until:
        time.sleep(0.05)
    assert len(smtp.messages) == 1
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    smtp.silent = False
    letter.refresh_from_db()
    assert letter.state == "waiting"
    tasks.letters()
    assert len({str(message["Message-ID"]) for message in smtp.messages}) == 1
    assert len(smtp.messages) == 2
    letter.refresh_from_db()
    assert letter.state == "sent"


def test_a_bug_in_one_letter_keeps_no_other_from_going_out(fjordheim, letter, smtp, caplog):
    Letter.objects.create(
        kind="paused", key="z", connection=fjordheim, to=["x@example.com"], params={"entry": 10**9},
        message_id="<a@b>", next_at=timezone.now() - timedelta(hours=1),
    )  # fmt: skip
    tasks.letters()
    assert [message["To"] for message in smtp.messages] == ["hr@example.com"]
    broken = Letter.objects.get(key="z")
    assert (broken.state, broken.tries) == ("waiting", 1)
    assert "DoesNotExist" in caplog.text


def test_another_module_may_make_a_kind_of_its_own(fjordheim, smtp, monkeypatch):
    monkeypatch.setitem(composing.COMPOSERS, "digest", lambda letter: None)
    letters.write("digest", "d", ["hr@example.com"], fjordheim)
    tasks.letters()
    assert (Letter.objects.get().state, smtp.messages) == ("sent", [])


def test_a_pause_by_hand_says_who_and_until_when(fjordheim, hr, smtp):
    day = timezone.localdate() + timedelta(days=3)
    pausing.pause(fjordheim, hr, day)
    until_quiet()
    said = whole(smtp.messages[0])
    assert said.startswith("Fjordheim AS: paused until and including ")
    assert "hr paused it on " in said
    assert f"/admin/connections/{fjordheim.code}/" in said
    html = smtp.messages[0].get_body(("html",)).get_content()
    assert f'href="http://testserver/admin/connections/{fjordheim.code}/"' in html


def test_it_is_written_in_the_installations_language(letter, smtp, settings):
    settings.LANGUAGE_CODE = "nb"
    until_quiet()
    assert '<html lang="nb">' in smtp.messages[0].get_body(("html",)).get_content()


def test_a_name_cannot_add_lines_to_the_subject(letter, smtp):
    Connection.objects.update(name="Fjord\nBcc: evil@example.com")
    until_quiet()
    assert smtp.messages[0]["Subject"].startswith("Fjord Bcc: evil@example.com: paused")
    assert smtp.messages[0]["Bcc"] is None


def held(connection, count):
    run = SyncRun.objects.create(connection=connection, trigger="real-time", state="finished")
    link = EmployeeLink.objects.create(connection=connection, huma_id="h", visma_id="v", linked_by="number")
    Change.objects.bulk_create(
        Change(
            run=run, link=link, name="Frode Før", field="phone", side="visma", state="held", reason="held_many",
            before="12345678903", after="22334455",
        )
        for _ in range(count)
    )  # fmt: skip
    letters.write("held", f"held:{run.pk}", letters.owners(connection), connection, run=run.pk)


def test_what_is_held_back_is_counted_and_not_named(fjordheim, smtp):
    held(fjordheim, 3)
    until_quiet()
    said = whole(smtp.messages[0])
    assert said.startswith("Fjordheim AS: 3 changes are held back\n")
    assert "Unusually many changes at once" in said
    assert f"http://testserver/admin/connections/{fjordheim.code}/held/" in said
    for secret in ("12345678903", "22334455", "Frode"):
        assert secret not in said


def test_what_was_answered_meanwhile_is_not_mailed(fjordheim, smtp):
    held(fjordheim, 1)
    Change.objects.update(answer="dropped")
    until_quiet()
    assert smtp.messages == []
    assert Letter.objects.get().state == "sent"

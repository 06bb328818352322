"""The emails of runs become letters, and what was chosen in a run becomes columns."""

import hashlib

from django.db import migrations

SOME = 500


def hashed(address):
    """As sync.mail.outbox had it when this was written."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()[:32]


def letters_of(run):
    """The emails of a run: its result, and where that still waits, what payroll is told about new drafts."""
    common = {"connection_id": run.connection_id, "params": {"run": run.pk}}
    waits = run.mail_state == "waiting"
    due = {"tries": run.mail_tries, "next_at": run.mail_next}
    is_out = run.mailed_at is not None
    yield {
        **common,
        **(due if waits and not is_out else {}),
        "kind": "result",
        "key": f"result:{run.pk}",
        "message_id": run.message_id,
        "state": "sent" if is_out else run.mail_state,
        "sent_at": run.mailed_at,
    }
    added = run.changes.filter(action="create", side="visma", state="done").exists()
    for address in run.connection.payroll_contacts if waits and added else ():
        yield {
            **common,
            **due,
            "to": [address],
            "kind": "drafts",
            "key": f"drafts:{run.pk}:{hashed(address)}",
            "message_id": run.message_id.replace("<run-", f"<drafts-{hashed(address)[:8]}-")[:120],
            "state": "waiting",
        }


def move(apps, schema_editor):
    """Once, before the old columns go."""
    SyncRun, Letter = apps.get_model("sync", "SyncRun"), apps.get_model("sync", "Letter")
    Change = apps.get_model("sync", "Change")
    letters = []
    for run in SyncRun.objects.exclude(mail_state="").select_related("connection").order_by("pk").iterator(SOME):
        letters += [(Letter(**facts), run.finished_at) for facts in letters_of(run)]
    Letter.objects.bulk_create([letter for letter, _at in letters], batch_size=SOME, ignore_conflicts=True)
    made = {letter.key: at for letter, at in letters if at}
    rows = list(Letter.objects.filter(kind__in=("result", "drafts")).only("key"))
    for letter in rows:
        letter.made_at = made.get(letter.key, letter.made_at)
    Letter.objects.bulk_update(rows, ["made_at"], batch_size=SOME)
    for run in SyncRun.objects.exclude(options={}).only("options").order_by("pk"):
        chosen = run.options
        SyncRun.objects.filter(pk=run.pk).update(
            new_user_groups=chosen.get("groups"),
            invites=bool(chosen.get("invite", False)),
            assigns_numbers=bool(chosen.get("assign_numbers", False)),
        )
        if chosen.get("released"):
            Change.objects.filter(pk__in=chosen["released"]).update(release=run.pk)


class Migration(migrations.Migration):

    dependencies = [
        ("connections", "0005_ask_those_of_before"),
        ("sync", "0007_one_outbox"),
    ]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]

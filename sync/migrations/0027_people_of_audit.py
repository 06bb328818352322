"""Finds the people of audit entries of before, which had the keys of links in their details."""

from django.db import migrations

ONE = ("people.linked", "people.unlinked")
MANY = ("people.linked_together", "people.paired", "people.still_right", "pilot.begun", "pilot.added", "pilot.removed")
BATCH = 100


def fill(apps, schema_editor):
    """Go through the entries in the order of their keys. A link that is gone is nobody's any more."""
    entries = apps.get_model("connections", "AuditEntry").objects.filter(action__in=(*ONE, *MANY))
    links, people = apps.get_model("sync", "EmployeeLink").objects, apps.get_model("sync", "AuditedPerson")
    last = 0
    while some := list(entries.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = some[-1].pk
        named = [(entry, pk) for entry in some for pk in _links(entry)]
        there = set(links.filter(pk__in={pk for _entry, pk in named}).values_list("pk", "connection"))
        rows = [people(entry=entry, link_id=pk) for entry, pk in named if (pk, entry.connection_id) in there]
        people.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def _links(entry):
    found = [entry.detail.get("link")] if entry.action in ONE else entry.detail.get("links")
    return {pk for pk in found or () if isinstance(pk, int)}


class Migration(migrations.Migration):
    """Data only."""

    atomic = False
    dependencies = [("sync", "0026_audited")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

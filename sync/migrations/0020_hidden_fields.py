"""Which fields a system hides of a person becomes a column, so that it is listed after the values are forgotten."""

from django.db import migrations, models

SOME = 500


def hidden_of(person):
    """As sync.core.records.employee had it when this was written; ``person``: a snapshot's payload."""
    return " ".join(name for name, value in person["values"].items() if not value[2])


def fill(apps, schema_editor):
    EmployeeSnapshot = apps.get_model("sync", "EmployeeSnapshot")
    changed = []
    rows = EmployeeSnapshot.objects.filter(complete=True).exclude(payload=None).only("payload")
    for row in rows.order_by("pk").iterator(SOME):
        if row.payload and (names := hidden_of(row.payload)):
            changed.append(EmployeeSnapshot(pk=row.pk, hidden=names))
    EmployeeSnapshot.objects.bulk_update(changed, ["hidden"], batch_size=SOME)


class Migration(migrations.Migration):
    dependencies = [("sync", "0019_test_mail")]

    operations = [
        migrations.AddField(
            model_name="employeesnapshot",
            name="hidden",
            field=models.CharField(blank=True, default="", editable=False, max_length=500),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

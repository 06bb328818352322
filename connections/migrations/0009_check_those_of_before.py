from django.db import migrations


def check_those_of_before(apps, schema_editor):
    """Connections of before are checked soon after the upgrade: their row has no version."""
    rows = apps.get_model("connections", "Connection").objects.exclude(state="disconnected")
    diagnoses = apps.get_model("connections", "Diagnosis").objects
    diagnoses.bulk_create([diagnoses.model(connection=row) for row in rows.only("pk")])


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0008_doctor"),
    ]

    operations = [
        migrations.RunPython(check_those_of_before, migrations.RunPython.noop),
    ]

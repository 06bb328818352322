"""What is worth knowing by a record alone becomes a column, so that it is counted and listed without the values."""

from django.db import migrations, models

SOME = 500


def codes_of(person):
    """As sync.core.worth_knowing had it when this was written; ``person``: a snapshot's payload."""
    values, in_huma = person["values"], person["side"] == "huma"
    account, number = values.get("bank_account"), values.get("employment_id")
    number = (number[1] if number and number[2] else None) or ""
    own, canonical, problem = (account[0], account[1], account[5]) if account else (None, None, "")
    has_account = bool(own and str(own.get("number") or "").strip())
    said = {
        "becomes_cash": in_huma and has_account and canonical is None and not problem,
        "several_positions": sum(position[3] == "current" for position in person["positions"]) > 1,
        "long_number": in_huma and len(number) > 12,
        "no_number": in_huma and person["is_person"] and not number,
    }
    return " ".join(code for code, holds in said.items() if holds)


def fill(apps, schema_editor):
    EmployeeSnapshot = apps.get_model("sync", "EmployeeSnapshot")
    changed = []
    rows = EmployeeSnapshot.objects.filter(complete=True).exclude(payload=None).only("payload")
    for row in rows.order_by("pk").iterator(SOME):
        if row.payload and (codes := codes_of(row.payload)):
            changed.append(EmployeeSnapshot(pk=row.pk, worth_knowing=codes))
    EmployeeSnapshot.objects.bulk_update(changed, ["worth_knowing"], batch_size=SOME)


class Migration(migrations.Migration):
    dependencies = [("sync", "0014_approved_changes")]

    operations = [
        migrations.AddField(
            model_name="employeesnapshot",
            name="worth_knowing",
            field=models.CharField(blank=True, default="", editable=False, max_length=80),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]

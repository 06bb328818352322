"""Connections of before keep what they do, and are asked about it.

Changed bank accounts go on being written at once where they were (``once`` was the default, so that nobody may have
chosen it): an owner is asked. Recipients of payroll notices are asked to confirm their address; nobody has until now.
"""

from django.db import migrations


def ask(apps, schema_editor):
    Connection = apps.get_model("connections", "Connection")
    PayrollRecipient = apps.get_model("connections", "PayrollRecipient")
    Connection.objects.filter(accounts="once").update(accounts_asks=True)
    for connection in Connection.objects.exclude(payroll_contacts=[]).only("pk", "payroll_contacts"):
        addresses = {address.strip().lower() for address in connection.payroll_contacts if address.strip()}
        for address in sorted(addresses):
            PayrollRecipient.objects.get_or_create(connection=connection, address=address)


class Migration(migrations.Migration):

    dependencies = [
        ("connections", "0004_pay_days_and_recipients"),
    ]

    operations = [
        migrations.RunPython(ask, migrations.RunPython.noop),
    ]

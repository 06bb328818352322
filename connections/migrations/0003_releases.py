"""New pairings are released before anything of Visma is shown. Those of before count as released."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def release_those_of_before(apps, schema_editor):
    """One pairing for each; where several organisations had a Tenant ID, what is connected now has it, else the last."""
    connections, pairings = apps.get_model("connections", "Connection"), apps.get_model("connections", "Pairing")
    columns = ("pk", "state", "tenant_id", "huma_organization_id", "created_at")
    columns += ("authority_confirmed_by", "authority_confirmed_at")
    rows = list(connections.objects.values(*columns))
    known, taken = set(), set()
    for row in sorted(rows, key=lambda row: (row["state"] != "disconnected", row["pk"]), reverse=True):
        pair = row["tenant_id"], row["huma_organization_id"]
        if pair in known:
            continue
        known.add(pair)
        released = row["tenant_id"] not in taken
        taken.add(row["tenant_id"])
        made = pairings.objects.create(
            tenant_id=row["tenant_id"],
            huma_organization_id=row["huma_organization_id"],
            released_how="before" if released else "",
            released_by=row["authority_confirmed_by"] if released else "",
            released_at=(row["authority_confirmed_at"] or row["created_at"]) if released else None,
        )
        pairings.objects.filter(pk=made.pk).update(made_at=row["created_at"])


class Migration(migrations.Migration):
    dependencies = [
        ("connections", "0002_two_writers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="connection",
            name="state",
            field=models.CharField(
                choices=[
                    ("active", "Active"),
                    ("paused", "Paused"),
                    ("waiting", "Waiting for approval"),
                    ("disconnected", "Disconnected"),
                ],
                default="active",
                max_length=12,
                verbose_name="state",
            ),
        ),
        migrations.CreateModel(
            name="Pairing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tenant_id", models.CharField(max_length=36, verbose_name="Tenant ID")),
                ("huma_organization_id", models.CharField(blank=True, max_length=36, verbose_name="Huma organisation")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="connected")),
                (
                    "released_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("before", "Connected before approvals were asked for"),
                            ("by_hand", "Approved by an administrator"),
                            ("command", "Connected by the command connect"),
                            ("expected", "Expected by an administrator"),
                            ("not_needed", "No approval was needed"),
                        ],
                        max_length=10,
                        verbose_name="how it was approved",
                    ),
                ),
                ("released_by", models.CharField(blank=True, max_length=150, verbose_name="approved by")),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="approved")),
            ],
            options={
                "verbose_name": "pairing",
                "verbose_name_plural": "pairings",
                "constraints": [
                    models.UniqueConstraint(fields=("tenant_id", "huma_organization_id"), name="one_row_a_pairing"),
                    models.UniqueConstraint(
                        condition=models.Q(("released_how", ""), _negated=True),
                        fields=("tenant_id",),
                        name="a_tenant_has_one_organisation",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ExpectedPairing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tenant_id", models.CharField(max_length=36, verbose_name="Tenant ID")),
                ("added_by", models.CharField(max_length=150, verbose_name="entered by")),
                ("added_at", models.DateTimeField(auto_now_add=True, verbose_name="entered")),
                ("used_at", models.DateTimeField(blank=True, null=True, verbose_name="used")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who will connect",
                    ),
                ),
            ],
            options={
                "verbose_name": "expected pairing",
                "verbose_name_plural": "expected pairings",
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("used_at", None)), fields=("tenant_id",), name="a_tenant_is_expected_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReleaseRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_by", models.CharField(max_length=150, verbose_name="connected by")),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="connected")),
                ("told", models.JSONField(blank=True, default=list, verbose_name="who was told")),
                ("reminded_at", models.DateTimeField(blank=True, null=True, verbose_name="reminded")),
                ("figures", models.JSONField(blank=True, default=dict, verbose_name="figures")),
                ("looked_at", models.DateTimeField(blank=True, null=True, verbose_name="both sides were read")),
                ("trouble", models.CharField(blank=True, max_length=60, verbose_name="why they couldn't be read")),
                ("trouble_params", models.JSONField(blank=True, default=dict)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Waits"),
                            ("released", "Approved"),
                            ("refused", "Rejected"),
                            ("withdrawn", "Disconnected meanwhile"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="answer",
                    ),
                ),
                ("answered_by", models.CharField(blank=True, max_length=150, verbose_name="answered by")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="answered")),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="release_requests",
                        to="connections.connection",
                        verbose_name="connection",
                    ),
                ),
            ],
            options={
                "verbose_name": "request for approval",
                "verbose_name_plural": "requests for approval",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answer", "")), fields=("connection",), name="one_open_request_a_connection"
                    )
                ],
            },
        ),
        migrations.RunPython(release_those_of_before, migrations.RunPython.noop),
    ]

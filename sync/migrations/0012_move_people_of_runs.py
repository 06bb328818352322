"""When reading began, and whom a run over single people compared or passed over, move out of the runs' progress."""

from datetime import datetime

from django.db import migrations

SOME = 500
SINGLE = ("real-time", "release")


def people_of(run, huma_ids):
    """By id in Huma, what a run over single people did with whom. ``huma_ids``: of the links that still exist."""
    found = {}
    for link in run.progress.get("links") or ():
        if link in huma_ids:
            found[huma_ids[link]] = {"link_id": link, "compared": True}
    for key, name in (("passed", "passed"), ("new", "has_news")):
        for huma_id in run.progress.get(key) or ():
            if isinstance(huma_id, str) and len(huma_id) <= 64:
                found.setdefault(huma_id, {})[name] = True
    return found


def move(apps, schema_editor):
    SyncRun, RunPerson = apps.get_model("sync", "SyncRun"), apps.get_model("sync", "RunPerson")
    EmployeeLink = apps.get_model("sync", "EmployeeLink")
    pks = list(SyncRun.objects.exclude(progress={}).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), SOME):
        runs = list(SyncRun.objects.filter(pk__in=pks[start : start + SOME]).only("progress", "trigger", "connection"))
        for run in runs:
            if run.progress.get("began"):
                began = datetime.fromisoformat(run.progress["began"])
                SyncRun.objects.filter(pk=run.pk).update(reading_began_at=began)
        # Without "links" a run hasn't compared anybody yet; what it has read so far stays in its progress.
        compared = [run for run in runs if run.trigger in SINGLE and "links" in run.progress]
        links = {link for run in compared for link in run.progress["links"] or ()}
        huma_ids = dict(EmployeeLink.objects.filter(pk__in=links).values_list("pk", "huma_id"))
        RunPerson.objects.bulk_create(
            [
                RunPerson(run=run, huma_id=huma_id, **facts)
                for run in compared
                for huma_id, facts in people_of(run, huma_ids).items()
            ],
            batch_size=SOME,
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):

    dependencies = [
        ("sync", "0011_people_of_runs"),
    ]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]

"""A run's progress is what its reading needs to go on, and nothing else."""

from django.db import migrations

SOME = 500
MOVED = ("began", "links", "new")


def remove(apps, schema_editor):
    """Once, after 0012 has moved them."""
    SyncRun = apps.get_model("sync", "SyncRun")
    pks = list(SyncRun.objects.exclude(progress={}).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), SOME):
        for pk, progress in SyncRun.objects.filter(pk__in=pks[start : start + SOME]).values_list("pk", "progress"):
            left = {name: value for name, value in progress.items() if name not in MOVED}
            if left != progress:
                SyncRun.objects.filter(pk=pk).update(progress=left)


def put_back(apps, schema_editor):
    SyncRun, RunPerson = apps.get_model("sync", "SyncRun"), apps.get_model("sync", "RunPerson")
    for run in SyncRun.objects.exclude(reading_began_at=None).only("progress", "reading_began_at").iterator(SOME):
        people = list(RunPerson.objects.filter(run=run.pk).values_list("huma_id", "link", "compared", "has_news"))
        again = {"began": run.reading_began_at.isoformat()}
        if people:
            again["links"] = [link for _id, link, compared, _news in people if compared]
            again["new"] = sorted(huma_id for huma_id, _link, _compared, news in people if news)
        SyncRun.objects.filter(pk=run.pk).update(progress={**run.progress, **again})


class Migration(migrations.Migration):

    dependencies = [
        ("sync", "0012_move_people_of_runs"),
    ]

    operations = [migrations.RunPython(remove, put_back)]

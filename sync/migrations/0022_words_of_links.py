"""Fills the words by which people are found; the links of before have none."""

from django.db import migrations

from sync.core.matching.person_names import search_words

BATCH = 1000


def fill(apps, schema_editor):
    """Go through the links in the order of their keys, so that no batch holds its rows for long."""
    links = apps.get_model("sync", "EmployeeLink").objects
    last = 0
    while some := list(links.filter(pk__gt=last).only("name", "number").order_by("pk")[:BATCH]):
        last = some[-1].pk
        for link in some:
            link.words = search_words(link.name, link.number)[:400]
        links.bulk_update(some, ["words"], batch_size=500)


class Migration(migrations.Migration):
    """Data only."""

    atomic = False
    dependencies = [("sync", "0021_history")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

"""Calls what belongs to an approval of a held change by that word. The columns keep their names, so nothing is altered."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Names in Python only."""

    dependencies = [("sync", "0022_words_of_links")]
    operations = [
        migrations.AlterField(
            model_name="change",
            name="release",
            field=models.ForeignKey(
                blank=True,
                db_column="release_id",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="approved_changes",
                to="sync.syncrun",
                verbose_name="approved in the sync",
            ),
        ),
        migrations.RenameField(model_name="change", old_name="release", new_name="approval_run"),
        migrations.AlterField(
            model_name="change",
            name="released_as",
            field=models.ForeignKey(
                blank=True,
                db_column="released_as_id",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="held",
                to="sync.change",
                verbose_name="approved as",
            ),
        ),
        migrations.RenameField(model_name="change", old_name="released_as", new_name="approved_as"),
    ]

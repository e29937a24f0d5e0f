"""Visits told otherwise than before, and numbers given back late."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0005_what_ifs"),
    ]

    operations = [
        migrations.AddField(
            model_name="importbatch",
            name="corrected",
            field=models.PositiveIntegerField(
                default=0, db_default=0, help_text="visits known before that were told otherwise"
            ),
        ),
        migrations.AddField(
            model_name="sessionday",
            name="late_cancels",
            field=models.PositiveIntegerField(
                null=True, help_text="empty where the history does not say when a number was given back"
            ),
        ),
        migrations.AddField(
            model_name="visit",
            name="late_cancel",
            field=models.BooleanField(null=True, help_text="empty where the source does not say"),
        ),
    ]

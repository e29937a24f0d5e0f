"""Which ban a missed appointment counts for; what a person has yet to decide is found by a small index."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the indexes are built beside the bookings that go on

    dependencies = [("booking", "0005_hold")]

    operations = [
        migrations.AddField(
            model_name="appointment",
            name="ban",
            field=models.ForeignKey(
                db_index=False,
                help_text="the ban that this missed or late cancelled appointment counts for",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="misses",
                to="booking.ban",
            ),
        ),
        AddIndexConcurrently(
            model_name="appointment",
            index=models.Index(
                condition=models.Q(("ban__isnull", False)), fields=["ban"], name="appointments_by_ban"
            ),
        ),
        AddIndexConcurrently(
            model_name="appointment",
            index=models.Index(
                condition=models.Q(("state", "unresolved")),
                fields=["session"],
                name="appointments_to_resolve",
            ),
        ),
    ]

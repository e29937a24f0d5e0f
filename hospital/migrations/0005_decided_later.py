"""The night looks for days whose no-shows somebody decided on later."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("hospital", "0004_out_of_order"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="statechange",
            index=models.Index(
                fields=["at"],
                condition=models.Q(thing="appointment")
                & (models.Q(from_state__in=("unresolved", "no_show")) | models.Q(verb="excuse")),
                name="history_decided_later",
            ),
        ),
    ]

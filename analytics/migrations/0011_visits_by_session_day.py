"""Visits are found, and unique, by session day and identity: those of a day lie together in the index.

The identity is a digest that says the session, too, so nothing that was unique may now come twice.
"""

import django.db.models.deletion
from django.db import migrations, models

NAME = "one_visit_per_session_day_and_identity"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("analytics", "0010_day_digest")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "CREATE UNIQUE INDEX CONCURRENTLY visits_by_session_day "
                    "ON analytics_visit (session_day_id, identity)",
                    "DROP INDEX IF EXISTS visits_by_session_day",
                ),
                migrations.RunSQL(
                    f"ALTER TABLE analytics_visit ADD CONSTRAINT {NAME} UNIQUE USING INDEX visits_by_session_day",
                    f"ALTER TABLE analytics_visit DROP CONSTRAINT {NAME}",
                ),
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="visit",
                    constraint=models.UniqueConstraint(fields=("session_day", "identity"), name=NAME),
                ),
            ],
        ),
        migrations.RemoveConstraint(model_name="visit", name="one_visit_per_identity"),
        migrations.AlterField(
            model_name="visit",
            name="session_day",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="visits",
                to="analytics.sessionday",
            ),
        ),
    ]

"""The sums of whole hours beside those of quarters, made for the history that is there."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
INSERT INTO analytics_hoursummary (session_day_id, index, walk_ins, minutes_1, minutes_2, minutes_3, minutes_4,
    starts, timed, duration_s, duration_squares_s)
SELECT session_day_id, floor(index / 4::float)::int, sum(walk_ins), sum(minutes_1), sum(minutes_2), sum(minutes_3),
    sum(minutes_4), sum(starts), sum(timed), sum(duration_s), sum(duration_squares_s)
FROM analytics_binsummary GROUP BY 1, 2 ORDER BY 1, 2
"""


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0011_visits_by_session_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="HourSummary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("index", models.SmallIntegerField()),
                ("walk_ins", models.PositiveIntegerField()),
                (
                    "minutes_1",
                    models.PositiveSmallIntegerField(help_text="minutes in which one walk-in registered"),
                ),
                ("minutes_2", models.PositiveSmallIntegerField()),
                ("minutes_3", models.PositiveSmallIntegerField()),
                (
                    "minutes_4",
                    models.PositiveSmallIntegerField(
                        help_text="minutes in which four or more walk-ins registered"
                    ),
                ),
                ("starts", models.PositiveIntegerField()),
                (
                    "timed",
                    models.PositiveIntegerField(help_text="consultations begun here whose length is known"),
                ),
                ("duration_s", models.FloatField()),
                ("duration_squares_s", models.FloatField()),
                (
                    "session_day",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="analytics.sessionday",
                    ),
                ),
            ],
            options={
                "verbose_name": "hourly summary",
                "verbose_name_plural": "hourly summaries",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session_day", "index"), name="one_hour_per_session_day_and_index"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("timed__lte", models.F("starts"))),
                        name="hour_times_at_most_its_starts",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]

"""Visits of the past, by session and by bins of it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ImportBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[("file", "file"), ("system", "this system"), ("synthetic", "synthetic")],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("rows", models.PositiveIntegerField()),
                ("added", models.PositiveIntegerField()),
                ("actor_name", models.CharField(blank=True, max_length=150)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("added__lte", models.F("rows"))),
                        name="batch_adds_at_most_its_rows",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SessionDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("expert_code", models.CharField(max_length=40)),
                ("department", models.CharField(blank=True, max_length=80)),
                ("date", models.DateField()),
                ("weekday", models.PositiveSmallIntegerField()),
                ("opens_local", models.TimeField(help_text="opening on the hospital's wall clock")),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("walk_in_opens_at", models.DateTimeField()),
                ("slot_minutes", models.PositiveSmallIntegerField()),
                ("synthetic", models.BooleanField(default=False)),
                ("visits_count", models.PositiveIntegerField(default=0)),
                ("live_appointments", models.PositiveIntegerField(default=0)),
                ("walk_ins", models.PositiveIntegerField(default=0)),
                ("unknown_channel", models.PositiveIntegerField(default=0)),
                ("no_shows", models.PositiveIntegerField(default=0)),
                ("cancelled", models.PositiveIntegerField(default=0)),
                ("seen", models.PositiveIntegerField(default=0)),
                ("first_start_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "session day",
                "verbose_name_plural": "session days",
                "indexes": [
                    models.Index(
                        fields=["expert_code", "opens_local", "date"], name="session_days_by_expert"
                    ),
                    models.Index(
                        fields=["department", "opens_local", "date"], name="session_days_by_department"
                    ),
                    models.Index(fields=["date"], name="session_days_by_date"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("expert_code", "opens_at"), name="one_session_day_per_expert_and_opening"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekday__range", (1, 7))), name="session_day_weekday_is_1_to_7"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opens_at__lt", models.F("closes_at")),
                            ("walk_in_opens_at__lte", models.F("opens_at")),
                        ),
                        name="session_day_times_are_in_order",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity", models.BinaryField()),
                (
                    "session_day",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="visits",
                        to="analytics.sessionday",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="analytics.importbatch",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("appointment", "booked"), ("walk_in", "walk-in"), ("", "unknown")],
                        default="",
                        max_length=11,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("done", "seen"),
                            ("no_show", "no-show"),
                            ("cancelled", "cancelled"),
                            ("left", "left"),
                            ("", "unknown"),
                        ],
                        default="",
                        max_length=9,
                    ),
                ),
                ("slot_starts_at", models.DateTimeField(null=True)),
                ("registered_at", models.DateTimeField(null=True)),
                ("checked_in_at", models.DateTimeField(null=True)),
                ("called_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("patient_index", models.BinaryField(null=True)),
            ],
            options={
                "verbose_name": "visit",
                "verbose_name_plural": "visits",
                "constraints": [
                    models.UniqueConstraint(fields=("identity",), name="one_visit_per_identity"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("finished_at", None),
                            models.Q(
                                ("finished_at__gte", models.F("started_at")), ("started_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="visit_ends_after_it_starts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("registered_at__isnull", False), ("started_at__isnull", False), _connector="OR"
                        ),
                        name="visit_has_a_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BinSummary",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "session_day",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="analytics.sessionday",
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
            ],
            options={
                "verbose_name": "period summary",
                "verbose_name_plural": "period summaries",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session_day", "index"), name="one_bin_per_session_day_and_index"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("timed__lte", models.F("starts"))),
                        name="bin_times_at_most_its_starts",
                    ),
                ],
            },
        ),
    ]

"""Periods of the week, and absences from them."""

from datetime import date
from decimal import Decimal

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0001_clinic"),
    ]

    operations = [
        migrations.CreateModel(
            name="SessionTemplate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="templates",
                        to="booking.expert",
                    ),
                ),
                ("weekday", models.PositiveSmallIntegerField(help_text="1 = Monday")),
                ("opens_at", models.TimeField()),
                ("closes_at", models.TimeField()),
                ("walk_in_opens_at", models.TimeField()),
                ("slot_minutes", models.PositiveSmallIntegerField(default=60)),
                ("capacity_per_slot", models.PositiveSmallIntegerField(default=10)),
                (
                    "appointment_share",
                    models.DecimalField(decimal_places=2, default=Decimal("0.60"), max_digits=3),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="booking.room"
                    ),
                ),
                (
                    "fee_fen",
                    models.PositiveIntegerField(blank=True, help_text="empty: the expert's", null=True),
                ),
                ("every_weeks", models.PositiveSmallIntegerField(default=1)),
                ("valid_from", models.DateField(default=date(2000, 1, 3))),
                ("valid_until", models.DateField(blank=True, help_text="the last day", null=True)),
            ],
            options={
                "verbose_name": "recurring period",
                "verbose_name_plural": "recurring periods",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("expert", "weekday", "opens_at", "valid_from"), name="one_template_per_period"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("every_weeks__range", (1, 52))),
                        name="template_repeats_within_a_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekday__range", (1, 7))), name="template_weekday_is_1_to_7"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("appointment_share__range", (0, 1))),
                        name="template_share_is_a_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("slot_minutes__range", (5, 480))),
                        name="template_slot_is_plausible",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("holiday", "holiday"), ("leave", "leave")], max_length=10),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to="booking.expert",
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to="booking.department",
                    ),
                ),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                ("reason", models.CharField(max_length=200)),
            ],
            options={
                "verbose_name": "absence",
                "verbose_name_plural": "absences",
                "ordering": ["first_day", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))),
                        name="absence_days_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("expert__isnull", True), ("kind", "holiday")),
                            models.Q(
                                ("department__isnull", True), ("expert__isnull", False), ("kind", "leave")
                            ),
                            _connector="OR",
                        ),
                        name="leave_is_an_experts",
                    ),
                ],
            },
        ),
    ]

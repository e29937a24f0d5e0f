"""Who may not book, and until when."""

import django.db.models.deletion
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0004_patients"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ban",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_12, max_length=12, unique=True)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bans", to="booking.patient"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("no_show", "missed appointments"),
                            ("late_cancel", "late cancellations"),
                            ("manual", "decided by the hospital"),
                        ],
                        max_length=20,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lift_reason", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "ban",
                "verbose_name_plural": "bans",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="ban_ends_after_it_starts",
                    )
                ],
            },
        ),
    ]

"""Questions to the simulator."""

import django.db.models.deletion
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0004_quality"),
    ]

    operations = [
        migrations.CreateModel(
            name="WhatIf",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_12, max_length=12, unique=True)),
                ("quotas", models.JSONField(help_text="of the plan when it was asked")),
                ("changes", models.JSONField()),
                ("sessions", models.PositiveIntegerField(help_text="to be simulated")),
                ("played", models.PositiveIntegerField(default=0, help_text="simulated so far")),
                ("result", models.JSONField(null=True)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(max_length=150)),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="what_ifs",
                        to="analytics.quotaplan",
                    ),
                ),
            ],
            options={
                "verbose_name": "what-if",
                "verbose_name_plural": "what-ifs",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("played__lte", models.F("sessions"))),
                        name="what_if_plays_at_most_its_sessions",
                    )
                ],
            },
        ),
    ]

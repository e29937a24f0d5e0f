"""What was worked out about the week's sessions."""

import django.core.validators
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    dependencies = [("analytics", "0007_uploads")]

    operations = [
        migrations.CreateModel(
            name="WeekProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_12, max_length=12, unique=True)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(blank=True, max_length=150)),
                ("as_of", models.DateField(help_text="the history before this day counts")),
                (
                    "growth_percent",
                    models.SmallIntegerField(
                        default=0,
                        validators=[
                            django.core.validators.MinValueValidator(-50),
                            django.core.validators.MaxValueValidator(200),
                        ],
                    ),
                ),
                (
                    "found",
                    models.JSONField(help_text="by department; empty until it is worked out", null=True),
                ),
            ],
            options={
                "verbose_name": "proposal for the week",
                "verbose_name_plural": "proposals for the week",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("growth_percent__range", (-50, 200))), name="growth_is_plausible"
                    )
                ],
            },
        ),
    ]

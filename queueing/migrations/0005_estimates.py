import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("queueing", "0004_screens"),
    ]

    operations = [
        migrations.CreateModel(
            name="Estimate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("check_in", "at check-in"), ("near", "near the turn")], max_length=10
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("ahead", models.PositiveSmallIntegerField()),
                ("rooms", models.PositiveSmallIntegerField(default=1)),
                ("rule", models.CharField(max_length=16)),
                ("p10_min", models.FloatField(null=True)),
                ("p20_min", models.FloatField(null=True)),
                ("p50_min", models.FloatField(null=True)),
                ("p80_min", models.FloatField(null=True)),
                ("p90_min", models.FloatField(null=True)),
                ("plain_min", models.FloatField(null=True)),
                ("pace_mean_min", models.FloatField(null=True)),
                ("pace_cv", models.FloatField(null=True)),
                ("today_n", models.PositiveIntegerField(default=0)),
                ("history_n", models.PositiveIntegerField(default=0)),
                ("outcome", models.CharField(blank=True, max_length=12)),
                ("called_at", models.DateTimeField(null=True)),
                ("wait_min", models.FloatField(null=True)),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="estimates",
                        to="queueing.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "estimate",
                "verbose_name_plural": "estimates",
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "")), fields=["ticket"], name="estimates_without_fact"
                    ),
                    models.Index(fields=["made_at"], name="estimates_by_time"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ticket", "kind"), name="one_estimate_per_ticket_and_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["", "called", "left", "passed", "emergency", "moved", "unknown"])
                        ),
                        name="estimate_outcome_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("called_at__isnull", False), ("outcome", "called"), ("wait_min__gte", 0)
                            ),
                            models.Q(models.Q(("outcome", "called"), _negated=True), ("wait_min", None)),
                            _connector="OR",
                        ),
                        name="only_calls_are_facts",
                    ),
                ],
            },
        ),
    ]

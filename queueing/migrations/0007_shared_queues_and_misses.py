"""Queues that a department's experts share, and calls that were missed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0015_discipline_in_turn"),
        ("queueing", "0006_pauses_and_alarms"),
    ]

    operations = [
        migrations.AddField(
            model_name="call",
            name="overtook",
            field=models.JSONField(blank=True, db_default=[], default=list),
        ),
        migrations.AddField(
            model_name="ticket",
            name="chosen",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="the patient chose this doctor, which counts in a shared queue",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="misses",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text="calls while absent"),
        ),
        migrations.AddField(
            model_name="ticket",
            name="specialty",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="in a shared queue: who knows about this is preferred",
                max_length=60,
            ),
        ),
        migrations.CreateModel(
            name="SharedQueue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shared_queues",
                        to="booking.department",
                    ),
                ),
                (
                    "queue",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shared",
                        to="queueing.queue",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("department", "opens_at", "closes_at"),
                        name="one_shared_queue_per_department_and_hours",
                    )
                ],
            },
        ),
    ]

"""Lines on screens, the codes by which screens join, and when they were away."""

import django.db.models.deletion
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0014_hold"),
        ("queueing", "0007_shared_queues_and_misses"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScreenPairing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=6, unique=True)),
                ("token_digest", models.BinaryField(unique=True)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name": "code of a screen",
                "verbose_name_plural": "codes of screens",
            },
        ),
        migrations.CreateModel(
            name="ScreenGap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(db_index=True)),
                (
                    "screen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="gaps", to="queueing.screen"
                    ),
                ),
            ],
            options={
                "verbose_name": "time without a signal",
                "verbose_name_plural": "times without a signal",
                "ordering": ["begins_at"],
            },
        ),
        migrations.CreateModel(
            name="ScreenNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_8, max_length=8, unique=True)),
                ("text", models.CharField(max_length=60)),
                ("text_en", models.CharField(blank=True, max_length=120)),
                ("begins_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="screen_notices",
                        to="booking.department",
                    ),
                ),
                (
                    "screen",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="queueing.screen",
                    ),
                ),
            ],
            options={
                "verbose_name": "notice on screens",
                "verbose_name_plural": "notices on screens",
                "ordering": ["begins_at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("screen", None), ("department", None), _connector="OR"),
                        name="screen_notice_has_one_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at", None), ("ends_at__gte", models.F("begins_at")), _connector="OR"
                        ),
                        name="screen_notice_ends_later",
                    ),
                ],
            },
        ),
    ]

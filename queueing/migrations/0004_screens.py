"""Waiting-room screens, and the rooms that each shows."""

import django.db.models.deletion
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0014_hold"),
        ("queueing", "0003_calls"),
    ]

    operations = [
        migrations.CreateModel(
            name="Screen",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_8, max_length=8, unique=True)),
                ("name", models.CharField(max_length=60)),
                ("name_en", models.CharField(blank=True, max_length=80)),
                ("place", models.CharField(blank=True, max_length=60)),
                ("place_en", models.CharField(blank=True, max_length=60)),
                ("token_digest", models.BinaryField(unique=True)),
                (
                    "layout",
                    models.CharField(
                        choices=[
                            ("rooms", "several rooms"),
                            ("room", "one room"),
                            ("department", "a whole department"),
                            ("corridor", "corridor, the way to each room"),
                        ],
                        default="rooms",
                        max_length=10,
                    ),
                ),
                (
                    "theme",
                    models.CharField(
                        choices=[("dark", "dark"), ("light", "light"), ("contrast", "highest contrast")],
                        default="dark",
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(default="zh-hans", max_length=10)),
                ("bilingual", models.BooleanField(default=True)),
                (
                    "sound",
                    models.CharField(
                        choices=[("voice", "chime and voice"), ("chime", "chime only"), ("off", "no sound")],
                        default="voice",
                        max_length=10,
                    ),
                ),
                ("numbers_only", models.BooleanField(default=False)),
                (
                    "department",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="screens",
                        to="booking.department",
                    ),
                ),
                ("setup", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("last_seen_at", models.DateTimeField(null=True)),
                ("revision_shown", models.PositiveBigIntegerField(null=True)),
                ("build", models.CharField(blank=True, max_length=40)),
                ("latency_ms", models.PositiveIntegerField(null=True)),
                ("size", models.CharField(blank=True, max_length=12)),
                ("sound_state", models.CharField(blank=True, max_length=10)),
            ],
            options={
                "verbose_name": "screen",
                "verbose_name_plural": "screens",
            },
        ),
        migrations.CreateModel(
            name="ScreenRoom",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "screen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rooms",
                        to="queueing.screen",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="screens", to="booking.room"
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "arrow",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ahead", "straight ahead"),
                            ("left", "to the left"),
                            ("right", "to the right"),
                            ("back", "behind you"),
                            ("up", "upstairs"),
                            ("down", "downstairs"),
                        ],
                        max_length=10,
                    ),
                ),
                ("way", models.CharField(blank=True, max_length=40)),
                ("way_en", models.CharField(blank=True, max_length=60)),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("screen", "room"), name="one_place_per_screen_and_room")
                ],
            },
        ),
    ]

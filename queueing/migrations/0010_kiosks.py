"""Kiosks, and tries to check in that found nothing."""

import django.db.models.deletion
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    dependencies = [
        ("hospital", "0003_jobs"),
        ("queueing", "0009_printers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Kiosk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_8, max_length=8, unique=True)),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="Place")),
                ("paired_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField(null=True)),
                (
                    "token",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kiosk",
                        to="hospital.apitoken",
                    ),
                ),
                (
                    "printer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="kiosks",
                        to="queueing.printer",
                    ),
                ),
            ],
            options={
                "verbose_name": "kiosk",
                "verbose_name_plural": "kiosks",
            },
        ),
        migrations.CreateModel(
            name="CheckInTry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("id_index", models.BinaryField()),
                ("kiosk", models.CharField(blank=True, max_length=80)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "wrong try to check in",
                "verbose_name_plural": "wrong tries to check in",
                "indexes": [models.Index(fields=["id_index", "at"], name="check_in_tries_of_a_document")],
            },
        ),
    ]

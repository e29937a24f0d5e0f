"""Patients, and the accounts that book for them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0003_sessions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_12, max_length=12, unique=True)),
                ("name", models.CharField(max_length=50)),
                (
                    "id_type",
                    models.CharField(
                        choices=[
                            ("resident", "resident ID card"),
                            ("passport", "passport"),
                            ("hk_macau", "Hong Kong or Macau permit"),
                            ("taiwan", "Taiwan permit"),
                        ],
                        default="resident",
                        max_length=20,
                    ),
                ),
                ("id_sealed", models.BinaryField()),
                ("id_index", models.BinaryField()),
                ("id_tail", models.CharField(max_length=4)),
                ("phone_sealed", models.BinaryField(null=True)),
                ("phone_index", models.BinaryField(db_index=True, null=True)),
                ("phone_tail", models.CharField(blank=True, max_length=4)),
                ("birth_date", models.DateField(blank=True, null=True)),
                (
                    "sex",
                    models.CharField(
                        blank=True,
                        choices=[("f", "female"), ("m", "male"), ("", "not stated")],
                        default="",
                        max_length=1,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        help_text="the same person under another document; that row goes on",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="booking.patient",
                    ),
                ),
                (
                    "erased_at",
                    models.DateTimeField(blank=True, help_text="identity deleted on request", null=True),
                ),
            ],
            options={
                "verbose_name": "patient record",
                "verbose_name_plural": "patient records",
                "indexes": [models.Index(fields=["name"], name="patients_by_name")],
                "constraints": [
                    models.UniqueConstraint(fields=("id_type", "id_index"), name="one_patient_per_document"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("merged_into", None),
                            models.Q(("merged_into", models.F("pk")), _negated=True),
                            _connector="OR",
                        ),
                        name="patient_is_not_merged_into_itself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AccountPatient",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="account_patients",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="accounts",
                        to="booking.patient",
                    ),
                ),
                (
                    "relation",
                    models.CharField(
                        choices=[
                            ("self", "myself"),
                            ("parent", "parent"),
                            ("child", "child"),
                            ("partner", "partner"),
                            ("grandparent", "grandparent"),
                            ("grandchild", "grandchild"),
                            ("other", "other"),
                        ],
                        default="self",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "verbose_name": "patient of an account",
                "verbose_name_plural": "patients of accounts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "patient"), name="one_link_per_account_and_patient"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("relation", "self")),
                        fields=("account",),
                        name="one_self_per_account",
                    ),
                ],
            },
        ),
    ]

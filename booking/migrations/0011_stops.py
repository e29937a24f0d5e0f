"""Stopped sessions, and what becomes of each of their appointments."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0010_draws"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Stop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_12, max_length=12, unique=True)),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stops",
                        to="booking.clinicsession",
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("discarded", "discarded"),
                            ("applying", "being carried out"),
                            ("finished", "finished"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("proposed_at", models.DateTimeField()),
                ("applied_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "choose_by",
                    models.DateTimeField(help_text="whoever has not chosen by then is refunded", null=True),
                ),
            ],
            options={
                "verbose_name": "stopped clinic",
                "verbose_name_plural": "stopped clinics",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "discarded"), _negated=True),
                        fields=("session",),
                        name="one_stop_per_session",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stop",
            trigger=pgtrigger.compiler.Trigger(
                name="stop_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('applying', 'finished'), ('proposed', 'applying'), ('proposed', 'discarded')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="ca902cbef476ef011d132de9b1fa5f7c51fce004",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_stop_moves_are_legal_c1ff8",
                    table="booking_stop",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="StopCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        default=hospital.common.codes.code_20,
                        help_text="in the patient's link",
                        max_length=20,
                        unique=True,
                    ),
                ),
                (
                    "stop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="cases", to="booking.stop"
                    ),
                ),
                (
                    "appointment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stop_case",
                        to="booking.appointment",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("listed", "listed"), ("asked", "asked"), ("settled", "settled")],
                        default="listed",
                        max_length=10,
                    ),
                ),
                (
                    "choice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "not chosen yet"),
                            ("expert", "another expert of the same grade"),
                            ("other_day", "another day"),
                            ("refund", "refund"),
                        ],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "target_slot",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="booking.slot",
                    ),
                ),
                ("chosen_by", models.CharField(blank=True, max_length=150)),
                (
                    "replacement",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="booking.appointment",
                    ),
                ),
                ("phoned_at", models.DateTimeField(null=True)),
                ("phone_note", models.CharField(blank=True, max_length=200)),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "patient of a stopped clinic",
                "verbose_name_plural": "patients of stopped clinics",
                "ordering": ["appointment__slot__starts_at", "pk"],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="stopcase",
            trigger=pgtrigger.compiler.Trigger(
                name="stop_case_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('asked', 'settled'), ('listed', 'asked')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="18b4cd31554ca0a9b230a3eb7afd1a6de179ef86",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_stop_case_moves_are_legal_d7dae",
                    table="booking_stopcase",
                    when="BEFORE",
                ),
            ),
        ),
    ]

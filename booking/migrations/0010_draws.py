"""Sessions that draw among those who ask."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0009_waitlist"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draw",
                        to="booking.clinicsession",
                    ),
                ),
                (
                    "commitment",
                    models.CharField(help_text="SHA-256 of the seed, in hexadecimal", max_length=64),
                ),
                ("seed_sealed", models.BinaryField()),
                ("opened_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "draw",
                "verbose_name_plural": "draws",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="draw",
            trigger=pgtrigger.compiler.Trigger(
                name="draws_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="bba82005e7abc9cd6e7af7fec2a594b6b4fe327f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_draws_are_append_only_8af37",
                    table="booking_draw",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="DrawRequest",
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
                        related_name="draw_requests",
                        to="booking.clinicsession",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draw_requests",
                        to="booking.slot",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draw_requests",
                        to="booking.patient",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draw_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits for the draw"),
                            ("won", "won"),
                            ("lost", "not drawn"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("place", models.PositiveIntegerField(help_text="from 1", null=True)),
                (
                    "appointment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draw_request",
                        to="booking.appointment",
                    ),
                ),
                (
                    "device_index",
                    models.BinaryField(help_text="blind index of the device that asked", null=True),
                ),
            ],
            options={
                "verbose_name": "draw request",
                "verbose_name_plural": "draw requests",
                "indexes": [
                    models.Index(
                        condition=models.Q(("device_index__isnull", False), ("state", "waiting")),
                        fields=["device_index"],
                        name="draw_requests_by_device",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("session", "patient"), name="one_request_per_patient_and_draw"
                    ),
                    models.UniqueConstraint(fields=("session", "place"), name="one_request_per_place"),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="drawrequest",
            trigger=pgtrigger.compiler.Trigger(
                name="draw_request_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('waiting', 'lost'), ('waiting', 'withdrawn'), ('waiting', 'won')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="865a94ed864d94f02b6adba22990c4fcab1032f5",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_draw_request_moves_are_legal_cf87b",
                    table="booking_drawrequest",
                    when="BEFORE",
                ),
            ),
        ),
    ]

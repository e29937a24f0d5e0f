"""Numbers booked, and numbers given at the counter."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0005_bans"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_12, max_length=12, unique=True)),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="booking.slot",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="booking.clinicsession",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="booking.patient",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("held", "held, to be paid"),
                            ("booked", "booked"),
                            ("arrived", "checked in"),
                            ("seen", "seen"),
                            ("left", "left"),
                            ("cancelled", "cancelled"),
                            ("expired", "expired"),
                            ("unresolved", "unresolved"),
                            ("no_show", "no-show"),
                            ("excused", "excused"),
                        ],
                        default="held",
                        max_length=10,
                    ),
                ),
                ("fee_fen", models.PositiveIntegerField()),
                ("checkin_code", models.CharField(default=hospital.common.codes.code_8, max_length=8)),
                ("held_at", models.DateTimeField()),
                ("pay_by", models.DateTimeField()),
                ("booked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "add_on",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="beyond the quota, with permission; its number ends with it",
                    ),
                ),
                (
                    "late_cancel",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="given back shortly before the deadline, or after it",
                    ),
                ),
                (
                    "moves",
                    models.PositiveSmallIntegerField(
                        db_default=0, default=0, help_text="changes of slot so far"
                    ),
                ),
                (
                    "device_index",
                    models.BinaryField(help_text="blind index of the device that booked", null=True),
                ),
                (
                    "ban",
                    models.ForeignKey(
                        db_index=False,
                        help_text="the ban that this missed or late cancelled appointment counts for",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="misses",
                        to="booking.ban",
                    ),
                ),
            ],
            options={
                "verbose_name": "appointment",
                "verbose_name_plural": "appointments",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "held")), fields=["pay_by"], name="holds_by_deadline"
                    ),
                    models.Index(fields=["checkin_code"], name="appointments_by_checkin_code"),
                    models.Index(
                        condition=models.Q(("device_index__isnull", False)),
                        fields=["device_index", "held_at"],
                        name="appointments_by_device",
                    ),
                    models.Index(fields=["account", "held_at"], name="appointments_by_account"),
                    models.Index(
                        condition=models.Q(("ban__isnull", False)), fields=["ban"], name="appointments_by_ban"
                    ),
                    models.Index(
                        condition=models.Q(("state", "unresolved")),
                        fields=["session"],
                        name="appointments_to_resolve",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("held", "booked", "arrived"))),
                        fields=("session", "patient"),
                        name="one_live_appointment_per_patient_and_session",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="appointment",
            trigger=pgtrigger.compiler.Trigger(
                name="appointment_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('arrived', 'left'), ('arrived', 'seen'), ('booked', 'arrived'), ('booked', 'cancelled'), ('booked', 'unresolved'), ('held', 'booked'), ('held', 'cancelled'), ('held', 'expired'), ('no_show', 'excused'), ('no_show', 'seen'), ('unresolved', 'excused'), ('unresolved', 'no_show'), ('unresolved', 'seen')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="cf7b0fd234635e62b578d881e402f95dff5dbade",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_appointment_moves_are_legal_a44f1",
                    table="booking_appointment",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="WalkIn",
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
                        related_name="walk_in_rows",
                        to="booking.clinicsession",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="walk_ins",
                        to="booking.patient",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reserved", "reserved, to be paid"),
                            ("registered", "registered"),
                            ("cancelled", "cancelled"),
                        ],
                        default="registered",
                        max_length=10,
                    ),
                ),
                ("fee_fen", models.PositiveIntegerField()),
                ("registered_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("pay_by", models.DateTimeField(help_text="while it is reserved", null=True)),
            ],
            options={
                "verbose_name": "walk-in",
                "verbose_name_plural": "walk-ins",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="walkin",
            trigger=pgtrigger.compiler.Trigger(
                name="walk_in_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('registered', 'cancelled'), ('reserved', 'cancelled'), ('reserved', 'registered')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="b904763f6388bd595cf46dc6470701213c4eaa6f",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_walk_in_moves_are_legal_e8b75",
                    table="booking_walkin",
                    when="BEFORE",
                ),
            ),
        ),
    ]

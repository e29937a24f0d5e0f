"""Sessions and their slots."""

import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0002_periods"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClinicSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_12, max_length=12, unique=True)),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="booking.expert",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="booking.room",
                    ),
                ),
                ("date", models.DateField(db_index=True)),
                ("opens_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField()),
                ("walk_in_opens_at", models.DateTimeField()),
                ("release_at", models.DateTimeField()),
                ("slot_minutes", models.PositiveSmallIntegerField()),
                ("fee_fen", models.PositiveIntegerField()),
                ("letter", models.CharField(max_length=2)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("released", "released"),
                            ("open", "open for walk-ins"),
                            ("running", "running"),
                            ("closed", "closed"),
                            ("stopped", "stopped"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                (
                    "number_limit",
                    models.PositiveIntegerField(help_text="numbers of the whole session, booked and walk-in"),
                ),
                ("walk_ins", models.PositiveIntegerField(default=0)),
                (
                    "appointments_taken",
                    models.PositiveIntegerField(
                        default=0,
                        help_text="numbers taken by appointments, counted here once walk-in registration opens",
                    ),
                ),
                ("quota_source", models.CharField(default="equal", max_length=40)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("stop_reason", models.CharField(blank=True, max_length=200)),
                ("extra", models.BooleanField(default=False, help_text="added by hand, of no template")),
                (
                    "instead_of",
                    models.ForeignKey(
                        blank=True,
                        help_text="the expert whom this session's expert stands in for",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="booking.expert",
                    ),
                ),
                (
                    "draw_ends_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="until then requests are collected, then numbers are drawn by lot",
                        null=True,
                    ),
                ),
                (
                    "drawn_at",
                    models.DateTimeField(
                        blank=True, help_text="when the draw was held to its end", null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "ordering": ["opens_at", "letter"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "stopped"), _negated=True),
                        fields=("expert", "opens_at"),
                        name="one_session_per_expert_and_opening",
                    ),
                    models.UniqueConstraint(fields=("date", "letter"), name="one_session_per_letter_and_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("opens_at__lt", models.F("closes_at")),
                            ("walk_in_opens_at__lte", models.F("opens_at")),
                        ),
                        name="session_times_are_in_order",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="clinicsession",
            trigger=pgtrigger.compiler.Trigger(
                name="session_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('open', 'running'), ('open', 'stopped'), ('planned', 'released'), ('planned', 'stopped'), ('released', 'open'), ('released', 'stopped'), ('running', 'closed'), ('running', 'stopped')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="1b35ccb4c5fc32365383b869850eb7f8b444dc0b",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_session_moves_are_legal_fd115",
                    table="booking_clinicsession",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Slot",
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
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slots",
                        to="booking.clinicsession",
                    ),
                ),
                ("index", models.PositiveSmallIntegerField(help_text="from 1")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("capacity", models.PositiveSmallIntegerField()),
                ("quota", models.PositiveSmallIntegerField()),
                ("booked", models.PositiveSmallIntegerField(default=0)),
                ("withheld", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "bookable",
                    models.BooleanField(
                        default=False, help_text="between release and the opening of walk-in registration"
                    ),
                ),
            ],
            options={
                "verbose_name": "slot",
                "verbose_name_plural": "slots",
                "ordering": ["starts_at"],
                "constraints": [
                    models.UniqueConstraint(fields=("session", "index"), name="one_slot_per_index"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "booked__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("quota"), "-", models.F("withheld")
                                ),
                            )
                        ),
                        name="slot_is_never_oversold",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                        name="slot_ends_after_it_starts",
                    ),
                ],
            },
        ),
    ]

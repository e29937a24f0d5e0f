"""Who waits for a number, and the numbers that come back."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0008_settlements"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitlistEntry",
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
                        related_name="waitlist",
                        to="booking.clinicsession",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waitlist",
                        to="booking.patient",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waitlist",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "on the waitlist"),
                            ("offered", "a number is offered"),
                            ("accepted", "accepted"),
                            ("lapsed", "offer not taken"),
                            ("left", "left the waitlist"),
                            ("ended", "waitlist over"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("joined_at", models.DateTimeField()),
                ("offered_at", models.DateTimeField(null=True)),
                ("accept_by", models.DateTimeField(null=True)),
                (
                    "appointment",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="waitlist_entry",
                        to="booking.appointment",
                    ),
                ),
            ],
            options={
                "verbose_name": "waitlist entry",
                "verbose_name_plural": "waitlist entries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["session", "joined_at"],
                        name="waitlist_in_order",
                    ),
                    models.Index(
                        condition=models.Q(("state", "offered")),
                        fields=["accept_by"],
                        name="offers_by_deadline",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("waiting", "offered"))),
                        fields=("session", "patient"),
                        name="one_live_entry_per_patient_and_session",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "offered"), _negated=True),
                            ("accept_by__isnull", False),
                            _connector="OR",
                        ),
                        name="offer_has_a_deadline",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="waitlistentry",
            trigger=pgtrigger.compiler.Trigger(
                name="waitlist_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('offered', 'accepted'), ('offered', 'ended'), ('offered', 'lapsed'), ('offered', 'left'), ('waiting', 'ended'), ('waiting', 'left'), ('waiting', 'offered')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="9df06a8488e6c1b5be412890e01f3db5feea041b",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_waitlist_moves_are_legal_a5bad",
                    table="booking_waitlistentry",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="ReturnedNumber",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="returned",
                        to="booking.slot",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("kept", "kept back"),
                            ("offered", "offered to the waitlist"),
                            ("taken", "taken by the waitlist"),
                            ("public", "public again"),
                            ("ended", "in the walk-in pool"),
                        ],
                        default="kept",
                        max_length=10,
                    ),
                ),
                ("returned_at", models.DateTimeField()),
                (
                    "public_at",
                    models.DateTimeField(help_text="a random moment, drawn when the number came back"),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        help_text="offered to",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="offers",
                        to="booking.waitlistentry",
                    ),
                ),
            ],
            options={
                "verbose_name": "returned number",
                "verbose_name_plural": "returned numbers",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "kept")), fields=["public_at"], name="returned_by_moment"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "offered"), _negated=True),
                            ("entry__isnull", False),
                            _connector="OR",
                        ),
                        name="offer_is_to_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "offered")),
                        fields=("entry",),
                        name="one_open_offer_per_entry",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="returnednumber",
            trigger=pgtrigger.compiler.Trigger(
                name="returned_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('kept', 'ended'), ('kept', 'offered'), ('kept', 'public'), ('offered', 'ended'), ('offered', 'kept'), ('offered', 'taken')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="15b221d370cb18c90478c549020bee15ec7e07a5",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_returned_moves_are_legal_5ab84",
                    table="booking_returnednumber",
                    when="BEFORE",
                ),
            ),
        ),
    ]

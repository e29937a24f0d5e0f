"""Places in a queue."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0014_hold"),
        ("queueing", "0001_queues"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ticket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_20, max_length=20, unique=True)),
                (
                    "queue",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="queueing.queue",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="booking.clinicsession",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="booking.patient",
                    ),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="booking.appointment",
                    ),
                ),
                (
                    "walk_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="booking.walkin",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("appointment", "booked"), ("walk_in", "walk-in")], max_length=12
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("called", "called"),
                            ("serving", "in consultation"),
                            ("passed", "passed"),
                            ("done", "done"),
                            ("left", "left"),
                            ("cancelled", "cancelled"),
                            ("transferred", "transferred"),
                        ],
                        default="waiting",
                        max_length=12,
                    ),
                ),
                (
                    "priority",
                    models.CharField(
                        choices=[
                            ("normal", "none"),
                            ("priority", "priority"),
                            ("review", "results review"),
                            ("emergency", "emergency"),
                        ],
                        default="normal",
                        max_length=10,
                    ),
                ),
                ("priority_reason", models.CharField(blank=True, max_length=60)),
                ("slot_index", models.PositiveSmallIntegerField(null=True)),
                ("slot_starts_at", models.DateTimeField(null=True)),
                ("slot_ends_at", models.DateTimeField(null=True)),
                ("late", models.BooleanField(default=False)),
                ("registered_at", models.DateTimeField()),
                ("joined_at", models.DateTimeField()),
                ("called_at", models.DateTimeField(null=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("passed_at", models.DateTimeField(null=True)),
                ("returned_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("recalls", models.PositiveSmallIntegerField(default=0)),
                ("recalled_at", models.DateTimeField(null=True)),
                (
                    "called_session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="called_tickets",
                        to="booking.clinicsession",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="booking.room",
                    ),
                ),
                (
                    "transferred_from",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transferred_to",
                        to="queueing.ticket",
                    ),
                ),
                ("undos", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "verbose_name": "ticket",
                "verbose_name_plural": "tickets",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("waiting", "called", "serving", "passed"))),
                        fields=["queue"],
                        name="tickets_live_by_queue",
                    ),
                    models.Index(
                        fields=["called_session", "finished_at"], name="tickets_by_caller_and_finish"
                    ),
                    models.Index(
                        condition=models.Q(("state", "called")),
                        fields=["recalled_at"],
                        name="tickets_to_pass",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("queue", "number"), name="one_ticket_per_queue_and_number"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("called", "serving"))),
                        fields=("called_session",),
                        name="one_patient_called_or_served_per_session",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "called", "serving", "passed", "done"])),
                        fields=("appointment",),
                        name="one_ticket_per_appointment",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["waiting", "called", "serving", "passed", "done"])),
                        fields=("walk_in",),
                        name="one_ticket_per_walk_in",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("appointment__isnull", False),
                                ("channel", "appointment"),
                                ("slot_ends_at__isnull", False),
                                ("slot_starts_at__isnull", False),
                                ("walk_in__isnull", True),
                            ),
                            models.Q(
                                ("appointment__isnull", True),
                                ("channel", "walk_in"),
                                ("late", False),
                                ("slot_starts_at__isnull", True),
                                ("walk_in__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="ticket_is_for_one_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ("called", "serving")), _negated=True),
                            models.Q(("called_at__isnull", False), ("called_session__isnull", False)),
                            _connector="OR",
                        ),
                        name="called_ticket_has_a_room",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                (
                                    "waiting",
                                    "called",
                                    "serving",
                                    "passed",
                                    "done",
                                    "left",
                                    "cancelled",
                                    "transferred",
                                ),
                            )
                        ),
                        name="ticket_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)), name="ticket_numbers_start_at_1"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ticket",
            trigger=pgtrigger.compiler.Trigger(
                name="ticket_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF NEW.undos = OLD.undos AND (OLD.state, NEW.state) IN (('called', 'called'), ('called', 'cancelled'), ('called', 'done'), ('called', 'left'), ('called', 'passed'), ('called', 'serving'), ('passed', 'left'), ('passed', 'waiting'), ('serving', 'done'), ('serving', 'transferred'), ('waiting', 'called'), ('waiting', 'cancelled'), ('waiting', 'left'), ('waiting', 'transferred')) THEN\n                RETURN NEW;\n            END IF;\n            IF NEW.undos = OLD.undos + 1 AND (OLD.state, NEW.state) IN (('called', 'waiting'), ('done', 'called'), ('done', 'serving'), ('left', 'called'), ('left', 'passed'), ('left', 'waiting'), ('passed', 'called'), ('serving', 'called'), ('waiting', 'passed')) THEN\n                RETURN NEW;\n            END IF;\n            RAISE EXCEPTION 'illegal move of a ticket: % to %', OLD.state, NEW.state\n                USING ERRCODE = 'check_violation';\n        ",
                    hash="973f5f28e51c3095a9c7f446555d59ef4d2ca7d3",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_ticket_moves_are_legal_249ba",
                    table="queueing_ticket",
                    when="BEFORE",
                ),
            ),
        ),
    ]

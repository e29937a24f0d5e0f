"""Payments, refunds, and what the providers say of them."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0006_appointments"),
    ]

    operations = [
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_20, max_length=20, unique=True)),
                (
                    "order_no",
                    models.CharField(db_index=True, default=hospital.common.codes.code_20, max_length=20),
                ),
                (
                    "appointment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="booking.appointment",
                    ),
                ),
                (
                    "walk_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payments",
                        to="booking.walkin",
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("amount_fen", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("created", "to be paid"),
                            ("paid", "paid"),
                            ("failed", "not paid"),
                            ("refunding", "being refunded"),
                            ("refunded", "refunded"),
                            ("held_for_review", "being checked"),
                        ],
                        default="created",
                        max_length=20,
                    ),
                ),
                ("transaction_id", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(null=True)),
                ("paid_fen", models.PositiveIntegerField(null=True)),
                (
                    "payer_index",
                    models.BinaryField(
                        help_text="blind index of who paid, as the provider names them", null=True
                    ),
                ),
                (
                    "review_note",
                    models.CharField(blank=True, help_text="what a person decided about it", max_length=200),
                ),
                ("reviewed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "created")), fields=["created_at"], name="payments_open"
                    ),
                    models.Index(
                        condition=models.Q(("payer_index__isnull", False)),
                        fields=["payer_index", "paid_at"],
                        name="payments_by_payer",
                    ),
                    models.Index(fields=["provider", "paid_at"], name="payments_by_day"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("appointment__isnull", False), ("walk_in__isnull", True)),
                            models.Q(("appointment__isnull", True), ("walk_in__isnull", False)),
                            _connector="OR",
                        ),
                        name="payment_is_for_one_number",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("transaction_id", ""), _negated=True),
                        fields=("provider", "transaction_id"),
                        name="one_payment_per_transaction",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "created")),
                        fields=("appointment", "provider"),
                        name="one_open_payment_per_appointment_and_provider",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="payment",
            trigger=pgtrigger.compiler.Trigger(
                name="payment_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('created', 'failed'), ('created', 'held_for_review'), ('created', 'paid'), ('held_for_review', 'paid'), ('held_for_review', 'refunding'), ('paid', 'held_for_review'), ('paid', 'refunding'), ('refunding', 'refunded')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="238104a47435480bb2e518c1b358f5fba9442379",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_payment_moves_are_legal_51b3c",
                    table="booking_payment",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_20, max_length=20, unique=True)),
                (
                    "payment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refund",
                        to="booking.payment",
                    ),
                ),
                ("amount_fen", models.PositiveIntegerField()),
                ("reason", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(help_text="first asked for at the provider", null=True)),
                (
                    "failed_at",
                    models.DateTimeField(
                        help_text="the provider could not pay it back: a person must", null=True
                    ),
                ),
                ("failure", models.CharField(blank=True, max_length=200)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["created_at"],
                        name="refunds_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("notice_id", models.CharField(max_length=64)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="booking.payment",
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("result", models.CharField(max_length=40)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "payment notice",
                "verbose_name_plural": "payment notices",
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "notice_id"), name="one_row_per_notice")
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="paymentnotice",
            trigger=pgtrigger.compiler.Trigger(
                name="notices_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="49f92569adfc0734bec10393a417e0bdd146019c",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_notices_are_append_only_a0b4b",
                    table="booking_paymentnotice",
                    when="BEFORE",
                ),
            ),
        ),
    ]

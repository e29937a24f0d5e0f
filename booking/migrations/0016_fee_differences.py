"""Cash of a transfer is money of its own."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    dependencies = [
        ("booking", "0015_discipline_in_turn"),
    ]

    operations = [
        migrations.CreateModel(
            name="FeeDifference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_20, max_length=20, unique=True)),
                ("amount_fen", models.IntegerField(help_text="below 0 it was handed back")),
                ("settled_at", models.DateTimeField(db_index=True)),
                (
                    "appointment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fee_differences",
                        to="booking.appointment",
                    ),
                ),
                (
                    "walk_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fee_differences",
                        to="booking.walkin",
                    ),
                ),
            ],
            options={
                "verbose_name": "fee difference",
                "verbose_name_plural": "fee differences",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("appointment__isnull", False), ("walk_in__isnull", True)),
                            models.Q(("appointment__isnull", True), ("walk_in__isnull", False)),
                            _connector="OR",
                        ),
                        name="fee_difference_is_for_one_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen", 0), _negated=True), name="fee_difference_is_money"
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feedifference",
            trigger=pgtrigger.compiler.Trigger(
                name="fee_differences_are_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a958515849f4f5b894d9a8cd93c6be56448acc83",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_fee_differences_are_append_only_7f447",
                    table="booking_feedifference",
                    when="BEFORE",
                ),
            ),
        ),
    ]

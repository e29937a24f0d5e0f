"""Each day's books of the providers beside ours."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0007_payments"),
    ]

    operations = [
        migrations.CreateModel(
            name="Settlement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=20)),
                ("day", models.DateField()),
                ("made_at", models.DateTimeField()),
                ("paid_count", models.PositiveIntegerField()),
                ("paid_fen", models.BigIntegerField()),
                ("refunded_count", models.PositiveIntegerField()),
                ("refunded_fen", models.BigIntegerField()),
                (
                    "statement_paid_fen",
                    models.BigIntegerField(help_text="empty: the provider gives no statement", null=True),
                ),
                ("statement_refunded_fen", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name": "settlement",
                "verbose_name_plural": "settlements",
                "ordering": ["-day", "provider"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "day"), name="one_settlement_per_provider_and_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SettlementDifference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "settlement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="differences",
                        to="booking.settlement",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("only_ours", "only in our books"),
                            ("only_theirs", "only in the statement"),
                            ("amount", "another amount"),
                            ("told_again", "a second notice differs"),
                        ],
                        max_length=12,
                    ),
                ),
                ("refund", models.BooleanField(default=False)),
                ("order_no", models.CharField(max_length=64)),
                ("ours_fen", models.BigIntegerField(null=True)),
                ("theirs_fen", models.BigIntegerField(null=True)),
            ],
            options={
                "verbose_name": "settlement difference",
                "verbose_name_plural": "settlement differences",
            },
        ),
    ]

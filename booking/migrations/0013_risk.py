"""Signs of bots, and the challenges that were solved."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("booking", "0012_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RiskSignal",
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
                        related_name="risk_signals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("weight", models.PositiveSmallIntegerField()),
                ("at", models.DateTimeField()),
                ("data", models.JSONField(default=dict, help_text="counts only, nothing personal")),
            ],
            options={
                "verbose_name": "risk signal",
                "verbose_name_plural": "risk signals",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "kind"), name="one_signal_per_account_and_kind"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SpentChallenge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("salt", models.CharField(max_length=120, unique=True)),
                ("spent_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "spent challenge",
                "verbose_name_plural": "spent challenges",
            },
        ),
    ]

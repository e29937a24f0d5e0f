"""Quota plans, and the slots of each."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("analytics", "0001_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="QuotaPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_12, max_length=12, unique=True)),
                ("expert_code", models.CharField(max_length=40)),
                ("department", models.CharField(blank=True, max_length=80)),
                ("weekday", models.PositiveSmallIntegerField()),
                ("opens_at", models.TimeField()),
                ("closes_at", models.TimeField()),
                ("walk_in_opens_at", models.TimeField()),
                ("slot_minutes", models.PositiveSmallIntegerField()),
                ("method", models.CharField(choices=[("r1", "R1")], default="r1", max_length=10)),
                (
                    "estimator",
                    models.CharField(
                        choices=[("full_counts", "full counts"), ("paper_sampling", "the paper's sampling")],
                        default="full_counts",
                        max_length=20,
                    ),
                ),
                ("seed", models.PositiveIntegerField(default=0)),
                ("as_of", models.DateField()),
                ("first_day", models.DateField(null=True)),
                ("last_day", models.DateField(null=True)),
                ("sessions_used", models.PositiveIntegerField()),
                (
                    "appointments",
                    models.PositiveIntegerField(
                        help_text="numbers that may be booked ahead in the whole period"
                    ),
                ),
                ("pre_opening_walk_ins", models.FloatField()),
                ("pre_opening_low", models.FloatField()),
                ("pre_opening_high", models.FloatField()),
                ("warnings", models.JSONField(default=list)),
                (
                    "world",
                    models.JSONField(
                        default=dict, help_text="what a session of this period is like, for the simulation"
                    ),
                ),
                ("simulation", models.JSONField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "to review"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                            ("superseded", "superseded"),
                            ("rolled_back", "rolled back"),
                        ],
                        default="proposed",
                        max_length=12,
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="analytics.quotaplan",
                    ),
                ),
                ("edited", models.BooleanField(default=False)),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "verbose_name": "quota plan",
                "verbose_name_plural": "quota plans",
                "ordering": ["expert_code", "weekday", "opens_at", "-pk"],
                "indexes": [models.Index(fields=["state"], name="plans_by_state")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "proposed")),
                        fields=("expert_code", "weekday", "opens_at"),
                        name="one_proposed_plan_per_period",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "approved")),
                        fields=("expert_code", "weekday", "opens_at", "slot_minutes"),
                        name="one_approved_plan_per_period",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weekday__range", (1, 7))), name="plan_weekday_is_1_to_7"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["proposed", "approved", "rejected", "superseded", "rolled_back"])
                        ),
                        name="plan_state_is_known",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quotaplan",
            trigger=pgtrigger.compiler.Trigger(
                name="plan_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('approved', 'rolled_back'), ('approved', 'superseded'), ('proposed', 'approved'), ('proposed', 'proposed'), ('proposed', 'rejected'), ('proposed', 'superseded'), ('superseded', 'approved')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="7e6d20a0ba4f18a3559975f8dbd8ba8748f62a9a",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_plan_moves_are_legal_c5d7e",
                    table="analytics_quotaplan",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="PlanSlot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slots",
                        to="analytics.quotaplan",
                    ),
                ),
                ("index", models.PositiveSmallIntegerField(help_text="from 1")),
                ("starts_at", models.TimeField()),
                ("length_min", models.PositiveSmallIntegerField()),
                ("walk_in_rate_per_min", models.FloatField()),
                ("rate_low_per_min", models.FloatField()),
                ("rate_high_per_min", models.FloatField()),
                ("walk_ins", models.FloatField()),
                ("consultations", models.PositiveIntegerField()),
                ("mean_duration_min", models.FloatField()),
                ("capacity", models.PositiveSmallIntegerField()),
                (
                    "capacity_rule",
                    models.CharField(
                        choices=[
                            ("mean_seen", "mean seen"),
                            ("mean_duration", "length ÷ mean visit"),
                            ("expert_mean", "expert mean"),
                            ("department_mean", "department mean"),
                        ],
                        max_length=20,
                    ),
                ),
                ("few_data", models.BooleanField(default=False)),
                ("carry_in", models.FloatField()),
                ("spare", models.FloatField()),
                ("computed_quota", models.PositiveSmallIntegerField()),
                ("quota", models.PositiveSmallIntegerField()),
                ("current_quota", models.PositiveSmallIntegerField(null=True)),
            ],
            options={
                "verbose_name": "slot of a plan",
                "verbose_name_plural": "slots of plans",
                "ordering": ["index"],
                "constraints": [
                    models.UniqueConstraint(fields=("plan", "index"), name="one_plan_slot_per_index"),
                    models.CheckConstraint(
                        condition=models.Q(("length_min__gte", 1)), name="plan_slot_has_a_length"
                    ),
                ],
            },
        ),
    ]

"""What happened to whom, by which rules, at what time."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("hospital", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="StateChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("thing", models.CharField(max_length=40)),
                ("thing_id", models.BigIntegerField()),
                ("verb", models.CharField(max_length=20)),
                ("from_state", models.CharField(blank=True, max_length=20)),
                ("to_state", models.CharField(max_length=20)),
                ("actor_kind", models.CharField(max_length=20)),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("actor_name", models.CharField(blank=True, max_length=150)),
                ("at", models.DateTimeField()),
                ("reason", models.TextField(blank=True)),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name": "history row",
                "verbose_name_plural": "history",
                "indexes": [models.Index(fields=["thing", "thing_id"], name="history_by_thing")],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="statechange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="929bce2581de5d2ec0a9b5c611aa1dc6dd8e4066",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_append_only_8dd99",
                    table="hospital_statechange",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True)),
                ("level", models.CharField(db_default="hospital", default="hospital", max_length=10)),
                ("level_id", models.BigIntegerField(db_default=0, default=0)),
                ("values", models.JSONField(default=dict)),
                ("reason", models.TextField(blank=True)),
                ("actor_name", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "version of the rules",
                "verbose_name_plural": "versions of the rules",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("level", "hospital"), ("level_id", 0)),
                            models.Q(("level__in", ["department", "expert"]), ("level_id__gt", 0)),
                            _connector="OR",
                        ),
                        name="policy_is_somebodys",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="policyversion",
            trigger=pgtrigger.compiler.Trigger(
                name="policy_is_append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="82d6c8995abd11eb8938e97446d136db4defcc0e",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_policy_is_append_only_d26be",
                    table="hospital_policyversion",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="ClockOffset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seconds", models.FloatField()),
            ],
        ),
    ]

"""History files on their way in, and the mappings to read them by."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0006_corrections"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoryUpload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_12, max_length=12, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("size", models.PositiveBigIntegerField(help_text="bytes")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "uploaded"),
                            ("checking", "being read"),
                            ("checked", "read, without errors"),
                            ("refused", "read, with errors"),
                            ("taking", "being taken in"),
                            ("taken", "taken in"),
                            ("discarded", "discarded"),
                        ],
                        default="uploaded",
                        max_length=10,
                    ),
                ),
                (
                    "tables",
                    models.JSONField(default=dict, help_text="the mapping; empty for the canonical format"),
                ),
                ("start_date", models.DateField(help_text="first day of a history without dates", null=True)),
                (
                    "report",
                    models.JSONField(default=dict, help_text="what the check found, or what was taken in"),
                ),
                ("uploaded_at", models.DateTimeField()),
                ("uploaded_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "verbose_name": "history file",
                "verbose_name_plural": "history files",
            },
        ),
        migrations.CreateModel(
            name="SavedMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, unique=True)),
                ("tables", models.JSONField(help_text="as a mapping file has them")),
                ("saved_at", models.DateTimeField()),
                ("saved_by", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "verbose_name": "mapping",
                "verbose_name_plural": "mappings",
            },
        ),
        migrations.CreateModel(
            name="UploadPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("file", "file"), ("sample", "first rows"), ("faults", "errors")],
                        max_length=6,
                    ),
                ),
                ("index", models.PositiveIntegerField()),
                ("sealed", models.BinaryField()),
            ],
            options={
                "verbose_name": "part of a file",
                "verbose_name_plural": "parts of files",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="historyupload",
            trigger=pgtrigger.compiler.Trigger(
                name="upload_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('checked', 'checking'), ('checked', 'discarded'), ('checked', 'taking'), ('checking', 'checked'), ('checking', 'discarded'), ('checking', 'refused'), ('refused', 'checking'), ('refused', 'discarded'), ('taking', 'discarded'), ('taking', 'refused'), ('taking', 'taken'), ('uploaded', 'checking'), ('uploaded', 'discarded')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="760ac0a95f169aee29119fe90d0750da52f16b38",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_upload_moves_are_legal_3884a",
                    table="analytics_historyupload",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="uploadpart",
            name="upload",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="analytics.historyupload",
            ),
        ),
        migrations.AddConstraint(
            model_name="uploadpart",
            constraint=models.UniqueConstraint(
                fields=("upload", "kind", "index"), name="one_part_per_kind_and_index"
            ),
        ),
    ]

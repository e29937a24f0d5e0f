"""Receipt printers and what is asked of them."""

import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import hospital.common.codes


class Migration(migrations.Migration):
    dependencies = [
        ("queueing", "0008_screen_setups"),
    ]

    operations = [
        migrations.CreateModel(
            name="Printer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_8, max_length=8, unique=True)),
                ("name", models.CharField(max_length=60, verbose_name="Name")),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="Place")),
                ("host", models.CharField(max_length=200, verbose_name="Address in the network")),
                (
                    "port",
                    models.PositiveIntegerField(
                        default=9100,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(65535),
                        ],
                        verbose_name="Port",
                    ),
                ),
                (
                    "columns",
                    models.PositiveSmallIntegerField(
                        choices=[(32, "58 mm, 32 letters"), (48, "80 mm, 48 letters")],
                        default=48,
                        verbose_name="Paper",
                    ),
                ),
                (
                    "encoding",
                    models.CharField(
                        choices=[
                            ("gb18030", "GB18030, characters of two bytes (most printers)"),
                            ("gb18030_full", "GB18030, also rare characters"),
                            ("gb2312", "GB2312 (old printers)"),
                            ("utf8", "UTF-8"),
                        ],
                        default="gb18030",
                        max_length=16,
                        verbose_name="Characters",
                    ),
                ),
                (
                    "tells_paper",
                    models.BooleanField(
                        db_default=True,
                        default=True,
                        verbose_name="Ask whether there is paper before each slip",
                    ),
                ),
                ("enabled", models.BooleanField(default=True, verbose_name="In use")),
                ("created_at", models.DateTimeField()),
                ("failures", models.PositiveIntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=20)),
                ("last_sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "printer",
                "verbose_name_plural": "printers",
                "ordering": ["name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("columns__in", (32, 48))), name="printer_columns_are_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("encoding__in", ("gb18030", "gb18030_full", "gb2312", "utf8"))),
                        name="printer_encoding_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("port__range", (1, 65535))), name="printer_port_is_one"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PrintJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=hospital.common.codes.code_12, max_length=12, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[("slip", "slip"), ("test", "test page")], default="slip", max_length=10
                    ),
                ),
                ("serial", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "waits for the printer"),
                            ("sending", "goes to the printer"),
                            ("sent", "printed"),
                            ("failed", "not printed"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("language", models.CharField(max_length=10)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.CharField(blank=True, max_length=150)),
                ("sending_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=20)),
                (
                    "printer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="jobs",
                        to="queueing.printer",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prints",
                        to="queueing.ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "print job",
                "verbose_name_plural": "print jobs",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "queued")),
                        fields=["printer", "id"],
                        name="print_jobs_waiting",
                    ),
                    models.Index(
                        condition=models.Q(("state", "failed")), fields=["asked_at"], name="print_jobs_failed"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("ticket", "kind", "serial"), name="each_slip_is_one_print_job"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "sending")),
                        fields=("printer",),
                        name="a_printer_prints_one_slip_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("queued", "sending", "sent", "failed"))),
                        name="print_job_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "slip"), ("ticket__isnull", False)),
                            models.Q(("kind", "test"), ("ticket__isnull", True)),
                            _connector="OR",
                        ),
                        name="a_slip_is_of_a_ticket",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="printjob",
            trigger=pgtrigger.compiler.Trigger(
                name="print_job_moves_are_legal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func="\n            IF (OLD.state, NEW.state) NOT IN (('queued', 'failed'), ('queued', 'sending'), ('sending', 'failed'), ('sending', 'queued'), ('sending', 'sent')) THEN\n                RAISE EXCEPTION 'illegal move of %: % to %', TG_TABLE_NAME, OLD.state, NEW.state\n                    USING ERRCODE = 'check_violation';\n            END IF;\n            RETURN NEW;\n        ",
                    hash="64b3da419acca095704247ba638d882ecfa4ed57",
                    operation='UPDATE OF "state"',
                    pgid="pgtrigger_print_job_moves_are_legal_92090",
                    table="queueing_printjob",
                    when="BEFORE",
                ),
            ),
        ),
    ]

"""Work that waits for the worker, what is told to people, and answers given once."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("hospital", "0002_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=120)),
                ("payload", models.JSONField(default=dict)),
                ("due_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("done_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(blank=True)),
                (
                    "urgent",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="somebody waits for it: before all others that are due",
                    ),
                ),
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at", None)), fields=["-urgent", "due_at"], name="jobs_to_do"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "key"), name="one_job_per_kind_and_key")
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("key", models.CharField(max_length=120)),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "text message"), ("email", "e-mail"), ("in_app", "in the app")],
                        db_default="sms",
                        default="sms",
                        max_length=10,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("phone_sealed", models.BinaryField(null=True)),
                ("phone_tail", models.CharField(blank=True, max_length=4)),
                ("email_sealed", models.BinaryField(null=True)),
                ("body_sealed", models.BinaryField()),
                (
                    "link",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="a path of ours", max_length=200
                    ),
                ),
                ("language", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("created_at", models.DateTimeField()),
                (
                    "expires_at",
                    models.DateTimeField(help_text="of no use afterwards, so not sent any more", null=True),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("failed_at", models.DateTimeField(help_text="given up: no retry left", null=True)),
                ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "failure",
                    models.CharField(
                        blank=True, db_default="", default="", help_text="a code, no text", max_length=80
                    ),
                ),
                ("provider_id", models.CharField(blank=True, db_default="", default="", max_length=80)),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "indexes": [
                    models.Index(
                        condition=models.Q(("channel", "in_app")),
                        fields=["account", "-id"],
                        name="messages_in_app",
                    ),
                    models.Index(
                        condition=models.Q(("sent_at", None)), fields=["created_at"], name="messages_not_sent"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "key", "channel"), name="one_message_per_kind_key_and_channel"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.CharField(max_length=60)),
                ("route", models.CharField(max_length=80)),
                ("key", models.CharField(max_length=120)),
                ("body_digest", models.BinaryField()),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.JSONField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "route", "key"), name="one_answer_per_key")
                ],
            },
        ),
    ]

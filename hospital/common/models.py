"""Rows of the shared floor: clock, policy, history, jobs, messages, idempotency keys."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hospital.common.triggers import append_only


class ClockOffset(models.Model):
    """How far the clock of every process is moved. One row at most; read in the demo and in tests only."""

    seconds = models.FloatField()

    class Meta:
        app_label = "hospital"


class PolicyVersion(models.Model):
    """One version of a policy: what the hospital sets otherwise than the defaults of ``hospital.common.policy``, or
    what a department or an expert, ``level_id``, has of its own. One row of numbers counts them all.
    """

    number = models.PositiveIntegerField(unique=True)
    level = models.CharField(max_length=10, default="hospital", db_default="hospital")
    level_id = models.BigIntegerField(default=0, db_default=0)
    values = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    actor_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("version of the rules")
        verbose_name_plural = _("versions of the rules")
        app_label = "hospital"
        constraints = [
            models.CheckConstraint(
                condition=Q(level="hospital", level_id=0)
                | Q(level__in=["department", "expert"], level_id__gt=0),
                name="policy_is_somebodys",
            )
        ]
        triggers = [append_only("policy_is_append_only")]

    def __str__(self) -> str:
        return f"policy {self.number}"


class StateChange(models.Model):
    """Who moved what from which state to which, and when. Append-only."""

    thing = models.CharField(max_length=40)
    thing_id = models.BigIntegerField()
    verb = models.CharField(max_length=20)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    actor_kind = models.CharField(max_length=20)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )
    actor_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        app_label = "hospital"
        verbose_name = _("history row")
        verbose_name_plural = _("history")
        indexes = [
            models.Index(fields=["thing", "thing_id"], name="history_by_thing"),
            models.Index(
                fields=["at"],
                condition=Q(thing="appointment")
                & (Q(from_state__in=("unresolved", "no_show")) | Q(verb="excuse")),
                name="history_decided_later",
            ),
        ]
        triggers = [append_only("history_is_append_only")]

    def __str__(self) -> str:
        return f"{self.thing} {self.thing_id}: {self.verb}"


class Job(models.Model):
    """Work to do after a commit: the database is the truth, Celery only wakes the worker.

    A worker takes a due job with a lease; when it is killed, the lease runs out and another takes it again.
    """

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    urgent = models.BooleanField(
        default=False, db_default=False, help_text=_("somebody waits for it: before all others that are due")
    )

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        app_label = "hospital"
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_job_per_kind_and_key")]
        indexes = [models.Index(fields=["-urgent", "due_at"], condition=Q(done_at=None), name="jobs_to_do")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Message(models.Model):
    """Something that a person is told: one row per kind, key and channel, so nobody is told the same thing twice.

    ``key`` is the code of what it is about (an appointment, an offer). ``sms`` goes to the sealed phone, ``email``
    to the sealed address, ``in_app`` waits on the account's page of messages.
    """

    class Channel(models.TextChoices):
        SMS = "sms", _("text message")
        EMAIL = "email", _("e-mail")
        IN_APP = "in_app", _("in the app")

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.SMS, db_default=Channel.SMS)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="messages"
    )
    phone_sealed = models.BinaryField(null=True)
    phone_tail = models.CharField(max_length=4, blank=True)
    email_sealed = models.BinaryField(null=True)
    body_sealed = models.BinaryField()
    link = models.CharField(
        max_length=200, blank=True, default="", db_default="", help_text=_("a path of ours")
    )
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, help_text=_("of no use afterwards, so not sent any more"))
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True, help_text=_("given up: no retry left"))
    attempts = models.PositiveSmallIntegerField(default=0, db_default=0)
    failure = models.CharField(
        max_length=80, blank=True, default="", db_default="", help_text=_("a code, no text")
    )
    provider_id = models.CharField(max_length=80, blank=True, default="", db_default="")

    class Meta:
        app_label = "hospital"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key", "channel"], name="one_message_per_kind_key_and_channel"
            )
        ]
        indexes = [
            models.Index(fields=["account", "-id"], condition=Q(channel="in_app"), name="messages_in_app"),
            models.Index(fields=["created_at"], condition=Q(sent_at=None), name="messages_not_sent"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class IdempotencyKey(models.Model):
    """The answer once given to a key: repeated requests get it again, another body is refused."""

    account = models.CharField(max_length=60)
    route = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    body_digest = models.BinaryField()
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        app_label = "hospital"
        constraints = [models.UniqueConstraint(fields=["account", "route", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


__all__ = ["ClockOffset", "IdempotencyKey", "Job", "Message", "PolicyVersion", "StateChange"]

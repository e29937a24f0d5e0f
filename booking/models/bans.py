"""Bans from online booking, and appeals against them."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.domain.states import APPEAL
from booking.models.appointments import Appointment
from booking.models.patients import Patient
from hospital.common.codes import code_12
from hospital.common.triggers import legal_moves


class BanQuerySet(models.QuerySet["Ban"]):
    """Which bans count at a moment."""

    def not_over(self, now: datetime) -> Self:
        """Those that neither ended nor were lifted, the ones included that begin in a moment."""
        return self.filter(lifted_at=None, ends_at__gt=now)

    def in_force(self, now: datetime) -> Self:
        """Those that close online booking now."""
        return self.not_over(now).filter(starts_at__lte=now)


class Ban(models.Model):
    """No online booking for a time; walk-in always stays possible."""

    class Reason(models.TextChoices):
        NO_SHOW = "no_show", _("missed appointments")
        LATE_CANCEL = "late_cancel", _("late cancellations")
        MANUAL = "manual", _("decided by the hospital")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="bans")
    reason = models.CharField(max_length=20, choices=Reason)
    note = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lift_reason = models.CharField(max_length=200, blank=True)

    objects = BanQuerySet.as_manager()

    class Meta:
        verbose_name = _("ban")
        verbose_name_plural = _("bans")
        constraints = [
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="ban_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.patient_id} until {self.ends_at}"

    def is_over(self, now: datetime) -> bool:
        """Whether it ended or was lifted."""
        return self.lifted_at is not None or self.ends_at <= now

    @property
    def missed(self) -> list[str]:
        """Codes of the missed appointments that it was made for."""
        return [appointment.code for appointment in self.misses.all()]

    @property
    def appeal_open(self) -> bool:
        """Whether an appeal against it waits for its answer."""
        return any(appeal.state == "open" for appeal in self.appeals.all())


class Appeal(models.Model):
    """A patient says why a missed appointment or a ban should not count; a manager decides."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        UPHELD = "upheld", _("upheld")
        REJECTED = "rejected", _("rejected")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    ban = models.ForeignKey(Ban, on_delete=models.CASCADE, null=True, related_name="appeals")
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, null=True, related_name="appeals")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    text = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = models.CharField(max_length=500, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        constraints = [
            models.CheckConstraint(
                condition=Q(ban__isnull=False, appointment__isnull=True)
                | Q(ban__isnull=True, appointment__isnull=False),
                name="appeal_is_about_one_thing",
            ),
            models.UniqueConstraint(
                fields=["ban"], condition=Q(state="open"), name="one_open_appeal_per_ban"
            ),
            models.UniqueConstraint(
                fields=["appointment"], condition=Q(state="open"), name="one_open_appeal_per_appointment"
            ),
        ]
        triggers = [legal_moves("appeal_moves_are_legal", APPEAL)]

    def __str__(self) -> str:
        return self.code

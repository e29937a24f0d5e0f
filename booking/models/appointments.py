"""Numbers that people have: appointments booked ahead and walk-ins from the pool."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.domain.states import APPOINTMENT, APPOINTMENT_LIVE, WALK_IN
from booking.models.patients import Patient
from booking.models.sessions import ClinicSession, Slot
from hospital.common.codes import code_8, code_12
from hospital.common.triggers import legal_moves


class Appointment(models.Model):
    """A number booked ahead in one slot."""

    class State(models.TextChoices):
        HELD = "held", _("held, to be paid")
        BOOKED = "booked", _("booked")
        ARRIVED = "arrived", _("checked in")
        SEEN = "seen", _("seen")
        LEFT = "left", _("left")
        CANCELLED = "cancelled", _("cancelled")
        EXPIRED = "expired", _("expired")
        UNRESOLVED = "unresolved", _("unresolved")
        NO_SHOW = "no_show", _("no-show")
        EXCUSED = "excused", _("excused")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="appointments")
    session = models.ForeignKey(ClinicSession, on_delete=models.PROTECT, related_name="appointments")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="appointments"
    )
    state = models.CharField(max_length=10, choices=State, default=State.HELD)
    fee_fen = models.PositiveIntegerField()
    checkin_code = models.CharField(max_length=8, default=code_8)
    held_at = models.DateTimeField()
    pay_by = models.DateTimeField()
    booked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    add_on = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("beyond the quota, with permission; its number ends with it"),
    )
    late_cancel = models.BooleanField(
        default=False, db_default=False, help_text=_("given back shortly before the deadline, or after it")
    )
    moves = models.PositiveSmallIntegerField(default=0, db_default=0, help_text=_("changes of slot so far"))
    device_index = models.BinaryField(null=True, help_text=_("blind index of the device that booked"))
    ban = models.ForeignKey(
        "booking.Ban",
        on_delete=models.SET_NULL,
        null=True,
        db_index=False,
        related_name="misses",
        help_text=_("the ban that this missed or late cancelled appointment counts for"),
    )

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "patient"],
                condition=Q(state__in=APPOINTMENT_LIVE),
                name="one_live_appointment_per_patient_and_session",
            ),
        ]
        indexes = [
            models.Index(fields=["pay_by"], condition=Q(state="held"), name="holds_by_deadline"),
            models.Index(fields=["checkin_code"], name="appointments_by_checkin_code"),
            models.Index(
                fields=["device_index", "held_at"],
                condition=Q(device_index__isnull=False),
                name="appointments_by_device",
            ),
            models.Index(fields=["account", "held_at"], name="appointments_by_account"),
            models.Index(fields=["ban"], condition=Q(ban__isnull=False), name="appointments_by_ban"),
            models.Index(fields=["session"], condition=Q(state="unresolved"), name="appointments_to_resolve"),
        ]
        triggers = [legal_moves("appointment_moves_are_legal", APPOINTMENT)]

    def __str__(self) -> str:
        return self.code


class WalkIn(models.Model):
    """A number from the walk-in pool, registered on the day."""

    class State(models.TextChoices):
        RESERVED = "reserved", _("reserved, to be paid")
        REGISTERED = "registered", _("registered")
        CANCELLED = "cancelled", _("cancelled")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    session = models.ForeignKey(ClinicSession, on_delete=models.PROTECT, related_name="walk_in_rows")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="walk_ins")
    state = models.CharField(max_length=10, choices=State, default=State.REGISTERED)
    fee_fen = models.PositiveIntegerField()
    registered_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    pay_by = models.DateTimeField(null=True, help_text=_("while it is reserved"))

    class Meta:
        verbose_name = _("walk-in")
        verbose_name_plural = _("walk-ins")
        triggers = [legal_moves("walk_in_moves_are_legal", WALK_IN)]

    def __str__(self) -> str:
        return self.code

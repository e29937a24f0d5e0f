"""The lot that decides who books first, when a session is drawn instead of raced for."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.domain.states import DRAW_REQUEST
from booking.models.appointments import Appointment
from booking.models.patients import Patient
from booking.models.sessions import ClinicSession, Slot
from hospital.common.codes import code_12
from hospital.common.triggers import append_only, legal_moves


class Draw(models.Model):
    """The sealed lot of one session: ``commitment`` is public from the release on, ``seed`` after the draw."""

    session = models.OneToOneField(ClinicSession, on_delete=models.PROTECT, related_name="draw")
    commitment = models.CharField(max_length=64, help_text=_("SHA-256 of the seed, in hexadecimal"))
    seed_sealed = models.BinaryField()
    opened_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draw")
        verbose_name_plural = _("draws")
        triggers = [append_only("draws_are_append_only")]

    def __str__(self) -> str:
        return f"{self.session_id} {self.commitment[:8]}"


class DrawRequest(models.Model):
    """One patient's wish, collected in the first seconds; ``place`` is the place that the lot gave it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the draw")
        WON = "won", _("won")
        LOST = "lost", _("not drawn")
        WITHDRAWN = "withdrawn", _("withdrawn")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    session = models.ForeignKey(ClinicSession, on_delete=models.PROTECT, related_name="draw_requests")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="draw_requests")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="draw_requests")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="draw_requests"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    place = models.PositiveIntegerField(null=True, help_text=_("from 1"))
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, null=True, related_name="draw_request"
    )
    device_index = models.BinaryField(null=True, help_text=_("blind index of the device that asked"))

    class Meta:
        verbose_name = _("draw request")
        verbose_name_plural = _("draw requests")
        constraints = [
            models.UniqueConstraint(fields=["session", "patient"], name="one_request_per_patient_and_draw"),
            models.UniqueConstraint(fields=["session", "place"], name="one_request_per_place"),
        ]
        indexes = [
            models.Index(
                fields=["device_index"],
                condition=Q(state="waiting", device_index__isnull=False),
                name="draw_requests_by_device",
            ),
        ]
        triggers = [legal_moves("draw_request_moves_are_legal", DRAW_REQUEST)]

    def __str__(self) -> str:
        return self.code

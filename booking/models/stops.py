"""Stopped clinics as the manager works through them, patient by patient."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.domain.states import STOP, STOP_CASE
from booking.models.appointments import Appointment
from booking.models.sessions import ClinicSession, Slot
from hospital.common.codes import code_12, code_20
from hospital.common.triggers import legal_moves


class Stop(models.Model):
    """One clinic session to be stopped: nothing happens before it is applied."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        DISCARDED = "discarded", _("discarded")
        APPLYING = "applying", _("being carried out")
        FINISHED = "finished", _("finished")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    session = models.ForeignKey(ClinicSession, on_delete=models.PROTECT, related_name="stops")
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    choose_by = models.DateTimeField(null=True, help_text=_("whoever has not chosen by then is refunded"))

    class Meta:
        verbose_name = _("stopped clinic")
        verbose_name_plural = _("stopped clinics")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session"],
                condition=~Q(state="discarded"),
                name="one_stop_per_session",
            )
        ]
        triggers = [legal_moves("stop_moves_are_legal", STOP)]

    def __str__(self) -> str:
        return self.code


class StopCase(models.Model):
    """One affected patient and what they chose."""

    class State(models.TextChoices):
        LISTED = "listed", _("listed")
        ASKED = "asked", _("asked")
        SETTLED = "settled", _("settled")

    class Choice(models.TextChoices):
        UNDECIDED = "", _("not chosen yet")
        EXPERT = "expert", _("another expert of the same grade")
        OTHER_DAY = "other_day", _("another day")
        REFUND = "refund", _("refund")

    code = models.CharField(max_length=20, unique=True, default=code_20, help_text=_("in the patient's link"))
    stop = models.ForeignKey(Stop, on_delete=models.CASCADE, related_name="cases")
    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="stop_case")
    state = models.CharField(max_length=10, choices=State, default=State.LISTED)
    choice = models.CharField(max_length=10, choices=Choice, blank=True, default=Choice.UNDECIDED)
    target_slot = models.ForeignKey(Slot, on_delete=models.PROTECT, null=True, related_name="+")
    chosen_by = models.CharField(max_length=150, blank=True)
    replacement = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, null=True, related_name="replaces"
    )
    phoned_at = models.DateTimeField(null=True)
    phone_note = models.CharField(max_length=200, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("patient of a stopped clinic")
        verbose_name_plural = _("patients of stopped clinics")
        ordering = ["appointment__slot__starts_at", "pk"]
        triggers = [legal_moves("stop_case_moves_are_legal", STOP_CASE)]

    def __str__(self) -> str:
        return self.code

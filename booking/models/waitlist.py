"""Numbers that come back, and who waits for them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.domain.states import RETURNED, WAITLIST, WAITLIST_LIVE
from booking.models.appointments import Appointment
from booking.models.patients import Patient
from booking.models.sessions import ClinicSession, Slot
from hospital.common.codes import code_12
from hospital.common.triggers import legal_moves


class WaitlistEntry(models.Model):
    """A patient who wants a number of a sold-out session; served in the order of joining."""

    class State(models.TextChoices):
        WAITING = "waiting", _("on the waitlist")
        OFFERED = "offered", _("a number is offered")
        ACCEPTED = "accepted", _("accepted")
        LAPSED = "lapsed", _("offer not taken")
        LEFT = "left", _("left the waitlist")
        ENDED = "ended", _("waitlist over")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    session = models.ForeignKey(ClinicSession, on_delete=models.PROTECT, related_name="waitlist")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="waitlist")
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="waitlist"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    joined_at = models.DateTimeField()
    offered_at = models.DateTimeField(null=True)
    accept_by = models.DateTimeField(null=True)
    appointment = models.OneToOneField(
        Appointment, on_delete=models.PROTECT, null=True, related_name="waitlist_entry"
    )

    class Meta:
        verbose_name = _("waitlist entry")
        verbose_name_plural = _("waitlist entries")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "patient"],
                condition=Q(state__in=WAITLIST_LIVE),
                name="one_live_entry_per_patient_and_session",
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(accept_by__isnull=False), name="offer_has_a_deadline"
            ),
        ]
        indexes = [
            models.Index(
                fields=["session", "joined_at"], condition=Q(state="waiting"), name="waitlist_in_order"
            ),
            models.Index(fields=["accept_by"], condition=Q(state="offered"), name="offers_by_deadline"),
        ]
        triggers = [legal_moves("waitlist_moves_are_legal", WAITLIST)]

    def __str__(self) -> str:
        return self.code


class ReturnedNumber(models.Model):
    """One number that came back and is not public yet; ``Slot.withheld`` counts these."""

    class State(models.TextChoices):
        KEPT = "kept", _("kept back")
        OFFERED = "offered", _("offered to the waitlist")
        TAKEN = "taken", _("taken by the waitlist")
        PUBLIC = "public", _("public again")
        ENDED = "ended", _("in the walk-in pool")

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="returned")
    state = models.CharField(max_length=10, choices=State, default=State.KEPT)
    returned_at = models.DateTimeField()
    public_at = models.DateTimeField(help_text=_("a random moment, drawn when the number came back"))
    entry = models.ForeignKey(
        WaitlistEntry, on_delete=models.PROTECT, null=True, related_name="offers", help_text=_("offered to")
    )

    class Meta:
        verbose_name = _("returned number")
        verbose_name_plural = _("returned numbers")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(entry__isnull=False), name="offer_is_to_somebody"
            ),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(state="offered"), name="one_open_offer_per_entry"
            ),
        ]
        indexes = [
            models.Index(fields=["public_at"], condition=Q(state="kept"), name="returned_by_moment"),
        ]
        triggers = [legal_moves("returned_moves_are_legal", RETURNED)]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.state}"

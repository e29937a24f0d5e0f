"""Rooms that call nobody for a while."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hospital.common.triggers import legal_moves
from queueing.domain.states import PAUSE


class Pause(models.Model):
    """A session that calls nobody until about ``until``; patients are told why, in words of a list, so that nothing
    about anybody gets onto a screen.
    """

    class State(models.TextChoices):
        PAUSED = "paused", _("paused")
        OVER = "over", _("over")

    class Reason(models.TextChoices):
        BREAK = "break", _("short break")
        MEAL = "meal", _("meal")
        EMERGENCY = "emergency", _("an emergency")
        WARD = "ward", _("called to the ward")
        TECHNICAL = "technical", _("technical trouble")
        LATE = "late", _("the doctor comes later")

    session = models.ForeignKey("booking.ClinicSession", on_delete=models.PROTECT, related_name="pauses")
    state = models.CharField(max_length=10, choices=State, default=State.PAUSED)
    reason = models.CharField(max_length=12, choices=Reason)
    began_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("pause")
        verbose_name_plural = _("pauses")
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(state="paused"), name="one_pause_at_a_time_per_session"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=["break", "meal", "emergency", "ward", "technical", "late"]),
                name="pause_reason_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="paused", ended_at=None) | Q(state="over", ended_at__isnull=False),
                name="pause_is_over_once_ended",
            ),
            models.CheckConstraint(condition=Q(until__gt=F("began_at")), name="pause_has_a_length"),
        ]
        triggers = [legal_moves("pause_moves_are_legal", PAUSE)]

    def __str__(self) -> str:
        return f"{self.session_id} {self.reason}"

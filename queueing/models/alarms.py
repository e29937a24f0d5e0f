"""Calls for help out of a room."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hospital.common.codes import code_12
from hospital.common.triggers import legal_moves
from queueing.domain.states import ALARM


class Alarm(models.Model):
    """Somebody in a room needs help; whoever goes there says so with the own name."""

    class State(models.TextChoices):
        RAISED = "raised", _("raised")
        ACKNOWLEDGED = "acknowledged", _("somebody is coming")
        WITHDRAWN = "withdrawn", _("withdrawn")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    session = models.ForeignKey("booking.ClinicSession", on_delete=models.PROTECT, related_name="alarms")
    room = models.ForeignKey("booking.Room", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.RAISED)
    raised_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(state="raised"), name="one_alarm_at_a_time_per_session"
            ),
            models.CheckConstraint(
                condition=Q(state="raised", answered_at=None)
                | Q(~Q(state="raised"), answered_at__isnull=False),
                name="alarm_is_answered_once",
            ),
        ]
        indexes = [models.Index(fields=["raised_at"], name="alarms_by_time")]
        triggers = [legal_moves("alarm_moves_are_legal", ALARM)]

    def __str__(self) -> str:
        return f"{self.room_id} {self.state}"

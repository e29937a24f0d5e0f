"""How long booked patients usually waited, as the recorded history says."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.models.clinic import Expert


class UsualWait(models.Model):
    """Of one expert, weekday and beginning of a slot: what 2 and 8 of 10 booked patients waited at most [min]."""

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="usual_waits")
    weekday = models.PositiveSmallIntegerField()
    starts_at = models.TimeField()
    p20_min = models.PositiveSmallIntegerField()
    p80_min = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("usual wait")
        verbose_name_plural = _("usual waits")
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "weekday", "starts_at"], name="one_usual_wait_per_slot_of_the_week"
            ),
            models.CheckConstraint(condition=Q(p20_min__lte=F("p80_min")), name="usual_wait_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.expert_id} {self.weekday} {self.starts_at}"

"""What managers asked of the simulator."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from analytics.models.plans import QuotaPlan
from hospital.common.codes import code_12


class WhatIf(models.Model):
    """One question: a plan's session with something changed, and the answer once the worker has it."""

    code = models.CharField(max_length=12, unique=True, default=code_12)
    plan = models.ForeignKey(QuotaPlan, on_delete=models.CASCADE, related_name="what_ifs")
    quotas = models.JSONField(help_text=_("of the plan when it was asked"))
    changes = models.JSONField()
    sessions = models.PositiveIntegerField(help_text=_("to be simulated"))
    played = models.PositiveIntegerField(default=0, help_text=_("simulated so far"))
    result = models.JSONField(null=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=150)

    class Meta:
        verbose_name = _("what-if")
        verbose_name_plural = _("what-ifs")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(played__lte=F("sessions")), name="what_if_plays_at_most_its_sessions"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.code}"

"""What was worked out about the week's sessions."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hospital.common.codes import code_12


class WeekProposal(models.Model):
    """Expected demand against the week's numbers, as somebody asked for it; worked out by the worker."""

    code = models.CharField(max_length=12, unique=True, default=code_12)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=150, blank=True)
    as_of = models.DateField(help_text=_("the history before this day counts"))
    growth_percent = models.SmallIntegerField(
        default=0, validators=[MinValueValidator(-50), MaxValueValidator(200)]
    )
    found = models.JSONField(null=True, help_text=_("by department; empty until it is worked out"))

    class Meta:
        verbose_name = _("proposal for the week")
        verbose_name_plural = _("proposals for the week")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(growth_percent__range=(-50, 200)), name="growth_is_plausible")
        ]

    def __str__(self) -> str:
        return f"{self.as_of} {self.growth_percent:+d} %"

"""What patients were told to expect, and what came of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from queueing.domain.outcomes import OUTCOMES
from queueing.models.tickets import Ticket


class Estimate(models.Model):
    """One forecast of one ticket's wait, made at a preset moment, with the fact once there is one.

    Never made at a random moment of the wait: long waits would be looked at more often than short ones. Without a
    forecast (nothing known of the expert) the quantiles are empty.
    """

    class Kind(models.TextChoices):
        CHECK_IN = "check_in", _("at check-in")
        NEAR = "near", _("near the turn")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="estimates")
    kind = models.CharField(max_length=10, choices=Kind)
    made_at = models.DateTimeField()
    ahead = models.PositiveSmallIntegerField()
    rooms = models.PositiveSmallIntegerField(default=1)
    rule = models.CharField(max_length=16)
    p10_min = models.FloatField(null=True)
    p20_min = models.FloatField(null=True)
    p50_min = models.FloatField(null=True)
    p80_min = models.FloatField(null=True)
    p90_min = models.FloatField(null=True)
    plain_min = models.FloatField(null=True)
    pace_mean_min = models.FloatField(null=True)
    pace_cv = models.FloatField(null=True)
    today_n = models.PositiveIntegerField(default=0)
    history_n = models.PositiveIntegerField(default=0)

    outcome = models.CharField(max_length=12, blank=True)
    called_at = models.DateTimeField(null=True)
    wait_min = models.FloatField(null=True)

    class Meta:
        verbose_name = _("estimate")
        verbose_name_plural = _("estimates")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind"], name="one_estimate_per_ticket_and_kind"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *OUTCOMES]), name="estimate_outcome_is_known"
            ),
            models.CheckConstraint(
                condition=Q(outcome="called", wait_min__gte=0, called_at__isnull=False)
                | (~Q(outcome="called") & Q(wait_min=None)),
                name="only_calls_are_facts",
            ),
        ]
        indexes = [
            models.Index(fields=["ticket"], condition=Q(outcome=""), name="estimates_without_fact"),
            models.Index(fields=["made_at"], name="estimates_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind}"

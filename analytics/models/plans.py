"""Quota plans with the evidence that a manager decides on."""

from datetime import date, datetime, time, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analytics.domain.states import PLAN_MOVES
from hospital.common.codes import code_12
from hospital.common.triggers import legal_moves


class QuotaPlan(models.Model):
    """The quotas of one expert and recurring period as computed on one day, and what was decided on them."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("to review")
        APPROVED = "approved", _("approved")
        REJECTED = "rejected", _("rejected")
        SUPERSEDED = "superseded", _("superseded")
        ROLLED_BACK = "rolled_back", _("rolled back")

    class Method(models.TextChoices):
        R1 = "r1", _("R1")
        OPTIMISED = "optimised", _("optimised")

    class Estimator(models.TextChoices):
        FULL_COUNTS = "full_counts", _("full counts")
        PAPER_SAMPLING = "paper_sampling", _("the paper's sampling")
        DISCOUNTED = "discounted", _("counts that fade with age")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    expert_code = models.CharField(max_length=40)
    department = models.CharField(max_length=80, blank=True)
    weekday = models.PositiveSmallIntegerField()
    opens_at = models.TimeField()
    closes_at = models.TimeField()
    walk_in_opens_at = models.TimeField()
    slot_minutes = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=10, choices=Method, default=Method.R1)
    estimator = models.CharField(max_length=20, choices=Estimator, default=Estimator.FULL_COUNTS)
    seed = models.PositiveIntegerField(default=0)
    as_of = models.DateField()
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    sessions_used = models.PositiveIntegerField()
    appointments = models.PositiveIntegerField(
        help_text=_("numbers that may be booked ahead in the whole period")
    )
    pre_opening_walk_ins = models.FloatField()
    pre_opening_low = models.FloatField()
    pre_opening_high = models.FloatField()
    warnings = models.JSONField(default=list)
    quality = models.JSONField(null=True, help_text=_("figures about the history that the plan rests on"))
    world = models.JSONField(
        default=dict, help_text=_("what a session of this period is like, for the simulation")
    )
    simulation = models.JSONField(null=True)
    optimised = models.JSONField(
        null=True, help_text=_("the cheapest quotas that a search found, beside R1 on the same sessions")
    )
    overbooking = models.JSONField(null=True, help_text=_("what numbers beyond the plan's would cost"))
    state = models.CharField(max_length=12, choices=State, default=State.PROPOSED)
    replaces = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    edited = models.BooleanField(default=False)
    proposed_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)

    class Meta:
        verbose_name = _("quota plan")
        verbose_name_plural = _("quota plans")
        ordering = ["expert_code", "weekday", "opens_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert_code", "weekday", "opens_at"],
                condition=Q(state="proposed"),
                name="one_proposed_plan_per_period",
            ),
            models.UniqueConstraint(
                fields=["expert_code", "weekday", "opens_at", "slot_minutes"],
                condition=Q(state="approved"),
                name="one_approved_plan_per_period",
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="plan_weekday_is_1_to_7"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "approved", "rejected", "superseded", "rolled_back"]),
                name="plan_state_is_known",
            ),
        ]
        indexes = [models.Index(fields=["state"], name="plans_by_state")]
        triggers = [legal_moves("plan_moves_are_legal", PLAN_MOVES)]

    def __str__(self) -> str:
        return f"{self.expert_code} {self.weekday} {self.opens_at:%H:%M}"


class PlanSlot(models.Model):
    """One slot of a plan: its evidence, the quota computed from it, and the quota decided on."""

    class CapacityRule(models.TextChoices):
        MEAN_SEEN = "mean_seen", _("mean seen")
        MEAN_DURATION = "mean_duration", _("length ÷ mean visit")
        EXPERT_MEAN = "expert_mean", _("expert mean")
        DEPARTMENT_MEAN = "department_mean", _("department mean")

    plan = models.ForeignKey(QuotaPlan, on_delete=models.CASCADE, related_name="slots", db_index=False)
    index = models.PositiveSmallIntegerField(help_text=_("from 1"))
    starts_at = models.TimeField()
    length_min = models.PositiveSmallIntegerField()
    walk_in_rate_per_min = models.FloatField()
    rate_low_per_min = models.FloatField()
    rate_high_per_min = models.FloatField()
    walk_ins = models.FloatField()
    consultations = models.PositiveIntegerField()
    mean_duration_min = models.FloatField()
    mean_duration_low_min = models.FloatField(null=True)
    mean_duration_high_min = models.FloatField(null=True)
    capacity = models.PositiveSmallIntegerField()
    capacity_low = models.PositiveSmallIntegerField(null=True)
    capacity_high = models.PositiveSmallIntegerField(null=True)
    capacity_rule = models.CharField(max_length=20, choices=CapacityRule)
    few_data = models.BooleanField(default=False)
    carry_in = models.FloatField()
    spare = models.FloatField()
    computed_quota = models.PositiveSmallIntegerField()
    quota = models.PositiveSmallIntegerField()
    current_quota = models.PositiveSmallIntegerField(null=True)

    class Meta:
        verbose_name = _("slot of a plan")
        verbose_name_plural = _("slots of plans")
        ordering = ["index"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "index"], name="one_plan_slot_per_index"),
            models.CheckConstraint(condition=Q(length_min__gte=1), name="plan_slot_has_a_length"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.index}"

    @property
    def ends_at(self) -> time:
        """End of the slot on the hospital's wall clock."""
        return (datetime.combine(date.min, self.starts_at) + timedelta(minutes=self.length_min)).time()

    @property
    def walk_ins_low(self) -> float:
        """Lower end of the 95 % interval of the expected walk-ins."""
        return self.rate_low_per_min * self.length_min

    @property
    def walk_ins_high(self) -> float:
        """Upper end of the 95 % interval of the expected walk-ins."""
        return self.rate_high_per_min * self.length_min

"""The nights: what each took in and computed, expert by expert, and what still has to be computed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analytics.domain.nights import EXPERT_MOVES, NIGHT_MOVES
from hospital.common.triggers import legal_moves


class NightRun(models.Model):
    """One night's work, or the same asked for by hand: days are taken in one after the other, then experts computed."""

    class Kind(models.TextChoices):
        NIGHT = "night", _("nightly")
        MANUAL = "manual", _("by hand")

    class State(models.TextChoices):
        RUNNING = "running", _("under way")
        COMPLETE = "complete", _("complete")
        INCOMPLETE = "incomplete", _("incomplete")

    kind = models.CharField(max_length=6, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    as_of = models.DateField(help_text=_("plans look back from this day"))
    days = models.JSONField(help_text=_("whose visits it takes in, oldest first"))
    days_taken = models.PositiveSmallIntegerField(default=0)
    visits_added = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField()
    deadline_at = models.DateTimeField(help_text=_("what is not computed by then is left for the next night"))
    laid_out_at = models.DateTimeField(null=True, help_text=_("when the experts' computations were queued"))
    ended_at = models.DateTimeField(null=True)
    asked_by = models.CharField(max_length=150)
    problem = models.TextField(blank=True)

    class Meta:
        verbose_name = _("night")
        verbose_name_plural = _("nights")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["as_of"], condition=Q(kind="night"), name="one_night_a_day"),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="one_night_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "complete", "incomplete"]), name="night_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="running", ended_at=None) | Q(ended_at__isnull=False) & ~Q(state="running"),
                name="night_that_is_over_has_an_end",
            ),
        ]
        triggers = [legal_moves("night_moves_are_legal", NIGHT_MOVES)]

    def __str__(self) -> str:
        return f"{self.as_of} {self.kind}"


class ExpertRun(models.Model):
    """One expert's plans in one night: computed by one worker, written in one transaction with this row."""

    class State(models.TextChoices):
        WAITING = "waiting", _("to be computed")
        DONE = "done", _("computed")
        GIVEN_UP = "given_up", _("given up")

    run = models.ForeignKey(NightRun, on_delete=models.CASCADE, related_name="experts", db_index=False)
    expert_code = models.CharField(max_length=40)
    whole = models.BooleanField(help_text=_("every period, not only those whose history changed"))
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=64, blank=True)
    begun_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    plans = models.PositiveSmallIntegerField(default=0)
    proposed = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True)

    class Meta:
        verbose_name = _("expert in a night")
        verbose_name_plural = _("experts in nights")
        ordering = ["expert_code"]
        constraints = [
            models.UniqueConstraint(fields=["run", "expert_code"], name="one_run_per_night_and_expert"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "done", "given_up"]), name="expert_run_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | ~Q(state="done") & Q(done_at=None),
                name="expert_run_that_is_done_says_when",
            ),
        ]
        triggers = [legal_moves("expert_run_moves_are_legal", EXPERT_MOVES)]

    def __str__(self) -> str:
        return f"{self.run_id} {self.expert_code}"


class OutdatedPlan(models.Model):
    """The history of this expert's weekday has changed since its plans were computed; gone once they are.

    ``changes`` counts, so that what changes during a computation is computed again.
    """

    expert_code = models.CharField(max_length=40)
    weekday = models.PositiveSmallIntegerField()
    changes = models.PositiveIntegerField(default=1)
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("outdated plan")
        verbose_name_plural = _("outdated plans")
        constraints = [
            models.UniqueConstraint(
                fields=["expert_code", "weekday"], name="one_mark_per_expert_and_weekday"
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="outdated_weekday_is_1_to_7"),
        ]

    def __str__(self) -> str:
        return f"{self.expert_code} {self.weekday}"

"""Visit history and its summary by session day and quarter of an hour.

History names experts and departments by code: it may be older than this system, or another hospital's.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ImportBatch(models.Model):
    """One taking-in of visits: a file, or a night's visits of this system."""

    class Source(models.TextChoices):
        FILE = "file", _("file")
        SYSTEM = "system", _("this system")
        SYNTHETIC = "synthetic", _("synthetic")

    source = models.CharField(max_length=10, choices=Source)
    name = models.CharField(max_length=200)
    rows = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    corrected = models.PositiveIntegerField(
        default=0, db_default=0, help_text=_("visits known before that were told otherwise")
    )
    actor_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()
    digest = models.BinaryField(
        null=True, help_text=_("of all that this system told of a day: told again, it is known")
    )

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [
            models.CheckConstraint(condition=Q(added__lte=F("rows")), name="batch_adds_at_most_its_rows")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.added}/{self.rows})"


class SessionDay(models.Model):
    """One past session: what the history says of it, and the sums over its visits."""

    expert_code = models.CharField(max_length=40)
    department = models.CharField(max_length=80, blank=True)
    date = models.DateField()
    weekday = models.PositiveSmallIntegerField()
    opens_local = models.TimeField(help_text=_("opening on the hospital's wall clock"))
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    walk_in_opens_at = models.DateTimeField()
    slot_minutes = models.PositiveSmallIntegerField()
    synthetic = models.BooleanField(default=False)
    visits_count = models.PositiveIntegerField(default=0)
    live_appointments = models.PositiveIntegerField(default=0)
    walk_ins = models.PositiveIntegerField(default=0)
    unknown_channel = models.PositiveIntegerField(default=0)
    no_shows = models.PositiveIntegerField(default=0)
    cancelled = models.PositiveIntegerField(default=0)
    late_cancels = models.PositiveIntegerField(
        null=True, help_text=_("empty where the history does not say when a number was given back")
    )
    seen = models.PositiveIntegerField(default=0)
    first_start_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("session day")
        verbose_name_plural = _("session days")
        constraints = [
            models.UniqueConstraint(
                fields=["expert_code", "opens_at"], name="one_session_day_per_expert_and_opening"
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="session_day_weekday_is_1_to_7"),
            models.CheckConstraint(
                condition=Q(walk_in_opens_at__lte=F("opens_at"), opens_at__lt=F("closes_at")),
                name="session_day_times_are_in_order",
            ),
        ]
        indexes = [
            models.Index(fields=["expert_code", "opens_local", "date"], name="session_days_by_expert"),
            models.Index(fields=["department", "opens_local", "date"], name="session_days_by_department"),
            models.Index(fields=["date"], name="session_days_by_date"),
        ]

    def __str__(self) -> str:
        return f"{self.expert_code} {self.date} {self.opens_local:%H:%M}"


class Visit(models.Model):
    """One visit of the history. Whose it was is kept as a keyed digest only."""

    class Channel(models.TextChoices):
        APPOINTMENT = "appointment", _("booked")
        WALK_IN = "walk_in", _("walk-in")
        UNKNOWN = "", _("unknown")

    class Outcome(models.TextChoices):
        DONE = "done", _("seen")
        NO_SHOW = "no_show", _("no-show")
        CANCELLED = "cancelled", _("cancelled")
        LEFT = "left", _("left")
        UNKNOWN = "", _("unknown")

    identity = models.BinaryField()
    session_day = models.ForeignKey(
        SessionDay, on_delete=models.CASCADE, related_name="visits", db_index=False
    )
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="visits", db_index=False)
    channel = models.CharField(max_length=11, choices=Channel, blank=True, default="")
    outcome = models.CharField(max_length=9, choices=Outcome, blank=True, default="")
    slot_starts_at = models.DateTimeField(null=True)
    registered_at = models.DateTimeField(null=True)
    checked_in_at = models.DateTimeField(null=True)
    called_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    patient_index = models.BinaryField(null=True)
    late_cancel = models.BooleanField(null=True, help_text=_("empty where the source does not say"))

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(
                fields=["session_day", "identity"], name="one_visit_per_session_day_and_identity"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(started_at__isnull=False, finished_at__gte=F("started_at")),
                name="visit_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(registered_at__isnull=False) | Q(started_at__isnull=False),
                name="visit_has_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.registered_at or self.started_at}"


class Summary(models.Model):
    """What one session showed in one stretch of time; ``index`` counts from its opening."""

    session_day = models.ForeignKey(SessionDay, on_delete=models.CASCADE, related_name="+", db_index=False)
    index = models.SmallIntegerField()
    walk_ins = models.PositiveIntegerField()
    minutes_1 = models.PositiveSmallIntegerField(help_text=_("minutes in which one walk-in registered"))
    minutes_2 = models.PositiveSmallIntegerField()
    minutes_3 = models.PositiveSmallIntegerField()
    minutes_4 = models.PositiveSmallIntegerField(
        help_text=_("minutes in which four or more walk-ins registered")
    )
    starts = models.PositiveIntegerField()
    timed = models.PositiveIntegerField(help_text=_("consultations begun here whose length is known"))
    duration_s = models.FloatField()
    duration_squares_s = models.FloatField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.session_day_id} {self.index}"


class BinSummary(Summary):
    """A quarter of an hour: what everything else is a sum of."""

    class Meta:
        verbose_name = _("period summary")
        verbose_name_plural = _("period summaries")
        constraints = [
            models.UniqueConstraint(
                fields=["session_day", "index"], name="one_bin_per_session_day_and_index"
            ),
            models.CheckConstraint(condition=Q(timed__lte=F("starts")), name="bin_times_at_most_its_starts"),
        ]


class HourSummary(Summary):
    """An hour, as most slots last: the sum of its quarters, kept because quotas read a quarter of the rows then."""

    class Meta:
        verbose_name = _("hourly summary")
        verbose_name_plural = _("hourly summaries")
        constraints = [
            models.UniqueConstraint(
                fields=["session_day", "index"], name="one_hour_per_session_day_and_index"
            ),
            models.CheckConstraint(condition=Q(timed__lte=F("starts")), name="hour_times_at_most_its_starts"),
        ]

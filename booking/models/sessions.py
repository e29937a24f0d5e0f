"""Clinic sessions and their slots."""

from datetime import date, datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from booking.domain.states import SESSION
from booking.models.clinic import Department, Expert, Room
from hospital.common.codes import code_12
from hospital.common.triggers import legal_moves

FIRST_MONDAY = date(2000, 1, 3)
"""Weeks are counted from here when a template says nothing else."""


class SessionTemplate(models.Model):
    """A recurring service period of one expert, for example Mondays 08:00-12:00. Times are the hospital's.

    ``every_weeks`` counts from the week of ``valid_from``: 2 means that week, not the next, and so on.
    """

    expert = models.ForeignKey(Expert, on_delete=models.CASCADE, related_name="templates")
    weekday = models.PositiveSmallIntegerField(help_text=_("1 = Monday"))
    opens_at = models.TimeField()
    closes_at = models.TimeField()
    walk_in_opens_at = models.TimeField()
    slot_minutes = models.PositiveSmallIntegerField(default=60)
    capacity_per_slot = models.PositiveSmallIntegerField(default=10)
    appointment_share = models.DecimalField(max_digits=3, decimal_places=2, default=Decimal("0.60"))
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="+")
    fee_fen = models.PositiveIntegerField(null=True, blank=True, help_text=_("empty: the expert's"))
    every_weeks = models.PositiveSmallIntegerField(default=1)
    valid_from = models.DateField(default=FIRST_MONDAY)
    valid_until = models.DateField(null=True, blank=True, help_text=_("the last day"))

    class Meta:
        verbose_name = _("recurring period")
        verbose_name_plural = _("recurring periods")
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "weekday", "opens_at", "valid_from"], name="one_template_per_period"
            ),
            models.CheckConstraint(
                condition=Q(every_weeks__range=(1, 52)), name="template_repeats_within_a_year"
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="template_weekday_is_1_to_7"),
            models.CheckConstraint(
                condition=Q(appointment_share__range=(0, 1)), name="template_share_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(slot_minutes__range=(5, 480)), name="template_slot_is_plausible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert} {self.weekday} {self.opens_at}"


class Absence(models.Model):
    """Days without sessions: a holiday of the whole hospital or one department, or the leave of one expert."""

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("holiday")
        LEAVE = "leave", _("leave")

    kind = models.CharField(max_length=10, choices=Kind)
    expert = models.ForeignKey(
        Expert, on_delete=models.CASCADE, null=True, blank=True, related_name="absences"
    )
    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, null=True, blank=True, related_name="absences"
    )
    first_day = models.DateField()
    last_day = models.DateField()
    reason = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(first_day__lte=F("last_day")), name="absence_days_in_order"),
            models.CheckConstraint(
                condition=Q(kind="holiday", expert__isnull=True)
                | Q(kind="leave", expert__isnull=False, department__isnull=True),
                name="leave_is_an_experts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.first_day} {self.last_day}"


class ClinicSession(models.Model):
    """One service period of one expert on one day. Times are moments; a session may cross midnight."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        RELEASED = "released", _("released")
        OPEN = "open", _("open for walk-ins")
        RUNNING = "running", _("running")
        CLOSED = "closed", _("closed")
        STOPPED = "stopped", _("stopped")

    code = models.CharField(max_length=12, unique=True, default=code_12)
    expert = models.ForeignKey(Expert, on_delete=models.PROTECT, related_name="sessions")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="sessions")
    date = models.DateField(db_index=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    walk_in_opens_at = models.DateTimeField()
    release_at = models.DateTimeField()
    slot_minutes = models.PositiveSmallIntegerField()
    fee_fen = models.PositiveIntegerField()
    letter = models.CharField(max_length=2)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    number_limit = models.PositiveIntegerField(
        help_text=_("numbers of the whole session, booked and walk-in")
    )
    walk_ins = models.PositiveIntegerField(default=0)
    appointments_taken = models.PositiveIntegerField(
        default=0, help_text=_("numbers taken by appointments, counted here once walk-in registration opens")
    )
    quota_source = models.CharField(max_length=40, default="equal")
    started_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=200, blank=True)
    extra = models.BooleanField(default=False, help_text=_("added by hand, of no template"))
    instead_of = models.ForeignKey(
        Expert,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("the expert whom this session's expert stands in for"),
    )
    draw_ends_at = models.DateTimeField(
        null=True, blank=True, help_text=_("until then requests are collected, then numbers are drawn by lot")
    )
    drawn_at = models.DateTimeField(null=True, blank=True, help_text=_("when the draw was held to its end"))

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["opens_at", "letter"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "opens_at"],
                condition=~Q(state="stopped"),
                name="one_session_per_expert_and_opening",
            ),
            models.UniqueConstraint(fields=["date", "letter"], name="one_session_per_letter_and_day"),
            models.CheckConstraint(
                condition=Q(walk_in_opens_at__lte=F("opens_at"), opens_at__lt=F("closes_at")),
                name="session_times_are_in_order",
            ),
        ]
        triggers = [legal_moves("session_moves_are_legal", SESSION)]

    def __str__(self) -> str:
        return f"{self.expert} {self.date} {self.letter}"

    @property
    def draws_at(self) -> datetime | None:
        """When the numbers are drawn by lot, as long as that is still to be done; until then nobody can book."""
        return self.draw_ends_at if self.state == "released" and self.drawn_at is None else None

    @property
    def pool_left(self) -> int:
        """Walk-in numbers left; only meaningful once walk-in registration is open."""
        return max(0, self.number_limit - self.appointments_taken - self.walk_ins)


class SlotQuerySet(models.QuerySet["Slot"]):
    """Which slots can be booked."""

    def with_numbers_left(self) -> Self:
        """Those with a number that is neither taken nor withheld; the check that the table keeps, turned round."""
        return self.filter(bookable=True, booked__lt=F("quota") - F("withheld"))

    def open_for_booking(self, now: datetime) -> Self:
        """Those with numbers left whose session's window is open: ``booking_window`` as a condition."""
        return self.with_numbers_left().filter(
            session__state="released", session__release_at__lte=now, session__walk_in_opens_at__gt=now
        )


class Slot(models.Model):
    """One time slot. ``booked`` counts every number that appointments take; it never passes ``quota``.

    ``withheld`` counts returned numbers that nobody can book yet: kept back, or offered to the waitlist.
    """

    code = models.CharField(max_length=12, unique=True, default=code_12)
    session = models.ForeignKey(ClinicSession, on_delete=models.CASCADE, related_name="slots")
    index = models.PositiveSmallIntegerField(help_text=_("from 1"))
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField()
    quota = models.PositiveSmallIntegerField()
    booked = models.PositiveSmallIntegerField(default=0)
    withheld = models.PositiveSmallIntegerField(default=0, db_default=0)
    bookable = models.BooleanField(
        default=False, help_text=_("between release and the opening of walk-in registration")
    )

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["session", "index"], name="one_slot_per_index"),
            models.CheckConstraint(
                condition=Q(booked__lte=F("quota") - F("withheld")), name="slot_is_never_oversold"
            ),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="slot_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.session} {self.index}"

    @property
    def left(self) -> int:
        """Numbers that can still be booked."""
        return self.quota - self.booked - self.withheld

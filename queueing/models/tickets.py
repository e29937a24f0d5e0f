"""Queue tickets: one patient's place in a queue."""

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hospital.common.codes import code_20
from queueing.domain.numbers import display_number
from queueing.domain.specialties import in_english
from queueing.domain.states import IN_ROOM, LIVE, STATES, TICKET, UNDOABLE
from queueing.models.queues import Queue


def _pairs(moves: set[tuple[str, str]]) -> str:
    return ", ".join(f"('{start}', '{end}')" for start, end in sorted(moves))


def _legal_moves() -> pgtrigger.Trigger:
    """A ticket moves only along its state table; backwards only as an undo, which is counted."""
    forward = {(start, end) for (start, _verb), end in TICKET.items() if start is not None}
    back = {(end, start) for (start, verb), end in TICKET.items() if start is not None and verb in UNDOABLE}
    return pgtrigger.Trigger(
        name="ticket_moves_are_legal",
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf("state"),  # type: ignore[no-untyped-call]
        condition=pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
        func=f"""
            IF NEW.undos = OLD.undos AND (OLD.state, NEW.state) IN ({_pairs(forward)}) THEN
                RETURN NEW;
            END IF;
            IF NEW.undos = OLD.undos + 1 AND (OLD.state, NEW.state) IN ({_pairs(back)}) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'illegal move of a ticket: % to %', OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        """,
    )


class Ticket(models.Model):
    """One patient's place in a queue, made at check-in or walk-in registration.

    ``registered_at`` is the moment that gives the place (check-in or registration); a transferred ticket
    keeps the original one, and ``joined_at`` says when it came into this queue.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CALLED = "called", _("called")
        SERVING = "serving", _("in consultation")
        PASSED = "passed", _("passed")
        DONE = "done", _("done")
        LEFT = "left", _("left")
        CANCELLED = "cancelled", _("cancelled")
        TRANSFERRED = "transferred", _("transferred")

    class Channel(models.TextChoices):
        APPOINTMENT = "appointment", _("booked")
        WALK_IN = "walk_in", _("walk-in")

    class Priority(models.TextChoices):
        NORMAL = "normal", _("none")
        PRIORITY = "priority", _("priority")
        REVIEW = "review", _("results review")
        EMERGENCY = "emergency", _("emergency")

    code = models.CharField(max_length=20, unique=True, default=code_20)
    queue = models.ForeignKey(Queue, on_delete=models.PROTECT, related_name="tickets")
    session = models.ForeignKey("booking.ClinicSession", on_delete=models.PROTECT, related_name="tickets")
    patient = models.ForeignKey("booking.Patient", on_delete=models.PROTECT, related_name="tickets")
    appointment = models.ForeignKey(
        "booking.Appointment", on_delete=models.PROTECT, null=True, related_name="tickets"
    )
    walk_in = models.ForeignKey("booking.WalkIn", on_delete=models.PROTECT, null=True, related_name="tickets")
    channel = models.CharField(max_length=12, choices=Channel)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.WAITING)
    priority = models.CharField(max_length=10, choices=Priority, default=Priority.NORMAL)
    priority_reason = models.CharField(max_length=60, blank=True)
    slot_index = models.PositiveSmallIntegerField(null=True)
    slot_starts_at = models.DateTimeField(null=True)
    slot_ends_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)
    chosen = models.BooleanField(
        default=True,
        db_default=True,
        help_text=_("the patient chose this doctor, which counts in a shared queue"),
    )
    specialty = models.CharField(
        max_length=60,
        blank=True,
        db_default="",
        help_text=_("in a shared queue: who knows about this is preferred"),
    )
    misses = models.PositiveSmallIntegerField(default=0, db_default=0, help_text=_("calls while absent"))

    registered_at = models.DateTimeField()
    joined_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    passed_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    recalls = models.PositiveSmallIntegerField(default=0)
    recalled_at = models.DateTimeField(null=True)
    called_session = models.ForeignKey(
        "booking.ClinicSession", on_delete=models.PROTECT, null=True, related_name="called_tickets"
    )
    room = models.ForeignKey("booking.Room", on_delete=models.PROTECT, null=True, related_name="+")
    transferred_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="transferred_to"
    )
    undos = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            models.UniqueConstraint(fields=["queue", "number"], name="one_ticket_per_queue_and_number"),
            models.UniqueConstraint(
                fields=["called_session"],
                condition=Q(state__in=IN_ROOM),
                name="one_patient_called_or_served_per_session",
            ),
            models.UniqueConstraint(
                fields=["appointment"],
                condition=Q(state__in=[*LIVE, "done"]),
                name="one_ticket_per_appointment",
            ),
            models.UniqueConstraint(
                fields=["walk_in"], condition=Q(state__in=[*LIVE, "done"]), name="one_ticket_per_walk_in"
            ),
            models.CheckConstraint(
                condition=Q(
                    channel="appointment",
                    appointment__isnull=False,
                    walk_in__isnull=True,
                    slot_starts_at__isnull=False,
                    slot_ends_at__isnull=False,
                )
                | Q(
                    channel="walk_in",
                    walk_in__isnull=False,
                    appointment__isnull=True,
                    slot_starts_at__isnull=True,
                    late=False,
                ),
                name="ticket_is_for_one_number",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=IN_ROOM) | Q(called_session__isnull=False, called_at__isnull=False),
                name="called_ticket_has_a_room",
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="ticket_state_is_known"),
            models.CheckConstraint(condition=Q(number__gte=1), name="ticket_numbers_start_at_1"),
        ]
        indexes = [
            models.Index(fields=["queue"], condition=Q(state__in=LIVE), name="tickets_live_by_queue"),
            models.Index(fields=["called_session", "finished_at"], name="tickets_by_caller_and_finish"),
            models.Index(fields=["recalled_at"], condition=Q(state="called"), name="tickets_to_pass"),
        ]
        triggers = [_legal_moves()]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"

    @property
    def display(self) -> str:
        """The number as the patient sees it (needs the queue: select it with the ticket)."""
        return display_number(self.queue.letter, self.number)

    @property
    def specialty_en(self) -> str:
        """The specialty in English where the profile of the session's expert tells (select the expert with it)."""
        expert = self.session.expert
        return in_english(self.specialty, (expert.specialty, expert.specialty_en)) if self.specialty else ""

    @property
    def checked_in_at(self) -> datetime | None:
        """When a booked patient checked in; None for a walk-in."""
        return self.registered_at if self.channel == self.Channel.APPOINTMENT else None

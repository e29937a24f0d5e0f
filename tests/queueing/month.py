"""Mornings of two experts, played with a seed through the real services, to see how good the expected times are.

The world is the reference world of ``docs/method.md``: walk-ins crowd at the opening, booked patients come about their
slot as the paper's survey says, the first expert begins late. Added is what no forecast knows: slow days, patients who
are not there when called, leave, or come as emergencies.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from typing import Any

import numpy as np
from django.db import transaction

from bench.mornings import CV, MEANS_MIN, WALK_INS, deviation_min
from booking import services as booking
from booking.domain.errors import SoldOut
from booking.locks import lock_appointment
from booking.models import ClinicSession, Expert
from hospital.common.actor import Actor
from queueing import services
from queueing.domain.errors import NobodyWaiting
from queueing.models import Ticket
from tests import factories
from tests.clock import VirtualClock

QUOTAS = {"late": [0, 0, 9, 12], "punctual": [4, 6, 6, 5]}
STARTS = {"late": (48.0, 8.0), "punctual": (4.0, 4.0)}
"""Minutes after 08:00: mean and standard deviation."""
SLOW_DAYS = 0.1
COMES, ABSENT, RETURNS, GIVES_UP, URGENT = 0.9, 0.04, 0.8, 0.02, 0.01
WALK_MIN = 0.3
"""From the call to the chair."""
DOOR_MIN = 60.0
"""Minutes from the opening of the doors (07:00) to that of the clinic."""
DESK = Actor.job("desk of the month")


@dataclass
class Room:
    """One expert's morning."""

    expert: Expert
    session: ClinicSession
    pace: float
    begun: bool = False
    busy: bool = False
    absent: set[int] = field(default_factory=set)


@dataclass
class Month:
    """Plays mornings one after the other; minutes count from 07:00."""

    now: VirtualClock
    seed: int
    first: date
    patients: Iterator[int] = field(default_factory=lambda: count(1000))
    crowd: float = 1.0

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.experts = {name: factories.expert(name, department=name) for name in QUOTAS}
        self.events: list[tuple[float, int, str, tuple[Any, ...]]] = []
        self.turn = count()

    def play(self, days: int) -> None:
        """So many working days."""
        day = self.first
        for _day in range(days):
            self._morning(day)
            day += timedelta(days=3 if day.isoweekday() == 5 else 1)

    def _morning(self, day: date) -> None:
        self.doors = datetime(day.year, day.month, day.day, 7, tzinfo=UTC) - timedelta(hours=8)
        self.now.set(self.doors - timedelta(hours=1))
        rooms = [self._room(name, day) for name in QUOTAS]
        self._at(0.0, "open")
        while self.events:
            minute, _turn, name, what = heappop(self.events)
            self.now.set(self.doors + timedelta(minutes=minute))
            getattr(self, f"_{name}")(minute, *what)
        self.now.set(self.doors + timedelta(hours=9))
        for room in rooms:
            services.session_end(session_id=room.session.pk, actor=DESK, now=self.now())
        self.now.set(self.doors + timedelta(hours=10))
        services.estimates_settle(self.now())

    def _room(self, name: str, day: date) -> Room:
        """The morning's patients and when they come."""
        expert, now = self.experts[name], self.now()
        quotas = [round(quota * self.crowd) for quota in QUOTAS[name]]
        session = factories.session(day, now=now, doctor=expert, quotas=quotas)
        room = Room(expert, session, float(self.rng.lognormal(0.0, SLOW_DAYS)))
        for hour, (slot, quota) in enumerate(zip(factories.slots(session), quotas, strict=True)):
            for place in range(quota):
                held = factories.hold(slot, factories.person(next(self.patients), now), None, now)
                with transaction.atomic():
                    booking.appointment_confirm(locked=lock_appointment(held.pk), actor=DESK, now=now)
                due = DOOR_MIN * (hour + 1) + 60.0 * (place + 0.5) / quota
                if self.rng.random() < COMES:
                    self._at(max(1.0, due + deviation_min(self.rng)), "check_in", room, held.pk)
        for hour, expected in enumerate(WALK_INS):
            for _one in range(int(self.rng.poisson(expected * self.crowd))):
                self._at(60.0 * hour + float(self.rng.uniform(1.0, 60.0)), "walk_in", room)
        mean, sd = STARTS[name]
        self._at(DOOR_MIN + max(0.0, float(self.rng.normal(mean, sd))), "begin", room)
        return room

    def _at(self, minute: float, name: str, *what: Any) -> None:
        heappush(self.events, (minute, next(self.turn), name, what))

    # ---- what happens

    def _open(self, _minute: float) -> None:
        booking.sessions_advance(self.now())
        services.queues_prepare(self.now())

    def _check_in(self, minute: float, room: Room, appointment_id: int) -> None:
        ticket = services.ticket_check_in(appointment_id=appointment_id, actor=DESK, now=self.now())
        self._waits(minute, room, ticket)

    def _walk_in(self, minute: float, room: Room) -> None:
        urgent = self.rng.random() < URGENT
        try:
            ticket = services.walk_in_register_and_ticket(
                session_code=room.session.code,
                patient_id=factories.person(next(self.patients), self.now()).pk,
                payment="cash",
                actor=DESK,
                now=self.now(),
                **({"priority": "emergency", "priority_reason": "chest pain"} if urgent else {}),
            )
        except SoldOut:
            return
        self._waits(minute, room, ticket)

    def _waits(self, minute: float, room: Room, ticket: Ticket) -> None:
        if self.rng.random() < ABSENT:
            room.absent.add(ticket.pk)
        if self.rng.random() < GIVES_UP:
            self._at(minute + float(self.rng.uniform(10, 60)), "give_up", ticket)
        if room.begun and not room.busy:
            self._at(minute, "next", room)

    def _give_up(self, _minute: float, ticket: Ticket) -> None:
        if Ticket.objects.get(pk=ticket.pk).state == "waiting":
            services.ticket_leave(code=ticket.code, actor=DESK, now=self.now(), reason="patient")

    def _begin(self, minute: float, room: Room) -> None:
        room.begun = True
        self._next(minute, room)

    def _next(self, minute: float, room: Room) -> None:
        if room.busy:
            return
        services.turns_tell(self.now())
        try:
            ticket = services.ticket_call_next(session_code=room.session.code, actor=DESK, now=self.now())
        except NobodyWaiting:
            return
        room.busy = True
        if ticket.pk in room.absent:
            room.absent.discard(ticket.pk)
            self._at(minute + 2.0, "passed", room, ticket)
        else:
            self._at(minute + WALK_MIN, "start", room, ticket)

    def _start(self, minute: float, room: Room, ticket: Ticket) -> None:
        services.ticket_start(code=ticket.code, actor=DESK, now=self.now())
        hour = min(max(int((minute - DOOR_MIN) // 60), 0), len(MEANS_MIN) - 1)
        mean = MEANS_MIN[hour] * room.pace
        self._at(minute + float(self.rng.gamma(1 / CV**2, mean * CV**2)), "finish", room, ticket)

    def _finish(self, minute: float, room: Room, ticket: Ticket) -> None:
        services.ticket_finish(code=ticket.code, actor=DESK, now=self.now())
        room.busy = False
        self._next(minute, room)

    def _passed(self, minute: float, room: Room, ticket: Ticket) -> None:
        services.ticket_pass(code=ticket.code, actor=DESK, now=self.now())
        if self.rng.random() < RETURNS:
            self._at(minute + float(self.rng.uniform(3, 25)), "return", room, ticket)
        room.busy = False
        self._next(minute, room)

    def _return(self, minute: float, room: Room, ticket: Ticket) -> None:
        services.ticket_return(code=ticket.code, actor=DESK, now=self.now())
        if room.begun and not room.busy:
            self._at(minute, "next", room)

"""A morning in the waiting hall, played by Hypothesis on the real services and on the rules."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from booking import selectors as booking
from booking.models import Appointment, ClinicSession, Department, Patient
from hospital.common.actor import Actor
from hospital.common.policy import forget, policy_change
from queueing import services
from queueing.domain.channels import Share
from queueing.domain.places import Discipline, Grid, LatePolicy, Serving, Span
from queueing.domain.streams import Stream
from queueing.models import Ticket
from queueing.selectors.order import QueueOrder, queue_orders
from tests.chaos.model import Model, pick
from tests.chaos.queue_rules import BACK, KNOWS, MAY, OVERTAKEN, VOID_AFTER, Hall, Number

DESK = Actor(kind="desk", name="test")
ACTIONS = (
    *("check_in", "check_in", "check_in", "walk_in", "walk_in", "walk_in", "wait", "wait", "wait", "wait"),
    *("serve", "serve", "serve", "serve", "miss", "miss", "come_back", "come_back", "come_back", "call"),
    *("start", "finish", "pass", "return", "recall", "unanswered", "undo", "undo"),
    *("leave", "cancel", "prioritise", "transfer"),
)
"""What may happen next; what stands here more often happens more often."""

STREAMS = (Stream.PRIORITY, Stream.REVIEW, Stream.EMERGENCY, Stream.NORMAL)
WAITS = (1, 6, 20, 45)


class Morning(Model):
    """Patients, doctors, desk and the clock, on the real services and on the rules."""

    sessions: list[ClinicSession]
    people: list[Patient]
    booked: list[tuple[Appointment, int, Span]]
    seen: Counter[str] = Counter()

    @initialize(
        serving=st.sampled_from(Serving),
        late=st.sampled_from(LatePolicy),
        shared=st.booleans(),
        any_doctor=st.booleans(),
    )
    def begin(self, serving: Serving, late: LatePolicy, shared: bool, any_doctor: bool) -> None:
        """The department's choices; four come before the doctors do."""
        self.begun()
        first = self.sessions[0]
        own = {"late_policy": late.value, "back_places": BACK, "void_after_misses": VOID_AFTER}
        own |= {"shared_queue": shared, "any_expert": any_doctor, "overtake_limit": OVERTAKEN}
        scope = booking.scope_of(level="department", code="neuro")
        policy_change(actor=DESK, now=first.walk_in_opens_at, reason="test", scope=scope, **own)
        Department.objects.filter(code="neuro").update(discipline=serving.value)
        way = Discipline(serving, share=Share(2, 1), late=late, back_places=BACK, void_after=VOID_AFTER)
        queues = (0, 0, 2) if shared else (0, 1, 2)
        self.hall = Hall(
            queues,
            {queue: Discipline() if queue == 2 else way for queue in queues},
            any_doctor,
            Grid(first.opens_at.timestamp(), (first.closes_at - timedelta(hours=1)).timestamp()),
            first.walk_in_opens_at.timestamp(),
        )
        self.tickets: list[Ticket] = []
        self.to_come, self.strangers = list(self.booked), list(self.people)
        for action, n in ((self.walk_in, 7), (self.walk_in, 1), (self.check_in, 0), (self.check_in, 1)):
            action(n)
        self.hall.now = self.hall.grid.first_starts_at

    def count(self) -> None:
        self.seen.update(f"called {call.rule}" for _key, call in self.hall.calls)
        self.seen.update(f"ticket {one.state}" for one in self.hall.numbers)
        self.seen["gone past"] += sum(len(call.overtook) for _key, call in self.hall.calls)

    def teardown(self) -> None:
        super().teardown()
        forget()

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.hall.now, UTC)

    # ---- what people do; n chooses whom, which and how

    @rule(action=st.sampled_from(ACTIONS), n=st.integers(0, 999))
    def step(self, action: str, n: int) -> None:
        """One rule for all, so that every example mixes everything."""
        special = getattr(self, action, None)
        if special is not None:
            special(n)
        elif self.hall.numbers:
            self.simple(action, n)
        self.compare()

    def check_in(self, n: int) -> None:
        if not self.to_come:
            return
        appointment, doctor, slot = self.to_come.pop(n % len(self.to_come))
        made = self.tried(
            True,
            lambda: services.ticket_check_in(appointment_id=appointment.pk, actor=DESK, now=self.now),
        )
        self.add(made, Number(self.hall.queue_of[doctor], doctor, slot, self.hall.now, self.hall.now))

    def walk_in(self, n: int) -> None:
        """For a doctor, or for any who knows about something."""
        if not self.strangers:
            return
        patient, doctor, chosen = self.strangers.pop(), n % 3, n % 2 == 0
        wish = "" if chosen or doctor == 2 else ("", *KNOWS[:2])[n // 6 % 3]
        stream = Stream.NORMAL if n % 5 else STREAMS[n // 5 % 4]
        made = self.tried(
            True,
            lambda: services.walk_in_register_and_ticket(
                session_code=self.sessions[doctor].code,
                patient_id=patient.pk,
                payment="free",
                priority=stream.value,
                priority_reason="x",
                chosen=chosen,
                specialty=wish,
                actor=DESK,
                now=self.now,
            ),
        )
        here = self.hall.now
        self.add(
            made,
            Number(self.hall.queue_of[doctor], doctor, None, here, here, chosen, wish, stream, moved=here),
        )

    def call(self, n: int) -> None:
        doctor = n % 3 if n % 7 == 0 else n % 2
        done = self.tried(
            self.hall.may_call(doctor),
            lambda: services.ticket_call_next(
                session_code=self.sessions[doctor].code, actor=DESK, now=self.now
            ),
        )
        if done is not None:
            assert done == self.tickets[self.hall.call(doctor)]

    def serve(self, n: int) -> None:
        """A doctor's whole turn: who is here is done or was not there, the next is called and goes in."""
        self.here(n % 2, "finish" if n % 3 else "pass")
        self.call(n % 2)
        self.here(n % 2, "start")

    def miss(self, n: int) -> None:
        """Called and not there."""
        self.call(n % 2)
        self.here(n % 2, "pass")

    def come_back(self, n: int) -> None:
        """Called, not there, back a little later."""
        self.miss(n)
        passed = [key for key, one in enumerate(self.hall.numbers) if one.state == "passed"]
        self.hall.now += n % 3
        if passed:
            self.move("return", passed[n % len(passed)], returned=self.hall.now, room=None, recalls=0)

    def here(self, doctor: int, verb: str) -> None:
        """With whoever is in the doctor's room, if that may be."""
        key = self.hall.in_room(doctor)
        if key is not None and self.hall.numbers[key].state in MAY[verb]:
            self.move(verb, key)

    def transfer(self, n: int) -> None:
        hall, target = self.hall, n // 4 % 3
        key = self.one(n, *MAY["transfer"])
        one = hall.numbers[key]
        made = self.tried(
            one.state in MAY["transfer"] and hall.queue_of[target] != one.queue,
            lambda: services.ticket_transfer(
                code=self.tickets[key].code,
                target_session_code=self.sessions[target].code,
                actor=DESK,
                now=self.now,
            ),
        )
        if made is not None:
            hall.step(key, "transfer")
            new = Number(
                hall.queue_of[target],
                target,
                one.slot,
                one.arrived,
                hall.now,
                stream=one.stream,
                misses=one.misses,
                returned=one.returned,
                came_from=key,
            )
            self.add(made, new)

    def simple(self, verb: str, n: int) -> None:
        """A verb that needs nothing but the ticket."""
        hall, key = self.hall, self.one(n, *MAY[verb])
        one = hall.numbers[key]
        more: dict[str, Any] = {}
        if verb == "recall":
            more = {"recalls": one.recalls + 1, "rung": hall.now}
        elif verb == "return":
            more = {"returned": hall.now, "room": None, "recalls": 0}
        elif verb == "prioritise":
            more = {"stream": STREAMS[n // 4 % 4]}
        self.move(verb, key, **more)

    def move(self, verb: str, key: int, **more: Any) -> None:
        one = self.hall.numbers[key]
        allowed = self.hall.may_recall(one) if verb == "recall" else one.state in MAY[verb]
        if self.tried(allowed, lambda: self.ask(verb, key, more.get("stream"))) is None:
            return
        if verb == "pass":
            self.hall.pass_by(key)
        else:
            self.hall.step(key, verb, **more)

    def ask(self, verb: str, key: int, stream: Stream | None) -> Ticket:
        given: dict[str, Any] = {"code": self.tickets[key].code, "actor": DESK, "now": self.now}
        if verb == "cancel":
            given["reason"] = "x"
        if stream is not None:
            verb, given = "set_priority", given | {"priority": stream.value, "reason": "x"}
        done: Ticket = getattr(services, f"ticket_{verb}")(**given)
        return done

    def unanswered(self, n: int) -> None:
        """The job passes whom no recall brought; it is nobody's to undo but its own."""
        if self.tickets:
            key = self.one(n, "called")
            due = self.hall.is_unanswered(self.hall.numbers[key])
            assert services.ticket_pass_unanswered(code=self.tickets[key].code, now=self.now) == due
            if due:
                self.hall.pass_by(key)
                self.hall.numbers[key].last = "job"

    def undo(self, n: int) -> None:
        if self.tickets:
            latest = max(range(len(self.tickets)), key=lambda place: self.hall.numbers[place].moved)
            key = latest if n % 3 else n % len(self.tickets)
            allowed = self.hall.may_undo(self.hall.numbers[key])
            if self.tried(allowed, lambda: self.ask("undo", key, None)) is not None:
                self.hall.undo(key)

    def wait(self, n: int) -> None:
        """A little, or to where a slot begins or the moment after; never to the close."""
        hall = self.hall
        edges = [hall.grid.first_starts_at + 3600 * slot + late for slot in range(1, 4) for late in (0, 1)]
        ahead = [edge for edge in edges if edge > hall.now]
        hall.now = ahead[0] if ahead and n % 2 else hall.now + 60 * WAITS[n // 2 % len(WAITS)]
        hall.now = min(hall.now, self.sessions[0].closes_at.timestamp() - 60)

    # ---- the two side by side

    def one(self, which: int, *likely: str) -> int:
        """The place of a ticket: mostly one in these states, now and then any."""
        return pick(which, [one.state for one in self.hall.numbers], likely)

    def add(self, made: Ticket | None, number: Number) -> None:
        assert made is not None
        self.tickets.append(made)
        self.hall.numbers.append(number)

    def compare(self) -> None:
        hall, keys = self.hall, {ticket.pk: key for key, ticket in enumerate(self.tickets)}
        rows = Ticket.objects.in_bulk(list(keys))
        doctors = {session.pk: doctor for doctor, session in enumerate(self.sessions)}
        for key, ticket in enumerate(self.tickets):
            row, one = rows[ticket.pk], hall.numbers[key]
            room = doctors.get(row.called_session_id or 0)
            assert (row.state, row.misses, row.recalls, room, row.priority) == (
                one.state,
                one.misses,
                one.recalls,
                one.room,
                one.stream.value,
            )
        queues = {queue: self.queue_id(queue) for queue in set(hall.queue_of)}
        orders = queue_orders([pk for pk in queues.values() if pk], now=self.now)
        for queue, pk in queues.items():
            order = orders.get(pk, QueueOrder((), {}))
            assert [(keys[place.key], place.rule) for place in order.places] == [
                (place.key, place.rule) for place in hall.order(queue)
            ]
            for doctor in (one for one in range(3) if hall.queue_of[one] == queue and pk):
                found = order.next_for(self.sessions[doctor].pk)
                there = found and (keys[found.place.key], tuple(keys[one] for one in found.overtook))
                should = hall.next_for(doctor)
                assert there == (should and (should[0].key, should[1]))

    def queue_id(self, queue: int) -> int:
        """The queue's key, from any ticket of it; 0 while it has none."""
        return next(
            (
                t.queue_id
                for t, one in zip(self.tickets, self.hall.numbers, strict=True)
                if one.queue == queue
            ),
            0,
        )

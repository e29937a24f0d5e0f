"""Four mornings and what comes of them, played by Hypothesis on the real services and on the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from booking import services
from booking.models import Appointment, Ban, ClinicSession, Patient, Slot, WalkIn
from hospital.common.actor import Actor
from tests import factories
from tests.chaos.day_rules import GRACE, Booked, Closed, DayRules, Session, Visit
from tests.chaos.model import Model, pick
from tests.chaos.rules import START

JOB, MANAGER = Actor.job("test"), Actor(kind="manager", name="manager")
ACTIONS = (
    *("book", "book", "walk_in", "walk_in", "walk_in", "walk_in_back", "arrive", "arrive", "see", "go"),
    *("cancel", "close", "close", "close", "confirm", "confirm", "confirm", "correct", "correct", "lift"),
    *("wait", "wait", "wait", "wait", "grace_over"),
)
"""What may happen next; what stands here more often happens more often."""


class Days(Model):
    """The desk, managers, jobs and the clock over four mornings; two people are booked on all of them."""

    sessions: list[ClinicSession]
    people: list[Patient]
    slots: list[list[Slot]]
    first: list[tuple[int, Booked]]
    """What is booked when an example begins: the appointment and the rules' number."""
    seen: Counter[str] = Counter()

    @initialize(over=st.sampled_from([0, 1, 2, 2, 3, 3]), decided=st.integers(0, 4), is_open=st.booleans())
    def begin(self, over: int, decided: int, is_open: bool) -> None:
        """So many mornings are over and nobody came, so many misses are confirmed, and perhaps the next is open."""
        self.begun()
        mornings = [Session(one.walk_in_opens_at, one.closes_at) for one in self.sessions]
        self.rules = DayRules(START, mornings)
        self.appointments = [pk for pk, _number in self.first]
        self.rules.booked = [Booked(one.patient, one.day, one.slot) for _pk, one in self.first]
        self.walk_ins: list[int] = []
        for day in range(over):
            self.rules.time_passes(self.rules.sessions[day].end)
            services.sessions_advance(self.rules.now)
            self.close(0, day)
        for place in range(decided):
            self.confirm(place, 0)
        if is_open:
            self.wait(0, 0)

    def count(self) -> None:
        self.seen.update(f"booked {one.state}" for one in self.rules.booked)
        self.seen.update(f"walked in {one.state}" for one in self.rules.visits)
        self.seen.update("ban lifted" if one.lifted else "ban" for one in self.rules.bans)

    @rule(action=st.sampled_from(ACTIONS), n=st.integers(0, 999), m=st.integers(0, 3))
    def step(self, action: str, n: int, m: int) -> None:
        """One rule for all, so that every example mixes everything; n and m choose whom, which and when."""
        getattr(self, action)(n, m)
        self.compare()

    # ---- what people do

    def book(self, n: int, day: int) -> None:
        """Ahead, and paid at once."""
        rules, who, slot = self.rules, n % len(self.people), n // 7 % 3
        made = self.tried(
            rules.may_book(who, day, slot),
            lambda: factories.book(self.slots[day][slot], self.people[who], None, rules.now),
        )
        if made is not None:
            self.appointments.append(made.pk)
            rules.booked.append(Booked(who, day, slot))

    def walk_in(self, n: int, day: int) -> None:
        """From the pool; a ban does not matter."""
        rules, who = self.rules, n % len(self.people)
        day = self.today() if n % 5 else day
        made = self.tried(
            rules.may_walk_in(who, day),
            lambda: services.walk_in_register(
                session_id=self.sessions[day].pk,
                patient_id=self.people[who].pk,
                payment="cash",
                actor=JOB,
                now=rules.now,
            ),
        )
        if made is not None:
            self.seen["walked in while banned"] += rules.is_banned(who)
            self.walk_ins.append(made.pk)
            rules.visits.append(Visit(who, day))

    def walk_in_back(self, n: int, _m: int) -> None:
        """The desk cancels a registration."""
        if self.walk_ins:
            place = pick(n, [one.state for one in self.rules.visits], ("registered",))
            visit, pk = self.rules.visits[place], self.walk_ins[place]
            done = self.tried(
                visit.state == "registered",
                lambda: services.walk_in_cancel(walk_in_id=pk, reason="x", actor=JOB, now=self.rules.now),
            )
            visit.state = "cancelled" if done else visit.state

    def arrive(self, n: int, _m: int) -> None:
        self.move(n, "booked", "arrived", services.appointment_arrive)

    def see(self, n: int, _m: int) -> None:
        self.move(n, "arrived", "seen", services.appointment_see)

    def go(self, n: int, _m: int) -> None:
        self.move(n, "arrived", "left", services.appointment_leave)

    def move(self, n: int, before: str, after: str, service: Callable[..., Appointment]) -> None:
        """Along the table of states, on a day that has begun."""
        number, pk = self.number(n, before)
        if self.rules.sessions[number.day].state == "open":
            done = self.tried(
                number.state == before, lambda: service(appointment_id=pk, actor=JOB, now=self.rules.now)
            )
            number.state = after if done else number.state

    def cancel(self, n: int, _m: int) -> None:
        """By the desk, on the day: the number goes to the walk-ins."""
        number, pk = self.number(n, "booked")
        if self.rules.sessions[number.day].state != "released":
            done = self.tried(
                number.state == "booked",
                lambda: services.appointment_cancel(appointment_id=pk, actor=JOB, now=self.rules.now),
            )
            number.state = "cancelled" if done else number.state

    # ---- what becomes of those who did not come

    def close(self, n: int, day: int) -> None:
        day = self.today() if n % 5 else day
        done = self.tried(
            self.rules.sessions[day].state == "open",
            lambda: services.session_close(session_id=self.sessions[day].pk, actor=JOB, now=self.rules.now),
        )
        if done is not None:
            self.rules.close(day)

    def confirm(self, n: int, _m: int) -> None:
        number, pk = self.number(n, "unresolved")
        done = self.tried(
            number.state == "unresolved",
            lambda: services.no_show_confirm(appointment_id=pk, actor=MANAGER, now=self.rules.now),
        )
        if done is not None:
            self.rules.confirm(number)

    def correct(self, n: int, m: int) -> None:
        outcome = ("excused", "seen")[m % 2]
        number, pk = self.number(n, "no_show", "unresolved")
        if number.state != "cancelled":  # late ones may be excused, too: tests/booking has their tests
            done = self.tried(
                number.state in {"no_show", "unresolved"},
                lambda: services.appointment_correct(
                    appointment_id=pk, outcome=outcome, reason="ill", actor=MANAGER, now=self.rules.now
                ),
            )
            if done is not None:
                self.rules.correct(number, outcome)

    def lift(self, n: int, _m: int) -> None:
        """A manager ends a ban; its misses do not count again."""
        bans = list(Ban.objects.order_by("pk").values_list("pk", flat=True))
        if bans:
            ban = self.rules.bans[n % len(bans)]
            done = self.tried(
                not ban.lifted and ban.ends > self.rules.now,
                lambda: services.ban_lift(
                    ban_id=bans[n % len(bans)], reason="x", actor=MANAGER, now=self.rules.now
                ),
            )
            ban.lifted = ban.lifted or done is not None

    def grace_over(self, _n: int, _m: int) -> None:
        services.no_shows_confirm_due(self.rules.now)
        self.rules.grace_over()

    # ---- the clock

    def wait(self, n: int, early: int) -> None:
        """Mostly to one of the next moments at which something ends, or the second before; the worker opens."""
        rules = self.rules
        moments: list[datetime] = []
        for one in rules.sessions:
            grace = [one.closed_at + GRACE] if one.closed_at else []
            moments += [moment for moment in (one.opening, one.end, *grace) if moment > rules.now]
        next_ones = sorted(moments)[:2] or [rules.now + timedelta(days=31)]
        rules.time_passes(next_ones[n % len(next_ones)] - timedelta(seconds=early == 3))
        services.sessions_advance(rules.now)

    def today(self) -> int:
        """The morning that is open, else the first."""
        return next((day for day, one in enumerate(self.rules.sessions) if one.state == "open"), 0)

    # ---- the two side by side

    def number(self, which: int, *likely: str) -> tuple[Booked, int]:
        """One of the numbers: mostly one in these states, now and then any."""
        place = pick(which, [one.state for one in self.rules.booked], likely)
        return self.rules.booked[place], self.appointments[place]

    def compare(self) -> None:
        rules, people = self.rules, [one.pk for one in self.people]
        bans = list(Ban.objects.order_by("pk"))
        assert [
            Closed(people.index(one.patient_id), one.starts_at, one.ends_at, one.lifted_at is not None)
            for one in bans
        ] == rules.bans
        places = {one.pk: place for place, one in enumerate(bans)}
        booked = Appointment.objects.in_bulk(self.appointments)
        found = [booked[pk] for pk in self.appointments]
        assert [(one.state, one.ban_id if one.ban_id is None else places[one.ban_id]) for one in found] == [
            (one.state, one.ban) for one in rules.booked
        ]
        walked = WalkIn.objects.in_bulk(self.walk_ins)
        assert [walked[pk].state for pk in self.walk_ins] == [one.state for one in rules.visits]
        sessions = ClinicSession.objects.in_bulk([one.pk for one in self.sessions])
        for day, one in enumerate(rules.sessions):
            real = sessions[self.sessions[day].pk]
            assert real.state == one.state
            assert one.state == "released" or real.pool_left == rules.pool(day)

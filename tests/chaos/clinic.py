"""Patients, jobs and the clock, played by Hypothesis on the real services and on the rules."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from booking import services
from booking.models import (
    Appointment,
    Ban,
    ClinicSession,
    Patient,
    Payment,
    ReturnedNumber,
    Slot,
    WaitlistEntry,
)
from booking.services import returns
from hospital.common.actor import Actor
from tests import factories
from tests.chaos.model import Model, pick
from tests.chaos.rules import QUOTAS, START, Entry, Number, Rules

SEED = 20261122
PEOPLE = 7
PATIENT, JOB = Actor(kind="patient"), Actor.job("test")
ACTIONS = (
    *("hold", "hold", "order", "order", "money", "money", "cancel", "cancel", "cancel", "move", "move"),
    *("join", "join", "accept", "accept", "accept", "leave", "ban"),
    *("wait", "wait_for_a_deadline", "wait_for_a_deadline", "wait_for_a_deadline"),
    *("all_jobs", "all_jobs", "end_holds", "end_offers", "publish", "open_if_due"),
)
"""What may happen next; what stands here more often happens more often."""


class Clinic(Model):
    """Patients, jobs and the clock, on the real services and on the rules."""

    session: ClinicSession
    people: list[Patient]
    slots: list[Slot]
    seen: Counter[str] = Counter()

    @initialize(waiters=st.sampled_from([None, None, None, 0, 1, 2, 3]))
    def begin(self, waiters: int | None) -> None:
        """A session that is sold out, with so many waiting, or one with a single number taken."""
        self.begun()
        returns.RANDOM = Random(SEED)
        self.rules = Rules(
            self.session.opens_at,
            self.session.walk_in_opens_at,
            [slot.starts_at for slot in self.slots],
            Random(SEED),
        )
        self.appointments: list[int] = []
        self.entry_ids: list[int] = []
        booked = [slot for slot, quota in enumerate(QUOTAS) for _number in range(quota)]
        for who, slot in enumerate(booked if waiters is not None else booked[:1]):
            self.appointments.append(factories.book(self.slots[slot], self.people[who], None, START).pk)
            pay_by = START + timedelta(minutes=15)
            self.rules.numbers.append(Number(who, slot, "booked", pay_by, ordered=True, paid=True))
        for who in range(len(booked), len(booked) + (waiters or 0)):
            self.join(who, 0)

    def count(self) -> None:
        self.seen.update(f"number {one.state}" for one in self.rules.numbers)
        self.seen.update(f"entry {one.state}" for one in self.rules.entries)
        self.seen["moves"] += sum(one.moves for one in self.rules.numbers)

    # ---- what people do; n chooses whom or which, slot which time

    @rule(action=st.sampled_from(ACTIONS), n=st.integers(0, 999), slot=st.integers(0, 1))
    def step(self, action: str, n: int, slot: int) -> None:
        """One rule for all, so that every example mixes everything."""
        getattr(self, action)(n, slot)
        self.compare()

    def hold(self, n: int, slot: int) -> None:
        rules, who = self.rules, n % PEOPLE
        allowed = rules.bookable() and rules.may(who) and rules.free(slot) > 0
        made = self.tried(
            allowed, lambda: factories.hold(self.slots[slot], self.people[who], None, rules.now)
        )
        if made is not None:
            self.appointments.append(made.pk)
            rules.numbers.append(Number(who, slot, "held", rules.now + timedelta(minutes=15)))

    def order(self, n: int, _slot: int) -> None:
        """Open the payment of a hold."""
        number, pk = self.number(n, "held")
        allowed = number.state == "held" and self.rules.now < number.pay_by
        made = self.tried(
            allowed,
            lambda: services.payment_create(
                appointment_id=pk, provider_name="sandbox", actor=PATIENT, now=self.rules.now
            ),
        )
        number.ordered = number.ordered or made is not None

    def money(self, n: int, _slot: int) -> None:
        """The money of an order arrives, in time or late."""
        rules = self.rules
        orders = [place for place, one in enumerate(rules.numbers) if one.ordered and not one.paid]
        if not orders:
            return
        place = orders[n % len(orders)]
        number = rules.numbers[place]
        number.paid = True
        factories.notice(Payment.objects.get(appointment=self.appointments[place]), rules.now)
        if number.state == "held" and rules.now >= number.pay_by:  # over, also when no job has ended it yet
            number.state = "expired"
            rules.come_back(number.slot)
        if number.state == "held":
            number.state = "booked"
            self.seen["paid in time"] += 1
        elif number.state == "expired" and rules.bookable() and rules.may(number.patient):
            self.late_money(number)

    def late_money(self, number: Number) -> None:
        """A number for late money: a free one, else one of the slot that is only kept back."""
        rules = self.rules
        kept = [one for one in rules.kept if one.slot == number.slot and one.entry is None]
        if rules.free(number.slot) <= 0 and kept:
            rules.kept = [one for one in rules.kept if one is not kept[0]]
        if rules.free(number.slot) > 0:
            rules.numbers.append(Number(number.patient, number.slot, "booked", rules.now, paid=True))
            self.appointments.append(Appointment.objects.latest("pk").pk)
            self.seen["paid late"] += 1

    def cancel(self, n: int, _slot: int) -> None:
        number, pk = self.number(n, "held", "booked")
        by = JOB if n % 5 == 4 else PATIENT
        allowed = number.is_live and (by is JOB or self.rules.now < self.rules.opening)
        done = self.tried(
            allowed,
            lambda: services.appointment_cancel(appointment_id=pk, actor=by, now=self.rules.now),
        )
        if done is not None:
            number.state = "cancelled"
            self.rules.come_back(number.slot)

    def move(self, n: int, slot: int) -> None:
        rules = self.rules
        number, pk = self.number(n, "booked")
        allowed = (
            number.state == "booked"
            and number.slot != slot
            and number.moves < 3
            and rules.bookable()
            and rules.may(number.patient, without=number)
            and rules.free(slot) > 0
        )
        done = self.tried(
            allowed,
            lambda: services.appointment_move(
                appointment_id=pk, slot_code=self.slots[slot].code, actor=PATIENT, now=rules.now
            ),
        )
        if done is not None:
            before, number.slot = number.slot, slot
            number.moves += 1
            rules.come_back(before)

    def join(self, n: int, _slot: int) -> None:
        rules, who = self.rules, n % PEOPLE
        listed = any(one.patient == who and one.state in {"waiting", "offered"} for one in rules.entries)
        full = all(rules.free(slot) <= 0 for slot in range(len(QUOTAS)))
        allowed = rules.bookable() and full and rules.may(who) and not listed
        made = self.tried(allowed, lambda: factories.join(self.session, self.people[who], None, rules.now))
        if made is not None:
            self.entry_ids.append(made.pk)
            rules.entries.append(Entry(who))

    def accept(self, n: int, _slot: int) -> None:
        if not self.entry_ids:
            return
        rules, place = self.rules, self.entry(n, "offered")
        entry = rules.entries[place]
        allowed = (
            entry.state == "offered"
            and entry.accept_by is not None
            and rules.now < entry.accept_by
            and not rules.is_open
            and rules.may(entry.patient)
        )
        made = self.tried(
            allowed,
            lambda: services.waitlist_accept(entry_id=self.entry_ids[place], actor=PATIENT, now=rules.now),
        )
        if made is not None:
            assert entry.accept_by is not None
            kept = next(one for one in rules.kept if one.entry == place)
            rules.kept = [one for one in rules.kept if one is not kept]
            entry.state = "accepted"
            rules.numbers.append(Number(entry.patient, kept.slot, "held", entry.accept_by))
            self.appointments.append(made.pk)

    def leave(self, n: int, _slot: int) -> None:
        if not self.entry_ids:
            return
        rules, place = self.rules, self.entry(n, "waiting", "offered")
        done = self.tried(
            rules.entries[place].state in {"waiting", "offered"},
            lambda: services.waitlist_leave(entry_id=self.entry_ids[place], actor=PATIENT, now=rules.now),
        )
        if done is not None:
            rules.give_up(place, "left")

    def ban(self, n: int, _slot: int) -> None:
        if not self.rules.banned:
            who = n % PEOPLE
            end = self.rules.now + timedelta(days=365)
            Ban.objects.create(
                patient=self.people[who], reason="manual", starts_at=self.rules.now, ends_at=end
            )
            self.rules.banned.add(who)

    # ---- what the clock and the jobs do

    def wait(self, n: int, _slot: int) -> None:
        self.rules.now += timedelta(minutes=(1, 10, 15, 30, 60, 60 * 4, 60 * 18)[n % 7])

    def wait_for_a_deadline(self, n: int, early: int) -> None:
        """To the very second of one of the next deadlines, or to the second before."""
        rules = self.rules
        moments = [one.pay_by for one in rules.numbers if one.state == "held"]
        moments += [one.accept_by for one in rules.entries if one.state == "offered" and one.accept_by]
        moments += [one.public_at for one in rules.kept]
        moments = sorted(moment for moment in moments if moment > rules.now)[:3]
        moments = moments or [rules.opening if n % 9 == 8 else rules.now]
        rules.now = max(rules.now, moments[n % len(moments)] - timedelta(seconds=early))

    def all_jobs(self, n: int, slot: int) -> None:
        """A round of the worker."""
        for job in (self.end_holds, self.end_offers, self.publish, self.open_if_due):
            job(n, slot)
            self.compare()

    def end_holds(self, _n: int, _slot: int) -> None:
        rules = self.rules
        services.holds_expire_due(rules.now)
        due = [one for one in rules.numbers if one.state == "held" and one.pay_by <= rules.now]
        for number in sorted(due, key=lambda one: one.pay_by):
            number.state = "expired"
            rules.come_back(number.slot)

    def end_offers(self, _n: int, _slot: int) -> None:
        rules = self.rules
        services.offers_lapse_due(rules.now)
        if rules.bookable():
            offered = [n for n, one in enumerate(rules.entries) if one.state == "offered"]
            over = [n for n in offered if (rules.entries[n].accept_by or rules.now) <= rules.now]
            blocked = [n for n in offered if not rules.may(rules.entries[n].patient) and n not in over]
            for place in sorted(over, key=lambda n: (rules.entries[n].accept_by, n)):
                rules.give_up(place, "lapsed")
            for place in blocked:
                rules.give_up(place, "ended")

    def publish(self, _n: int, _slot: int) -> None:
        rules = self.rules
        services.numbers_publish_due(rules.now)
        if rules.bookable():
            due = [one for one in rules.kept if one.entry is None and one.public_at <= rules.now]
            for kept in sorted(due, key=lambda one: one.public_at):
                rules.settle(kept)

    def open_if_due(self, _n: int, _slot: int) -> None:
        rules = self.rules
        if rules.now < rules.opening:
            return
        services.sessions_advance(rules.now)
        if not rules.is_open:
            rules.is_open, rules.kept = True, []
            for entry in rules.entries:
                if entry.state in {"waiting", "offered"}:
                    entry.state = "ended"

    # ---- the two side by side

    def number(self, which: int, *likely: str) -> tuple[Number, int]:
        """One of the numbers: mostly one in these states, now and then any."""
        if not self.appointments:
            return Number(0, 0, "none", START), 0
        place = pick(which, [one.state for one in self.rules.numbers], likely)
        return self.rules.numbers[place], self.appointments[place]

    def entry(self, which: int, *likely: str) -> int:
        """The place of an entry: mostly one in these states, now and then any."""
        return pick(which, [one.state for one in self.rules.entries], likely)

    def compare(self) -> None:
        rules = self.rules
        booked = dict(Appointment.objects.in_bulk(self.appointments))
        states = [(booked[pk].state, self.place_of(booked[pk].slot_id)) for pk in self.appointments]
        assert states == [(one.state, one.slot) for one in rules.numbers]
        assert len(self.appointments) == Appointment.objects.count()
        entries = dict(WaitlistEntry.objects.in_bulk(self.entry_ids))
        assert [entries[pk].state for pk in self.entry_ids] == [one.state for one in rules.entries]
        offered = [entries[pk].accept_by for pk in self.entry_ids if entries[pk].state == "offered"]
        assert offered == [one.accept_by for one in rules.entries if one.state == "offered"]
        withheld = ReturnedNumber.objects.filter(state__in=["kept", "offered"])
        found = sorted((self.place_of(one.slot_id), one.public_at, one.entry_id or 0) for one in withheld)
        assert found == sorted(
            (one.slot, one.public_at, 0 if one.entry is None else self.entry_ids[one.entry])
            for one in rules.kept
        )
        left = list(Slot.objects.filter(session=self.session).order_by("index"))
        assert [slot.left for slot in left] == [rules.free(slot) for slot in range(len(QUOTAS))]

    def place_of(self, slot_id: int) -> int:
        return [slot.pk for slot in self.slots].index(slot_id)

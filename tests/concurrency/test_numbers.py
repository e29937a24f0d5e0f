"""G10: queue numbers are unique and never used again, however many desks and kiosks give them out at once."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing import get_context
from time import monotonic

import pytest
from django.db import connections, transaction
from django.db.models import Max

from booking import services as booking
from booking.locks import lock_appointment
from booking.models import ClinicSession
from hospital.common import clock
from hospital.common.actor import Actor
from queueing import services
from queueing.models import Queue, Ticket
from tests import factories
from tests.concurrency.test_calls import CONSOLES, DESK, EVENING, MORNING, at_once, clinic, walk_in
from tests.figures import Figures

DESKS, KIOSKS, SESSIONS = 8, 4, 6
PROCESSES = 2
A_SECOND = 50
SECONDS = 20 if "CHAOS_SECONDS" in os.environ else 1
NUMBERS = A_SECOND * SECONDS
BOOKED_EVERY, TAKEN_BACK_EVERY = 4, 10
FIRST_BOOKED = 5000

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]


@pytest.fixture(autouse=True)
def _morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: EVENING)


class Timetable:
    """So many things a second for whoever is free next."""

    def __init__(self, things: list[int], a_second: float) -> None:
        self._things = things
        self._a_second = a_second
        self._guard = threading.Lock()
        self._next = 0
        self._begun = 0.0

    def take(self) -> int | None:
        """The next thing, once it is due; None when there is none left."""
        with self._guard:
            self._begun = self._begun or monotonic()
            place, self._next = self._next, self._next + 1
        if place >= len(self._things):
            return None
        threading.Event().wait(max(0.0, self._begun + place / self._a_second - monotonic()))
        return self._things[place]


def booked(session: ClinicSession, serial: int) -> int:
    """A paid number of the first slot."""
    held = factories.hold(factories.slots(session)[0], factories.person(serial, EVENING), None, EVENING)
    with transaction.atomic():
        booking.appointment_confirm(locked=lock_appointment(held.pk), actor=DESK, now=EVENING)
    return held.pk


@dataclass
class Given:
    """What the desks and kiosks of one process did."""

    numbers: list[tuple[int, int, float]] = field(default_factory=list)
    """Queue, number, moment."""
    taken_back: int = 0
    wrong: list[str] = field(default_factory=list)


def hand_out(codes: list[str], walk_ins: list[int], to_check_in: list[int]) -> Given:
    """Half of the desks and kiosks, each a thread; now and then a desk takes a number back."""
    given, share = Given(), A_SECOND / PROCESSES / (len(walk_ins) + len(to_check_in))
    desks, kiosks = (
        Timetable(walk_ins, share * len(walk_ins)),
        Timetable(to_check_in, share * len(to_check_in)),
    )

    def desk(number: int) -> None:
        actor = Actor.device("desk", str(number))
        while (patient_id := desks.take()) is not None:
            ticket = services.walk_in_register_and_ticket(
                session_code=codes[patient_id % len(codes)],
                patient_id=patient_id,
                payment="free",
                actor=actor,
                now=MORNING,
            )
            given.numbers.append((ticket.queue_id, ticket.number, monotonic()))
            if len(given.numbers) % TAKEN_BACK_EVERY == 0:
                services.ticket_cancel(code=ticket.code, reason="typed wrongly", actor=actor, now=MORNING)
                given.taken_back += 1

    def kiosk(number: int) -> None:
        actor = Actor.device("kiosk", str(number))
        while (appointment_id := kiosks.take()) is not None:
            ticket = services.ticket_check_in(appointment_id=appointment_id, actor=actor, now=MORNING)
            given.numbers.append((ticket.queue_id, ticket.number, monotonic()))

    here = DESKS // PROCESSES
    results = at_once(lambda n: desk(n) if n < here else kiosk(n), workers=here + KIOSKS // PROCESSES)
    given.wrong = [repr(result) for result in results if isinstance(result, Exception)]
    return given


def beside(work: Callable[[int], Given]) -> list[Given]:
    """Run ``work`` in processes of their own: the threads of one share a processor."""
    connections.close_all()
    apart, ends = get_context("fork"), []
    for number in range(PROCESSES):
        here, there = apart.Pipe(duplex=False)
        process = apart.Process(target=lambda n=number, end=there: end.send(work(n)))
        process.start()
        there.close()
        ends.append((here, process))
    found = [here.recv() for here, _process in ends]
    for _here, process in ends:
        process.join(60)
    return found


def test_desks_and_kiosks_give_out_fifty_numbers_a_second_each_once(figures: Figures) -> None:
    sessions = clinic(SESSIONS, quota=NUMBERS, capacity=NUMBERS)
    services.queue_shared(session_ids=[sessions[0].pk, sessions[1].pk], letter="G", now=EVENING)
    to_check_in = [booked(sessions[n % SESSIONS], FIRST_BOOKED + n) for n in range(NUMBERS // BOOKED_EVERY)]
    walk_ins = [factories.person(n, EVENING).pk for n in range(NUMBERS - len(to_check_in))]
    codes = [session.code for session in sessions]
    found = beside(lambda n: hand_out(codes, walk_ins[n::PROCESSES], to_check_in[n::PROCESSES]))
    assert [one.wrong for one in found] == [[]] * PROCESSES
    given = [one for process in found for one in process.numbers]
    numbers = Counter((queue, number) for queue, number, _at in given)
    assert len(given) == NUMBERS
    assert max(numbers.values()) == 1
    assert set(numbers) == set(Ticket.objects.values_list("queue_id", "number"))
    for queue in Queue.objects.all():
        mine = sorted(number for found_in, number in numbers if found_in == queue.pk)
        assert mine == list(range(1, queue.next_number))
    taken_back = sum(one.taken_back for one in found)
    assert taken_back == Ticket.objects.filter(state="cancelled").count() > 0
    moments = sorted(at for _queue, _number, at in given)
    rate = (NUMBERS - 1) / (moments[-1] - moments[0])
    figures.shown(
        "G10",
        f"0 of {NUMBERS} numbers twice, {rate:.0f} a second, {DESKS} desks, {KIOSKS} kiosks;"
        f" {taken_back} taken back, none used again",
    )


def test_numbers_have_no_gaps_when_all_desks_register_in_the_same_moment() -> None:
    [session] = clinic(1)
    each = 4
    people = [[factories.person(100 * n + k, EVENING).pk for k in range(each)] for n in range(CONSOLES)]

    def desk(number: int) -> list[int]:
        return [
            services.walk_in_register_and_ticket(
                session_code=session.code, patient_id=pk, payment="free", actor=DESK, now=MORNING
            ).number
            for pk in people[number]
        ]

    results = at_once(desk)
    assert [r for r in results if isinstance(r, Exception)] == []
    numbers = sorted(n for mine in results for n in mine)  # type: ignore[attr-defined]
    assert numbers == list(range(1, CONSOLES * each + 1))
    assert Queue.objects.get().next_number == CONSOLES * each + 1


def test_control_counting_up_from_the_highest_number_gives_the_same_one_twice(figures: Figures) -> None:
    [session] = clinic(1)
    walk_in(session, 1)
    looked = threading.Barrier(CONSOLES)

    def unguarded(_number: int) -> int:
        number = (Ticket.objects.aggregate(highest=Max("number"))["highest"] or 0) + 1
        looked.wait()
        return number

    assert Counter(at_once(unguarded)) == {2: CONSOLES}
    figures.control(
        "G10", f"{CONSOLES} desks that count up from the highest: number 2 given {CONSOLES} times"
    )

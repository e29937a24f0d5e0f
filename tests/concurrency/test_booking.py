"""G1 to G3: many want few numbers at the same moment. Real threads, real commits, each race with its control.

The controls are replicas of the pattern without the guard: look, then write. They must fail, or the race is none.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import F, Sum
from django.test import Client

from booking import services
from booking.domain import errors
from booking.models import Appointment, ClinicSession, Patient, Payment, Slot, WalkIn
from hospital.accounts.services import token_issue
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.models import StateChange
from tests import factories
from tests.figures import Figures
from tests.threads import LIMIT_S, at_once

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 60
NUMBERS = 12
DESKS = 30
EVENING = datetime(2026, 11, 1, 12, tzinfo=UTC)
CLINIC_DAY = datetime(2026, 11, 2, tzinfo=UTC).date()
WALK_IN_TIME = datetime(2026, 11, 1, 23, 30, tzinfo=UTC)
DESK = Actor.device("desk", "test")


@pytest.fixture(autouse=True)
def _evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: EVENING)


def session_with(*quotas: int, capacity: int = 10) -> ClinicSession:
    """Tomorrow's session, released, with these quotas in its four slots."""
    return factories.session(CLINIC_DAY, now=EVENING, quotas=list(quotas), capacity=capacity)


def people(count: int) -> list[Patient]:
    return [factories.person(serial, EVENING) for serial in range(1, count + 1)]


def hold(slot: Slot, patient: Patient, now: datetime = EVENING) -> Appointment:
    made: Appointment = factories.hold(slot, patient, None, now)
    return made


def outcomes(results: list[object]) -> Counter[str]:
    """How many of each class came back: what was made, or the refusal."""
    return Counter(type(result).__name__ for result in results)


def assert_counted(slot: Slot) -> None:
    """The slot's counter, its appointments and their history agree."""
    slot.refresh_from_db()
    live = Appointment.objects.filter(slot=slot, state__in=("held", "booked"))
    assert slot.booked == live.count() <= slot.quota
    written = StateChange.objects.filter(thing="appointment", verb="hold").values("thing_id").distinct()
    assert written.count() == Appointment.objects.count()


def test_sixty_clients_for_twelve_numbers_sell_exactly_twelve(figures: Figures) -> None:
    slot = factories.slots(session_with(NUMBERS, 0, 0, 0))[0]
    patients = people(CLIENTS)
    results = at_once(lambda number: hold(slot, patients[number]), CLIENTS)
    assert outcomes(results) == {"Appointment": NUMBERS, "SoldOut": CLIENTS - NUMBERS}
    assert_counted(slot)
    assert slot.booked == NUMBERS
    figures.shown("G3", f"{slot.booked} of {NUMBERS} numbers sold to {CLIENTS} at once")


def test_control_look_then_write_sells_more_than_there_are(figures: Figures) -> None:
    slot = factories.slots(session_with(NUMBERS, 0, 0, 0))[0]
    patients = people(CLIENTS)
    looked = threading.Barrier(CLIENTS)

    def unguarded(number: int) -> int:
        taken = Appointment.objects.filter(slot=slot).count()
        looked.wait(LIMIT_S)
        assert taken < slot.quota
        return unguarded_hold(slot, patients[number]).pk

    assert len({*at_once(unguarded, CLIENTS)}) == CLIENTS
    assert Appointment.objects.filter(slot=slot).count() == CLIENTS
    figures.control("G3", f"{CLIENTS} sold of {NUMBERS}: look, then write")


def unguarded_hold(slot: Slot, patient: Patient) -> Appointment:
    return Appointment.objects.create(
        slot=slot,
        session_id=slot.session_id,
        patient=patient,
        fee_fen=0,
        held_at=EVENING,
        pay_by=EVENING + timedelta(minutes=15),
    )


def test_a_session_sells_out_exactly_over_all_its_slots() -> None:
    """Everyone tries one slot after the other until one is given."""
    session = session_with(5, 3, 0, 4)
    slots, patients = factories.slots(session), people(CLIENTS // 2)

    def shop(number: int) -> Appointment:
        for turn in range(len(slots)):
            try:
                return hold(slots[(number + turn) % len(slots)], patients[number])
            except errors.SoldOut:
                continue
        raise errors.SoldOut(slot="all")

    assert outcomes(at_once(shop, CLIENTS // 2)) == {"Appointment": 12, "SoldOut": CLIENTS // 2 - 12}
    assert [slot.booked for slot in factories.slots(session)] == [5, 3, 0, 4]


TABS = 16


def test_one_patient_in_many_tabs_gets_one_number(figures: Figures) -> None:
    slots = factories.slots(session_with(10, 10, 10, 10))
    [patient] = people(1)
    results = at_once(lambda number: hold(slots[number % 4], patient), TABS)
    assert outcomes(results) == {"Appointment": 1, "AlreadyBooked": TABS - 1}
    assert sum(slot.booked for slot in factories.slots(slots[0].session)) == 1
    figures.shown("G2", f"1 number for a patient in {TABS} tabs")


def test_one_patient_gets_one_number_a_department_and_day_across_experts() -> None:
    """No unique index covers this limit: the lock on the patient does."""
    sessions = [
        factories.session(CLINIC_DAY, now=EVENING, doctor=factories.expert(f"dr{n}"), quotas=[5, 5, 5, 5])
        for n in range(4)
    ]
    slots = [factories.slots(session)[0] for session in sessions]
    [patient] = people(1)
    results = at_once(lambda number: hold(slots[number % 4], patient), TABS)
    assert outcomes(results) == {"Appointment": 1, "AlreadyBooked": TABS - 1}
    assert Slot.objects.aggregate(taken=Sum("booked"))["taken"] == 1


def test_control_without_the_lock_on_the_patient_one_gets_a_number_of_each_expert() -> None:
    sessions = [
        factories.session(CLINIC_DAY, now=EVENING, doctor=factories.expert(f"dr{n}"), quotas=[5, 5, 5, 5])
        for n in range(4)
    ]
    slots = [factories.slots(session)[0] for session in sessions]
    [patient] = people(1)
    looked = threading.Barrier(4)

    def unguarded(number: int) -> Appointment:
        assert not Appointment.objects.filter(patient=patient).exists()
        looked.wait(LIMIT_S)
        return unguarded_hold(slots[number], patient)

    assert outcomes(at_once(unguarded, 4)) == {"Appointment": 4}


def test_control_without_the_index_one_patient_in_two_tabs_gets_two(figures: Figures) -> None:
    slots = factories.slots(session_with(10, 10, 10, 10))
    [patient] = people(1)
    looked = threading.Barrier(2)

    def unguarded(number: int) -> Appointment:
        assert not Appointment.objects.filter(patient=patient).exists()
        looked.wait(LIMIT_S)
        return unguarded_hold(slots[number], patient)

    name = "one_live_appointment_per_patient_and_session"
    [index] = [constraint for constraint in Appointment._meta.constraints if constraint.name == name]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Appointment, index)
    try:
        assert outcomes(at_once(unguarded, 2)) == {"Appointment": 2}
        figures.control("G2", "2 numbers for a patient in 2 tabs, the unique index dropped")
    finally:
        Appointment.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Appointment, index)


def test_one_number_is_given_back_once_however_many_cancel_it() -> None:
    slot = factories.slots(session_with(2, 0, 0, 0))[0]
    held = [hold(slot, patient) for patient in people(2)]
    results = at_once(
        lambda _number: services.appointment_cancel(
            appointment_id=held[0].pk, actor=Actor(kind="patient"), now=EVENING
        ),
        TABS,
    )
    assert outcomes(results) == {"Appointment": 1, "IllegalTransition": TABS - 1}
    slot.refresh_from_db()
    assert slot.booked == 1


def open_session(numbers: int) -> ClinicSession:
    """A session whose walk-in registration is open, with so many numbers in the pool."""
    session = session_with(0, 0, 0, 0)
    ClinicSession.objects.filter(pk=session.pk).update(number_limit=numbers)
    services.sessions_advance(WALK_IN_TIME)
    session.refresh_from_db()
    assert (session.state, session.pool_left) == ("open", numbers)
    return session


def test_thirty_desks_for_ten_walk_in_numbers_sell_exactly_ten() -> None:
    session = open_session(10)
    patients = people(DESKS)

    def register(number: int) -> WalkIn:
        return services.walk_in_register(
            session_id=session.pk,
            patient_id=patients[number].pk,
            payment="cash",
            actor=DESK,
            now=WALK_IN_TIME,
        )

    results = at_once(register, DESKS)
    assert outcomes(results) == {"WalkIn": 10, "PoolEmpty": DESKS - 10}
    session.refresh_from_db()
    assert (session.walk_ins, session.pool_left) == (10, 0)
    assert Payment.objects.filter(state="paid").count() == WalkIn.objects.count() == 10


def test_control_look_then_count_up_gives_more_walk_in_numbers_than_there_are() -> None:
    session = open_session(10)
    patients = people(DESKS)
    looked = threading.Barrier(DESKS)

    def unguarded(number: int) -> WalkIn:
        now = ClinicSession.objects.get(pk=session.pk)
        looked.wait(LIMIT_S)
        assert now.pool_left > 0
        ClinicSession.objects.filter(pk=session.pk).update(walk_ins=F("walk_ins") + 1)
        return WalkIn.objects.create(
            session=session, patient=patients[number], fee_fen=0, registered_at=WALK_IN_TIME
        )

    assert outcomes(at_once(unguarded, DESKS)) == {"WalkIn": DESKS}
    session.refresh_from_db()
    assert session.walk_ins == DESKS > session.number_limit


def test_a_number_booked_in_the_last_second_is_not_in_the_pool_as_well() -> None:
    """Walk-in registration opens while holds are being made: each number is in one place."""
    session = session_with(6, 0, 0, 0, capacity=3)
    slot = factories.slots(session)[0]
    last_second = session.walk_in_opens_at - timedelta(seconds=1)
    patients = people(12)

    def work(number: int) -> object:
        if number % 3 == 2:
            return services.session_open_if_due(session_id=session.pk, now=session.walk_in_opens_at)
        return hold(slot, patients[number], last_second)

    results = at_once(work, 12)
    wrong = [
        r
        for r in results
        if isinstance(r, Exception) and not isinstance(r, errors.BookingClosed | errors.SoldOut)
    ]
    assert wrong == []
    session.refresh_from_db()
    slot.refresh_from_db()
    assert session.state == "open"
    assert session.appointments_taken == slot.booked == Appointment.objects.filter(state="held").count()


def test_a_person_registered_at_eight_desks_at_once_is_one() -> None:
    results = at_once(lambda _number: factories.person(7, EVENING), 8)
    assert outcomes(results) == {"Patient": 8}
    assert Patient.objects.count() == 1


def test_one_patient_asked_for_by_page_script_desk_and_expert_at_once_gets_one_number(
    figures: Figures,
) -> None:
    cast = factories.cast(EVENING)
    session = factories.session(
        CLINIC_DAY, now=EVENING, doctor=factories.expert(account=cast.dr_zhao), quotas=[10, 10, 10, 10]
    )
    slots, patient = factories.slots(session), cast.patients["lin"]
    script = token_issue(name="race", actor=Actor.of(cast.lin), now=EVENING, user=cast.lin)
    asked = {"patient_id": patient.pk, "now": EVENING}

    def by_page(slot: Slot) -> object:
        return factories.hold(slot, patient, cast.lin, EVENING)

    def by_script(slot: Slot) -> object:
        headers = {"Authorization": f"Token {script}", "Idempotency-Key": slot.code}
        wish = {"slot": slot.code, "patient": patient.code}
        answer = Client().post("/api/v1/appointments/", wish, "application/json", headers=headers)
        return Appointment.objects.get(code=answer.json()["code"]) if answer.status_code == 201 else answer

    def by_desk(slot: Slot) -> object:
        actor = Actor.of(cast.desk)
        return services.appointment_book_at_desk(slot_code=slot.code, payment="cash", actor=actor, **asked)

    def by_expert(slot: Slot) -> object:
        return services.appointment_add_on(
            slot_code=slot.code, payment="cash", reason="old patient", actor=Actor.of(cast.dr_zhao), **asked
        )

    roads: list[Callable[[Slot], object]] = [by_page, by_script, by_desk, by_expert]
    results = at_once(lambda number: roads[number % 4](slots[number // 4]), 16)
    assert outcomes(results)["Appointment"] == 1, results
    assert Appointment.objects.filter(patient=patient).count() == 1
    refused = {getattr(result, "status_code", None) or getattr(result, "status", None) for result in results}
    assert refused <= {None, 409}
    figures.shown(
        "G2", "1 number for a patient asked for by page, script, desk and expert at once, 4 times each"
    )

"""Two planners at once, and patients of a stopped clinic who want the same number. Real commits, with controls."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime
from types import ModuleType
from unittest.mock import patch

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet

from booking import services
from booking.domain import errors
from booking.models import Appointment, ClinicSession, Expert, Payment, Refund, Slot, Stop, StopCase
from booking.services import clinic as clinic_services
from booking.services import notices, schedules, stop_cases, stops
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.models import Message
from hospital.models import User
from tests import factories
from tests.booking.stopped import StoppedClinic, invariants_hold, stopped_clinic
from tests.clock import VirtualClock
from tests.threads import LIMIT_S, at_once, in_another_thread

pytestmark = pytest.mark.django_db(transaction=True)

EVENING = datetime(2026, 11, 1, 12, tzinfo=UTC)
PLANNERS = 8
UNTIL = date(2026, 11, 9)


@pytest.fixture(autouse=True)
def _evening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: EVENING)


def experts_with_mondays(count: int) -> None:
    for number in range(count):
        factories.template(factories.expert(f"e{number}"), date(2026, 11, 2))


def test_planners_at_once_plan_every_session_once_with_letters_of_their_own() -> None:
    experts_with_mondays(6)
    results = at_once(lambda _n: services.sessions_generate(until=UNTIL, now=EVENING), PLANNERS)
    assert [result for result in results if isinstance(result, Exception)] == []
    assert sum(len(result) for result in results) == ClinicSession.objects.count() == 12
    for day in (date(2026, 11, 2), UNTIL):
        assert sorted(ClinicSession.objects.filter(date=day).values_list("letter", flat=True)) == list(
            "ABCDEF"
        )


def test_control_without_the_lock_planners_want_the_same_letter() -> None:
    experts_with_mondays(6)
    looked = threading.Barrier(PLANNERS)
    read = schedules._letters_between

    def everybody_looks_first(first: date, until: date) -> dict[date, set[str]]:
        letters = read(first, until)
        looked.wait(LIMIT_S)
        return letters

    with (
        patch.object(schedules, "lock_planning", lambda: None),
        patch.object(schedules, "_letters_between", everybody_looks_first),
    ):
        results = at_once(lambda _n: services.sessions_generate(until=UNTIL, now=EVENING), PLANNERS)
    assert Counter(type(result).__name__ for result in results)["IntegrityError"] == PLANNERS - 1
    assert any(isinstance(result, IntegrityError) for result in results)


def link(account: User, number: int) -> Expert:
    doctor = Expert.objects.get(code=f"e{number}")
    names = {
        name: getattr(doctor, name) for name in ("name", "name_en", "title", "specialty", "specialty_en")
    }
    return clinic_services.expert_save(
        code=doctor.code,
        department=doctor.department,
        fee_fen=doctor.fee_fen,
        user_id=account.pk,
        new=False,
        actor=Actor.job("test"),
        now=EVENING,
        **names,
    )


def test_two_administrators_who_link_one_account_at_once_link_it_to_one_expert() -> None:
    account = factories.cast(EVENING).dr_zhao
    doctors = [factories.expert(f"e{number}") for number in range(2)]
    results = at_once(lambda number: link(account, number), len(doctors))
    assert Counter(type(result).__name__ for result in results) == {"Expert": 1, "AccountNotForExpert": 1}
    assert Expert.objects.filter(user=account).count() == 1


def test_control_without_the_lock_the_second_administrator_meets_the_constraint() -> None:
    account = factories.cast(EVENING).dr_zhao
    doctors = [factories.expert(f"e{number}") for number in range(2)]
    looked = threading.Barrier(len(doctors))
    read = clinic_services.accounts_for_expert

    def both_look_first(*, code: str) -> QuerySet[User]:
        found = read(code=code)
        assert found.exists()
        looked.wait(LIMIT_S)
        return found

    with (
        patch.object(clinic_services, "lock_planning", lambda: None),
        patch.object(clinic_services, "accounts_for_expert", both_look_first),
    ):
        results = at_once(lambda number: link(account, number), len(doctors))
    assert any(isinstance(result, IntegrityError) for result in results)


@pytest.fixture
def clinic() -> StoppedClinic:
    return stopped_clinic(VirtualClock(EVENING))


def choose(clinic: StoppedClinic, appointment: Appointment, slot: Slot | None) -> StopCase:
    return clinic.choose(appointment, slot)


def test_twelve_patients_of_a_stopped_clinic_for_two_numbers_and_exactly_two_get_one(
    clinic: StoppedClinic,
) -> None:
    people = [clinic.book(slot=number % 4) for number in range(12)]
    clinic.stop()
    target = factories.slots(clinic.colleague)[0]
    results = at_once(lambda number: choose(clinic, people[number], target), len(people))
    assert Counter(type(result).__name__ for result in results) == {"StopCase": 2, "SoldOut": 10}
    target.refresh_from_db()
    assert target.booked == target.quota == 2
    assert StopCase.objects.filter(state="asked").count() == 10
    assert Appointment.objects.filter(session=clinic.session, state="booked").count() == 10
    invariants_hold()


def test_patients_of_a_stopped_clinic_and_the_public_share_the_last_numbers_exactly(
    clinic: StoppedClinic,
) -> None:
    people = [clinic.book(slot=number % 4) for number in range(6)]
    public = [clinic.person() for _turn in range(6)]
    clinic.stop()
    target = factories.slots(clinic.colleague)[0]

    def one(number: int) -> object:
        if number % 2:
            return choose(clinic, people[number // 2], target)
        return factories.hold(target, public[number // 2], None, EVENING)

    got = Counter(type(result).__name__ for result in at_once(one, 12))
    assert got["StopCase"] + got["Appointment"] == 2
    assert got["SoldOut"] == 10
    invariants_hold()


def test_control_whoever_looks_and_then_writes_gives_a_number_too_many(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    public = [clinic.person() for _turn in range(2)]
    clinic.stop()
    target = factories.slots(clinic.colleague)[0]

    def look_then_write(slot: Slot) -> None:
        taken = Slot.objects.get(pk=slot.pk).booked
        for each in public:
            in_another_thread(lambda each=each: factories.hold(target, each, None, EVENING))
        assert taken < slot.quota
        Slot.objects.filter(pk=slot.pk).update(booked=taken + 1)

    with patch.object(stop_cases, "number_take", look_then_write):
        choose(clinic, booked, target)
    assert Appointment.objects.filter(slot=target, state__in=("held", "booked")).count() == 3 > target.quota


def test_patient_and_desk_choose_at_once_and_one_choice_counts(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    clinic.stop()
    targets: list[Slot | None] = [
        None,
        *factories.slots(clinic.colleague)[:2],
        factories.slots(clinic.next_week)[0],
    ]
    results = at_once(lambda number: choose(clinic, booked, targets[number % 4]), 8)
    assert Counter(type(result).__name__ for result in results) == {"StopCase": 1, "ChosenAlready": 7}
    case = clinic.case(booked)
    assert Refund.objects.count() + (case.replacement is not None) == 1
    invariants_hold()


def test_two_workers_tell_everybody_once(clinic: StoppedClinic) -> None:
    for number in range(10):
        clinic.book(slot=number % 4)
    stop = clinic.apply()
    results = at_once(lambda _n: services.stop_go_on(stop_id=stop.pk, now=EVENING), 4)
    assert sum(results) == 10
    assert Message.objects.filter(kind="stopped").count() == 10
    invariants_hold()


def test_whoever_books_while_the_clinic_is_stopped_is_refused_or_on_the_list(clinic: StoppedClinic) -> None:
    stop = clinic.propose()
    patients = [clinic.person() for _turn in range(12)]
    slot = factories.slots(clinic.session)[0]

    def one(number: int) -> object:
        if number == 6:
            return services.stop_apply(code=stop.code, actor=clinic.manager, now=EVENING)
        return factories.hold(slot, patients[number], None, EVENING)

    results = at_once(one, 12)
    held = [result.pk for result in results if isinstance(result, Appointment)]
    assert {type(result) for result in results} <= {Appointment, Stop, errors.BookingClosed, errors.SoldOut}
    assert set(StopCase.objects.values_list("appointment_id", flat=True)) == set(held)
    services.stop_go_on(stop_id=stop.pk, now=EVENING)
    assert not Appointment.objects.filter(pk__in=held, state="held").exists()
    invariants_hold()


class Killed(BaseException):
    """The process ends here: nothing after this line runs."""


STEPS = [
    (stop_cases, "number_take"),
    (stop_cases, "number_hold_instead"),
    (stop_cases, "number_return"),
    (stop_cases, "payments_close"),
    (stop_cases, "_payment_follow"),
    (stop_cases, "appointment_confirm"),
    (stop_cases, "appointment_cancel"),
    (stop_cases, "_settle"),
    (stop_cases, "_move"),
    (notices, "stopped"),
    (stops, "session_stop"),
    (stops, "_move"),
    (stops.jobs, "enqueue"),
]


def tell_choose_and_end(clinic: StoppedClinic, people: list[Appointment], code: str) -> None:
    """Everything a stop does, from wherever it stands; what is done is not done again."""
    stop = services.stop_apply(code=code, actor=clinic.manager, now=EVENING)
    services.stop_go_on(stop_id=stop.pk, now=EVENING)
    wishes: list[Slot | None] = [
        factories.slots(clinic.colleague)[0],
        factories.slots(clinic.next_week)[0],
        None,
    ]
    for appointment, wish in zip(people, wishes, strict=True):
        if clinic.case(appointment).state != "settled":
            choose(clinic, appointment, wish)
    services.stop_go_on(stop_id=stop.pk, now=EVENING)


@pytest.mark.parametrize(("owner", "name"), STEPS, ids=[f"{one.__name__}.{name}" for one, name in STEPS])
def test_killed_before_or_after_any_step_nothing_is_half_done_and_it_goes_on_to_the_end(
    clinic: StoppedClinic, owner: ModuleType, name: str
) -> None:
    people = [clinic.book(slot=number) for number in range(3)]
    held = clinic.hold(slot=3)
    stop = clinic.propose()
    real = getattr(owner, name)
    for after in (False, True):
        calls = 0

        def dies(*args, after=after, **kwargs):
            nonlocal calls
            calls += 1
            if not after and calls == 2:
                raise Killed
            result = real(*args, **kwargs)
            if after and calls == 1:
                raise Killed
            return result

        with patch.object(owner, name, dies), suppress(Killed):
            tell_choose_and_end(clinic, people, stop.code)
        invariants_hold()
    tell_choose_and_end(clinic, people, stop.code)
    stop.refresh_from_db()
    assert stop.state == "finished"
    assert set(StopCase.objects.values_list("state", flat=True)) == {"settled"}
    assert Appointment.objects.get(pk=held.pk).state == "cancelled"
    assert Message.objects.filter(kind="stopped").count() == 4
    assert Refund.objects.count() == 1
    assert Payment.objects.filter(state="paid", appointment__state="booked").count() == 2
    assert sum(Slot.objects.exclude(session=clinic.session).values_list("booked", flat=True)) == 2
    invariants_hold()

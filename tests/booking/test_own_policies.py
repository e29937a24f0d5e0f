"""Rules of a department's or an expert's own: the expert's, else the department's, else the hospital's, everywhere."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from booking import selectors, services
from booking.domain import errors
from booking.models import Appointment, ClinicSession, ReturnedNumber
from booking.services import extras
from hospital.common import clock, policy
from hospital.common.actor import Actor
from hospital.common.policy import Scope, policy_change
from tests import factories
from tests.booking.conftest import check_invariants
from tests.booking.test_hot_path import book as ask_to_book
from tests.booking.test_hot_path import token_of
from tests.clock import VirtualClock
from tests.factories import Cast, book, hold, join, person, slots, sold_out

pytestmark = pytest.mark.django_db
JOB = Actor.job("test")


def own(now: VirtualClock, whose: str, **values: object) -> None:
    """Give the expert zhao, the department neuro or the hospital some values."""
    level, _colon, code = whose.partition(":")
    scope = selectors.scope_of(level=level, code=code) if code else Scope()
    policy_change(actor=JOB, now=now(), reason="test", scope=scope, **values)


@pytest.fixture
def colleague(now: VirtualClock, tomorrow: ClinicSession) -> ClinicSession:
    """Dr Qian's session of the same department and day."""
    return factories.session(tomorrow.date, now=now(), doctor=factories.expert("qian"), quotas=[2, 0, 0, 0])


@pytest.fixture
def elsewhere(now: VirtualClock, tomorrow: ClinicSession) -> ClinicSession:
    """Dr Sun's session of another department on the same day."""
    sun = factories.expert("sun", department="eye")
    return factories.session(tomorrow.date, now=now(), doctor=sun, quotas=[2, 0, 0, 0])


def minutes_held(made: ClinicSession, serial: int, now: VirtualClock) -> float:
    """By the statement, as the page's service and as what is read says."""
    held = hold(slots(made)[0], person(serial, now()), None, now())
    kept = Appointment.objects.get(pk=held.pk)
    assert held.pay_by == kept.pay_by
    minutes = (kept.pay_by - now()) / timedelta(minutes=1)
    assert minutes == selectors.policy_of_session(made).hold_min, "the database and Python agree"
    return minutes


def test_the_experts_value_goes_before_the_departments_and_that_before_the_hospitals(
    tomorrow: ClinicSession, colleague: ClinicSession, elsewhere: ClinicSession, now: VirtualClock
) -> None:
    sessions = (tomorrow, colleague, elsewhere)
    own(now, "", hold_min=20)
    assert [minutes_held(one, serial, now) for serial, one in enumerate(sessions, 50)] == [20, 20, 20]
    own(now, "department:neuro", hold_min=30)
    assert [minutes_held(one, serial, now) for serial, one in enumerate(sessions, 60)] == [30, 30, 20]
    own(now, "expert:zhao", hold_min=45)
    held = hold(slots(tomorrow)[1], person(70, now()), None, now())
    assert held.pay_by == now() + timedelta(minutes=45)
    assert selectors.policy_of_session(colleague).hold_min == 30
    own(now, "expert:zhao", hold_min=None)
    assert selectors.policy_of_session(tomorrow).hold_min == 30
    own(now, "department:neuro", hold_min=None)
    assert {selectors.policy_of_session(one).hold_min for one in sessions} == {20}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["hot", "ordinary"])
def test_a_script_is_told_and_held_to_the_experts_time_to_pay_in_the_same_one_statement(
    way: str,
    cast: Cast,
    tomorrow: ClinicSession,
    now: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    own(now, "department:neuro", hold_min=30, cancel_deadline_min=60)
    own(now, "expert:zhao", hold_min=45)
    token, body = (
        token_of(cast.lin, now),
        {"slot": slots(tomorrow)[0].code, "patient": cast.patients["lin"].code},
    )
    if way == "ordinary":
        monkeypatch.setattr("booking.services.appointment_hold_once", lambda **_: None)
    policy.policy()
    selectors.policy_of_session(tomorrow)
    ask_to_book(token, {**body, "slot": "NOBODY23"}, "k0")  # whoever is suspected is read once a second, too
    with django_assert_max_num_queries(1 if way == "hot" else 12):
        answer = ask_to_book(token, body)
    made = Appointment.objects.get()
    assert made.pay_by == now() + timedelta(minutes=45)
    assert answer.json()["pay_by"] == clock.stated(made.pay_by)
    assert ask_to_book(token, body).json() == answer.json(), "repeated as it was said"


def test_a_departments_limit_counts_for_holding_for_joining_and_for_the_waitlists_offers(
    cast: Cast, tomorrow: ClinicSession, colleague: ClinicSession, now: VirtualClock
) -> None:
    lin = cast.patients["lin"]
    first = hold(slots(colleague)[0], lin, cast.lin, now())
    with pytest.raises(errors.AlreadyBooked):
        hold(slots(tomorrow)[0], lin, cast.lin, now())
    own(now, "department:neuro", numbers_per_department_day=2)
    taken = sold_out(tomorrow, now())
    entry = join(tomorrow, lin, cast.lin, now())
    services.appointment_cancel(appointment_id=taken[0].pk, actor=JOB, now=now())
    assert services.offers_lapse_due(now()) == 0
    own(now, "department:neuro", numbers_per_department_day=None)
    assert services.offers_lapse_due(now()) == 1, "the limit holds again"
    entry.refresh_from_db()
    assert (entry.state, first.state) == ("ended", "held")


def test_what_a_session_decides_follows_its_experts_rules(
    cast: Cast, tomorrow: ClinicSession, colleague: ClinicSession, now: VirtualClock
) -> None:
    own(now, "expert:zhao", waitlist_offer_min=10, waitlist_per_session=1, moves_per_appointment=0)
    booked = book(slots(tomorrow)[3], cast.patients["chen"], cast.chen, now())
    with pytest.raises(errors.TooManyMoves):
        services.appointment_move(
            appointment_id=booked.pk, slot_code=slots(tomorrow)[0].code, actor=Actor.of(cast.chen), now=now()
        )
    taken = sold_out(tomorrow, now())
    entry = join(tomorrow, cast.patients["lin"], cast.lin, now())
    with pytest.raises(errors.WaitlistFull):
        join(tomorrow, person(81, now()), None, now())
    services.appointment_cancel(appointment_id=taken[0].pk, actor=JOB, now=now())
    entry.refresh_from_db()
    assert entry.accept_by == now() + timedelta(minutes=10)
    others = sold_out(colleague, now(), first=900)
    later = [join(colleague, person(serial, now()), None, now()) for serial in (82, 83)]
    services.appointment_cancel(appointment_id=others[0].pk, actor=JOB, now=now())
    later[0].refresh_from_db()
    assert later[0].accept_by == now() + timedelta(minutes=30)
    check_invariants()


def test_a_number_of_an_expert_without_a_delay_is_public_at_once(
    far: ClinicSession, now: VirtualClock
) -> None:
    own(now, "expert:zhao", return_delay_min_min=0, return_delay_max_min=0)
    given = book(slots(far)[0], person(84, now()), None, now())
    services.appointment_cancel(appointment_id=given.pk, actor=JOB, now=now())
    assert not ReturnedNumber.objects.exists()
    own(now, "expert:zhao", return_delay_min_min=None, return_delay_max_min=None)
    given = book(slots(far)[0], person(85, now()), None, now())
    services.appointment_cancel(appointment_id=given.pk, actor=JOB, now=now())
    assert ReturnedNumber.objects.get().public_at > now()


def test_a_draw_is_held_for_the_expert_who_has_one(cast: Cast, now: VirtualClock) -> None:
    factories.expert()
    own(now, "expert:zhao", draw_s=60)
    day = clock.today() + timedelta(days=5)
    zhao = factories.session(day, now=now(), quotas=[2, 1, 0, 3])
    qian = factories.session(day, now=now(), doctor=factories.expert("qian"), quotas=[2, 1, 0, 3])
    assert (zhao.draws_at, qian.draws_at) == (now() + timedelta(seconds=60), None)


@pytest.mark.parametrize("before_min", [0, 90, 1020])
def test_the_cancel_deadline_holds_to_the_second_wherever_it_is_said(
    before_min: int, cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    own(now, "department:neuro", cancel_deadline_min=before_min)
    deadline = far.walk_in_opens_at - timedelta(minutes=before_min)
    lin = Actor.of(cast.lin)
    booked = book(slots(far)[3], cast.patients["lin"], cast.lin, now())
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(cast.lin)
    when = f"{clock.local(deadline).day} {clock.local(deadline):%b %H:%M}"
    told = client.get(f"/api/v1/appointments/{booked.code}/").json()["cancel_until"]
    assert told == clock.stated(deadline)
    now.set(deadline - timedelta(seconds=1))
    assert f"You can cancel until {when}" in client.get(f"/appointments/{booked.code}/").content.decode()
    now.set(deadline)
    page = client.get(f"/appointments/{booked.code}/").content.decode()
    assert "You can cancel until" not in page
    assert when in page
    for refused in (
        lambda: services.appointment_cancel(appointment_id=booked.pk, actor=lin, now=now()),
        lambda: services.appointment_move(
            appointment_id=booked.pk, slot_code=slots(far)[0].code, actor=lin, now=now()
        ),
    ):
        with pytest.raises(errors.TooLate):
            refused()
    now.set(deadline - timedelta(seconds=1))
    done = services.appointment_cancel(appointment_id=booked.pk, actor=lin, now=now())
    assert (done.state, done.late_cancel, done.payments.get().state) == ("cancelled", True, "refunding")


def test_a_late_cancellation_is_counted_from_the_experts_own_deadline(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    own(now, "expert:zhao", cancel_deadline_min=60, late_cancel_before_deadline_h=2)
    begins = far.walk_in_opens_at - timedelta(minutes=60 + 120)
    late = []
    for serial, moment in ((86, begins - timedelta(seconds=1)), (87, begins)):
        account = factories.user(f"p{serial}", "patient")
        booked = book(slots(far)[3], person(serial, now(), account), account, now())
        done = services.appointment_cancel(appointment_id=booked.pk, actor=Actor.of(account), now=moment)
        late.append(done.late_cancel)
    assert late == [False, True]


def test_from_the_deadline_on_the_desk_decides_about_the_fee_and_an_unpaid_hold_may_still_go(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    own(now, "expert:zhao", cancel_deadline_min=1020)
    booked = [book(slots(far)[3], person(serial, now()), None, now()) for serial in (88, 89)]
    now.set(far.walk_in_opens_at - timedelta(minutes=1020))
    desk = Actor.of(cast.desk)
    states = []
    for one, refund in zip(booked, (False, True), strict=True):
        done = services.appointment_cancel(
            appointment_id=one.pk, actor=desk, now=now(), reason="ill", refund=refund, patients_wish=True
        )
        states.append((done.late_cancel, done.payments.get().state))
    assert states == [(True, "paid"), (True, "refunding")]
    held = hold(slots(far)[3], cast.patients["lin"], cast.lin, now())
    done = services.appointment_cancel(appointment_id=held.pk, actor=Actor.of(cast.lin), now=now())
    assert done.state == "cancelled"
    check_invariants()


def test_whoever_was_given_another_expert_may_cancel_until_the_opening(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    stand_in = factories.expert("qian")
    own(now, "department:neuro", cancel_deadline_min=1020)
    booked = book(slots(far)[3], cast.patients["lin"], cast.lin, now())
    extras.session_substitute(session_id=far.pk, expert_id=stand_in.pk, reason="ill", actor=JOB, now=now())
    now.set(far.walk_in_opens_at - timedelta(seconds=1))
    done = services.appointment_cancel(appointment_id=booked.pk, actor=Actor.of(cast.lin), now=now())
    assert (done.state, done.late_cancel) == ("cancelled", False)


def test_own_values_cost_no_query_but_one_a_second_when_a_department_has_some(
    tomorrow: ClinicSession, now: VirtualClock, django_assert_num_queries: Any
) -> None:
    own(now, "expert:zhao", hold_min=45)
    with django_assert_num_queries(1):
        policy.forget()
        assert [selectors.policy_of_session(tomorrow).hold_min for _turn in range(3)] == [45] * 3
    own(now, "department:neuro", recall_limit=1)
    with django_assert_num_queries(2):
        policy.forget()
        assert [selectors.policy_of_session(tomorrow).recall_limit for _turn in range(3)] == [1] * 3


def test_no_change_turns_the_times_upside_down_for_those_below(
    tomorrow: ClinicSession, now: VirtualClock
) -> None:
    own(now, "department:neuro", return_delay_max_min=100)
    own(now, "expert:zhao", return_delay_min_min=60)
    for whose in ("department:neuro", ""):
        with pytest.raises(policy.DelayUpsideDownBelow):
            own(now, whose, return_delay_max_min=50, return_delay_min_min=20)
        own(now, "department:neuro", return_delay_max_min=None)
    own(now, "expert:zhao", return_delay_min_min=None)
    own(now, "department:neuro", return_delay_max_min=50)
    assert selectors.policy_of_session(tomorrow).return_delay_max_min == 50

"""Holding, cancelling and expiring numbers."""

from datetime import timedelta

import pytest

from booking import services
from booking.domain import errors
from booking.locks import LockedAppointment, lock_appointment, lock_session
from booking.models import Appointment, Ban, ClinicSession, Slot
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition
from tests.clock import VirtualClock
from tests.factories import Cast, expert, hold, person, session, slots

pytestmark = pytest.mark.django_db


def counts(made: ClinicSession) -> list[int]:
    return [slot.booked for slot in slots(made)]


def test_a_hold_takes_one_number_for_a_quarter_of_an_hour(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    row = Appointment.objects.get(code=held.code)
    assert row.state == "held"
    assert row.pay_by == now() + timedelta(minutes=15)
    assert row.fee_fen == 5000
    assert counts(tomorrow) == [1, 0, 0, 0]
    written = history.of(row).get()
    assert (written.verb, written.from_state, written.to_state) == ("hold", "", "held")
    assert written.actor_id == cast.lin.pk


def test_a_sold_out_slot_refuses_and_changes_nothing(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    slot = slots(tomorrow)[1]
    hold(slot, cast.patients["lin"], cast.lin, now())
    with pytest.raises(errors.SoldOut):
        hold(slot, cast.patients["chen"], cast.chen, now())
    assert counts(tomorrow) == [0, 1, 0, 0]
    assert Appointment.objects.count() == 1


def test_a_slot_kept_for_walk_ins_cannot_be_booked(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    with pytest.raises(errors.SoldOut):
        hold(slots(tomorrow)[2], cast.patients["lin"], cast.lin, now())


def test_one_patient_has_one_live_number_in_a_department_and_day(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    with pytest.raises(errors.AlreadyBooked):
        hold(slots(tomorrow)[3], cast.patients["lin"], cast.lin, now())
    colleague = session(tomorrow.date, now=now(), doctor=expert("qian"), quotas=[5, 5, 5, 5])
    with pytest.raises(errors.AlreadyBooked):
        hold(slots(colleague)[0], cast.patients["lin"], cast.lin, now())
    assert Appointment.objects.count() == 1


def test_at_most_three_departments_a_day(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> None:
    for name in ["cardio", "derma", "ortho"]:
        other = session(tomorrow.date, now=now(), doctor=expert(name, department=name), quotas=[5, 5, 5, 5])
        hold(slots(other)[0], cast.patients["lin"], cast.lin, now())
    with pytest.raises(errors.LimitReached):
        hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())


def test_a_banned_patient_is_told_until_when(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> None:
    Ban.objects.create(
        patient=cast.patients["lin"], reason="no_show", starts_at=now(), ends_at=now() + timedelta(days=90)
    )
    with pytest.raises(errors.Banned) as refused:
        hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    assert refused.value.params["until"] == "2027-01-31"
    assert counts(tomorrow) == [0, 0, 0, 0]


def test_numbers_go_on_sale_at_seven_seven_days_ahead(cast: Cast, now: VirtualClock) -> None:
    now.at("06:59:59")
    day = now.moment.astimezone().date() + timedelta(days=7)
    ahead = session(day, now=now(), quotas=[1, 1, 1, 1])
    assert ahead.state == "planned"
    with pytest.raises(errors.NotReleased):
        hold(slots(ahead)[0], cast.patients["lin"], cast.lin, now())
    now.at("07:00:00")
    services.sessions_advance(now())
    hold(slots(ahead)[0], cast.patients["lin"], cast.lin, now())


def test_booking_ends_when_walk_in_registration_opens(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.at("06:59:59", days=1)
    hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    now.at("07:00:00")
    with pytest.raises(errors.BookingClosed):
        hold(slots(tomorrow)[0], cast.patients["chen"], cast.chen, now())
    services.sessions_advance(now())
    with pytest.raises(errors.BookingClosed):
        hold(slots(tomorrow)[0], cast.patients["chen"], cast.chen, now())
    assert counts(tomorrow) == [1, 0, 0, 0]


def test_an_unknown_slot_is_not_found(cast: Cast, now: VirtualClock) -> None:
    with pytest.raises(errors.UnknownNumber):
        hold(Slot(code="NOSUCHSLOT"), cast.patients["lin"], cast.lin, now())


def test_an_unpaid_hold_expires_and_its_number_returns(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.at("12:00")  # less than a day before the slot: the number is public at once
    held = hold(slots(tomorrow)[1], cast.patients["lin"], cast.lin, now())
    now.advance(minutes=14, seconds=59)
    assert services.holds_expire_due(now()) == 0
    now.advance(seconds=1)
    assert services.holds_expire_due(now()) == 1
    assert services.holds_expire_due(now()) == 0
    assert Appointment.objects.get(pk=held.pk).state == "expired"
    assert counts(tomorrow) == [0, 0, 0, 0]
    hold(slots(tomorrow)[1], cast.patients["chen"], cast.chen, now())


def test_a_hold_made_before_the_opening_lives_out_its_quarter_of_an_hour(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.at("06:55", days=1)
    held = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    now.at("07:05")
    services.sessions_advance(now())
    tomorrow.refresh_from_db()
    assert (tomorrow.state, tomorrow.appointments_taken, tomorrow.pool_left) == ("open", 1, 39)
    payment = services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
    )
    assert payment.state == "created"
    now.at("07:10")
    services.holds_expire_due(now())
    tomorrow.refresh_from_db()
    assert (tomorrow.appointments_taken, tomorrow.pool_left) == (0, 40)


def test_a_patient_cancels_until_seven_on_the_day_and_not_a_second_later(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    now.at("07:00:00", days=1)
    with pytest.raises(errors.TooLate):
        services.appointment_cancel(appointment_id=held.pk, actor=Actor.of(cast.lin), now=now())
    assert Appointment.objects.get(pk=held.pk).state == "held"
    now.at("06:59:59")
    services.appointment_cancel(appointment_id=held.pk, actor=Actor.of(cast.lin), now=now())
    assert Appointment.objects.get(pk=held.pk).state == "cancelled"
    assert counts(tomorrow) == [0, 0, 0, 0]


def test_the_desk_cancels_at_any_time_but_says_why(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    with pytest.raises(errors.ReasonMissing):
        services.appointment_cancel(appointment_id=held.pk, actor=Actor.of(cast.desk), now=now())
    services.appointment_cancel(
        appointment_id=held.pk, actor=Actor.of(cast.desk), now=now(), reason="asked by phone"
    )
    last = history.of(held).last()
    assert last is not None
    assert (last.verb, last.reason, last.actor_kind) == ("cancel", "asked by phone", "desk")


def test_a_number_cannot_be_cancelled_twice(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> None:
    held = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    services.appointment_cancel(appointment_id=held.pk, actor=Actor.of(cast.lin), now=now())
    with pytest.raises(IllegalTransition):
        services.appointment_cancel(appointment_id=held.pk, actor=Actor.of(cast.lin), now=now())
    assert counts(tomorrow) == [0, 0, 0, 0]


def test_unbooked_numbers_move_to_the_walk_in_pool(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    now.at("07:00", days=1)
    walker = person(3, now())
    services.walk_in_register(
        session_id=tomorrow.pk, patient_id=walker.pk, payment="cash", actor=Actor.of(cast.desk), now=now()
    )
    tomorrow.refresh_from_db()
    assert (tomorrow.state, tomorrow.number_limit, tomorrow.walk_ins, tomorrow.pool_left) == (
        "open",
        40,
        1,
        38,
    )


def test_walk_ins_end_with_the_pool(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> None:
    now.at("07:00", days=1)
    ClinicSession.objects.filter(pk=tomorrow.pk).update(number_limit=1)
    desk = Actor.of(cast.desk)
    first = services.walk_in_register(
        session_id=tomorrow.pk, patient_id=person(3, now()).pk, payment="cash", actor=desk, now=now()
    )
    with pytest.raises(errors.PoolEmpty):
        services.walk_in_register(
            session_id=tomorrow.pk, patient_id=person(4, now()).pk, payment="cash", actor=desk, now=now()
        )
    services.walk_in_cancel(walk_in_id=first.pk, reason="went home", actor=desk, now=now())
    assert first.payments.get().state == "refunded"
    services.walk_in_register(
        session_id=tomorrow.pk, patient_id=person(4, now()).pk, payment="free", actor=desk, now=now()
    )


def test_nobody_walks_in_before_the_opening_or_after_closing(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    walker = person(3, now())
    for moment in ["06:59:59", "12:00:00"]:
        now.at(moment, days=1 if moment.startswith("06") else 0)
        with pytest.raises(errors.WalkInNotOpen):
            services.walk_in_register(
                session_id=tomorrow.pk,
                patient_id=walker.pk,
                payment="cash",
                actor=Actor.of(cast.desk),
                now=now(),
            )


def test_who_booked_and_never_came_is_unresolved_at_the_close(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    held = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    Appointment.objects.filter(pk=held.pk).update(state="booked")
    now.at("08:00", days=1)
    services.session_start(session_id=tomorrow.pk, actor=Actor.of(cast.dr_zhao), now=now())
    now.at("12:30")
    services.session_close(session_id=tomorrow.pk, actor=Actor.of(cast.desk), now=now())
    assert Appointment.objects.get(pk=held.pk).state == "unresolved"


def test_a_session_without_a_single_call_is_closed_too(tomorrow: ClinicSession, now: VirtualClock) -> None:
    now.at("12:30", days=1)
    services.session_open_if_due(session_id=tomorrow.pk, now=now())
    closed = services.session_close(session_id=tomorrow.pk, actor=Actor.job("test"), now=now())
    assert (closed.state, closed.started_at) == ("closed", None)
    assert [row.verb for row in history.of(tomorrow)][-3:] == ["open", "start", "close"]


def test_a_hold_that_cannot_expire_does_not_keep_the_later_ones_from_it(
    cast: Cast, tomorrow: ClinicSession, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = hold(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    behind = hold(slots(tomorrow)[0], cast.patients["chen"], cast.chen, now.advance(seconds=1))

    def lock(appointment_id: int) -> LockedAppointment:
        if appointment_id == broken.pk:
            raise RuntimeError
        return lock_appointment(appointment_id)

    monkeypatch.setattr("booking.services.holds.lock_appointment", lock)
    assert services.holds_expire_due(now.advance(minutes=15)) == 1
    states = Appointment.objects.filter(pk__in=[broken.pk, behind.pk]).order_by("pk")
    assert [appointment.state for appointment in states] == ["held", "expired"]
    assert counts(tomorrow)[0] == 1


def test_a_session_that_cannot_be_released_does_not_keep_the_others_from_it(
    cast: Cast, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    now.at("06:59:59")
    day = now.moment.astimezone().date() + timedelta(days=7)
    broken = session(day, now=now(), quotas=[1, 1, 1, 1])
    behind = session(day, now=now(), quotas=[1, 1, 1, 1], doctor=expert("qian"))

    def lock(session_id: int) -> ClinicSession:
        if session_id == broken.pk:
            raise RuntimeError
        return lock_session(session_id)

    monkeypatch.setattr("booking.services.sessions.lock_session", lock)
    services.sessions_advance(now.at("07:00:00"))
    found = ClinicSession.objects.filter(pk__in=[broken.pk, behind.pk]).order_by("pk")
    assert [made.state for made in found] == ["planned", "released"]

"""Changing the time of an appointment without losing the number."""

from datetime import timedelta

import pytest

from booking import services
from booking.domain import errors
from booking.models import Appointment, Ban, ClinicSession, ReturnedNumber, Slot
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition, ReasonMissing
from hospital.common.models import Message
from tests.booking.conftest import check_invariants
from tests.clock import VirtualClock
from tests.factories import Cast, book, expert, hold, join, person, session, slots, sold_out

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> Appointment:
    """Lin's paid number in the first slot tomorrow."""
    return book(slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())


def move(appointment: Appointment, slot: Slot, now: VirtualClock, actor: Actor | None = None) -> Appointment:
    return services.appointment_move(
        appointment_id=appointment.pk, slot_code=slot.code, actor=actor or Actor(kind="patient"), now=now()
    )


def taken(made: ClinicSession) -> list[int]:
    return [slot.booked + slot.withheld for slot in slots(made)]


def refused(kind: type[Exception], booked: Appointment, slot: Slot, now: VirtualClock) -> None:
    """The move is refused and nothing has changed."""
    before = (booked.slot_id, list(Slot.objects.order_by("pk").values_list("booked", "withheld")))
    with pytest.raises(kind):
        move(booked, slot, now)
    booked.refresh_from_db()
    after = list(Slot.objects.order_by("pk").values_list("booked", "withheld"))
    assert (booked.slot_id, after) == before
    assert history.of(booked).filter(verb="move").count() == 0


def test_the_new_number_is_taken_and_the_old_one_comes_back(
    booked: Appointment, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    moved = move(booked, slots(tomorrow)[3], now)
    moved.refresh_from_db()
    assert (moved.state, moved.slot, moved.moves) == ("booked", slots(tomorrow)[3], 1)
    assert taken(tomorrow) == [0, 0, 0, 1]
    assert moved.payments.get().state == "paid"
    written = history.of(moved).last()
    assert written is not None
    assert (written.verb, written.from_state, written.to_state) == ("move", "booked", "booked")
    assert written.data == {"from": slots(tomorrow)[0].code, "to": slots(tomorrow)[3].code}
    assert Message.objects.filter(kind="moved", channel="sms").count() == 1
    check_invariants()


def test_a_number_moves_to_another_day_of_the_same_doctor(
    booked: Appointment, tomorrow: ClinicSession, far: ClinicSession, now: VirtualClock
) -> None:
    moved = move(booked, slots(far)[1], now)
    assert (moved.session_id, taken(far), taken(tomorrow)) == (far.pk, [0, 1, 0, 0], [0, 0, 0, 0])
    check_invariants()


def test_the_old_number_goes_to_the_waitlist_first(
    cast: Cast, booked: Appointment, tomorrow: ClinicSession, far: ClinicSession, now: VirtualClock
) -> None:
    sold_out(tomorrow, now())
    entry = join(tomorrow, cast.patients["chen"], cast.chen, now())
    move(booked, slots(far)[0], now)
    entry.refresh_from_db()
    assert entry.state == "offered"
    check_invariants()


def test_a_full_time_is_refused_and_the_old_number_stays(
    booked: Appointment, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    hold(slots(tomorrow)[1], person(1, now()), None, now())
    refused(errors.SoldOut, booked, slots(tomorrow)[1], now)
    refused(errors.SoldOut, booked, slots(tomorrow)[2], now)


def test_a_number_kept_back_cannot_be_moved_to(
    booked: Appointment, far: ClinicSession, now: VirtualClock
) -> None:
    other = book(slots(far)[1], person(1, now()), None, now())
    services.appointment_cancel(appointment_id=other.pk, actor=Actor.job("test"), now=now())
    assert ReturnedNumber.objects.get().state == "kept"
    refused(errors.SoldOut, booked, slots(far)[1], now)


def test_only_times_of_the_same_doctor_and_fee_can_be_taken(
    booked: Appointment, tomorrow: ClinicSession, far: ClinicSession, now: VirtualClock
) -> None:
    colleague = session(tomorrow.date, now=now(), doctor=expert("qian"), quotas=[5, 5, 5, 5])
    refused(errors.OtherExpert, booked, slots(colleague)[0], now)
    ClinicSession.objects.filter(pk=far.pk).update(fee_fen=9000)
    refused(errors.OtherExpert, booked, slots(far)[0], now)
    refused(errors.SameSlot, booked, slots(tomorrow)[0], now)
    refused(errors.UnknownNumber, booked, Slot(code="NOSUCHSLOT"), now)


def test_the_time_can_be_changed_until_the_old_deadline_to_the_second(
    booked: Appointment, tomorrow: ClinicSession, far: ClinicSession, now: VirtualClock
) -> None:
    now.set(tomorrow.walk_in_opens_at)
    refused(errors.TooLate, booked, slots(far)[0], now)
    now.advance(seconds=-1)
    move(booked, slots(far)[0], now)


def test_the_new_time_must_still_be_bookable(
    cast: Cast, booked: Appointment, tomorrow: ClinicSession, far: ClinicSession, now: VirtualClock
) -> None:
    later = book(slots(far)[0], cast.patients["chen"], cast.chen, now())
    now.set(tomorrow.walk_in_opens_at)
    with pytest.raises(errors.BookingClosed):
        move(later, slots(tomorrow)[3], now)
    services.session_stop(session_id=far.pk, reason="ill", actor=Actor.job("test"), now=now())
    now.advance(hours=-1)
    refused(errors.BookingClosed, booked, slots(far)[0], now)


def test_the_desk_moves_a_number_with_a_reason_only(
    cast: Cast, booked: Appointment, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    desk = Actor.of(cast.desk)
    with pytest.raises(ReasonMissing):
        move(booked, slots(tomorrow)[3], now, desk)
    assert taken(tomorrow) == [1, 0, 0, 0]
    services.appointment_move(
        appointment_id=booked.pk,
        slot_code=slots(tomorrow)[3].code,
        reason="the patient called",
        actor=desk,
        now=now(),
    )
    assert taken(tomorrow) == [0, 0, 0, 1]
    written = history.of(booked).last()
    assert written is not None
    assert (written.verb, written.reason) == ("move", "the patient called")


def test_a_time_is_changed_three_times_at_most(
    booked: Appointment, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    now.at("12:00")  # near enough for every number to be public at once
    for place in (3, 0, 3):
        move(booked, slots(tomorrow)[place], now)
    with pytest.raises(errors.TooManyMoves):
        move(booked, slots(tomorrow)[0], now)
    assert taken(tomorrow) == [0, 0, 0, 1]


def test_a_hold_and_a_cancelled_number_cannot_be_moved(
    cast: Cast, tomorrow: ClinicSession, booked: Appointment, now: VirtualClock
) -> None:
    held = hold(slots(tomorrow)[0], cast.patients["chen"], cast.chen, now())
    refused(IllegalTransition, held, slots(tomorrow)[3], now)
    services.appointment_cancel(appointment_id=booked.pk, actor=Actor.of(cast.lin), now=now())
    refused(IllegalTransition, booked, slots(tomorrow)[3], now)


def test_limits_of_the_new_day_are_asked_without_the_old_number(
    cast: Cast, booked: Appointment, tomorrow: ClinicSession, far: ClinicSession, now: VirtualClock
) -> None:
    colleague = session(far.date, now=now(), doctor=expert("qian"), quotas=[5, 5, 5, 5])
    hold(slots(colleague)[0], cast.patients["lin"], cast.lin, now())
    refused(errors.AlreadyBooked, booked, slots(far)[0], now)
    move(booked, slots(tomorrow)[3], now)


def test_a_ban_holds_for_changes_too(
    cast: Cast, booked: Appointment, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    Ban.objects.create(
        patient=cast.patients["lin"], reason="no_show", starts_at=now(), ends_at=now() + timedelta(days=9)
    )
    refused(errors.Banned, booked, slots(tomorrow)[3], now)


def test_an_add_on_number_ends_when_its_patient_moves_to_an_ordinary_one(
    booked: Appointment, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    Appointment.objects.filter(pk=booked.pk).update(add_on=True)
    Slot.objects.filter(pk=booked.slot_id).update(quota=3)
    ClinicSession.objects.filter(pk=tomorrow.pk).update(number_limit=41)
    moved = move(booked, slots(tomorrow)[3], now)
    moved.refresh_from_db()
    tomorrow.refresh_from_db()
    assert (moved.add_on, slots(tomorrow)[0].quota, tomorrow.number_limit) == (False, 2, 40)
    check_invariants()

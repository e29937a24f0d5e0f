"""What becomes of a number that comes back: public at once, kept back, or the pool's. To the second."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.conf import LazySettings

from booking import services
from booking.domain import errors
from booking.models import Appointment, ClinicSession, Payment, ReturnedNumber
from booking.services import returns
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.policy import policy_change
from tests.booking.conftest import check_invariants
from tests.clock import VirtualClock
from tests.factories import Cast, book, hold, join, notice, pay, person, session, slots, sold_out

pytestmark = pytest.mark.django_db
JOB = Actor.job("test")


@pytest.fixture(autouse=True)
def _seeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returns, "RANDOM", Random(3))


def cancel(appointment: Appointment, now: VirtualClock, actor: Actor = JOB) -> Appointment:
    return services.appointment_cancel(appointment_id=appointment.pk, actor=actor, now=now(), reason="asked")


def left(made: ClinicSession) -> list[int]:
    return [slot.left for slot in slots(made)]


def test_a_number_far_ahead_is_kept_back_for_ten_to_a_hundred_and_twenty_minutes(
    far: ClinicSession, now: VirtualClock
) -> None:
    for appointment in sold_out(far, now()):
        cancel(appointment, now)
    waits = [row.public_at - row.returned_at for row in ReturnedNumber.objects.all()]
    assert len(set(waits)) == len(waits) == 6
    assert timedelta(minutes=10) <= min(waits) <= max(waits) <= timedelta(minutes=120)
    assert left(far) == [0, 0, 0, 0]
    check_invariants()


def test_a_number_kept_back_is_public_at_its_moment_and_not_a_second_earlier(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    slot = slots(far)[1]
    cancel(book(slot, person(1, now()), None, now()), now)
    kept = ReturnedNumber.objects.get()
    now.set(kept.public_at - timedelta(seconds=1))
    assert services.numbers_publish_due(now()) == 0
    with pytest.raises(errors.SoldOut):
        hold(slot, cast.patients["lin"], cast.lin, now())
    now.advance(seconds=1)
    assert services.numbers_publish_due(now()) == 1
    assert services.numbers_publish_due(now()) == 0
    hold(slot, cast.patients["lin"], cast.lin, now())
    assert [row.verb for row in history.of(kept)] == ["keep", "publish"]
    check_invariants()


@pytest.mark.parametrize(("before_s", "withheld"), [(0, 0), (1, 1)])
def test_twenty_four_hours_before_the_slot_a_number_is_public_at_once(
    far: ClinicSession, now: VirtualClock, before_s: int, withheld: int
) -> None:
    slot = slots(far)[0]
    booked = book(slot, person(1, now()), None, now())
    now.set(slot.starts_at - timedelta(hours=24, seconds=before_s))
    cancel(booked, now)
    slot.refresh_from_db()
    assert (slot.booked, slot.withheld) == (0, withheld)
    assert ReturnedNumber.objects.count() == withheld


def test_with_a_delay_of_zero_everything_is_public_at_once(far: ClinicSession, now: VirtualClock) -> None:
    policy_change(actor=JOB, now=now(), reason="sell out", return_delay_min_min=0, return_delay_max_min=0)
    for appointment in sold_out(far, now()):
        cancel(appointment, now)
    assert left(far) == [2, 1, 0, 3]
    assert not ReturnedNumber.objects.exists()


def test_an_expired_hold_is_kept_back_like_a_cancelled_number(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    hold(slots(far)[1], cast.patients["lin"], cast.lin, now())
    now.advance(minutes=15)
    services.holds_expire_due(now())
    assert (left(far), slots(far)[1].withheld) == ([2, 0, 0, 3], 1)
    check_invariants()


def test_late_money_takes_a_number_that_is_only_kept_back(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    held = hold(slots(far)[1], cast.patients["lin"], cast.lin, now())
    services.payment_create(appointment_id=held.pk, provider_name="sandbox", actor=JOB, now=now())
    now.advance(minutes=15)
    services.holds_expire_due(now())
    payment = Payment.objects.get()
    notice(payment, now())
    assert Payment.objects.get().state == "paid"
    assert {*Appointment.objects.values_list("state", flat=True)} == {"expired", "booked"}
    assert ReturnedNumber.objects.get().state == "public"
    check_invariants()


def test_the_opening_gives_what_is_kept_back_to_the_walk_in_pool(
    far: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(far, now())
    cancel(booked[0], now)
    now.set(far.walk_in_opens_at)
    assert services.numbers_publish_due(now()) == 0
    services.sessions_advance(now())
    far.refresh_from_db()
    assert (ReturnedNumber.objects.get().state, far.appointments_taken, far.pool_left) == ("ended", 5, 35)
    assert [slot.withheld for slot in slots(far)] == [0, 0, 0, 0]
    cancel(booked[1], now, Actor.device("desk", "test"))
    far.refresh_from_db()
    assert (ReturnedNumber.objects.count(), far.pool_left) == (1, 36)
    check_invariants()


def test_an_add_on_number_ends_when_it_is_given_back(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    booked = sold_out(far, now())[0]
    ClinicSession.objects.filter(pk=far.pk).update(number_limit=41)
    Appointment.objects.filter(pk=booked.pk).update(add_on=True)
    join(far, cast.patients["lin"], cast.lin, now())
    cancel(booked, now)
    far.refresh_from_db()
    slot = slots(far)[0]
    assert (slot.quota, slot.booked, slot.withheld, far.number_limit) == (1, 1, 0, 40)
    assert not ReturnedNumber.objects.exists()
    check_invariants()


def test_late_cancellations_are_marked_and_early_ones_are_not(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    opening = far.walk_in_opens_at
    moments = [
        opening - timedelta(hours=12, seconds=1),
        opening - timedelta(hours=12),
        opening - timedelta(seconds=1),
    ]
    booked = sold_out(far, now())
    marked = []
    for appointment, moment in zip(booked, moments, strict=False):
        now.set(moment)
        marked.append(cancel(appointment, now, Actor(kind="patient")).late_cancel)
    assert marked == [False, True, True]
    desk = Actor.of(cast.desk)
    by_desk = services.appointment_cancel(
        appointment_id=booked[3].pk, actor=desk, now=now(), reason="asked", patients_wish=True
    )
    now.set(opening)
    wished = services.appointment_cancel(
        appointment_id=booked[4].pk, actor=desk, now=now(), reason="asked", patients_wish=True
    )
    ours = services.appointment_cancel(
        appointment_id=booked[5].pk, actor=desk, now=now(), reason="our mistake", refund=True
    )
    assert [one.late_cancel for one in (by_desk, wished, ours)] == [False, True, False]


def test_releasing_a_hold_that_was_not_paid_is_never_a_late_cancellation(
    cast: Cast, far: ClinicSession, now: VirtualClock
) -> None:
    now.set(far.walk_in_opens_at - timedelta(minutes=5))
    held = hold(slots(far)[0], cast.patients["lin"], cast.lin, now())
    assert not cancel(held, now, Actor.of(cast.lin)).late_cancel


@pytest.mark.parametrize(
    ("zone", "day", "opening", "late_from"),
    [
        # clocks go back in the night before: twelve hours that really pass are from 20:00 on
        ("America/New_York", date(2026, 11, 1), "2026-11-01T12:00", "2026-11-01T00:00"),
        ("America/New_York", date(2026, 3, 8), "2026-03-08T11:00", "2026-03-07T23:00"),
        ("Asia/Shanghai", date(2027, 1, 1), "2026-12-31T23:00", "2026-12-31T11:00"),
        ("Asia/Shanghai", date(2028, 2, 29), "2028-02-28T23:00", "2028-02-28T11:00"),
        ("Asia/Shanghai", date(2028, 3, 1), "2028-02-29T23:00", "2028-02-29T11:00"),
    ],
)
def test_deadlines_are_right_to_the_second_whatever_the_calendar_does(
    settings: LazySettings,
    cast: Cast,
    now: VirtualClock,
    zone: str,
    day: date,
    opening: str,
    late_from: str,
) -> None:
    settings.TIME_ZONE = zone
    now.set(datetime.fromisoformat(opening).replace(tzinfo=UTC) - timedelta(days=3))
    made = session(day, now=now(), quotas=[3, 0, 0, 0])
    assert clock.local(made.walk_in_opens_at).strftime("%H:%M") == "07:00"
    assert made.walk_in_opens_at == datetime.fromisoformat(opening).replace(tzinfo=UTC)
    patient = Actor(kind="patient")
    booked = sold_out(made, now())
    at_the_limit = datetime.fromisoformat(late_from).replace(tzinfo=UTC)
    now.set(at_the_limit - timedelta(seconds=1))
    assert not cancel(booked[0], now, patient).late_cancel
    now.set(at_the_limit)
    assert cancel(booked[1], now, patient).late_cancel
    now.set(made.walk_in_opens_at)
    with pytest.raises(errors.TooLate):
        cancel(booked[2], now, patient)
    now.advance(seconds=-1)
    assert cancel(booked[2], now, patient).state == "cancelled"


def test_a_day_that_has_twenty_five_hours_still_counts_hours_that_pass(
    settings: LazySettings, now: VirtualClock
) -> None:
    """At 08:00 the day before the clocks go back, 25 hours remain until 08:00: the number is kept back."""
    settings.TIME_ZONE = "America/New_York"
    now.set(datetime(2026, 10, 29, 16, tzinfo=UTC))
    made = session(date(2026, 11, 1), now=now(), quotas=[2, 0, 0, 0])
    booked = sold_out(made, now())
    now.at("08:00", days=2)
    assert clock.local(now()).strftime("%d %H:%M") == "31 08:00"
    cancel(booked[0], now)
    assert slots(made)[0].withheld == 1
    now.at("09:00")
    cancel(booked[1], now)
    assert slots(made)[0].withheld == 1
    assert slots(made)[0].left == 1


def test_numbers_not_public_yet_are_paid_for_by_nobody(far: ClinicSession, now: VirtualClock) -> None:
    """A hold on a slot whose only number is kept back is refused by the statement itself."""
    held = hold(slots(far)[1], person(1, now()), None, now())
    pay(held, now())
    cancel(held, now)
    with pytest.raises(errors.SoldOut):
        hold(slots(far)[1], person(2, now()), None, now())
    check_invariants()

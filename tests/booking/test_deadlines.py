"""The deadlines of booking to the second: on 29 February, over the year's end, and when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import LazySettings

from booking import services
from booking.domain.errors import BookingClosed, TooLate
from booking.models import ClinicSession
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.policy import policy_change
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
DAYS = [
    ("Asia/Shanghai", date(2028, 2, 29)),
    ("Asia/Shanghai", date(2027, 1, 1)),
    ("Europe/Berlin", date(2027, 3, 28)),
    ("America/New_York", date(2026, 11, 1)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
]
"""The last three are days on which the clocks change, forward, back, and back by half an hour."""


@pytest.mark.parametrize(("zone", "day"), DAYS)
def test_booking_and_cancelling_end_at_seven_by_the_wall_clock_of_that_day(
    zone: str, day: date, now: VirtualClock, settings: LazySettings
) -> None:
    settings.TIME_ZONE = zone
    now.set(datetime.combine(day - timedelta(days=1), time(12), tzinfo=ZoneInfo(zone)))
    cast = factories.cast(now())
    slots = factories.slots(factories.session(day, now=now(), quotas=[4, 0, 0, 0]))
    lin, actor = cast.patients["lin"], Actor.of(cast.lin)
    opening = datetime.combine(day, time(7), tzinfo=ZoneInfo(zone))
    held = factories.hold(slots[0], lin, cast.lin, now())
    now.set(opening)
    with pytest.raises(TooLate):
        services.appointment_cancel(appointment_id=held.pk, actor=actor, now=now())
    with pytest.raises(BookingClosed):
        factories.hold(slots[0], cast.patients["chen"], cast.chen, now())
    now.set(opening - SECOND)
    assert clock.local(now()).time() == time(6, 59, 59)
    assert services.appointment_cancel(appointment_id=held.pk, actor=actor, now=now()).state == "cancelled"
    assert factories.hold(slots[0], cast.patients["chen"], cast.chen, now()).state == "held"


@pytest.mark.parametrize(("zone", "day"), DAYS)
def test_eight_hours_before_the_opening_are_eight_hours_that_really_pass(
    zone: str, day: date, now: VirtualClock, settings: LazySettings
) -> None:
    settings.TIME_ZONE = zone
    now.set(datetime.combine(day - timedelta(days=1), time(12), tzinfo=ZoneInfo(zone)))
    cast = factories.cast(now())
    policy_change(actor=Actor.of(cast.manager), now=now(), reason="sooner", cancel_deadline_min=480)
    slots = factories.slots(factories.session(day, now=now(), quotas=[4, 0, 0, 0]))
    booked = factories.book(slots[0], cast.patients["lin"], cast.lin, now())
    opening = datetime.combine(day, time(7), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    now.set(opening - timedelta(hours=8))
    with pytest.raises(TooLate):
        services.appointment_cancel(appointment_id=booked.pk, actor=Actor.of(cast.lin), now=now())
    assert factories.hold(slots[0], cast.patients["chen"], cast.chen, now()).state == "held", "still booked"
    now.set(opening - timedelta(hours=8) - SECOND)
    done = services.appointment_cancel(appointment_id=booked.pk, actor=Actor.of(cast.lin), now=now())
    assert (done.state, done.late_cancel) == ("cancelled", True)


@pytest.mark.parametrize(
    ("said", "before_opening", "goes_back"),
    [
        ({}, True, True),
        ({"refund": False}, True, False),
        ({"patients_wish": True}, True, False),
        ({}, False, False),
    ],
    ids=str,
)
def test_what_the_hospital_itself_takes_away_before_the_opening_is_given_back(
    cast: factories.Cast,
    now: VirtualClock,
    tomorrow: ClinicSession,
    said: dict[str, bool],
    before_opening: bool,
    goes_back: bool,
) -> None:
    policy_change(actor=Actor.of(cast.manager), now=now(), reason="sooner", cancel_deadline_min=480)
    booked = factories.book(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())
    now.set(tomorrow.walk_in_opens_at - SECOND * before_opening)
    told = {"appointment_id": booked.pk, "actor": Actor.of(cast.desk), "reason": "no room"}
    services.appointment_cancel(**told, now=now(), **said)  # type: ignore[arg-type]
    assert booked.payments.get().state == ("refunding" if goes_back else "paid")


@pytest.mark.parametrize(("zone", "day"), DAYS)
def test_a_hold_lasts_fifteen_minutes_whatever_the_clocks_do_meanwhile(
    zone: str, day: date, now: VirtualClock, settings: LazySettings
) -> None:
    settings.TIME_ZONE = zone
    change = datetime.combine(day, time(1, 55), tzinfo=ZoneInfo(zone))
    night = change if zone != "Asia/Shanghai" else change.replace(hour=0, minute=0) - timedelta(minutes=5)
    now.set(night.astimezone(ZoneInfo("UTC")))
    cast = factories.cast(now())
    session = factories.session(day + timedelta(days=1), now=now(), quotas=[1, 0, 0, 0])
    held = factories.hold(factories.slots(session)[0], cast.patients["lin"], cast.lin, now())
    now.advance(minutes=15, seconds=-1)
    assert services.holds_expire_due(now()) == 0
    now.advance(seconds=1)
    assert services.holds_expire_due(now()) == 1
    held.refresh_from_db()
    assert held.state == "expired"

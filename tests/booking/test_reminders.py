"""The reminder of the evening before: once, also when the worker was down, never at night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from booking import services
from booking.models import Appointment, ClinicSession
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.crypto import unseal
from hospital.common.models import Message
from hospital.common.policy import policy_change
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


def reminders() -> list[str]:
    return [
        unseal(message.body_sealed)
        for message in Message.objects.filter(kind="reminder", channel="sms").order_by("pk")
    ]


@pytest.fixture
def booked(cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock) -> Appointment:
    """Lin's number of tomorrow at 08:00."""
    return factories.book(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now())


def test_tomorrow_s_patients_are_reminded_at_six_in_the_evening(
    booked: Appointment, now: VirtualClock
) -> None:
    assert services.reminders_send(now.at("17:59:59")) == 0
    assert services.reminders_send(now.at("18:00")) == 1
    [text] = reminders()
    assert text == (
        "Reminder: 林小雨, Tue 3 Nov 08:00–09:00, Zhao Ming, room 305. Bring your ID; check-in code "
        f"{booked.checkin_code}. You can cancel until 3 Nov 07:00."
    )


def test_nobody_is_reminded_twice(booked: Appointment, now: VirtualClock) -> None:
    now.at("18:00")
    assert [services.reminders_send(now.advance(minutes=1)) for _round in range(5)] == [1, 0, 0, 0, 0]
    assert len(reminders()) == 1


@pytest.mark.parametrize(
    ("wall", "sent"), [("20:59", 1), ("21:00", 1), ("21:59", 1), ("22:00", 0), ("23:30", 0)]
)
def test_a_worker_that_was_down_makes_up_for_it_the_same_evening_for_a_morning_clinic(
    booked: Appointment, now: VirtualClock, wall: str, sent: int
) -> None:
    assert services.reminders_send(now.at(wall)) == sent


@pytest.mark.parametrize(("wall", "sent"), [("20:59", 1), ("21:00", 0)])
def test_nobody_is_disturbed_after_nine_for_an_afternoon(
    booked: Appointment, now: VirtualClock, wall: str, sent: int
) -> None:
    afternoon = clock.local(booked.slot.starts_at).replace(hour=14)
    booked.slot.starts_at, booked.slot.ends_at = afternoon, afternoon + timedelta(hours=1)
    booked.slot.save()
    assert services.reminders_send(now.at(wall)) == sent


def test_nothing_is_sent_on_the_day_itself(booked: Appointment, now: VirtualClock) -> None:
    assert services.reminders_send(now.at("06:00", days=1)) == 0
    assert services.reminders_send(now.at("18:30")) == 0


def test_whoever_books_in_the_evening_has_just_been_told(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    factories.book(factories.slots(tomorrow)[0], cast.patients["lin"], cast.lin, now.at("18:05"))
    assert services.reminders_send(now.at("18:10")) == 0


def test_a_number_that_was_given_back_is_not_reminded_of(
    booked: Appointment, cast: factories.Cast, now: VirtualClock
) -> None:
    services.appointment_cancel(appointment_id=booked.pk, actor=Actor.of(cast.lin), now=now.at("17:00"))
    assert services.reminders_send(now.at("18:00")) == 0


def test_a_number_that_is_given_back_takes_an_unsent_reminder_with_it(
    booked: Appointment, cast: factories.Cast, now: VirtualClock
) -> None:
    services.reminders_send(now.at("18:00"))
    services.appointment_cancel(appointment_id=booked.pk, actor=Actor.of(cast.lin), now=now.at("18:01"))
    assert reminders() == []


def test_a_change_of_slot_is_reminded_of_anew_but_not_the_same_evening(
    booked: Appointment, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    services.reminders_send(now.at("18:00"))
    other = factories.slots(tomorrow)[1]
    services.appointment_move(
        appointment_id=booked.pk, slot_code=other.code, actor=Actor.of(cast.lin), now=now.at("18:30")
    )
    assert services.reminders_send(now.at("18:31")) == 0, "the change itself was told a minute ago"
    assert reminders() == [], "the reminder of the old time had not been sent yet"


def test_a_number_moved_to_a_later_day_is_reminded_of_the_evening_before_that(
    booked: Appointment, cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    services.reminders_send(now.at("18:00"))
    Message.objects.filter(kind="reminder").update(sent_at=now())
    later = factories.session(tomorrow.date + timedelta(days=1), now=now(), quotas=[2, 1, 0, 3])
    services.appointment_move(
        appointment_id=booked.pk,
        slot_code=factories.slots(later)[0].code,
        actor=Actor.of(cast.lin),
        now=now.at("18:30"),
    )
    assert [services.reminders_send(now.at("18:00", days=1)) for _round in range(2)] == [1, 0]
    assert ["Tue 3 Nov" in text for text in reminders()] == [True, False]


def test_the_hospital_sets_the_hour(booked: Appointment, now: VirtualClock) -> None:
    policy_change(actor=Actor.job("test"), now=now(), reason="later", reminder_time="19:30")
    assert services.reminders_send(now.at("19:29")) == 0
    assert services.reminders_send(now.at("19:30")) == 1


@pytest.mark.parametrize(
    ("zone", "evening"),
    [
        (
            "America/New_York",
            datetime(2026, 3, 7, 23, 0, tzinfo=UTC),
        ),  # 18:00 EST; clocks go forward at night
        ("America/New_York", datetime(2026, 10, 31, 22, 0, tzinfo=UTC)),  # 18:00 EDT; back at night
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 7, 30, tzinfo=UTC)),  # 18:00; half an hour forward
        ("Asia/Shanghai", datetime(2026, 12, 31, 10, 0, tzinfo=UTC)),  # the year ends
        ("Asia/Shanghai", datetime(2028, 2, 28, 10, 0, tzinfo=UTC)),  # tomorrow is 29 February
    ],
)
def test_the_hospital_s_evening_counts_whatever_the_clocks_do(
    db: None, now: VirtualClock, settings: object, zone: str, evening: datetime
) -> None:
    settings.TIME_ZONE = zone  # type: ignore[attr-defined]
    now.set(evening - timedelta(hours=10))
    people = factories.cast(now())
    day = clock.local(now()).date() + timedelta(days=1)
    session = factories.session(day, now=now(), quotas=[2, 1, 0, 3])
    factories.book(factories.slots(session)[0], people.patients["lin"], people.lin, now())
    assert services.reminders_send(now.set(evening - timedelta(seconds=1))) == 0
    assert services.reminders_send(now.set(evening)) == 1
    assert "08:00–09:00" in reminders()[0]

"""What patients are told: by whom it is read, in which language, once, and never at the price of a booking."""

from __future__ import annotations

import pytest

from booking.models import ClinicSession
from booking.services import notices
from hospital.common.crypto import unseal
from hospital.common.models import Message
from tests import factories
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


def body(message: Message) -> str:
    return unseal(message.body_sealed)


def booked(cast: factories.Cast, session: ClinicSession, now: VirtualClock, name: str = "lin"):
    """A number of the first slot, paid at the desk."""
    return factories.book(factories.slots(session)[0], cast.patients[name], getattr(cast, name), now())


def test_a_booking_is_told_by_text_message_and_in_the_app(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    appointment = booked(cast, tomorrow, now)
    told = {message.channel: message for message in Message.objects.filter(kind="booked")}
    assert set(told) == {"sms", "in_app"}
    assert told["sms"].phone_tail == "8000"
    assert told["in_app"].account == cast.lin
    assert told["in_app"].link == f"/appointments/{appointment.code}/"
    assert body(told["sms"]) == (
        f"林小雨: booked for Tue 3 Nov 08:00–09:00, Zhao Ming, room 305. Check-in code "
        f"{appointment.checkin_code}. If you cannot come, cancel before 3 Nov 07:00."
    )


def test_the_account_s_language_decides(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    cast.lin.language = "zh-hans"
    cast.lin.save()
    appointment = booked(cast, tomorrow, now)
    text = body(Message.objects.get(kind="booked", channel="sms"))
    assert text == (
        f"林小雨约好11月3日 周二 08:00–09:00，赵明，305 诊室。签到码 {appointment.checkin_code}。"
        "不能来请在11月3日 07:00前取消。"
    )
    assert len(text) <= 70


def test_the_same_is_told_once(cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock) -> None:
    appointment = booked(cast, tomorrow, now)
    notices.booked(appointment, appointment.slot, now())
    assert Message.objects.filter(kind="booked").count() == 2

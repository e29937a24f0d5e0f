"""A held number is paid at the desk: in cash, or free with a reason."""

import pytest

from booking import services
from booking.domain import errors
from booking.models import Appointment, ClinicSession, Payment
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.errors import ReasonMissing
from hospital.common.models import Job
from tests.clock import VirtualClock
from tests.factories import Cast, hold, slots

pytestmark = pytest.mark.django_db


@pytest.fixture
def held(cast: Cast, tomorrow: ClinicSession, now: VirtualClock) -> Appointment:
    made: Appointment = hold(slots(tomorrow)[0], cast.patients["lin"], None, now())
    return made


def confirm(held: Appointment, cast: Cast, now: VirtualClock, payment: str, reason: str = "") -> Appointment:
    return services.appointment_confirm_at_desk(
        appointment_id=held.pk, payment=payment, actor=Actor.of(cast.desk), now=now(), reason=reason
    )


def test_cash_books_the_number_at_once(held: Appointment, cast: Cast, now: VirtualClock) -> None:
    assert confirm(held, cast, now, "cash").state == "booked"
    payment = Payment.objects.get()
    assert (payment.provider, payment.state, payment.paid_fen) == ("cash", "paid", 5000)
    assert {row.actor_name for row in history.of(payment)} == {cast.desk.username}


def test_free_of_charge_needs_a_reason_and_leaves_no_payment(
    held: Appointment, cast: Cast, now: VirtualClock
) -> None:
    with pytest.raises(ReasonMissing):
        confirm(held, cast, now, "free")
    assert Appointment.objects.get().state == "held"
    assert confirm(held, cast, now, "free", "staff member").fee_fen == 0
    assert not Payment.objects.exists()
    assert history.of(held).latest("pk").reason == "staff member"


def test_an_order_that_was_open_online_is_closed(held: Appointment, cast: Cast, now: VirtualClock) -> None:
    services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor.of(cast.lin), now=now()
    )
    confirm(held, cast, now, "cash")
    assert Job.objects.filter(kind="payment.close").count() == 1


def test_a_hold_that_is_over_takes_no_money(held: Appointment, cast: Cast, now: VirtualClock) -> None:
    now.advance(minutes=15)
    with pytest.raises(errors.HoldOver):
        confirm(held, cast, now, "cash")
    assert not Payment.objects.exists()


def test_a_booking_paid_in_cash_is_handed_back_in_cash(
    held: Appointment, cast: Cast, now: VirtualClock
) -> None:
    confirm(held, cast, now, "cash")
    services.appointment_cancel(
        appointment_id=held.pk, actor=Actor.of(cast.desk), now=now(), reason="patient phoned"
    )
    assert Payment.objects.get().state == "refunded"

"""A held number is paid at the desk: in cash, or free with a reason."""

import pytest
from django.test import Client

from booking import services
from booking.domain import errors
from booking.models import Appointment, ClinicSession, Payment, Refund
from booking.selectors.money import money_under_way, refunds_to_decide, tills_of_day
from booking.services.settlements import settlement_make
from hospital.common import clock, history
from hospital.common.actor import Actor
from hospital.common.errors import NotAllowed, ReasonMissing
from hospital.common.models import Job, Message
from hospital.models import User
from tests.booking.conftest import check_invariants
from tests.booking.test_api import Caller
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


@pytest.fixture
def owed(held: Appointment, cast: Cast, now: VirtualClock) -> Refund:
    """Paid in cash, then cancelled by the desk for a patient on the phone."""
    confirm(held, cast, now, "cash")
    services.appointment_cancel(
        appointment_id=held.pk, actor=Actor.of(cast.desk), now=now(), reason="patient phoned"
    )
    return Refund.objects.get()


def hand_back(owed: Refund, by: User, now: VirtualClock) -> Refund:
    return services.refund_hand_back(code=owed.code, actor=Actor.of(by), now=now())


def test_cash_waits_until_the_patient_fetches_it_and_is_handed_back_once(
    owed: Refund, cast: Cast, now: VirtualClock
) -> None:
    assert (owed.payment.state, owed.done_at, owed.failed_at) == ("refunding", None, None)
    assert Message.objects.filter(kind="refund_cash", channel="sms").exists()
    assert refunds_to_decide() == [], "nothing failed: no manager has to decide"
    under_way = money_under_way(now=now())
    assert (under_way.refunds, under_way.in_cash) == (0, 1)
    assert settlement_make(provider_name="cash", day=clock.today(), now=now()).refunded_fen == 0
    check_invariants()
    now.advance(hours=1)
    assert hand_back(owed, cast.manager, now).done_at == now()
    with pytest.raises(errors.HandedBackAlready):
        hand_back(owed, cast.desk, now)
    done = history.of(Payment.objects.get()).latest("pk")
    assert (done.verb, done.to_state, done.actor_name) == ("done", "refunded", cast.manager.username)
    [till] = [one for one in tills_of_day(day=clock.today()) if one.returned]
    assert (till.name, till.returned_fen) == (cast.manager.username, 5000)
    assert settlement_make(provider_name="cash", day=clock.today(), now=now()).refunded_fen == 5000
    assert not Message.objects.filter(kind="refund_cash", channel="sms").exists(), (
        "nobody has to come any more"
    )
    check_invariants()


@pytest.mark.parametrize("role", ["lin", "dr_zhao"])
def test_only_the_desk_hands_cash_back(owed: Refund, cast: Cast, now: VirtualClock, role: str) -> None:
    with pytest.raises(NotAllowed):
        hand_back(owed, getattr(cast, role), now)
    assert Payment.objects.get().state == "refunding"


def test_the_desk_sees_what_waits_and_a_second_press_changes_nothing(
    owed: Refund, cast: Cast, now: VirtualClock, client: Client
) -> None:
    client.force_login(cast.desk)
    assert "林小雨" in client.get("/desk/refunds/").content.decode()
    address = f"/desk/refunds/{owed.code}/"
    assert client.post(address).status_code == 400
    answers = [client.post(address, {"key": "k"}) for _twice in range(2)]
    assert {answer["Location"] for answer in answers} == {"/desk/refunds/"}
    other = client.post(address, {"key": "of another desk"})
    assert other.status_code == 409
    assert "handed back already" in other.content.decode()
    assert history.of(Payment.objects.get()).filter(verb="done").count() == 1
    assert "Nobody waits for cash." in client.get("/desk/refunds/").content.decode()


def test_a_script_of_the_desk_lists_and_hands_back_cash_once(
    owed: Refund, cast: Cast, now: VirtualClock
) -> None:
    script, path = Caller(cast.desk, now), f"desk/refunds/{owed.code}/hand-back/"
    assert [one["code"] for one in script.get("desk/refunds/").json()["results"]] == [owed.code]
    assert script.post(path, {}, key=None).status_code == 400
    first, again = (script.post(path, {}, key="k") for _twice in range(2))
    assert (first.status_code, again.json()) == (200, first.json())
    assert script.post(path, {}, key="other").json()["code"] == "handed_back_already"
    assert script.get("desk/refunds/").json()["results"] == []
    assert Caller(cast.lin, now).get("desk/refunds/").status_code == 403

"""G7: money that arrives in the moment in which its hold runs out. Real commits, with a control."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from booking import services
from booking.domain import errors
from booking.models import Appointment, Payment
from booking.services.payment_notices import NoticeResult
from hospital.common.actor import Actor
from tests import factories
from tests.concurrency.test_booking import EVENING, _evening, assert_counted, hold, people, session_with
from tests.figures import Figures
from tests.servers.conftest import until
from tests.threads import LIMIT_S, at_once, backend_pid, beside, in_another_thread, waits_for_a_lock

__all__ = ["_evening"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_hold_that_runs_out_while_it_is_paid_keeps_money_and_numbers_together(figures: Figures) -> None:
    """Six holds run out, their payments arrive, and six others want the numbers, all in the same moment."""
    slot = factories.slots(session_with(6, 0, 0, 0))[0]
    patients = people(12)
    held = [hold(slot, patient) for patient in patients[:6]]
    payments = [
        services.payment_create(
            appointment_id=each.pk, provider_name="sandbox", actor=Actor(kind="patient"), now=EVENING
        )
        for each in held
    ]
    later = EVENING + timedelta(minutes=15)

    def pay(number: int) -> object:
        return services.payment_notice_apply(notice=factories.notice_of(payments[number], later), now=later)

    def expire(number: int) -> object:
        return services.appointment_expire(appointment_id=held[number].pk, now=later)

    def book(number: int) -> object:
        return hold(slot, patients[6 + number], later)

    work: list[Callable[[int], object]] = [pay, expire, book]
    results = at_once(lambda number: work[number % 3](number // 3), 18)
    assert {r.result for r in results if isinstance(r, NoticeResult)} <= {"booked", "booked_late", "refunded"}
    wrong = [r for r in results if isinstance(r, Exception) and not isinstance(r, errors.SoldOut)]
    assert wrong == []
    assert_counted(slot)
    assert set(Payment.objects.values_list("state", flat=True)) <= {"paid", "refunding"}
    for payment in Payment.objects.select_related("appointment"):
        assert payment.appointment is not None
        assert (payment.state == "paid") == (payment.appointment.state == "booked")
    figures.shown("G7", "0 of 6 without either: paid, run out and wanted by others in one moment")


def test_control_look_then_write_takes_money_for_a_number_that_is_gone(figures: Figures) -> None:
    """The hold is looked at, runs out and goes to another, and the money is taken for it all the same."""
    slot = factories.slots(session_with(1, 0, 0, 0))[0]
    first, second = people(2)
    held = hold(slot, first)
    later = EVENING + timedelta(minutes=15)
    payment = services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor(kind="patient"), now=EVENING
    )
    looked = Appointment.objects.get(pk=held.pk).state
    in_another_thread(lambda: services.appointment_expire(appointment_id=held.pk, now=later))
    in_another_thread(lambda: hold(slot, second, later))
    assert looked == "held"
    Payment.objects.filter(pk=payment.pk).update(state="paid")
    lost = Payment.objects.filter(state="paid", refund=None).exclude(appointment__state="booked").count()
    assert lost == 1
    figures.control("G7", "1 of 1 paid without either: look at the hold, then write the payment")


def test_a_payment_and_the_end_of_its_hold_wait_for_each_other() -> None:
    """The hold is being ended on another connection when the notice comes: it must see the end of that."""
    slot = factories.slots(session_with(1, 0, 0, 0))[0]
    first, second = people(2)
    held = hold(slot, first)
    payment = services.payment_create(
        appointment_id=held.pk, provider_name="sandbox", actor=Actor(kind="patient"), now=EVENING
    )
    later = EVENING + timedelta(minutes=15)
    may_pay, payer = threading.Event(), list[int]()

    def pay() -> str:
        payer.append(backend_pid())
        assert may_pay.wait(LIMIT_S)
        return services.payment_notice_apply(notice=factories.notice_of(payment, later), now=later).result

    with beside(pay) as paying, transaction.atomic():
        services.appointment_expire(appointment_id=held.pk, now=later)
        hold(slot, second, later)
        may_pay.set()
        until(lambda: bool(payer) and waits_for_a_lock(payer[0]))
    assert paying.result() == "refunded"
    assert_counted(slot)
    assert Appointment.objects.get(patient=second).state == "held"

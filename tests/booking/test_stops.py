"""A stopped clinic: looked at first, carried out patient by patient, and nothing half done whatever is killed."""

from __future__ import annotations

import pytest
from django.db import transaction

from booking import services
from booking.domain import errors
from booking.models import Appointment, Payment, Refund, Slot, StopCase
from booking.selectors.money import tills_of_day
from booking.selectors.stop_previews import stop_preview
from booking.selectors.stops import slots_instead, stop_cases, stop_progress
from booking.services.refunds import payment_move
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.common.errors import IllegalTransition
from hospital.common.models import Message, StateChange
from tests import factories
from tests.booking.stopped import StoppedClinic, invariants_hold, stopped_clinic
from tests.clock import VirtualClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(db: None, now: VirtualClock) -> StoppedClinic:
    return stopped_clinic(now)


def test_a_proposal_changes_nothing_and_tells_nobody(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    before = Message.objects.count()
    stop = clinic.propose()
    clinic.session.refresh_from_db()
    assert (stop.state, clinic.session.state) == ("proposed", "released")
    assert Appointment.objects.get(pk=booked.pk).state == "booked"
    assert Message.objects.count() == before
    assert not StopCase.objects.exists()


def test_proposing_again_goes_on_with_the_same_proposal(clinic: StoppedClinic) -> None:
    assert clinic.propose() == clinic.propose()


def test_a_discarded_proposal_leaves_the_clinic_and_can_be_proposed_again(clinic: StoppedClinic) -> None:
    first = clinic.propose()
    services.stop_discard(code=first.code, actor=clinic.manager, now=clinic.now())
    assert clinic.propose() != first
    clinic.book()


def test_the_preview_counts_who_paid_who_holds_and_whom_nobody_can_reach(clinic: StoppedClinic) -> None:
    clinic.book(slot=0)
    clinic.book(slot=1, phone="")
    clinic.hold(slot=2)
    seen = stop_preview(session=clinic.session, now=clinic.now())
    assert (len(seen.people), len(seen.booked), seen.held) == (3, 2, 1)
    assert (len(seen.paid), seen.paid_fen, len(seen.to_phone), seen.on_site) == (2, 10_000, 1, 0)


def test_the_preview_suggests_the_same_day_first_and_says_for_whom_that_is_not_enough(
    clinic: StoppedClinic,
) -> None:
    for _turn in range(6):
        clinic.book(slot=0)
    seen = stop_preview(session=clinic.session, now=clinic.now())
    assert seen.free_that_day == 4
    assert len(seen.without_that_day) == 2
    assert seen.people[0].suggested_slot == factories.slots(clinic.colleague)[0]
    assert seen.people[5].suggested_slot == factories.slots(clinic.next_week)[0]


def test_once_it_is_applied_nobody_books_any_more(clinic: StoppedClinic) -> None:
    clinic.apply()
    with pytest.raises(errors.BookingClosed):
        clinic.hold()


def test_applying_twice_is_applying_once(clinic: StoppedClinic) -> None:
    clinic.book()
    stop = clinic.apply()
    services.stop_apply(code=stop.code, actor=clinic.manager, now=clinic.now())
    assert StopCase.objects.count() == 1
    assert StateChange.objects.filter(thing="stop", verb="apply").count() == 1


def test_everybody_is_told_once_however_often_it_goes_on(clinic: StoppedClinic) -> None:
    for _turn in range(3):
        clinic.book()
    stop = clinic.stop()
    services.stop_go_on(stop_id=stop.pk, now=clinic.now())
    assert Message.objects.filter(kind="stopped", channel="sms").count() == 3
    assert set(StopCase.objects.values_list("state", flat=True)) == {"asked"}


def test_a_number_that_is_only_held_is_released_without_a_choice(clinic: StoppedClinic) -> None:
    held = clinic.hold()
    stop = clinic.stop()
    assert Appointment.objects.get(pk=held.pk).state == "cancelled"
    assert clinic.case(held).state == "settled"
    stop.refresh_from_db()
    assert stop.state == "finished"
    invariants_hold()


def test_a_colleagues_number_keeps_the_money_and_gives_the_old_number_back(clinic: StoppedClinic) -> None:
    booked = clinic.book(slot=1)
    payment = Payment.objects.get(appointment=booked)
    clinic.stop()
    target = factories.slots(clinic.colleague)[1]
    case = clinic.choose(booked, target)
    new = case.replacement
    assert new is not None
    assert (case.choice, new.state, new.slot, new.fee_fen) == ("expert", "booked", target, booked.fee_fen)
    payment.refresh_from_db()
    assert (payment.appointment, payment.state) == (new, "paid")
    assert not Refund.objects.exists()
    assert [slot.booked for slot in factories.slots(clinic.session)] == [0, 0, 0, 0]
    assert Slot.objects.get(pk=target.pk).booked == 1
    invariants_hold()


def test_money_that_a_person_looks_at_follows_the_patient_too(clinic: StoppedClinic) -> None:
    booked = clinic.book(slot=1)
    payment = Payment.objects.get(appointment=booked)
    payment_move(payment, "mismatch", actor=clinic.manager, now=clinic.now())
    clinic.stop()
    new = clinic.choose(booked, factories.slots(clinic.colleague)[1]).replacement
    payment.refresh_from_db()
    assert (payment.appointment, payment.state) == (new, "held_for_review")
    review = {"code": payment.code, "reason": "asked the bank", "actor": clinic.manager, "now": clinic.now()}
    assert services.payment_review(decision="accept", **review) == "booked"  # type: ignore[arg-type]
    invariants_hold()


def test_another_day_of_the_same_expert_is_a_choice_of_its_own(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    clinic.stop()
    assert clinic.choose(booked, factories.slots(clinic.next_week)[2]).choice == "other_day"
    invariants_hold()


def test_a_refund_pays_back_in_full_even_after_walk_in_registration_opened(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    clinic.stop()
    clinic.now.at("07:30", days=1)
    clinic.choose(booked, None)
    refund = Refund.objects.get()
    assert refund.amount_fen == booked.fee_fen
    assert Appointment.objects.get(pk=booked.pk).late_cancel is False
    invariants_hold()


def test_a_number_that_is_gone_leaves_the_patient_choosing(clinic: StoppedClinic) -> None:
    first, second, third = (clinic.book() for _turn in range(3))
    clinic.stop()
    target = factories.slots(clinic.colleague)[0]
    clinic.choose(first, target)
    clinic.choose(second, target)
    with pytest.raises(errors.SoldOut), transaction.atomic():
        clinic.choose(third, target)
    assert clinic.case(third).state == "asked"
    assert Appointment.objects.get(pk=third.pk).state == "booked"
    assert clinic.choose(third, factories.slots(clinic.colleague)[1]).state == "settled"
    invariants_hold()


def test_another_grade_another_fee_and_the_stopped_clinic_are_no_choice(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    other = factories.expert("sun")
    other.title = "attending"
    other.save()
    lower = factories.session(clinic.session.date, now=clinic.now(), doctor=other, quotas=[5, 5, 5, 5])
    clinic.stop()
    for slot in (factories.slots(lower)[0],):
        with pytest.raises(errors.NotAChoice):
            clinic.choose(booked, slot)
    with pytest.raises(errors.BookingClosed):
        clinic.choose(booked, factories.slots(clinic.session)[1])
    offered = slots_instead(session=clinic.session, fee_fen=booked.fee_fen, now=clinic.now())
    assert lower.pk not in {slot.session_id for slot in offered}


def test_whoever_has_chosen_cannot_choose_again(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    clinic.stop()
    clinic.choose(booked, None)
    with pytest.raises(errors.ChosenAlready):
        clinic.choose(booked, factories.slots(clinic.colleague)[0])
    assert Refund.objects.count() == 1


def test_whoever_does_not_answer_is_refunded_to_the_second(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    stop = clinic.stop()
    assert stop.choose_by is not None
    clinic.now.set(stop.choose_by)
    clinic.now.advance(seconds=-1)
    services.stops_go_on(clinic.now())
    assert clinic.case(booked).state == "asked"
    clinic.now.advance(seconds=1)
    services.stops_go_on(clinic.now())
    assert clinic.case(booked).choice == "refund"
    stop.refresh_from_db()
    assert stop.state == "finished"
    invariants_hold()


def test_whoever_no_message_reaches_is_left_to_a_person(clinic: StoppedClinic) -> None:
    booked = clinic.book(phone="")
    stop = clinic.stop()
    assert stop.choose_by is not None
    clinic.now.set(stop.choose_by)
    clinic.now.advance(hours=1)
    services.stops_go_on(clinic.now())
    case = clinic.case(booked)
    assert (case.state, Appointment.objects.get(pk=booked.pk).state) == ("asked", "booked")
    services.stop_case_phoned(case_id=case.pk, note="no answer", actor=clinic.manager, now=clinic.now())
    assert clinic.case(booked).phone_note == "no answer"
    clinic.now.set(clinic.session.closes_at)
    services.stops_go_on(clinic.now())
    assert (clinic.case(booked).choice, booked.payments.get().state) == ("refund", "refunding")
    invariants_hold()


def test_whoever_reads_in_the_account_only_is_told_and_refunded_like_everybody(
    clinic: StoppedClinic,
) -> None:
    booked = clinic.book(phone="", account=factories.user("lin", "patient"))
    seen = stop_preview(session=clinic.session, now=clinic.now())
    assert ([one.reached_by for one in seen.people], seen.to_phone) == (["account"], [])
    stop = clinic.stop()
    assert list(Message.objects.filter(kind="stopped").values_list("channel", flat=True)) == ["in_app"]
    assert (stop_progress(stop=stop).to_phone, stop_cases(stop=stop, show="phone")) == (0, [])
    clinic.now.set(stop.choose_by or clinic.now())
    services.stops_go_on(clinic.now())
    assert clinic.case(booked).choice == "refund"


@pytest.mark.parametrize("by_desk", [True, False])
def test_cash_is_handed_back_by_a_person_and_never_said_to_be_back_before(
    clinic: StoppedClinic, by_desk: bool
) -> None:
    held = clinic.hold()
    services.appointment_confirm_at_desk(
        appointment_id=held.pk, payment="cash", actor=clinic.manager, now=clinic.now()
    )
    stop = clinic.stop()
    clinic.now.set(stop.choose_by or clinic.now())
    if by_desk:
        case = clinic.case(held)
        services.stop_case_choose(case_id=case.pk, choice="refund", actor=clinic.manager, now=clinic.now())
    services.stops_go_on(clinic.now())
    payment = held.payments.get()
    assert (payment.state, payment.refund.done_at) == ("refunding", None)
    assert Message.objects.filter(kind="refund_cash").exists()
    services.refund_hand_back(code=payment.refund.code, actor=clinic.manager, now=clinic.now())
    payment.refresh_from_db()
    assert payment.state == "refunded"
    [till] = tills_of_day(day=clock.local(clinic.now()).date())
    assert (till.name, till.returned_fen) == (clinic.manager.name, 5000)
    invariants_hold()


def test_whoever_is_checked_in_is_the_desks_and_gets_the_money_back_on_leaving(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    clinic.now.at("07:10", days=1)
    services.sessions_advance(clinic.now())
    services.appointment_arrive(appointment_id=booked.pk, actor=clinic.manager, now=clinic.now())
    stop = clinic.stop()
    with pytest.raises(errors.OnSite):
        clinic.choose(booked, None)
    services.appointment_leave(appointment_id=booked.pk, actor=clinic.manager, now=clinic.now())
    services.stops_go_on(clinic.now())
    assert clinic.case(booked).choice == "refund"
    assert Refund.objects.get().amount_fen == booked.fee_fen
    stop.refresh_from_db()
    assert stop.state == "finished"
    invariants_hold()


def test_a_patient_who_cancelled_meanwhile_is_settled_and_refunded_once(clinic: StoppedClinic) -> None:
    booked = clinic.book()
    stop = clinic.apply()
    services.appointment_cancel(
        appointment_id=booked.pk, actor=Actor(kind="patient", name="lin"), now=clinic.now()
    )
    services.stop_go_on(stop_id=stop.pk, now=clinic.now())
    assert clinic.case(booked).state == "settled"
    assert Refund.objects.count() == 1
    invariants_hold()


def test_an_applied_stop_can_neither_be_discarded_nor_changed(clinic: StoppedClinic) -> None:
    stop = clinic.apply()
    with pytest.raises(IllegalTransition):
        services.stop_discard(code=stop.code, actor=clinic.manager, now=clinic.now())
    with pytest.raises(errors.StopNotOpen):
        services.stop_prepare(code=stop.code, reason="other", actor=clinic.manager, now=clinic.now())


def test_clinics_stopped_together_are_not_suggested_the_same_numbers(clinic: StoppedClinic) -> None:
    other = factories.expert("sun")
    beside = factories.session(clinic.session.date, now=clinic.now(), doctor=other, quotas=[9, 9, 9, 9])
    for _turn in range(3):
        clinic.book(slot=0)
    for _turn in range(3):
        factories.pay(
            factories.hold(factories.slots(beside)[0], clinic.person(), None, clinic.now()), clinic.now()
        )
    for session in (clinic.session, beside):
        services.stop_propose(session_id=session.pk, reason="ill", actor=clinic.manager, now=clinic.now())
    seen = [stop_preview(session=one, now=clinic.now()) for one in (clinic.session, beside)]
    given = [one.suggested_slot for each in seen for one in each.people]
    that_day = [slot for slot in given if slot and slot.session_id == clinic.colleague.pk]
    assert len(that_day) == 4
    assert not {slot.session_id for slot in given if slot} & {clinic.session.pk, beside.pk}
    assert all(that_day.count(slot) <= slot.left for slot in that_day)


def test_a_colleague_known_for_the_same_is_suggested_before_one_at_a_nearer_time(
    clinic: StoppedClinic,
) -> None:
    zhao = clinic.session.expert
    zhao.specialty = "眩晕、头痛"
    zhao.save()
    alike = factories.expert("wu")
    alike.specialty = "头痛、眩晕"
    alike.save()
    second = factories.session(clinic.session.date, now=clinic.now(), doctor=alike, quotas=[0, 5, 0, 0])
    services.sessions_advance(clinic.now())
    clinic.book(slot=0)
    clinic.session.refresh_from_db()
    [seen] = stop_preview(session=clinic.session, now=clinic.now()).people
    assert seen.suggested_slot == factories.slots(second)[1]

"""What patients are told: by whom it is read, in which language, once, and never at the price of a booking."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import translation

from booking.models import (
    Appeal,
    Appointment,
    Ban,
    ClinicSession,
    DataRequest,
    DrawRequest,
    Payment,
    Refund,
    Stop,
    StopCase,
    WaitlistEntry,
    WalkIn,
)
from booking.services import notices
from booking.services.notice_texts import ESSENTIAL, TEXTS
from booking.services.notices.turns import Turn
from hospital.common import jobs, messages, senders
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


def test_whoever_did_not_choose_reads_the_hospital_s_language(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock, settings: object
) -> None:
    settings.LANGUAGE_CODE = "zh-hans"  # type: ignore[attr-defined]
    with translation.override("en"):  # whatever the request or the job speaks
        booked(cast, tomorrow, now)
    assert "约好" in body(Message.objects.get(kind="booked", channel="sms"))


def test_a_child_without_a_phone_is_told_through_the_account(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    from hospital.accounts.services import account_set_phone

    account_set_phone(user=cast.lin, phone="+8613500135001", verified=True, now=now())
    child = factories.person(3, now(), cast.lin)
    factories.book(factories.slots(tomorrow)[0], child, cast.lin, now())
    assert Message.objects.get(kind="booked", channel="sms").phone_tail == "5001"


def test_a_patient_booked_at_the_desk_reads_it_in_their_own_account(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    factories.book(factories.slots(tomorrow)[0], cast.patients["lin"], cast.desk, now())
    assert Message.objects.get(kind="booked", channel="in_app").account == cast.lin


def test_a_patient_without_phone_or_account_is_told_by_nobody_and_books_all_the_same(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    alone = factories.person(4, now())
    assert factories.book(factories.slots(tomorrow)[0], alone, None, now()).state == "booked"
    assert Message.objects.count() == 0


def test_a_confirmed_address_gets_e_mail_too(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    from hospital.accounts.emails import email_set

    email_set(account_id=cast.lin.pk, address="lin@example.org", now=now())
    booked(cast, tomorrow, now)
    assert not Message.objects.filter(kind="booked", channel="email").exists(), "not confirmed yet"
    cast.chen.email_sealed, cast.chen.email_confirmed_at = _sealed("chen@example.org"), now()
    cast.chen.save()
    booked(cast, tomorrow, now, "chen")
    assert Message.objects.get(kind="booked", channel="email").account == cast.chen


def _sealed(text: str) -> bytes:
    from hospital.common.crypto import seal

    return seal(text)


def test_only_what_nobody_must_miss_comes_by_text_message_when_the_account_wants_it_so(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock
) -> None:
    cast.lin.sms_all = False
    cast.lin.save()
    appointment = booked(cast, tomorrow, now)
    notices.refund(_refund(appointment, now), now())
    told = set(Message.objects.values_list("kind", "channel"))
    assert told == {("booked", "sms"), ("booked", "in_app"), ("refund", "in_app")}


# ---- a notice never costs a booking


def test_a_text_that_cannot_be_made_costs_no_booking_and_names_nobody(
    cast: factories.Cast,
    tomorrow: ClinicSession,
    now: VirtualClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(TEXTS, "booked", "%(nonsense)s")
    appointment = booked(cast, tomorrow, now)
    assert appointment.state == "booked"
    assert Message.objects.count() == 0
    assert "notice booked was not written: KeyError" in caplog.text
    assert "林小雨" not in caplog.text


def test_a_row_that_the_database_refuses_costs_no_booking(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**columns: object) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")  # breaks the transaction it stands in

    monkeypatch.setattr("booking.services.notice_rows.message_send", refuse)
    assert booked(cast, tomorrow, now).state == "booked"


def test_a_provider_that_is_down_costs_no_booking_and_the_message_comes_once_later(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    down = [True]

    def send(post: senders.Post) -> str:
        if down[0]:
            raise senders.Unavailable("ConnectTimeout")
        sent.append(post.key)
        return ""

    monkeypatch.setattr(messages, "sender_of", lambda channel: SimpleNamespace(send=send))
    monkeypatch.setattr(jobs, "HANDLERS", {"message.deliver": messages.deliver})
    appointment = booked(cast, tomorrow, now)
    for _round in range(10):
        jobs.run_due(now.advance(seconds=30))
    assert (appointment.state, sent) == ("booked", [])
    down[0] = False
    for _round in range(40):
        jobs.run_due(now.advance(seconds=30))
    assert sent == [f"booked/{appointment.code}"]


def test_neither_name_nor_phone_nor_text_is_logged(
    cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    appointment = booked(cast, tomorrow, now)
    jobs.run_due(now())
    for secret in ("林小雨", "13800138000", appointment.checkin_code):
        assert secret not in caplog.text


# ---- every kind, in both languages


def _refund(appointment: Appointment, now: VirtualClock) -> Refund:
    payment = Payment.objects.get(appointment=appointment)
    return Refund(code="R1", payment=payment, amount_fen=5000, reason="", created_at=now())


Teller = Callable[[SimpleNamespace], None]
TELL: dict[str, Teller] = {
    "booked": lambda it: notices.booked(it.appointment, it.slot, it.at),
    "booked_late": lambda it: notices.booked(it.appointment, it.slot, it.session.walk_in_opens_at),
    "pay_link": lambda it: notices.pay_link(it.held, it.at),
    "moved": lambda it: notices.moved(it.appointment, it.slot, it.at),
    "reminder": lambda it: notices.reminder(it.appointment, it.slot, it.at),
    "reminder_late": lambda it: notices.reminder(it.appointment, it.slot, it.session.walk_in_opens_at),
    "cancelled_refunded": lambda it: notices.cancelled(it.appointment, it.at, refunded=True),
    "cancelled": lambda it: notices.cancelled(it.appointment, it.at, refunded=False),
    "cancelled_unpaid": lambda it: notices.cancelled(it.free, it.at, refunded=False),
    "substituted": lambda it: notices.substituted(it.appointment, it.slot, it.at, before=it.expert),
    "offer": lambda it: notices.offer(it.entry, it.slot, it.at),
    "offer_lapsed": lambda it: notices.offer_lapsed(it.entry, it.at),
    "waitlist_ended": lambda it: notices.waitlist_ended(it.entry, it.at),
    "waitlist_stopped": lambda it: notices.waitlist_ended(it.stopped_entry, it.at),
    "stopped": lambda it: notices.stopped(it.case, it.appointment, it.at),
    "stopped_here": lambda it: notices.stopped_walk_in(it.walk_in, it.at),
    "stopped_unpaid": lambda it: notices.stopped(it.case, it.held, it.at),
    "stop_settled": lambda it: notices.stop_settled(it.case, it.at),
    "void": lambda it: notices.void(it.appointment, it.at, times=4),
    "refund": lambda it: notices.refund(it.refund, it.at),
    "refund_failed": lambda it: notices.refund_failed(it.refund, it.at),
    "refund_cash": lambda it: notices.refund_cash(it.refund, it.at),
    "ban": lambda it: notices.ban(it.ban, it.at),
    "ban_lifted": lambda it: notices.ban_lifted(it.ban, it.at),
    "appeal_upheld": lambda it: notices.appeal_answered(it.appeal("upheld"), it.at),
    "appeal_rejected": lambda it: notices.appeal_answered(it.appeal("rejected"), it.at),
    "data_granted": lambda it: notices.data_answered(it.wish("done"), it.at),
    "data_refused": lambda it: notices.data_answered(it.wish("refused"), it.at),
    "draw_won": lambda it: notices.draw_won(it.request, it.held, it.at),
    "draw_lost": lambda it: notices.draw_lost(it.request, it.at),
    "draw_ended": lambda it: notices.draw_ended(it.request, it.at),
    "turn_near": lambda it: notices.near(it.turn, it.at, ahead=3),
    "turn_come": lambda it: notices.come(it.turn, it.at),
    "draw_stopped": lambda it: notices.draw_ended(it.stopped_request, it.at),
}


@pytest.fixture
def world(cast: factories.Cast, tomorrow: ClinicSession, now: VirtualClock) -> SimpleNamespace:
    """One thing of each kind, as the services hand it to a notice."""
    appointment = booked(cast, tomorrow, now)
    Message.objects.all().delete()
    lin, slot, at = cast.patients["lin"], appointment.slot, now()
    mine = {"session": tomorrow, "patient": lin, "account": cast.lin}
    ban = Ban(code="B1", patient=lin, reason="no_show", starts_at=at, ends_at=at + timedelta(days=90))
    stop = Stop(code="S1", session=tomorrow, reason="会议", choose_by=at + timedelta(hours=8))

    def like(**other: object) -> object:
        copy = type(appointment).objects.get(pk=appointment.pk)
        for name, value in other.items():
            setattr(copy, name, value)
        return copy

    stopped = type(tomorrow).objects.get(pk=tomorrow.pk)
    stopped.state, stopped.stop_reason = "stopped", "会议"
    return SimpleNamespace(
        at=at,
        session=tomorrow,
        slot=slot,
        expert=tomorrow.expert,
        appointment=appointment,
        free=like(fee_fen=0),
        held=like(state="held", pay_by=at + timedelta(minutes=15)),
        entry=WaitlistEntry(code="W1", accept_by=at + timedelta(minutes=30), **mine),
        stopped_entry=WaitlistEntry(code="W2", **(mine | {"session": stopped})),
        case=StopCase(code="C1", stop=stop, appointment=appointment),
        refund=_refund(appointment, now),
        ban=ban,
        appeal=lambda state: Appeal(code="A1", ban=ban, account=cast.lin, state=state, answer="好。"),
        request=DrawRequest(code="D1", slot=slot, **mine),
        stopped_request=DrawRequest(code="D2", slot=slot, **(mine | {"session": stopped})),
        turn=Turn("T1", "A17", "/t/T2U3V4W5X6Y7Z8A9B2C3/", lin, None, tomorrow),
        walk_in=WalkIn(code="V1", session=stopped, patient=lin),
        wish=lambda state: DataRequest(
            code="Q1", kind="deletion", patient=lin, account=cast.lin, state=state, answer="好。"
        ),
    )


LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def test_every_text_has_its_event() -> None:
    assert set(TELL) == set(TEXTS)


@pytest.mark.parametrize("name", TELL)
def test_every_notice_is_whole_in_chinese_and_short(
    world: SimpleNamespace, cast: factories.Cast, name: str
) -> None:
    text = _told(world, cast, name, "zh-hans")
    words = set(LATIN_WORD.findall(re.sub(r"https?://\S+|签到码 \w+", "", text)))
    assert words == set(), text
    assert CHINESE.search(text)
    assert "%" not in text
    limit = 140 if "http" in text else 70  # one text message, or two with an address in it
    assert len(text) <= limit, (len(text), text)


@pytest.mark.parametrize("name", TELL)
def test_every_notice_is_whole_in_english(world: SimpleNamespace, cast: factories.Cast, name: str) -> None:
    text = _told(world, cast, name, "en")
    for allowed in ("林小雨", "会议", "好。"):  # a name, and words of the hospital's staff
        text = text.replace(allowed, "")
    assert not CHINESE.search(text), text
    assert "%" not in text


def _told(world: SimpleNamespace, cast: factories.Cast, name: str, language: str) -> str:
    cast.lin.language = language
    cast.lin.save()
    for thing in vars(world).values():
        if getattr(thing, "account_id", None) == cast.lin.pk:
            thing.account = cast.lin
    TELL[name](world)
    [message] = Message.objects.filter(channel="sms")
    assert message.language == language
    return body(message)


def test_every_essential_kind_is_told_by_some_event(world: SimpleNamespace, cast: factories.Cast) -> None:
    for teller in TELL.values():
        teller(world)
    assert set(Message.objects.values_list("kind", flat=True)) >= ESSENTIAL
    assert Message.objects.filter(kind="stopped", key="C1").count() == 2, (
        "one row for each channel, whatever its text"
    )


def test_whatever_a_person_was_told_can_be_blanked_by_what_it_was_about(
    world: SimpleNamespace, cast: factories.Cast, now: VirtualClock
) -> None:
    for name in ("booked", "substituted", "ban"):
        TELL[name](world)
    world.appointment.moves = 2
    TELL["moved"](world)
    Message.objects.update(sent_at=now())
    messages.messages_blank(keys=[world.appointment.code])
    left = {message.kind: body(message) for message in Message.objects.all()}
    assert (left["booked"], left["substituted"], left["moved"]) == ("", "", "")
    assert "林小雨" in left["ban"], "it is about something else"


@pytest.mark.parametrize(("language", "told"), [("zh-hans", True), ("en", False)])
def test_a_reason_is_told_in_the_language_in_which_it_was_written(
    world: SimpleNamespace, cast: factories.Cast, language: str, told: bool
) -> None:
    assert ("会议" in _told(world, cast, "stopped", language)) is told

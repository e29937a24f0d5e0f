"""A session that runs now, with people waiting, whatever the time of day; never touches what users did."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from booking import services as booking
from booking.providers import Notice
from booking.selectors import has_session_at, slots_of_session
from hospital.common import clock
from hospital.common.actor import Actor
from hospital.demo.clinic import RUNNING_EXPERT, number_of, room_of
from hospital.demo.people import person
from queueing import services as queueing

if TYPE_CHECKING:
    from booking.models import ClinicSession, Expert, Slot

LENGTH = timedelta(hours=4)
BEFORE_OPENING = timedelta(hours=1)
DEMO = Actor.job("demo")
WALK_INS = 9
BOOKED_PER_SLOT = (4, 3, 2, 1)
CONSULTATIONS_MIN = (6, 8, 5, 9, 7)
IN_THE_ROOM_MIN = 4


def session_running_ensure(*, now: datetime, expert: "Expert") -> "ClinicSession | None":
    """Start a session with people in it when none of the demo expert's is running; else change nothing."""
    if has_session_at(expert_id=expert.pk, moment=now):
        return None
    opens_at = _opening(now)
    session = booking.session_create(
        expert=expert,
        room=room_of(expert, number_of(RUNNING_EXPERT), now),
        slot_minutes=60,
        capacity_per_slot=10,
        appointment_share=Decimal("0.60"),
        day=clock.local(opens_at).date(),
        opens_at=opens_at,
        closes_at=opens_at + LENGTH,
        walk_in_opens_at=opens_at - BEFORE_OPENING,
        release_at=opens_at - timedelta(days=7),
        now=opens_at - timedelta(days=8),
    )
    if session is None:
        return None
    _fill(session, now, Random(int(opens_at.timestamp())))
    return session


def _opening(now: datetime) -> datetime:
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)
    return quarter - timedelta(minutes=75)


def _fill(session: "ClinicSession", now: datetime, random: Random) -> None:
    """People book ahead, walk in, check in; the expert has seen a few. Each at its own time, through the services."""
    booking.session_release(session_id=session.pk, actor=DEMO, now=session.release_at)
    booked = [
        _book(slot, session.release_at + timedelta(minutes=5 + number), random)
        for slot, count in zip(slots_of_session(session_id=session.pk), BOOKED_PER_SLOT, strict=True)
        for number in range(count)
    ]
    booking.session_open_if_due(session_id=session.pk, now=session.walk_in_opens_at)
    moments = sorted(
        session.walk_in_opens_at + timedelta(seconds=random.randrange(60, 6600)) for _turn in range(WALK_INS)
    )
    for moment in moments:
        queueing.walk_in_register_and_ticket(
            session_code=session.code,
            patient_id=person(random, moment).pk,
            payment="cash",
            actor=DEMO,
            now=moment,
        )
    _serve(session, sorted((due, appointment_id) for appointment_id, due in booked if due <= now), now)


def _book(slot: "Slot", moment: datetime, random: Random) -> tuple[int, datetime]:
    held = booking.appointment_hold(
        slot_code=slot.code, patient_id=person(random, moment).pk, account_id=None, actor=DEMO, now=moment
    )
    payment = booking.payment_create(appointment_id=held.pk, provider_name="sandbox", actor=DEMO, now=moment)
    notice = Notice(
        provider="sandbox",
        notice_id=f"demo-{payment.code}",
        kind="payment",
        out_trade_no=payment.order_no,
        refund_no="",
        transaction_id=f"demo-{payment.code}",
        amount_fen=payment.amount_fen,
        merchant="",
        merchant_matches=True,
        state="paid",
        signed_at=moment,
    )
    booking.payment_notice_apply(notice=notice, now=moment)
    return held.pk, slot.starts_at + timedelta(minutes=random.randrange(-25, 20))


def _serve(session: "ClinicSession", arrivals: list[tuple[datetime, int]], now: datetime) -> None:
    """People arrive; the first are called, seen and done; the last one called is with the expert now."""
    moment = now - timedelta(minutes=sum(CONSULTATIONS_MIN) + IN_THE_ROOM_MIN)
    for minutes in (*CONSULTATIONS_MIN, None):
        arrivals = _check_in(arrivals, moment)
        ticket = queueing.ticket_call_next(session_code=session.code, actor=DEMO, now=moment)
        queueing.ticket_start(code=ticket.code, actor=DEMO, now=moment + timedelta(seconds=50))
        if minutes is not None:
            moment += timedelta(minutes=minutes)
            queueing.ticket_finish(code=ticket.code, actor=DEMO, now=moment)
    _check_in(arrivals, now)


def _check_in(arrivals: list[tuple[datetime, int]], until: datetime) -> list[tuple[datetime, int]]:
    """Whoever has come by then is checked in, in the order of coming; return who comes later."""
    for due, appointment_id in arrivals:
        if due <= until:
            queueing.ticket_check_in(appointment_id=appointment_id, actor=DEMO, now=due)
    return [arrival for arrival in arrivals if arrival[0] > until]

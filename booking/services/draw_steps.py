"""How a draw is held: in steps, each a transaction of its own that may be repeated.

The places of all requests; one request after the other in the order of their places; at last the session is open
for everybody. Whatever is killed in between, the next call goes on where it stopped and gives the same numbers to
the same requests.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import F, Q

from booking.domain.draws import draw_order, nearest_slot
from booking.domain.errors import DrawOpen, DrawOver
from booking.locks import lock_patient, lock_session, lock_slots, lock_taker
from booking.models import Appointment, ClinicSession, Draw, DrawRequest, Slot
from booking.selectors.limits import Taker, number_refusal
from booking.selectors.policies import policy_of_session
from booking.services import notices
from booking.services.draws import request_move, requests_lose
from booking.services.numbers import number_hold
from hospital.common import history, jobs, live
from hospital.common.actor import Actor
from hospital.common.crypto import unseal
from hospital.common.transactions import transactional

LOSERS_AT_ONCE = 200
NO_NUMBER = "no number left"
_JOB = Actor.job("draw")
R = TypeVar("R")


def draw_hold(*, session_id: int, now: datetime) -> bool:
    """Hold a session's draw to its end, or go on with one that was interrupted.

    Returns
    -------
    bool
        Whether it is over now.
    """
    if not draw_places_set(session_id=session_id, now=now):
        return False
    waiting = DrawRequest.objects.filter(session_id=session_id, state="waiting").order_by("place")
    while (first := waiting.values_list("pk", flat=True).first()) is not None:
        if not draw_restrequests_lose(session_id=session_id, now=now):
            draw_request_settle(request_id=first, now=now)
    return draw_finish(session_id=session_id, now=now)


@transactional
def draw_places_set(*, session_id: int, now: datetime) -> bool:
    """First step: every request gets the place that its lot gives it. Returns whether the draw is under way."""
    session = lock_session(session_id)
    if session.draws_at is None or now < session.draws_at:
        return False
    waiting = {one.code: one for one in DrawRequest.objects.filter(session=session, state="waiting")}
    if any(one.place is None for one in waiting.values()):
        seed = unseal(Draw.objects.get(session=session).seed_sealed)
        for place, code in enumerate(draw_order(seed, waiting), 1):
            waiting[code].place = place
        DrawRequest.objects.bulk_update(waiting.values(), ["place"], batch_size=1000)
    return True


@transactional
def draw_request_settle(*, request_id: int, now: datetime) -> None:
    """Next step: the request in turn gets the wished slot or the nearest one with a number, to be paid soon.

    Limits and bans are asked again: whoever may not book by now has lost, and the number is the next one's.
    """
    asked = DrawRequest.objects.only("patient", "session", "account", "device_index").get(pk=request_id)
    patient_id, session_id = asked.patient_id, asked.session_id
    taker = Taker(asked.account_id, bytes(asked.device_index) if asked.device_index else None)
    lock_taker(taker.account_id, taker.device_index)
    lock_patient(patient_id)
    session = lock_session(session_id)
    request = DrawRequest.objects.select_related("slot", "patient").get(pk=request_id)
    if request.state != "waiting" or session.draws_at is None:
        return
    slots = {slot.starts_at: slot for slot in lock_slots(session_id)}
    refusal = number_refusal(session=session, patient_id=patient_id, now=now, taker=taker)
    moment = nearest_slot(request.slot.starts_at, {at: slot.left for at, slot in slots.items()})
    if refusal is not None or moment is None:
        request_move(request, "lose", _JOB, now, reason=refusal.code if refusal else NO_NUMBER)
        notices.draw_lost(request, now)
        return
    slot = slots[moment]
    request.appointment = _number_give(request, session, slot, now)
    request.save(update_fields=["appointment"])
    request_move(request, "win", _JOB, now)
    notices.draw_won(request, request.appointment, now)
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)


def _number_give(request: DrawRequest, session: ClinicSession, slot: Slot, now: datetime) -> Appointment:
    Slot.objects.filter(pk=slot.pk).update(booked=F("booked") + 1)
    held = Appointment(
        slot=slot,
        session=session,
        patient_id=request.patient_id,
        account_id=request.account_id,
        fee_fen=session.fee_fen,
        pay_by=now + timedelta(minutes=policy_of_session(session).hold_min),
        device_index=request.device_index,
    )
    return number_hold(held, actor=_JOB, now=now, data={"draw_request": request.code})


@transactional
def draw_restrequests_lose(*, session_id: int, now: datetime) -> bool:
    """When no number is left, whoever still waits has lost. Returns whether that was so."""
    session = lock_session(session_id)
    if session.draws_at is None or any(slot.left > 0 for slot in Slot.objects.filter(session=session)):
        return False
    waiting = DrawRequest.objects.filter(session=session, state="waiting").select_related("patient")
    losers = list(waiting.order_by("place")[:LOSERS_AT_ONCE])
    requests_lose(losers, _JOB, now)
    for request in losers:
        notices.draw_lost(request, now)
    return True


@transactional
def draw_finish(*, session_id: int, now: datetime) -> bool:
    """Last step: what is left can be booked by everybody, and the seed is public. Returns whether it is over."""
    session = lock_session(session_id)
    requests = DrawRequest.objects.filter(session=session)
    if session.draws_at is None or requests.filter(state="waiting").exists():
        return session.draws_at is None
    Slot.objects.filter(session=session).update(bookable=True)
    session.drawn_at = now
    session.save(update_fields=["drawn_at"])
    counts = {state: requests.filter(state=state).count() for state in ("won", "lost", "withdrawn")}
    history.note(session, "draw", actor=_JOB, at=now, data=counts)
    live.announce(f"session.{session.pk}", "session.changed", session=session.pk)
    return True


def draws_hold_due(now: datetime) -> int:
    """Hold every draw whose time has come; one that fails stops no other."""
    due = ClinicSession.objects.filter(
        state="released", drawn_at=None, draw_ends_at__lte=now, walk_in_opens_at__gt=now
    ).order_by("draw_ends_at", "pk")
    held = jobs.each(
        "hold draw", due.values_list("pk", flat=True), lambda pk: draw_hold(session_id=pk, now=now)
    )
    return sum(held)


def drawn_first(work: Callable[[], R], *, session_code: str, now: datetime) -> R:
    """Do ``work``; when it is refused because a draw is due but not held yet, hold the draw and do it again.

    So nobody waits for the worker. ``session_code`` may be a slot's code, too.
    """
    try:
        return work()
    except (DrawOpen, DrawOver):
        due = ClinicSession.objects.filter(
            Q(code=session_code) | Q(slots__code=session_code), drawn_at=None, draw_ends_at__lte=now
        )
        session_id = due.values_list("pk", flat=True).first()
        if session_id is None or not draw_hold(session_id=session_id, now=now):
            raise
    return work()

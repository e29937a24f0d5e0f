"""The draw: requests of the first seconds are collected, then numbers are given by lot; speed wins nothing.

This is about the requests; how the draw is held is in :mod:`booking.services.draw_steps`.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from booking.domain.deadlines import check_bookable
from booking.domain.draws import commitment, draw_ends_at
from booking.domain.errors import AlreadyRequested, DrawOver, SoldOut, UnknownNumber
from booking.domain.states import DRAW_REQUEST
from booking.locks import lock_patient, lock_taker, share_session
from booking.models import ClinicSession, Draw, DrawRequest, Slot
from booking.selectors.limits import check_number, taker_in_draw
from booking.selectors.policies import policy_of_session
from booking.services import notices
from hospital.common import history, jobs
from hospital.common.actor import Actor
from hospital.common.crypto import seal
from hospital.common.errors import next_state
from hospital.common.transactions import transactional


def _random_seed() -> str:
    return secrets.token_hex(32)


SEED: Callable[[], str] = _random_seed
"""Where the seed of a draw comes from: not to be guessed in production, chosen in tests."""


def draw_prepare(*, session: ClinicSession, now: datetime) -> bool:
    """At the release, with a draw in the policy, the seed is sealed and its commitment public; nobody can book yet.

    The caller holds the session's lock. Returns whether there is a draw.
    """
    end = draw_ends_at(
        release_at=session.release_at,
        released_at=now,
        walk_in_opens_at=session.walk_in_opens_at,
        draw_s=policy_of_session(session).draw_s,
    )
    if end is None:
        return False
    seed = SEED()
    Draw.objects.create(session=session, commitment=commitment(seed), seed_sealed=seal(seed), opened_at=now)
    session.draw_ends_at = end
    session.save(update_fields=["draw_ends_at"])
    return True


@transactional
def draw_request_ask(
    *,
    slot_code: str,
    patient_id: int,
    account_id: int | None,
    actor: Actor,
    now: datetime,
    device_index: bytes | None = None,
) -> DrawRequest:
    """A patient who may book enters the draw of a session with the time wished for; once, however early.

    A request counts like a number that is taken and not paid yet, for it may become one: an account or a device has
    no more of them than numbers; a device of the hospital's staff counts for nobody.

    Raises
    ------
    UnknownNumber
        When the slot does not exist.
    NotReleased, BookingClosed, DrawOver
        Before the release; once walk-in registration opens; from the end of the collecting on, or without a draw.
    Banned, AlreadyBooked, LimitReached, PayerLimit, AlreadyRequested
        As their names say.
    SoldOut
        When all numbers of the slot are kept for walk-ins.
    """
    slot = Slot.objects.filter(code=slot_code).first()
    if slot is None:
        raise UnknownNumber(field="slot")
    device = None if actor.is_staff else device_index
    lock_taker(account_id, device)
    lock_patient(patient_id)
    session = share_session(slot.session_id)
    check_bookable(
        state=session.state, release_at=session.release_at, walk_in_opens_at=session.walk_in_opens_at, now=now
    )
    # whoever waited for the lock while the lots were drawn read the clock before that
    if session.draws_at is None or now >= session.draws_at or _has_lots(session):
        raise DrawOver
    if slot.quota == 0:
        raise SoldOut(slot=slot_code)
    taker = taker_in_draw(account_id=account_id, device_index=device)
    check_number(session=session, patient_id=patient_id, now=now, taker=taker)
    if DrawRequest.objects.filter(session=session, patient_id=patient_id).exists():
        raise AlreadyRequested
    request = DrawRequest.objects.create(
        session=session,
        slot=slot,
        patient_id=patient_id,
        account_id=account_id,
        asked_at=now,
        device_index=device,
    )
    history.begin(request, "ask", actor=actor, at=now)
    return request


def _has_lots(session: ClinicSession) -> bool:
    """Whether the requests have their places already; the caller keeps the session from changing."""
    return DrawRequest.objects.filter(session=session, place__isnull=False).exists()


@transactional
def draw_request_withdraw(*, request_id: int, actor: Actor, now: datetime) -> DrawRequest:
    """Until the draw a request may be taken back; it stays the patient's only one for this session.

    Raises
    ------
    UnknownNumber
        When there is no such request.
    DrawOver
        From the end of the collecting on.
    IllegalTransition
        When it was withdrawn already.
    """
    keys = DrawRequest.objects.filter(pk=request_id).values_list("session_id", flat=True).first()
    if keys is None:
        raise UnknownNumber(field="request")
    session = share_session(keys)
    request = DrawRequest.objects.select_for_update(no_key=True).get(pk=request_id)
    next_state(DRAW_REQUEST, request.state, "withdraw")
    if session.draws_at is None or now >= session.draws_at:
        raise DrawOver
    request_move(request, "withdraw", actor, now)
    return request


def draw_requests_end(*, session: ClinicSession, actor: Actor, now: datetime) -> None:
    """When booking ends (opening, stop) before the draw was held, nobody has won. The caller holds the lock.

    They are told by a job, outside the transaction that holds the session.
    """
    waiting = list(DrawRequest.objects.filter(session=session, state="waiting"))
    requests_lose(waiting, actor, now)
    if waiting:
        payload = {"requests": [one.pk for one in waiting]}
        jobs.enqueue("draw.tell_end", key=session.code, payload=payload, due_at=now)


def draw_end_tell(*, request_ids: Iterable[int], now: datetime) -> int:
    """Tell those whose draw was never held."""
    requests = DrawRequest.objects.filter(pk__in=list(request_ids), state="lost")
    related = requests.select_related("patient", "account", "slot", "session__expert", "session__room")
    return len(jobs.each("tell the end", related, lambda request: notices.draw_ended(request, now)))


def requests_lose(requests: Sequence[DrawRequest], actor: Actor, now: datetime) -> None:
    """Move waiting requests to lost, each with its history row; the caller holds the session's lock."""
    if not requests:
        return
    state = next_state(DRAW_REQUEST, "waiting", "lose")
    DrawRequest.objects.filter(pk__in=[one.pk for one in requests]).update(state=state)
    history.record_all(
        things=list(requests), verb="lose", from_state="waiting", to_state=state, actor=actor, at=now
    )


def request_move(request: DrawRequest, verb: str, actor: Actor, now: datetime, *, reason: str = "") -> None:
    """Move a request along its table, with its history row."""
    history.move(request, DRAW_REQUEST, verb, actor=actor, at=now, reason=reason)

"""What stands against a patient's having a number: one function of the database says so for every way to take one.

``booking_hold_refusal`` stands in ``booking/migrations/0014_hold.sql``; a hold asks it inside its own statement,
everything else here. ``docs/howto/booking.md`` says which limit holds for which way.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.domain.deadlines import check_bookable
from booking.domain.errors import (
    AlreadyBooked,
    Banned,
    LimitReached,
    PayerLimit,
    TooManyToday,
    TooManyUnpaid,
)
from booking.models import Ban, ClinicSession, DrawRequest
from booking.selectors.policies import own_in_statement
from hospital.common import clock
from hospital.common.errors import DomainError
from hospital.common.policy import Policy, policy
from hospital.common.sql import prepared_cursor

_VERDICT = """booking_hold_refusal({patient}, %(account)s, %(device)s, session.id, session.date, expert.department_id,
    %(now)s, %(day_begins)s, booking_own_rule(%(own)s, 'numbers_per_department_day', expert.department_id, expert.id,
    %(per_department)s), %(departments)s, %(per_account)s, %(unpaid)s, %(per_device)s,
    %(per_payer)s, %(leaving)s, %(despite_ban)s, %(waiting_account)s, %(waiting_device)s)"""
SQL = f"""
SELECT {_VERDICT.format(patient="%(patient)s")}
FROM booking_clinicsession session JOIN booking_expert expert ON expert.id = session.expert_id
WHERE session.id = %(session)s
"""  # noqa: S608 - our own words
OFFERS_SQL = f"""
SELECT entry.id
FROM booking_waitlistentry entry JOIN booking_clinicsession session ON session.id = entry.session_id
    JOIN booking_expert expert ON expert.id = session.expert_id
WHERE entry.state = 'offered' AND {_VERDICT.format(patient="entry.patient_id")} IS NOT NULL
ORDER BY entry.id
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Taker:
    """Who takes a number, as far as limits go: an account and the device it uses; neither, when the hospital does.

    ``waiting_account`` and ``waiting_device``: requests that wait for a draw and may all become numbers.
    """

    account_id: int | None = None
    device_index: bytes | None = None
    waiting_account: int = 0
    waiting_device: int = 0


HOSPITAL = Taker()


def check_session_bookable(*, session: ClinicSession, now: datetime) -> None:
    """Numbers of the session are given out now.

    Raises
    ------
    NotReleased, BookingClosed, DrawOpen
        See :func:`booking.domain.deadlines.check_bookable`.
    """
    check_bookable(
        state=session.state,
        release_at=session.release_at,
        walk_in_opens_at=session.walk_in_opens_at,
        draws_at=session.draws_at,
        now=now,
    )


def check_number(*, session: ClinicSession, patient_id: int, now: datetime, **given: Any) -> None:
    """Raise what :func:`number_refusal` has against it."""
    refusal = number_refusal(session=session, patient_id=patient_id, now=now, **given)
    if refusal is not None:
        raise refusal


def number_refusal(
    *,
    session: ClinicSession,
    patient_id: int,
    now: datetime,
    taker: Taker = HOSPITAL,
    leaving: int = 0,
    despite_ban: bool = False,
) -> DomainError | None:
    """Why this patient may not have a number in ``session``: a ban, or a limit of the patient's or the taker's.

    Whoever writes a number on this answer holds the locks of device, account and patient. ``leaving``: an appointment
    that goes away in the same step and so does not count. ``despite_ban``: for a number that a person of the hospital
    gives, or one in place of another that the hospital took away.
    """
    rules = policy()
    which: dict[str, Any] = {"patient": patient_id, "session": session.pk}
    with prepared_cursor() as cursor:
        cursor.execute(SQL, which | _asked(rules, now, taker, leaving=leaving, despite_ban=despite_ban))
        (verdict,) = cursor.fetchone()
    return refusal_of(verdict, patient_id=patient_id, now=now, rules=rules)


def offers_refused(*, now: datetime) -> list[int]:
    """Waitlist entries with an offer whose patient may not have the number by now; one query, the same limits."""
    with prepared_cursor() as cursor:
        cursor.execute(OFFERS_SQL, _asked(policy(), now, HOSPITAL))
        return [key for (key,) in cursor.fetchall()]


def _asked(
    rules: Policy, now: datetime, taker: Taker, *, leaving: int = 0, despite_ban: bool = False
) -> dict[str, Any]:
    """What the database's function is asked with, but for the patient and the session."""
    return {
        "account": taker.account_id,
        "device": taker.device_index,
        "now": now,
        "leaving": leaving,
        "despite_ban": despite_ban,
        "waiting_account": taker.waiting_account,
        "waiting_device": taker.waiting_device,
        **limits(rules, now),
    }


def limits(rules: Policy, now: datetime) -> dict[str, Any]:
    """The policy's numbers as the database takes them, and when the hospital's day began."""
    return {
        "day_begins": clock.local(now).replace(hour=0, minute=0, second=0, microsecond=0),
        "own": own_in_statement(),
        "per_department": rules.numbers_per_department_day,
        "departments": rules.departments_per_day,
        "per_account": rules.holds_per_account_day,
        "unpaid": rules.unpaid_holds_per_account_day,
        "per_device": rules.holds_per_device_day,
        "per_payer": rules.patients_per_payer_30_days,
    }


def refusal_of(verdict: str | None, *, patient_id: int, now: datetime, rules: Policy) -> DomainError | None:
    """What the database's word means to the person who asked; nothing, when it is none of these limits."""
    plain: dict[str | None, DomainError] = {
        "already_booked": AlreadyBooked(),
        "departments": LimitReached(limit=rules.departments_per_day),
        "account": TooManyToday(limit=rules.holds_per_account_day),
        "device": TooManyToday(limit=rules.holds_per_device_day),
        "unpaid": TooManyUnpaid(limit=rules.unpaid_holds_per_account_day),
        "payer": PayerLimit(limit=rules.patients_per_payer_30_days),
    }
    if verdict != "banned":
        return plain.get(verdict)
    bans = Ban.objects.in_force(now).filter(patient_id=patient_id)
    until = bans.order_by("-ends_at").values_list("ends_at", flat=True).first() or now
    return Banned(until=clock.local(until).date().isoformat())


def taker_in_draw(*, account_id: int | None, device_index: bytes | None) -> Taker:
    """Who asks for one more draw, with the requests of the account and of the device that wait for theirs."""
    waiting = DrawRequest.objects.filter(state="waiting")
    return Taker(
        account_id,
        device_index,
        waiting_account=waiting.filter(account=account_id).count() if account_id else 0,
        waiting_device=waiting.filter(device_index=device_index).count() if device_index else 0,
    )

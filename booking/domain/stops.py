"""A stopped clinic: what its patients may choose instead, what is suggested to whom, until when they answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from booking.domain.errors import NotAChoice

EVENING = time(20)
NOON = time(12)
NOTICE_MIN = timedelta(hours=1)
"""Nobody is asked to answer sooner than this."""


@dataclass(frozen=True, slots=True)
class Clinic:
    """What decides whether one session may stand in for another."""

    session_id: int
    expert_id: int
    department_id: int
    title: str
    fee_fen: int


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A slot with numbers left; ``starts_at`` is on the hospital's wall clock."""

    code: str
    clinic: Clinic
    starts_at: datetime
    left: int


def choice_kind(*, stopped: Clinic, target: Clinic, fee_fen: int) -> str:
    """``expert`` for another of the same grade and department, ``other_day`` for the same one; the fee is equal.

    Parameters
    ----------
    stopped, target : Clinic
        The session that is stopped, and the one chosen instead.
    fee_fen : int
        What the patient paid or would pay [fen].

    Returns
    -------
    str
        ``expert`` or ``other_day``.

    Raises
    ------
    NotAChoice
        For anything else: another grade, department or fee, or the stopped session itself.

    Examples
    --------
    >>> here = Clinic(1, 7, 3, "chief", 5000)
    >>> choice_kind(stopped=here, target=Clinic(2, 8, 3, "chief", 5000), fee_fen=5000)
    'expert'
    >>> choice_kind(stopped=here, target=Clinic(3, 7, 3, "chief", 5000), fee_fen=5000)
    'other_day'
    """
    if target.session_id == stopped.session_id or target.fee_fen != fee_fen:
        raise NotAChoice
    if target.expert_id == stopped.expert_id:
        return "other_day"
    if (target.department_id, target.title) == (stopped.department_id, stopped.title):
        return "expert"
    raise NotAChoice


def suggestions(
    *, stopped: Clinic, wanted: Sequence[datetime], free: Sequence[FreeSlot]
) -> list[FreeSlot | None]:
    """One free slot for each patient as long as there are any, so that all suggestions could be taken together.

    A colleague on the same day at the nearest time first; then the same expert on the next day; then a colleague
    on another day.

    Parameters
    ----------
    stopped : Clinic
        The session that is stopped.
    wanted : sequence of datetime
        When each patient's slot began, on the hospital's wall clock, in the order in which they are served.
    free : sequence of FreeSlot
        Slots of the right grade and fee.

    Returns
    -------
    list of FreeSlot or None, one per patient
        None when nothing is left.

    Examples
    --------
    >>> here = Clinic(1, 7, 3, "chief", 5000)
    >>> ten, eleven = datetime(2026, 11, 24, 10), datetime(2026, 11, 24, 11)
    >>> colleague = FreeSlot("C", Clinic(2, 8, 3, "chief", 5000), eleven, 1)
    >>> later = FreeSlot("L", Clinic(3, 7, 3, "chief", 5000), datetime(2026, 12, 1, 9), 5)
    >>> [slot.code for slot in suggestions(stopped=here, wanted=[ten, ten], free=[later, colleague])]
    ['C', 'L']
    """
    left = {slot.code: slot.left for slot in free}
    given: list[FreeSlot | None] = []
    for moment in wanted:
        open_slots = [slot for slot in free if left[slot.code] > 0]
        best = min(open_slots, key=lambda slot: _distance(stopped, slot, moment), default=None)
        if best is not None:
            left[best.code] -= 1
        given.append(best)
    return given


def _distance(stopped: Clinic, slot: FreeSlot, moment: datetime) -> tuple[int, int, int, str]:
    days = abs((slot.starts_at.date() - moment.date()).days)
    minutes = abs(_minute(slot.starts_at) - _minute(moment))
    same_expert = slot.clinic.expert_id == stopped.expert_id
    rank = 0 if days == 0 else 1 if same_expert else 2
    return rank, days, minutes, slot.code


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def answer_deadlines(*, now: datetime, hours: int) -> list[datetime]:
    """Until when patients may be asked to answer, soonest first; the policy's ``hours`` is among them.

    Parameters
    ----------
    now : datetime
        On the hospital's wall clock.
    hours : int
        The policy's time to choose.

    Returns
    -------
    list of datetime
        At least one, none of them sooner than an hour from now.

    Examples
    --------
    >>> for each in answer_deadlines(now=datetime(2026, 11, 23, 14, 20), hours=24):
    ...     print(each)
    2026-11-23 20:00:00
    2026-11-24 12:00:00
    2026-11-24 15:00:00
    2026-11-24 20:00:00
    2026-11-26 20:00:00
    """
    today, tomorrow = now.date(), now.date() + timedelta(days=1)
    later = today + timedelta(days=3)
    fixed = [(today, EVENING), (tomorrow, NOON), (tomorrow, EVENING), (later, EVENING)]
    known = {datetime.combine(day, wall, tzinfo=now.tzinfo) for day, wall in fixed} | {
        usual_deadline(now=now, hours=hours)
    }
    return sorted(moment for moment in known if moment >= now + NOTICE_MIN)


def usual_deadline(*, now: datetime, hours: int) -> datetime:
    """``hours`` from now, rounded up to the full hour.

    Parameters
    ----------
    now : datetime
        On the hospital's wall clock.
    hours : int
        The policy's time to choose [h].

    Returns
    -------
    datetime

    Examples
    --------
    >>> usual_deadline(now=datetime(2026, 11, 23, 14, 20), hours=24).isoformat()
    '2026-11-24T15:00:00'
    """
    return (now + timedelta(hours=hours, minutes=59, seconds=59)).replace(minute=0, second=0, microsecond=0)

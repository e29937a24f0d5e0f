"""A stopped clinic: what its patients may choose instead, what is suggested to whom, until when they answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from booking.domain.assignment import DEFAULT_WEIGHTS, FitWeights, assignment, suitability_min
from booking.domain.errors import NotAChoice

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

EVENING = time(20)
NOON = time(12)
DAY_MIN = 10_000
RANK_MIN = 100 * DAY_MIN
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
    knows: frozenset[str] = frozenset()
    """What its expert is known for."""


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A slot with numbers left; ``starts_at`` is on the hospital's wall clock, ``load`` the part of it that is gone."""

    code: str
    clinic: Clinic
    starts_at: datetime
    left: int
    load: float = 0.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a patient of a stopped session had; ``starts_at`` is on the hospital's wall clock."""

    clinic: Clinic
    starts_at: datetime


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

    Notes
    -----
    Our choice of the published ways (a substitute, another day, the money back); with an equal fee nobody pays again.

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
    *, wanted: Sequence[Wanted], free: Sequence[FreeSlot], weights: FitWeights = DEFAULT_WEIGHTS
) -> list[FreeSlot | None]:
    """One free slot for each patient as long as there are any, so that all suggestions can be taken together.

    As many as possible stay on their day; then as many as possible with their expert; then as few days, and as few
    minutes as possible are moved, all patients together. A colleague who is known for the same and who has numbers
    enough counts as nearer.

    Parameters
    ----------
    wanted : sequence of Wanted
        What each patient had; of one stopped session or of several.
    free : sequence of FreeSlot
        Slots of the right grade and fee.
    weights : FitWeights
        What a misfit and a full session count for.

    Returns
    -------
    list of FreeSlot or None, one per patient
        None when nothing is left.

    Notes
    -----
    Our choice of what counts most: the day was arranged for, so it is kept first, then the expert. An exact optimum
    (:func:`booking.domain.assignment.assignment`): one patient after the other would leave the last ones worse off.

    Examples
    --------
    >>> here = Clinic(1, 7, 3, "chief", 5000)
    >>> ten, eleven = datetime(2026, 11, 24, 10), datetime(2026, 11, 24, 11)
    >>> early = FreeSlot("E", Clinic(2, 8, 3, "chief", 5000), datetime(2026, 11, 24, 9), 1)
    >>> middle = FreeSlot("M", Clinic(2, 8, 3, "chief", 5000), datetime(2026, 11, 24, 10, 30), 1)
    >>> later = FreeSlot("L", Clinic(3, 7, 3, "chief", 5000), datetime(2026, 12, 1, 9), 5)
    >>> had = [Wanted(here, moment) for moment in (ten, eleven, eleven)]
    >>> [slot.code for slot in suggestions(wanted=had, free=[later, middle, early])]
    ['E', 'M', 'L']
    """

    def costs(rows: Iterable[int], columns: Iterable[int]) -> NDArray[float64]:
        import numpy as np

        slots = [free[column] for column in columns]
        return np.array([[distance_min(wanted[row], slot, weights) for slot in slots] for row in rows])

    found = assignment(
        [one.clinic.department_id for one in wanted],
        [slot.clinic.department_id for slot in free],
        [slot.left for slot in free],
        costs,
    )
    return [None if place is None else free[place] for place in found.places]


def distance_min(had: Wanted, slot: FreeSlot, weights: FitWeights = DEFAULT_WEIGHTS) -> float:
    """How far a free slot is from what a patient had.

    Parameters
    ----------
    had : Wanted
        What the patient had.
    slot : FreeSlot
        What there is instead.
    weights : FitWeights
        What a misfit and a full session count for.

    Returns
    -------
    float
        In minutes; leaving the day outweighs leaving the expert, and that outweighs any number of days.

    Examples
    --------
    >>> had = Wanted(Clinic(1, 7, 3, "chief", 5000), datetime(2026, 11, 24, 10))
    >>> colleague, own = Clinic(2, 8, 3, "chief", 5000), Clinic(3, 7, 3, "chief", 5000)
    >>> distance_min(had, FreeSlot("E", colleague, datetime(2026, 11, 24, 9), 1, load=0.5))
    75.0
    >>> distance_min(had, FreeSlot("L", own, datetime(2026, 12, 1, 10), 5))
    1070000.0
    """
    stopped, moment = had.clinic, had.starts_at
    days = abs((slot.starts_at.date() - moment.date()).days)
    minutes = abs(_minute(slot.starts_at) - _minute(moment))
    same_expert = slot.clinic.expert_id == stopped.expert_id
    rank = 0 if days == 0 else 1 if same_expert else 2
    shared = (
        1.0
        if same_expert or not stopped.knows
        else len(stopped.knows & slot.clinic.knows) / len(stopped.knows)
    )
    suits = suitability_min(shared=shared, load=slot.load, weights=weights)
    return rank * RANK_MIN + days * DAY_MIN + minutes + suits


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

    Notes
    -----
    Our choice: full hours are easier said on the phone.

    Examples
    --------
    >>> usual_deadline(now=datetime(2026, 11, 23, 14, 20), hours=24).isoformat()
    '2026-11-24T15:00:00'
    """
    return (now + timedelta(hours=hours, minutes=59, seconds=59)).replace(minute=0, second=0, microsecond=0)

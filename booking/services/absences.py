"""Holidays and leaves: no sessions are planned on them; where patients are affected, the stop wizard takes over."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from booking.domain.errors import UnknownNumber
from booking.locks import lock_planning
from booking.models import Absence, ClinicSession, Stop
from booking.selectors.schedules import sessions_in
from booking.services.planned import AFFECTED, STOPPED, WITHDRAWN, fate_of, session_withdraw
from booking.services.schedules import planned_until, sessions_generate
from booking.services.stops import stop_propose
from hospital.common import history
from hospital.common.actor import Actor
from hospital.common.guards import require_reason
from hospital.common.transactions import transactional


@dataclass(frozen=True, slots=True)
class AbsenceEffect:
    """What an absence led to: sessions taken away, and proposals to stop those that people have numbers of."""

    absence: Absence
    withdrawn: int
    to_stop: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class AbsencePreview:
    """What an absence would do: sessions that go, that are stopped for good, and that people have numbers of."""

    withdrawn: int
    stopped: int
    affected: int

    @property
    def mark(self) -> str:
        """By which a confirmation says what it was shown."""
        return f"{self.withdrawn}-{self.stopped}-{self.affected}"


def absence_preview(*, now: datetime, **facts: Any) -> AbsencePreview:
    """What :func:`absence_add` would do now with the same facts; nothing is changed."""
    sessions = sessions_in(Absence(**facts), now=now)
    fates = Counter(fate_of(session) for session in sessions)
    return AbsencePreview(fates[WITHDRAWN], fates[STOPPED], fates[AFFECTED])


@transactional
def absence_add(
    *,
    kind: str,
    first_day: date,
    last_day: date,
    reason: str,
    actor: Actor,
    now: datetime,
    expert_id: int | None = None,
    department_id: int | None = None,
) -> AbsenceEffect:
    """Plan nothing on these days. What nobody booked goes away; for the rest a stop is proposed, nobody is told yet.

    The very same again is the one that is there: two of them would each keep the days free when one is removed.

    Raises
    ------
    ReasonMissing
        Without a reason.
    """
    reason = require_reason(reason)
    lock_planning()
    facts = {
        "kind": kind,
        "expert_id": expert_id,
        "department_id": department_id,
        "first_day": first_day,
        "last_day": last_day,
        "reason": reason[:200],
    }
    absence = Absence.objects.filter(**facts).first()
    if absence is None:
        absence = Absence.objects.create(**facts)
        history.begin(absence, "add", state="kept", actor=actor, at=now, reason=absence.reason)
    withdrawn, to_stop = 0, []
    for session in sessions_in(absence, now=now):
        if session_withdraw(session_id=session.pk, reason=absence.reason, actor=actor, now=now):
            withdrawn += 1
        elif _stoppable(session):
            to_stop.append(stop_propose(session_id=session.pk, reason=absence.reason, actor=actor, now=now))
    return AbsenceEffect(absence, withdrawn, tuple(to_stop))


@transactional
def absence_remove(*, absence_id: int, actor: Actor, now: datetime) -> int:
    """The days are worked after all: what was not released yet is planned again; return how many sessions.

    Raises
    ------
    UnknownNumber
        When there is none.
    """
    lock_planning()
    absence = Absence.objects.select_for_update().filter(pk=absence_id).first()
    if absence is None:
        raise UnknownNumber(field="absence")
    history.record(
        thing=absence,
        verb="remove",
        from_state="kept",
        to_state="removed",
        actor=actor,
        at=now,
        reason=absence.reason,
        data={"first_day": str(absence.first_day), "last_day": str(absence.last_day)},
    )
    absence.delete()
    return len(sessions_generate(until=planned_until(now), now=now))


def _stoppable(session: ClinicSession) -> bool:
    return session.state in {"planned", "released", "open", "running"}

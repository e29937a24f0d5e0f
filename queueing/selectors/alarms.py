"""Alarms that ring, and who went to the last ones."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from queueing.domain.states import ACKNOWLEDGED, RAISED
from queueing.models import Alarm

RINGS = timedelta(hours=12)
ANSWER_SHOWN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class AlarmShown:
    """One alarm as staff see it; no patient's name."""

    code: str
    session: str
    state: str
    room: str
    place: str
    place_en: str
    expert: str
    expert_en: str
    raised_at: datetime
    answered_at: datetime | None
    answered_by: str


def alarms_now(*, now: datetime) -> list[AlarmShown]:
    """What rings, the oldest first, then who went last to each room; one query."""
    found = list(_fresh(now).order_by("raised_at", "pk"))
    ringing = [alarm for alarm in found if alarm.state == RAISED]
    answered = {alarm.room_id: alarm for alarm in found if alarm.state != RAISED}
    return [_shown(alarm) for alarm in (*ringing, *answered.values())]


def alarm_of_session(*, session_id: int, now: datetime) -> AlarmShown | None:
    """What the room itself sees: its alarm while it rings, then for some minutes who comes."""
    newest = _fresh(now).filter(session_id=session_id).order_by("-pk").first()
    return None if newest is None else _shown(newest)


def _fresh(now: datetime) -> QuerySet[Alarm]:
    ringing = Q(state=RAISED, raised_at__gt=now - RINGS)
    answered = Q(state=ACKNOWLEDGED, answered_at__gt=now - ANSWER_SHOWN, raised_at__gt=now - RINGS)
    return Alarm.objects.filter(ringing | answered).select_related("room", "session__expert")


def _shown(alarm: Alarm) -> AlarmShown:
    return AlarmShown(
        code=alarm.code,
        session=alarm.session.code,
        state=alarm.state,
        room=alarm.room.name,
        place=alarm.room.place,
        place_en=alarm.room.place_en,
        expert=alarm.session.expert.name,
        expert_en=alarm.session.expert.name_en,
        raised_at=alarm.raised_at,
        answered_at=alarm.answered_at,
        answered_by=alarm.answered_by,
    )

"""Help for a room: raised by one press, seen at once by desk and managers, answered by name."""

from datetime import datetime

from booking import selectors as booking_selectors
from hospital.common import history, live
from hospital.common.actor import Actor
from hospital.common.transactions import transactional
from queueing.domain.errors import AlarmAnswered, AlarmUnknown
from queueing.domain.states import ACKNOWLEDGED, ALARM, RAISED
from queueing.locks import lock_queue, queue_of_session
from queueing.models import Alarm
from queueing.services.moves import session_changed

TOPIC = "alarms"


@transactional
def alarm_raise(*, session_code: str, actor: Actor, now: datetime) -> Alarm:
    """Somebody in the room needs help, at any time of the day; while an alarm rings, another press changes nothing."""
    session = booking_selectors.session_by_code(code=session_code)
    queue = lock_queue(queue_of_session(session.pk, session.letter, now).pk)
    ringing = Alarm.objects.filter(session_id=session.pk, state=RAISED).first()
    if ringing is not None:
        return ringing
    alarm = Alarm.objects.create(session_id=session.pk, room_id=session.room_id, raised_at=now)
    history.begin(alarm, "raise", actor=actor, at=now)
    session_changed(queue, session_id=session.pk)
    live.announce(TOPIC, "alarm.raised", alarm=alarm.code)
    return alarm


@transactional
def alarm_acknowledge(*, code: str, name: str, actor: Actor, now: datetime) -> Alarm:
    """Whoever goes there says so; the room reads ``name``. A second press by the same person changes nothing.

    Raises
    ------
    AlarmUnknown
        When there is no such alarm.
    AlarmAnswered
        When somebody else goes already, or the room has withdrawn it.
    """
    return _answer(code, "acknowledge", ACKNOWLEDGED, name=name, actor=actor, now=now)


@transactional
def alarm_withdraw(*, code: str, name: str, actor: Actor, now: datetime) -> Alarm:
    """It was pressed by mistake, or help is no longer needed.

    Raises
    ------
    AlarmUnknown
        When there is no such alarm.
    AlarmAnswered
        When somebody is on the way already.
    """
    return _answer(code, "withdraw", "withdrawn", name=name, actor=actor, now=now)


def _answer(code: str, verb: str, end: str, *, name: str, actor: Actor, now: datetime) -> Alarm:
    found = Alarm.objects.select_related("session").filter(code=code).first()
    if found is None:
        raise AlarmUnknown
    queue = lock_queue(queue_of_session(found.session_id, found.session.letter, now).pk)
    alarm = Alarm.objects.select_related("session").get(pk=found.pk)
    if alarm.state != RAISED:
        if (alarm.state, alarm.answered_by) == (end, name):
            return alarm
        raise AlarmAnswered(name=alarm.answered_by)
    history.move(alarm, ALARM, verb, actor=actor, at=now, columns={"answered_at": now, "answered_by": name})
    session_changed(queue, session_id=alarm.session_id)
    live.announce(TOPIC, "alarm.answered", alarm=alarm.code)
    return alarm

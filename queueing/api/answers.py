"""What the API of the queue answers, for its description; the answers themselves are made in :mod:`.shapes`."""

from typing import Any

from rest_framework import serializers

from booking.api.answers.catalogue import SESSION_STATES
from booking.api.answers.numbers import WALK_IN_STATES
from hospital.common.openapi import example
from queueing.models import Alarm, Pause, Ticket

TICKET_STATES = list(Ticket.State.values)
PAUSE_REASONS = list(Pause.Reason.values)
ALARM_STATES = list(Alarm.State.values)


@example(code="T2U3V4W5X6Y7", number="A17")
class WalkInAnswer(serializers.Serializer[Any]):
    """A walk-in's ticket; before a provider's payment the walk-in itself, without a number."""

    code = serializers.CharField(help_text="of the ticket; the patient's own page is /t/<code>/")
    number = serializers.CharField(allow_null=True)
    pay_url = serializers.CharField(allow_null=True, required=False, help_text="where the patient pays")


class TicketOfWalkIn(serializers.Serializer[Any]):
    """The ticket of a walk-in that is paid."""

    code = serializers.CharField()
    number = serializers.CharField()


@example(
    code="V2W3X4Y5Z6A7",
    state="registered",
    pay_by=None,
    ticket={"code": "T2U3V4W5X6Y7", "number": "A17"},
)
class WalkInDetailAnswer(serializers.Serializer[Any]):
    """A walk-in: paid or not yet."""

    code = serializers.CharField()
    state = serializers.ChoiceField(choices=WALK_IN_STATES)
    pay_by = serializers.DateTimeField(allow_null=True)
    ticket = TicketOfWalkIn(allow_null=True)


@example(code="T2U3V4W5X6Y7", number="A17", position=7, late=False)
class CheckInAnswer(serializers.Serializer[Any]):
    """The ticket of a patient who was booked."""

    code = serializers.CharField(help_text="of the ticket; the patient's own page is /t/<code>/")
    number = serializers.CharField()
    position = serializers.IntegerField(allow_null=True, help_text="from 1")
    late = serializers.BooleanField(help_text="after the slot's end")


@example(ticket="T2U3V4W5X6Y7", number="A17", room="305")
class CallAnswer(serializers.Serializer[Any]):
    """Who was called."""

    ticket = serializers.CharField(help_text="code of the ticket")
    number = serializers.CharField()
    room = serializers.CharField(allow_blank=True)


@example(code="T2U3V4W5X6Y7", number="A17", state="serving", room="305")
class TicketAnswer(serializers.Serializer[Any]):
    """A ticket after a move, for staff."""

    code = serializers.CharField()
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=TICKET_STATES)
    room = serializers.CharField(allow_null=True)


@example(code="T2U3V4W5X6Y7", number="B07", state="waiting", room=None, fee_due_fen=2000)
class TransferAnswer(TicketAnswer):
    """A ticket that came by transfer."""

    fee_due_fen = serializers.IntegerField(help_text="to take at the desk; below 0 to hand back")


class StepAnswer(serializers.Serializer[Any]):
    """One step of a visit."""

    at = serializers.DateTimeField()
    verb = serializers.CharField()
    number = serializers.CharField(help_text="of the ticket that the patient had then")
    reason = serializers.CharField(allow_blank=True)


class VisitAnswer(serializers.Serializer[Any]):
    """A day on which the patient was seen."""

    date = serializers.DateField()
    department = serializers.CharField()
    expert = serializers.CharField()


@example(
    steps=[{"at": "2026-11-03T08:10:00+08:00", "verb": "register", "number": "A17", "reason": ""}],
    visits=[{"date": "2026-10-12", "department": "心血管内科", "expert": "陈望舒"}],
)
class HistoryAnswer(serializers.Serializer[Any]):
    """What a patient went through: this visit's steps, oldest first, and earlier visits, the newest first."""

    steps = StepAnswer(many=True)
    visits = VisitAnswer(many=True)


@example(
    reason="break", began_at="2026-11-03T09:05:00+08:00", until="2026-11-03T09:15:00+08:00", ended_at=None
)
class PauseAnswer(serializers.Serializer[Any]):
    """A pause of a room."""

    reason = serializers.ChoiceField(choices=PAUSE_REASONS)
    began_at = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="about, as patients are told")
    ended_at = serializers.DateTimeField(allow_null=True)


class PauseNow(serializers.Serializer[Any]):
    """A pause that goes on, as patients are told."""

    reason = serializers.ChoiceField(choices=PAUSE_REASONS)
    until = serializers.DateTimeField(help_text="about")


_ALARM = {
    "code": "K7MPQ2RS3TUV",
    "state": "acknowledged",
    "room": "305",
    "raised_at": "2026-11-03T09:05:00+08:00",
    "answered_at": "2026-11-03T09:05:20+08:00",
    "answered_by": "王护士",
}


@example(**_ALARM)
class AlarmAnswer(serializers.Serializer[Any]):
    """A call for help out of a room."""

    code = serializers.CharField()
    state = serializers.ChoiceField(choices=ALARM_STATES)
    room = serializers.CharField()
    raised_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)
    answered_by = serializers.CharField(allow_blank=True, help_text="who goes there")


@example(results=[_ALARM])
class AlarmList(serializers.Serializer[Any]):
    """Calls for help of now."""

    results = AlarmAnswer(many=True)


class ExpectedAt(serializers.Serializer[Any]):
    """When the call is expected: the moments before which so many of 100 such patients are called."""

    p20 = serializers.DateTimeField()
    p50 = serializers.DateTimeField()
    p80 = serializers.DateTimeField()
    p90 = serializers.DateTimeField()


@example(
    number="A17",
    state="waiting",
    ahead=6,
    expected_at={
        "p20": "2026-11-03T09:40:00+08:00",
        "p50": "2026-11-03T09:55:00+08:00",
        "p80": "2026-11-03T10:15:00+08:00",
        "p90": "2026-11-03T10:25:00+08:00",
    },
    come_back_at="2026-11-03T09:20:00+08:00",
    as_of="2026-11-03T08:55:00+08:00",
    room="305",
    place="3F B",
    recalls=0,
    on_return=None,
    transferred_to=None,
    stopped=False,
    pause=None,
    fee_due_fen=0,
)
class TicketLiveAnswer(serializers.Serializer[Any]):
    """A patient's own ticket; no name."""

    number = serializers.CharField()
    state = serializers.ChoiceField(choices=TICKET_STATES)
    ahead = serializers.IntegerField(allow_null=True, min_value=0, help_text="patients before this one")
    expected_at = ExpectedAt(allow_null=True)
    come_back_at = serializers.DateTimeField(allow_null=True, help_text="one may leave until then")
    as_of = serializers.DateTimeField()
    room = serializers.CharField(allow_null=True, allow_blank=True)
    place = serializers.CharField(allow_null=True, allow_blank=True)
    recalls = serializers.IntegerField(min_value=0)
    on_return = serializers.CharField(allow_null=True, allow_blank=True, help_text="place after coming back")
    transferred_to = serializers.CharField(
        allow_null=True, allow_blank=True, help_text="code of the new ticket"
    )
    stopped = serializers.BooleanField(help_text="the clinic was stopped: the nurse desk helps")
    pause = PauseNow(allow_null=True, help_text="nobody of this queue is called now")
    fee_due_fen = serializers.IntegerField(
        help_text="after a transfer: to pay at the desk; below 0 to get back there"
    )


class BoardTicket(serializers.Serializer[Any]):
    """A place on a board; names are masked."""

    number = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=TICKET_STATES)
    channel = serializers.ChoiceField(choices=Ticket.Channel.values)
    called_at = serializers.DateTimeField(allow_null=True)


_WAITING = {
    "number": "A18",
    "name": "张*三",
    "state": "waiting",
    "channel": "walk_in",
    "called_at": None,
}


@example(
    revision=41,
    now_serving={
        **_WAITING,
        "number": "A17",
        "state": "serving",
        "called_at": "2026-11-03T08:55:00+08:00",
    },
    waiting=[_WAITING],
    waiting_count=1,
    passed=["A12"],
    room="305",
    state="running",
    pause=None,
)
class BoardAnswer(serializers.Serializer[Any]):
    """A session's board."""

    revision = serializers.IntegerField(help_text="rises with every change")
    now_serving = BoardTicket(allow_null=True)
    waiting = BoardTicket(many=True)
    waiting_count = serializers.IntegerField(min_value=0)
    passed = serializers.ListField(child=serializers.CharField(), help_text="numbers that were not there")
    room = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=SESSION_STATES)
    pause = PauseNow(allow_null=True, help_text="the room calls nobody now")

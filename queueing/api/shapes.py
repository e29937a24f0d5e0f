"""Shapes of requests and answers."""

from typing import Any

from rest_framework import serializers

from booking.domain.identity import ID_TYPES
from booking.providers import provider_names
from hospital.common import clock
from hospital.common.openapi import example
from queueing.models import Alarm, Pause, Ticket
from queueing.selectors.alarms import AlarmShown
from queueing.selectors.boards import Board, BoardTicket
from queueing.selectors.fees import fee_due_fen
from queueing.selectors.histories import PatientPath
from queueing.selectors.pauses import PauseNow
from queueing.selectors.tickets import TicketLive

CODE_MAX = 20


@example(session="K7MPQ2RS3TUV", patient="P8Q9R2S3T4U5", payment="cash")
class WalkInIn(serializers.Serializer[Any]):
    """A walk-in: a known patient by code, or a person with document and phone."""

    session = serializers.CharField(max_length=CODE_MAX)
    any_doctor = serializers.BooleanField(default=False, help_text="of the session's department")
    specialty = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    patient = serializers.CharField(max_length=CODE_MAX, required=False)
    name = serializers.CharField(max_length=60, required=False)
    id_type = serializers.ChoiceField(choices=ID_TYPES, default="resident")
    id_number = serializers.CharField(max_length=40, required=False)
    phone = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)
    birth_date = serializers.DateField(required=False, allow_null=True, default=None)
    payment = serializers.ChoiceField(choices=["cash", "provider", "free"])
    provider = serializers.CharField(max_length=CODE_MAX, required=False)
    priority = serializers.ChoiceField(choices=Ticket.Priority.values, default="normal")
    priority_reason = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two ways to say who it is."""
        if attrs["payment"] == "provider" and not attrs.setdefault(
            "provider", next(iter(provider_names()), "")
        ):
            raise serializers.ValidationError({"payment": ["no provider is set up"]})
        if "patient" not in attrs and not {"name", "id_number"} <= attrs.keys():
            raise serializers.ValidationError({"patient": ["patient, or name and id_number"]})
        return attrs


@example(appointment="A2B3C4D5E6F7")
class CheckInIn(serializers.Serializer[Any]):
    """An appointment's code, a scanned QR, or a document; a kiosk adds the phone's last four digits."""

    appointment = serializers.CharField(max_length=CODE_MAX, required=False)
    qr = serializers.CharField(max_length=200, required=False)
    id_number = serializers.CharField(max_length=40, required=False)
    phone_tail = serializers.RegexField(r"\A[0-9]{4}\Z", required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one way to find the appointment."""
        if len({"appointment", "qr", "id_number"} & attrs.keys()) != 1:
            raise serializers.ValidationError({"appointment": ["one of appointment, qr, id_number"]})
        return attrs


@example(reason="went home")
class TicketMoveIn(serializers.Serializer[Any]):
    """A move of a ticket; leaving may carry a reason."""

    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


@example(reason="registered twice")
class StaffCancelIn(serializers.Serializer[Any]):
    """Why the desk cancels."""

    reason = serializers.CharField(max_length=200)


@example(session="K7MPQ2RS3TUV", reason="cardiology first")
class TransferIn(TicketMoveIn):
    """Where the patient goes: to a session, or to whoever of a department has the least to do."""

    session = serializers.CharField(max_length=CODE_MAX, required=False)
    department = serializers.CharField(max_length=CODE_MAX, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if len({"session", "department"} & attrs.keys()) != 1:
            raise serializers.ValidationError({"session": ["one of session, department"]})
        return attrs


@example(fen=2000)
class FeeIn(serializers.Serializer[Any]):
    """What was settled; below 0 the desk handed it back."""

    fen = serializers.IntegerField()


@example(ticket="T2U3V4W5X6Y7Z8A9B2C3", reason="short of breath")
class ChosenIn(serializers.Serializer[Any]):
    """Who is called before the turn, and why."""

    ticket = serializers.CharField(max_length=CODE_MAX)
    reason = serializers.CharField(max_length=200)


@example(reason="break", minutes=10)
class PauseIn(serializers.Serializer[Any]):
    """Why a room calls nobody, and for how long from now."""

    reason = serializers.ChoiceField(choices=Pause.Reason.values)
    minutes = serializers.IntegerField(min_value=1)


def call_out(ticket: Ticket) -> dict[str, Any]:
    """Who was called."""
    room = ticket.room.name if ticket.room else ""
    return {"ticket": ticket.code, "number": ticket.display, "room": room}


def pause_out(pause: Pause) -> dict[str, Any]:
    """A pause, going on or over."""
    return {
        "reason": pause.reason,
        "began_at": clock.stated(pause.began_at),
        "until": clock.stated(pause.until),
        "ended_at": clock.stated(pause.ended_at),
    }


def alarm_out(alarm: Alarm | AlarmShown) -> dict[str, Any]:
    """A call for help."""
    return {
        "code": alarm.code,
        "state": alarm.state,
        "room": alarm.room if isinstance(alarm, AlarmShown) else alarm.room.name,
        "raised_at": clock.stated(alarm.raised_at),
        "answered_at": clock.stated(alarm.answered_at),
        "answered_by": alarm.answered_by,
    }


def ticket_out(ticket: Ticket) -> dict[str, Any]:
    """A ticket after a move, for staff."""
    return {
        "code": ticket.code,
        "number": ticket.display,
        "state": ticket.state,
        "room": ticket.room.name if ticket.room else None,
    }


def transfer_out(ticket: Ticket) -> dict[str, Any]:
    """A ticket that came by transfer, with what is left to settle."""
    return {**ticket_out(ticket), "fee_due_fen": fee_due_fen(ticket=ticket)}


def history_out(path: PatientPath) -> dict[str, Any]:
    """What a patient went through."""
    return {
        "steps": [
            {"at": clock.stated(step.at), "verb": step.verb, "number": step.number, "reason": step.reason}
            for step in path.steps
        ],
        "visits": [
            {"date": visit.date.isoformat(), "department": visit.department, "expert": visit.expert}
            for visit in path.visits
        ],
    }


def ticket_live_out(live: TicketLive) -> dict[str, Any]:
    """A patient's own ticket."""
    expected = live.expected_at
    return {
        "number": live.number,
        "state": live.state,
        "ahead": live.ahead,
        "expected_at": None
        if expected is None
        else {level: clock.stated(getattr(expected, level)) for level in ("p20", "p50", "p80", "p90")},
        "come_back_at": clock.stated(live.come_back_at),
        "as_of": clock.stated(live.as_of),
        "room": live.room,
        "place": live.place,
        "recalls": live.recalls,
        "on_return": live.on_return,
        "transferred_to": live.transferred_to,
        "stopped": live.stopped,
        "pause": _pause_now_out(live.pause),
        "fee_due_fen": live.fee_due_fen,
    }


def board_out(board: Board) -> dict[str, Any]:
    """A session's board, masked."""
    return {
        "revision": board.revision,
        "now_serving": _board_ticket(board.now_serving) if board.now_serving else None,
        "waiting": [_board_ticket(ticket) for ticket in board.waiting],
        "waiting_count": board.waiting_count,
        "passed": [ticket.number for ticket in board.passed],
        "room": board.room,
        "state": board.state,
        "pause": _pause_now_out(board.pause),
    }


def _pause_now_out(pause: PauseNow | None) -> dict[str, Any] | None:
    return None if pause is None else {"reason": pause.reason, "until": clock.stated(pause.until)}


def _board_ticket(ticket: BoardTicket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "name": ticket.name,
        "state": ticket.state,
        "channel": ticket.channel,
        "called_at": clock.stated(ticket.called_at),
    }

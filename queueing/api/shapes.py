"""Shapes of requests and answers."""

from typing import Any

from rest_framework import serializers

from booking.domain.identity import ID_TYPES
from booking.providers import provider_names
from hospital.common.openapi import example
from queueing.models import Ticket
from queueing.selectors.boards import Board, BoardTicket
from queueing.selectors.tickets import TicketLive

CODE_MAX = 20


@example(session="K7MPQ2RS3TUV", patient="P8Q9R2S3T4U5", payment="cash")
class WalkInIn(serializers.Serializer[Any]):
    """A walk-in: a known patient by code, or a person with document and phone."""

    session = serializers.CharField(max_length=CODE_MAX)
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
    """Where the patient goes."""

    session = serializers.CharField(max_length=CODE_MAX)


def ticket_out(ticket: Ticket) -> dict[str, Any]:
    """A ticket after a move, for staff."""
    return {
        "code": ticket.code,
        "number": ticket.display,
        "state": ticket.state,
        "room": ticket.room.name if ticket.room else None,
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
        else {level: getattr(expected, level).isoformat() for level in ("p20", "p50", "p80", "p90")},
        "come_back_at": live.come_back_at.isoformat() if live.come_back_at else None,
        "as_of": live.as_of.isoformat(),
        "room": live.room,
        "place": live.place,
        "recalls": live.recalls,
        "on_return": live.on_return,
        "transferred_to": live.transferred_to,
        "stopped": live.stopped,
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
    }


def _board_ticket(ticket: BoardTicket) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "name": ticket.name,
        "state": ticket.state,
        "channel": ticket.channel,
        "called_at": ticket.called_at.isoformat() if ticket.called_at else None,
    }

"""Tickets: the public live view, and the moves of staff."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.cache import patch_cache_control
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from booking import services as booking
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, parsed
from queueing import selectors, services
from queueing.api import answers, shapes
from queueing.domain.permissions import ROLES_OF
from queueing.models import Ticket
from queueing.selectors.access import ticket_for_user


class TicketDetail(ApiView):
    """A patient's own ticket; the code is the key."""

    permission_classes = [AllowAny]

    @extend_schema(responses=answers.TicketLiveAnswer)
    def get(self, request: Request, code: str) -> Response:
        """Place, expected time, room."""
        response = Response(shapes.ticket_live_out(selectors.ticket_live(code=code, now=clock.now())))
        patch_cache_control(response, no_store=True)
        return response


class TicketMove(ApiView):
    """One move of a ticket."""

    verb: ClassVar[str]

    MOVES: ClassVar[dict[str, Callable[..., Ticket]]] = {
        "recall": services.ticket_recall,
        "start": services.ticket_start,
        "finish": services.ticket_finish,
        "pass": services.ticket_pass,
        "return": services.ticket_return,
        "undo": services.ticket_undo,
    }

    @extend_schema(request=None, responses=answers.TicketAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Move the ticket, or say why not."""
        ticket_for_user(code=code, user=request.user, verb=self.verb)
        moved = self.MOVES[self.verb](code=code, actor=self.actor, now=clock.now())
        return Response(shapes.ticket_out(moved))


class TicketRecall(TicketMove):
    """Call again."""

    verb = "recall"
    roles = ROLES_OF[verb]


class TicketStart(TicketMove):
    """The consultation begins."""

    verb = "start"
    roles = ROLES_OF[verb]


class TicketFinish(TicketMove):
    """The consultation is over."""

    verb = "finish"
    roles = ROLES_OF[verb]


class TicketPass(TicketMove):
    """Not there."""

    verb = "pass"
    roles = ROLES_OF[verb]


class TicketReturn(TicketMove):
    """Back again."""

    verb = "return"
    roles = ROLES_OF[verb]


class TicketUndo(TicketMove):
    """Take the last move back."""

    verb = "undo"
    roles = ROLES_OF[verb]


class TicketLeave(ApiView):
    """Leave the queue."""

    roles = ROLES_OF["leave"]

    @extend_schema(request=shapes.TicketMoveIn, responses=answers.TicketAnswer)
    def post(self, request: Request, code: str) -> Response:
        """The patient does not wait any longer."""
        data: dict[str, Any] = parsed(shapes.TicketMoveIn, request)
        ticket_for_user(code=code, user=request.user, verb="leave")
        return Response(
            shapes.ticket_out(services.ticket_leave(code=code, actor=self.actor, now=clock.now(), **data))
        )


class TicketCancel(ApiView):
    """Cancel a ticket."""

    roles = ROLES_OF["cancel"]

    @extend_schema(request=shapes.StaffCancelIn, responses=answers.TicketAnswer)
    def post(self, request: Request, code: str) -> Response:
        """A walk-in gives the number back and gets the money back."""
        data = parsed(shapes.StaffCancelIn, request)
        ticket_for_user(code=code, user=request.user, verb="cancel")
        cancelled = services.ticket_cancel(code=code, actor=self.actor, now=clock.now(), **data)
        return Response(shapes.ticket_out(cancelled))


class TicketTransfer(ApiView):
    """Go to another queue."""

    roles = ROLES_OF["transfer"]

    @extend_schema(request=shapes.TransferIn, responses=answers.TransferAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Answer with the new ticket, and with what is to be settled at the desk."""
        ticket_for_user(code=code, user=request.user, verb="transfer")

        def sent(data: dict[str, Any]) -> dict[str, Any]:
            done = {"code": code, "reason": data["reason"], "actor": self.actor, "now": clock.now()}
            if "department" in data:
                new = services.ticket_transfer_to_department(department_code=data["department"], **done)
            else:
                new = services.ticket_transfer(target_session_code=data["session"], **done)
            return shapes.transfer_out(new)

        return self.once(shapes.TransferIn, sent)


class TicketFee(ApiView):
    """The difference of the fees after a transfer."""

    roles = ROLES_OF["settle"]

    @extend_schema(request=shapes.FeeIn, responses=answers.TransferAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Say that it was taken or handed back."""
        ticket_for_user(code=code, user=request.user, verb="settle")

        def settled(data: dict[str, Any]) -> dict[str, Any]:
            ticket = services.ticket_settle_fee(code=code, fen=data["fen"], actor=self.actor, now=clock.now())
            return shapes.transfer_out(ticket)

        return self.once(shapes.FeeIn, settled)


class TicketHistory(ApiView):
    """What a patient went through."""

    roles = ROLES_OF["transfer"]

    @extend_schema(responses=answers.HistoryAnswer)
    def get(self, request: Request, code: str) -> Response:
        """Answer with the steps of this visit and the days of earlier ones; that it was read is kept."""
        ticket = ticket_for_user(code=code, user=request.user, verb="transfer")
        booking.patients_read(patients=[ticket.patient], actor=self.actor, now=clock.now())
        return Response(shapes.history_out(selectors.patient_path(ticket=ticket)))

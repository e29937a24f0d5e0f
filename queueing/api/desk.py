"""The desk and the kiosk: walk-ins and check-ins."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors as booking_selectors
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, parsed
from hospital.common.errors import Invalid, NotFound
from queueing import selectors, services
from queueing.api import shapes
from queueing.domain.permissions import ROLES_OF
from queueing.models import Ticket
from queueing.selectors.check_in import appointment_to_check_in


class WalkInList(ApiView):
    """Walk-ins."""

    roles = ROLES_OF["register"]

    @extend_schema(
        request=shapes.WalkInIn, responses={201: OpenApiTypes.OBJECT}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request) -> Response:
        """Register a walk-in from the pool and give the ticket."""
        data = parsed(shapes.WalkInIn, request)

        def produce() -> tuple[int, dict[str, Any]]:
            ticket = self._registered(data)
            return 201, {"code": ticket.code, "number": ticket.display}

        return self.idempotent(produce, body=data)

    def _registered(self, data: dict[str, Any]) -> Ticket:
        wanted = {name: data[name] for name in ("payment", "priority", "priority_reason")}
        asked = {"session_code": data["session"], **wanted, "actor": self.actor, "now": clock.now()}
        if "patient" in data:
            known = booking_selectors.patient_by_code(code=data["patient"])
            if known is None:
                raise NotFound(field="patient")
            return services.walk_in_register_and_ticket(patient_id=known.pk, **asked)
        person = {name: data[name] for name in ("name", "id_type", "id_number", "phone")}
        return services.walk_in_register_new(**person, **asked)


class CheckInList(ApiView):
    """Check-ins."""

    roles = ROLES_OF["check_in"]

    @extend_schema(
        request=shapes.CheckInIn, responses={201: OpenApiTypes.OBJECT}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request) -> Response:
        """Check a booked patient in, or back in after being passed.

        A kiosk does this by QR, or by document plus the phone's last four digits.
        """
        data = parsed(shapes.CheckInIn, request)
        tail = data.pop("phone_tail", None)
        if self.actor.kind == "kiosk":
            if "appointment" in data or ("id_number" in data and tail is None):
                raise Invalid(field="phone_tail")
        else:
            tail = None

        def produce() -> tuple[int, dict[str, Any]]:
            now = clock.now()
            appointment = appointment_to_check_in(**data, phone_tail=tail, now=now)
            ticket = services.ticket_report(appointment_id=appointment.pk, actor=self.actor, now=now)
            ahead = selectors.ticket_live(code=ticket.code, now=now).ahead
            return 201, {
                "code": ticket.code,
                "number": ticket.display,
                "position": None if ahead is None else ahead + 1,
                "late": ticket.late,
            }

        return self.idempotent(produce, body={**data, "phone_tail": tail})

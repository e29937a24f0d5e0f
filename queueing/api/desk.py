"""The desk and the kiosk: walk-ins and check-ins."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors as booking_selectors
from booking import services as booking
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, parsed
from hospital.common.errors import Invalid, NotFound
from queueing import selectors, services
from queueing.api import answers, shapes
from queueing.domain.permissions import ROLES_OF
from queueing.selectors.check_in import appointment_to_check_in

R = TypeVar("R")


class WalkInList(ApiView):
    """Walk-ins."""

    roles = ROLES_OF["register"]

    @extend_schema(
        request=shapes.WalkInIn, responses={201: answers.WalkInAnswer}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request) -> Response:
        """Register a walk-in from the pool and give the ticket.

        Paid through a provider, the number is kept until the patient paid on ``pay_url``; the ticket comes then.
        """
        data = parsed(shapes.WalkInIn, request)
        if data["payment"] == "provider":
            return self._reserved(data)

        def produce() -> tuple[int, dict[str, Any]]:
            ticket = self._made(data, services.walk_in_register_and_ticket)
            return 201, {"code": ticket.code, "number": ticket.display}

        return self.idempotent(produce, body=data)

    def _reserved(self, data: dict[str, Any]) -> Response:
        def produce() -> tuple[int, dict[str, Any]]:
            walk_in = self._made(data, services.walk_in_reserve)
            return 201, {"code": walk_in.code, "number": None}

        response = self.idempotent(produce, body=data)
        response.data["pay_url"] = _pay_url(response.data["code"])
        return response

    def _made(self, data: dict[str, Any], make: Callable[..., R]) -> R:
        wanted = {name: data[name] for name in ("priority", "priority_reason", "specialty")}
        by_provider = data["payment"] == "provider"
        paid = {"provider_name": data["provider"]} if by_provider else {"payment": data["payment"]}
        where = {"session_code": data["session"]}
        if data["any_doctor"]:
            department = booking_selectors.session_by_code(code=data["session"]).expert.department
            make, where = partial(services.walk_in_of_any, make), {"department_code": department.code}
        asked = {**where, **wanted, **paid, "actor": self.actor, "now": clock.now()}
        if "patient" in data:
            patient = booking_selectors.patient_by_code(code=data["patient"])
            if patient is None:
                raise NotFound(field="patient")
            return make(patient_id=patient.pk, **asked)
        person = {name: data[name] for name in ("name", "id_type", "id_number", "phone", "birth_date")}
        return services.walk_in_of_new(make, **person, **asked)


def _pay_url(code: str) -> str | None:
    """Where to pay; None when nothing is to be paid any more. Outside any transaction."""
    payment = booking_selectors.walk_in_open_payment(booking_selectors.walk_in_by_code(code=code))
    return booking.payment_pay_url(payment_code=payment, now=clock.now()) if payment else None


class WalkInDetail(ApiView):
    """One walk-in."""

    roles = ROLES_OF["register"]

    @extend_schema(responses=answers.WalkInDetailAnswer)
    def get(self, request: Request, code: str) -> Response:
        """Show whether it is paid, and its ticket once it is."""
        return Response(_walk_in_out(code))


class WalkInCancel(ApiView):
    """Give a number back before it is paid."""

    roles = ROLES_OF["register"]

    @extend_schema(request=shapes.StaffCancelIn, responses=answers.WalkInDetailAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Cancel; once there is a ticket, cancel that instead. Money that comes all the same is refunded."""
        data = parsed(shapes.StaffCancelIn, request)
        walk_in = booking_selectors.walk_in_by_code(code=code)
        services.walk_in_give_up(
            walk_in_id=walk_in.pk, reason=data["reason"], actor=self.actor, now=clock.now()
        )
        return Response(_walk_in_out(code))


def _walk_in_out(code: str) -> dict[str, Any]:
    walk_in = booking_selectors.walk_in_by_code(code=code)
    ticket = selectors.ticket_code_of_walk_in(walk_in_id=walk_in.pk)
    number = selectors.ticket_by_code(ticket).display if ticket else None
    return {
        "code": walk_in.code,
        "state": walk_in.state,
        "pay_by": clock.stated(walk_in.pay_by),
        "ticket": {"code": ticket, "number": number} if ticket else None,
    }


class CheckInList(ApiView):
    """Check-ins."""

    roles = ROLES_OF["check_in"]

    @extend_schema(
        request=shapes.CheckInIn, responses={201: answers.CheckInAnswer}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request) -> Response:
        """Check a booked patient in, or back in after being passed.

        A kiosk does this by QR, or by document plus the phone's last four digits, which may be wrong a few times an
        hour (429 ``too_many_tries``).
        """
        data = parsed(shapes.CheckInIn, request)
        tail = data.pop("phone_tail", None)
        if self.actor.kind == "kiosk":
            if "appointment" in data or ("id_number" in data and tail is None):
                raise Invalid(field="phone_tail")
            if "id_number" in data:  # digits are not guessed here either
                services.check_in_try(**data, phone_tail=tail, actor=self.actor, now=clock.now())
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

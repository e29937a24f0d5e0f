"""Numbers that the desk and experts give: beyond the quota, with permission and reason."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api import answers
from booking.api import serializers as shapes
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, parsed
from hospital.common.errors import NotFound


class AddOnList(ApiView):
    """Add-on numbers."""

    roles = frozenset({"desk", "expert", "manager", "administrator"})

    @extend_schema(
        request=shapes.AddOnIn, responses={201: answers.CounterAnswer}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request) -> Response:
        """Give one number beyond the quota of a slot, with a reason.

        Paid through a provider, the number is held until the patient paid on ``pay_url``.
        """
        data = parsed(shapes.AddOnIn, request)

        def produce() -> tuple[int, dict[str, Any]]:
            patient = selectors.patient_by_code(code=data["patient"])
            if patient is None:
                raise NotFound(field="patient")
            given = services.appointment_add_on(
                slot_code=data["slot"],
                patient_id=patient.pk,
                payment=data["payment"],
                reason=data["reason"],
                actor=self.actor,
                now=clock.now(),
            )
            return 201, shapes.counter_out(given)

        response = self.idempotent(produce, body=data)
        pay_url = None
        if response.data["state"] == "held":
            pay_url = services.appointment_pay_url(
                code=response.data["code"], provider_name=data["provider"], actor=self.actor, now=clock.now()
            )
        response.data["pay_url"] = pay_url
        return response

"""A number given by staff: taken once for a key, and where the patient pays while it is held."""

from collections.abc import Callable
from typing import Any

from rest_framework.response import Response

from booking import selectors, services
from booking.api import serializers as shapes
from booking.models import Appointment
from hospital.common import clock
from hospital.common.api import ApiView
from hospital.common.errors import NotFound


def number_given(view: ApiView, give: Callable[..., Appointment], data: dict[str, Any]) -> Response:
    """Let ``give`` take the number of ``data``."""

    def produce() -> tuple[int, dict[str, Any]]:
        patient = selectors.patient_by_code(code=data["patient"])
        if patient is None:
            raise NotFound(field="patient")
        given = give(
            slot_code=data["slot"],
            patient_id=patient.pk,
            payment=data["payment"],
            reason=data["reason"],
            actor=view.actor,
            now=clock.now(),
        )
        return 201, shapes.counter_out(given)

    response = view.idempotent(produce, body=data)
    response.data["pay_url"] = None
    if response.data["state"] == "held":
        response.data["pay_url"] = services.appointment_pay_url(
            code=response.data["code"], provider_name=data["provider"], actor=view.actor, now=clock.now()
        )
    return response

"""A number given by staff: taken once for a key, and where the patient pays while it is held."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from rest_framework.response import Response

from booking import selectors, services
from booking.api import serializers
from booking.domain.errors import HoldOver
from booking.models import Appointment
from booking.providers import provider
from hospital.common import clock
from hospital.common.api import ApiView
from hospital.common.errors import NotFound


def number_given(view: ApiView, give: Callable[..., Appointment], data: dict[str, Any]) -> Response:
    """Let ``give`` take the number of ``data``.

    Repeated after the patient paid, or after the hold, the answer is the same without a page to pay on.
    """
    if data["payment"] == "provider":
        provider(data["provider"])

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
        return 201, serializers.counter_out(given)

    response = view.idempotent(produce, body=data)
    response.data["pay_url"] = None
    if response.data["state"] == "held":
        response.data["pay_url"] = _pay_url(view, response.data["code"], data["provider"])
    return response


def _pay_url(view: ApiView, code: str, provider_name: str) -> str | None:
    """Where it is paid; nowhere once it is paid or the hold is over."""
    with suppress(HoldOver):
        return services.appointment_pay_url(
            code=code, provider_name=provider_name, actor=view.actor, now=clock.now()
        )
    return None

"""Patients of an account, their appointments and payments."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api import inputs, serializers
from booking.api.answers import numbers
from booking.providers import provider
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, listed, parsed
from hospital.common.devices import known_device
from hospital.common.openapi import several
from hospital.common.roles import PATIENT_OR_DESK


class PatientList(ApiView):
    """The account's patients."""

    roles = frozenset({"patient"})

    @extend_schema(responses=several(numbers.PatientAnswer))
    def get(self, request: Request) -> Response:
        """List the person and the family."""
        links = selectors.patients_of_user(user=self.person)
        return Response({"results": [serializers.patient_out(link) for link in links]})

    @extend_schema(request=inputs.PatientIn, responses={201: numbers.PatientAnswer})
    def post(self, request: Request) -> Response:
        """Add a person; the document is checked."""
        data = parsed(inputs.PatientIn, request)
        patient = services.account_patient_add(
            account_id=self.person.pk, actor=self.actor, now=clock.now(), **data
        )
        link = selectors.patient_of_user(user=self.person, patient_id=patient.pk)
        return Response(serializers.patient_out(link), status=201)


class AppointmentList(ApiView):
    """Appointments."""

    # a patient's script that holds a number is usually answered before it comes here: booking.api.quick

    roles = frozenset({"patient", "desk"})

    @extend_schema(responses=several(numbers.AppointmentDetailAnswer))
    def get(self, request: Request) -> Response:
        """List one's own appointments, the newest clinic day first."""
        mine = selectors.appointments_of_user(user=self.person)[:100]
        return listed(numbers.AppointmentDetailAnswer, mine)

    @extend_schema(
        request=inputs.AppointmentIn, responses={201: numbers.AppointmentAnswer}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request) -> Response:
        """Hold a number; the desk does it for anybody, and no account's limits count then.

        ``challenge_required`` brings a challenge; its solution goes into ``proof``.
        """
        data = dict(parsed(inputs.AppointmentIn, request))
        proof = data.pop("proof")

        def produce() -> tuple[int, dict[str, Any]]:
            patient_id = selectors.patient_id_for_user(user=self.person, code=data["patient"])
            services.risk_check(user=self.person, proof=proof, now=clock.now())
            appointment = services.appointment_hold(
                slot_code=data["slot"],
                patient_id=patient_id,
                account_id=self.person.pk if self.person.role == "patient" else None,
                actor=self.actor,
                now=clock.now(),
                device_index=known_device(request),
            )
            return 201, serializers.appointment_out(appointment)

        return services.drawn_first(
            lambda: self.idempotent(produce, body=data), session_code=data["slot"], now=clock.now()
        )


class AppointmentDetail(ApiView):
    """One appointment."""

    roles = PATIENT_OR_DESK

    @extend_schema(responses=numbers.AppointmentDetailAnswer)
    def get(self, request: Request, code: str) -> Response:
        """Show one's own appointment; any for the desk."""
        found = selectors.appointment_for_user(user=self.person, code=code)
        return Response(numbers.AppointmentDetailAnswer(found).data)


class AppointmentCancel(ApiView):
    """Give a number back."""

    roles = PATIENT_OR_DESK

    @extend_schema(request=inputs.CancelIn, responses=numbers.AppointmentAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Cancel; patients until `cancel_until`."""

        def answer(data: dict[str, Any]) -> dict[str, Any]:
            appointment = selectors.appointment_for_user(user=self.person, code=code)
            cancelled = services.appointment_cancel(
                appointment_id=appointment.pk, actor=self.actor, now=clock.now(), **data
            )
            return serializers.appointment_out(cancelled)

        return self.once(inputs.CancelIn, answer)


class AppointmentMove(ApiView):
    """Change the time."""

    roles = PATIENT_OR_DESK

    @extend_schema(request=inputs.MoveIn, responses=numbers.AppointmentAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Change a booked number for one at another time of the same doctor; what was paid stays paid."""

        def answer(data: dict[str, Any]) -> dict[str, Any]:
            appointment = selectors.appointment_for_user(user=self.person, code=code)
            moved = services.appointment_move(
                appointment_id=appointment.pk,
                slot_code=data["slot"],
                reason=data["reason"],
                actor=self.actor,
                now=clock.now(),
            )
            return serializers.appointment_out(moved)

        return self.once(inputs.MoveIn, answer)


class PaymentList(ApiView):
    """Payments of an appointment."""

    roles = PATIENT_OR_DESK

    @extend_schema(
        request=inputs.PaymentIn, responses={201: numbers.PaymentAnswer}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request, code: str) -> Response:
        """Open an order at the provider; the patient pays on ``pay_url``."""
        data = parsed(inputs.PaymentIn, request)
        appointment = selectors.appointment_for_user(user=self.person, code=code)
        now = clock.now()

        def produce() -> tuple[int, dict[str, Any]]:
            payment = services.payment_create(
                appointment_id=appointment.pk, provider_name=data["provider"], actor=self.actor, now=now
            )
            return 201, {"code": payment.code}

        response = self.idempotent(produce, body=data)
        response.data["pay_url"] = services.payment_pay_url(payment_code=response.data["code"], now=now)
        return response


class PaymentNotify(ApiView):
    """Notices of a provider."""

    permission_classes = [AllowAny]
    authentication_classes = []
    parser_classes = []

    @extend_schema(request=OpenApiTypes.BINARY, responses={(200, "*/*"): OpenApiTypes.STR})
    def post(self, request: Request, name: str) -> HttpResponse:
        """Take in a signed notice; a forged one is 401 and leaves no row."""
        gateway = provider(name)
        notice = gateway.parse_notice(request.headers, request.body, clock.wall())
        result = services.payment_notice_apply(notice=notice, now=clock.now())
        content_type, body = gateway.notice_answer(result.result)
        return HttpResponse(body, content_type=content_type)

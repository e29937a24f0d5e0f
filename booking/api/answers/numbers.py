"""Patients, their numbers and what they pay, as the API answers them."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from booking.models import AccountPatient, Appointment, Patient, WalkIn
from booking.selectors import may_cancel_until
from hospital.common import clock
from hospital.common.openapi import example

APPOINTMENT_STATES = list(Appointment.State.values)
WALK_IN_STATES = list(WalkIn.State.values)


@example(
    code="P8Q9R2S3T4U5",
    name="林小雨",
    relation="self",
    id_type="resident",
    id_tail="002X",
    phone_tail="8000",
)
class PatientAnswer(serializers.Serializer[Any]):
    """A patient of the account; document and phone by their last four characters only."""

    code = serializers.CharField()
    name = serializers.CharField()
    relation = serializers.ChoiceField(choices=AccountPatient.Relation.values)
    id_type = serializers.ChoiceField(choices=Patient.IdType.values)
    id_tail = serializers.CharField()
    phone_tail = serializers.CharField(allow_blank=True)


@example(code="A2B3C4D5E6F7", state="held", pay_by="2026-11-02T08:15:00+08:00", fee_fen=5000)
class AppointmentAnswer(serializers.Serializer[Any]):
    """A number booked ahead."""

    code = serializers.CharField()
    state = serializers.ChoiceField(choices=APPOINTMENT_STATES)
    pay_by = serializers.DateTimeField(help_text="a held number not paid by then goes back")
    fee_fen = serializers.IntegerField(min_value=0)


@extend_schema_field(OpenApiTypes.DATETIME)
class CancelUntil(serializers.Field[Any, Any, Any, Any]):
    """The deadline of an appointment, by the rules of its expert."""

    def to_representation(self, value: Appointment) -> str:
        """As a moment."""
        return clock.stated(may_cancel_until(value))


@example(
    code="A2B3C4D5E6F7",
    state="booked",
    pay_by="2026-11-02T08:15:00+08:00",
    fee_fen=5000,
    patient="P8Q9R2S3T4U5",
    session="K7MPQ2RS3TUV",
    slot="S2T3U4V5W6X7",
    expert="zhao",
    room="305",
    starts_at="2026-11-03T08:00:00+08:00",
    ends_at="2026-11-03T09:00:00+08:00",
    cancel_until="2026-11-03T07:00:00+08:00",
    checkin_code="K7MPQ2RS",
    stop_case=None,
)
class AppointmentDetailAnswer(AppointmentAnswer):
    """A number booked ahead: whose, when and where."""

    patient = serializers.CharField(source="patient.code")
    session = serializers.CharField(source="session.code")
    slot = serializers.CharField(source="slot.code")
    expert = serializers.CharField(source="session.expert.code")
    room = serializers.CharField(source="session.room.name")
    starts_at = serializers.DateTimeField(source="slot.starts_at")
    ends_at = serializers.DateTimeField(source="slot.ends_at")
    cancel_until = CancelUntil(
        source="*", read_only=True, help_text="from then on the patient cannot cancel or move it"
    )
    checkin_code = serializers.CharField(help_text="what the QR code says at check-in")
    stop_case = serializers.CharField(
        source="stop_case.code", allow_null=True, default=None, help_text="once the clinic is stopped"
    )


@example(
    code="A2B3C4D5E6F7",
    state="booked",
    pay_by="2026-11-02T08:15:00+08:00",
    fee_fen=5000,
    checkin_code="K7MPQ2RS",
    pay_url=None,
)
class CounterAnswer(AppointmentAnswer):
    """A number given at the desk."""

    checkin_code = serializers.CharField()
    pay_url = serializers.CharField(allow_null=True, help_text="where the patient pays while it is held")


@example(code="Y2Z3A4B5C6D7", pay_url="https://pay.example.com/pay?order=FL20261102Y2Z3")
class PaymentAnswer(serializers.Serializer[Any]):
    """An order at the provider."""

    code = serializers.CharField()
    pay_url = serializers.CharField(help_text="where the patient pays")

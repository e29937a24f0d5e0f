"""What the API of booking takes: filters of lists, bodies of posts."""

from typing import Any

from rest_framework import serializers

from booking.models import AccountPatient, Patient
from booking.providers import provider_names
from hospital.common.openapi import example


class PageQuery(serializers.Serializer[Any]):
    """Which page of a list."""

    page = serializers.IntegerField(required=False, min_value=1, help_text="from 1")


class ExpertQuery(serializers.Serializer[Any]):
    """Filters of the list of experts."""

    department = serializers.SlugField(required=False, default="", max_length=20)
    q = serializers.CharField(required=False, default="", max_length=40, allow_blank=True)
    order = serializers.ChoiceField(
        required=False, default="", choices=["", "earliest", "priority", "match", "wait"]
    )


class SessionQuery(serializers.Serializer[Any]):
    """Filters of the list of sessions; dates are the hospital's."""

    expert = serializers.SlugField(required=False, default="", max_length=20)
    department = serializers.SlugField(required=False, default="", max_length=20)
    date_from = serializers.DateField(required=False)
    date_to = serializers.DateField(required=False)


@example(
    name="林小雨", id_type="resident", id_number="11010519491231002X", phone="13800138000", relation="self"
)
class PatientIn(serializers.Serializer[Any]):
    """A person to book for."""

    name = serializers.CharField(max_length=60)
    id_type = serializers.ChoiceField(choices=Patient.IdType.values, default="resident")
    id_number = serializers.CharField(max_length=40)
    phone = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)
    relation = serializers.ChoiceField(choices=AccountPatient.Relation.values, default="other")
    birth_date = serializers.DateField(required=False, allow_null=True, default=None)


@example(slot="S2T3U4V5W6X7", patient="P8Q9R2S3T4U5")
class AppointmentIn(serializers.Serializer[Any]):
    """Which number, for whom; ``proof`` solves a challenge that was asked for (base64 of ALTCHA's JSON)."""

    slot = serializers.CharField(max_length=12)
    patient = serializers.CharField(max_length=12)
    proof = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


@example(slot="S2T3U4V5W6X7")
class MoveIn(serializers.Serializer[Any]):
    """To which slot; the desk says why."""

    slot = serializers.CharField(max_length=12)
    reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text="needed from the desk"
    )


@example(session="K7MPQ2RS3TUV", patient="P8Q9R2S3T4U5")
class WaitlistIn(serializers.Serializer[Any]):
    """For which session, for whom; ``proof`` as for an appointment."""

    session = serializers.CharField(max_length=12)
    patient = serializers.CharField(max_length=12)
    proof = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


@example(provider="sandbox")
class PaymentIn(serializers.Serializer[Any]):
    """Through whom to pay."""

    provider = serializers.ChoiceField(choices=[])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["provider"] = serializers.ChoiceField(choices=list(provider_names()))


@example(reason="")
class CancelIn(serializers.Serializer[Any]):
    """Staff say why, whether the patient asked, and after the deadline whether money goes back."""

    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    refund = serializers.BooleanField(required=False, allow_null=True, default=None)
    patients_wish = serializers.BooleanField(required=False, default=False)


@example(slot="S2T3U4V5W6X7", patient="P8Q9R2S3T4U5", payment="cash", reason="came from afar")
class AddOnIn(serializers.Serializer[Any]):
    """A number beyond the quota: which slot, for whom, how it is paid, and why it is given."""

    slot = serializers.CharField(max_length=12)
    patient = serializers.CharField(max_length=12)
    payment = serializers.ChoiceField(choices=["cash", "provider", "free"])
    provider = serializers.CharField(max_length=20, required=False)
    reason = serializers.CharField(max_length=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The hospital's first provider unless another is named."""
        attrs.setdefault("provider", next(iter(provider_names()), ""))
        return attrs


@example(slot="S2T3U4V5W6X7", patient="P8Q9R2S3T4U5", payment="cash")
class DeskBookingIn(AddOnIn):
    """A number booked at the desk; a reason where the fee is waived."""

    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)

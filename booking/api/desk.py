"""The desk: find and register patients, book for them, merge two records of one person."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api import inputs
from booking.api.answers import numbers
from booking.api.counter import number_given
from booking.models import Patient
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, listed, parsed
from hospital.common.openapi import example, several
from hospital.common.roles import DESK

_PERSON = {
    "code": "P8Q9R2S3T4U5",
    "name": "林小雨",
    "id_type": "resident",
    "id_tail": "002X",
    "phone_tail": "8000",
    "birth_date": "1949-12-31",
}


@example(**_PERSON)
class PersonAnswer(serializers.Serializer[Any]):
    """A patient as the desk sees one; document and phone by their last characters only."""

    code = serializers.CharField()
    name = serializers.CharField()
    id_type = serializers.ChoiceField(choices=Patient.IdType.values)
    id_tail = serializers.CharField()
    phone_tail = serializers.CharField(allow_blank=True)
    birth_date = serializers.DateField(allow_null=True)


@example(q="13800138000")
class FindIn(serializers.Serializer[Any]):
    """A document number, a phone or an exact name."""

    q = serializers.CharField(max_length=60)


@example(name="林小雨", id_type="resident", id_number="11010519491231002X", phone="13800138000")
class PersonIn(serializers.Serializer[Any]):
    """Somebody whom the hospital does not know yet."""

    name = serializers.CharField(max_length=50)
    id_type = serializers.ChoiceField(choices=Patient.IdType.values, default="resident")
    id_number = serializers.CharField(max_length=40)
    phone = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)
    birth_date = serializers.DateField(required=False, allow_null=True, default=None)


@example(survivor="P8Q9R2S3T4U5", duplicate="P2A3B4C5D6E7")
class MergePreviewIn(serializers.Serializer[Any]):
    """Which record goes on, and which is merged into it."""

    survivor = serializers.CharField(max_length=12)
    duplicate = serializers.CharField(max_length=12)


@example(survivor="P8Q9R2S3T4U5", duplicate="P2A3B4C5D6E7", reason="renewed permit")
class MergeIn(MergePreviewIn):
    """The same, and why."""

    reason = serializers.CharField(max_length=200)


class MovedRows(serializers.Serializer[Any]):
    """So many rows of one kind."""

    kind = serializers.CharField()
    count = serializers.IntegerField()


@example(possible=True, moves=[{"kind": "appointment", "count": 2}], both_in=[], twice=[])
class MergePreviewAnswer(serializers.Serializer[Any]):
    """What would move, and what stands in the way."""

    possible = serializers.BooleanField()
    moves = MovedRows(many=True)
    both_in = serializers.ListField(child=serializers.CharField(), help_text="sessions with a number of each")
    twice = serializers.ListField(child=serializers.CharField(), help_text="kinds a person has once only")


class PatientSearch(ApiView):
    """Find a patient."""

    roles = DESK

    @extend_schema(request=FindIn, responses=several(PersonAnswer))
    def post(self, request: Request) -> Response:
        """Find by document, phone or name. Posted, so that they stay out of addresses; who looked is remembered."""
        found = selectors.patients_find_any(text=parsed(FindIn, request)["q"])
        services.patients_read(patients=found, actor=self.actor, now=clock.now())
        return listed(PersonAnswer, found)


class PatientRegister(ApiView):
    """Register a patient."""

    roles = DESK

    @extend_schema(request=PersonIn, responses={201: PersonAnswer})
    def post(self, request: Request) -> Response:
        """Take a person down; a document that is known leads to the record that it has."""
        made = services.patient_register(**parsed(PersonIn, request), actor=self.actor, now=clock.now())
        return Response(PersonAnswer(made).data, status=201)


class DeskBooking(ApiView):
    """Book at the desk."""

    roles = DESK

    @extend_schema(
        request=inputs.DeskBookingIn, responses={201: numbers.CounterAnswer}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request) -> Response:
        """Take a number for a patient who calls or has no phone, and the money with it; or neither.

        Paid through a provider, the number is held until the patient paid on ``pay_url``.
        """
        return number_given(self, services.appointment_book_at_desk, parsed(inputs.DeskBookingIn, request))


class MergePreview(ApiView):
    """Before a merge."""

    roles = DESK

    @extend_schema(request=MergePreviewIn, responses=MergePreviewAnswer)
    def post(self, request: Request) -> Response:
        """What would move, and what stands in the way; nothing happens."""
        survivor, duplicate = _pair(self, parsed(MergePreviewIn, request))
        seen = selectors.merge_preview(survivor=survivor, duplicate=duplicate)
        return Response(
            {
                "possible": seen.possible and survivor != duplicate,
                "moves": MovedRows(seen.moves, many=True).data,
                "both_in": [session.code for session in seen.both_in],
                "twice": list(seen.twice),
            }
        )


class MergeList(ApiView):
    """Two records of one person."""

    roles = DESK

    @extend_schema(request=MergeIn, responses=PersonAnswer)
    def post(self, request: Request) -> Response:
        """Merge: everything of the duplicate belongs to the survivor afterwards, and its document leads there."""
        data = parsed(MergeIn, request)
        survivor, duplicate = _pair(self, data)
        kept = services.patients_merge(
            survivor_id=survivor.pk,
            duplicate_id=duplicate.pk,
            reason=data["reason"],
            actor=self.actor,
            now=clock.now(),
        )
        return Response(PersonAnswer(kept).data)


def _pair(view: ApiView, data: dict[str, Any]) -> tuple[Patient, Patient]:
    one, other = (
        selectors.patient_for_user(user=view.person, code=data[name]) for name in ("survivor", "duplicate")
    )
    return one, other

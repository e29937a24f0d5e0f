"""What patients ask about their own data: a copy at once, a correction or a deletion by a person's decision."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.models import DataRequest
from hospital.common import clock
from hospital.common.api import ApiView, listed, parsed
from hospital.common.openapi import example, several
from hospital.common.roles import MANAGERS, PATIENT, PATIENT_OR_MANAGERS

ZIP = "application/zip"
REQUEST_KINDS = list(DataRequest.Kind.values)
REQUEST_STATES = list(DataRequest.State.values)


@example(
    code="R2S3T4U5V6W7",
    kind="correction",
    patient="P8Q9R2S3T4U5",
    text="名字里的“雨”写成了“语”。",
    state="open",
    answer="",
    asked_at="2026-11-02T08:00:00+08:00",
    answered_at=None,
)
class DataRequestAnswer(serializers.Serializer[Any]):
    """What was asked, and the answer."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=REQUEST_KINDS)
    patient = serializers.CharField(source="patient.code")
    text = serializers.SerializerMethodField(help_text="what the patient wrote")
    state = serializers.ChoiceField(choices=REQUEST_STATES)
    answer = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)

    def get_text(self, request: DataRequest) -> str:
        """Opened for whoever may read it."""
        return selectors.request_text(request)


@example(kind="correction", patient="P8Q9R2S3T4U5", text="名字里的“雨”写成了“语”。")
class DataRequestIn(serializers.Serializer[Any]):
    """What is asked about whose record."""

    kind = serializers.ChoiceField(choices=REQUEST_KINDS)
    patient = serializers.CharField(max_length=12)
    text = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


@example(verb="grant", answer="Corrected as on the ID card.", name="林小雨")
class DataDecisionIn(serializers.Serializer[Any]):
    """A manager's answer; of a correction what the record shall say, empty: as before."""

    verb = serializers.ChoiceField(choices=["grant", "refuse"])
    answer = serializers.CharField(max_length=500)
    name = serializers.CharField(max_length=50, required=False, default="", allow_blank=True)
    phone = serializers.CharField(max_length=20, required=False, default="", allow_blank=True)
    birth_date = serializers.DateField(required=False, allow_null=True, default=None)


class DataRequestList(ApiView):
    """Wishes about one's data."""

    roles = PATIENT_OR_MANAGERS
    roles_to_write = PATIENT

    @extend_schema(responses=several(DataRequestAnswer))
    def get(self, request: Request) -> Response:
        """List one's own, the newest first; for managers those that wait, the oldest first."""
        if self.person.role == "patient":
            found = selectors.requests_of_user(user=self.person)
        else:
            found = selectors.requests_open()
            services.patients_read(patients=[one.patient for one in found], actor=self.actor, now=clock.now())
        return listed(DataRequestAnswer, found)

    @extend_schema(request=DataRequestIn, responses={201: DataRequestAnswer})
    def post(self, request: Request) -> Response:
        """Ask for a correction, in words, or for the deletion of the identity; one of a kind at a time."""
        data = parsed(DataRequestIn, request)
        patient = selectors.patient_for_user(user=self.person, code=data["patient"])
        made = services.data_request_make(
            kind=data["kind"],
            patient_id=patient.pk,
            account_id=self.person.pk,
            text=data["text"],
            actor=self.actor,
            now=clock.now(),
        )
        return Response(DataRequestAnswer(made).data, status=201)


class DataRequestDecide(ApiView):
    """The answer to such a wish."""

    roles = MANAGERS

    @extend_schema(request=DataDecisionIn, responses=DataRequestAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Carry out or refuse; the patient is told."""
        data = dict(parsed(DataDecisionIn, request))
        told = {
            "request_id": selectors.request_by_code(code=code).pk,
            "answer": data.pop("answer"),
            "actor": self.actor,
            "now": clock.now(),
        }
        if data.pop("verb") == "grant":
            answered = services.data_request_grant(corrected=data, **told)
        else:
            answered = services.data_request_refuse(**told)
        return Response(DataRequestAnswer(answered).data)


class DataExport(ApiView):
    """A copy of one's data."""

    roles = PATIENT

    @extend_schema(request=None, responses={(200, ZIP): OpenApiTypes.BINARY})
    def post(self, request: Request) -> HttpResponse:
        """Everything kept about the account and its people, as JSON in a ZIP; that it was taken is remembered."""
        packed = services.data_export(user=self.person, actor=self.actor, now=clock.now())
        return HttpResponse(packed, content_type=ZIP)

"""Holidays and leaves."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api.fields import Day
from booking.models import Absence
from booking.selectors.calendar import absences_shown
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, listed
from hospital.common.openapi import example, several
from hospital.common.roles import MANAGERS

ABSENCE_KINDS = list(Absence.Kind.values)
_ABSENCE = {"kind": "leave", "expert": "zhao", "department": None, "reason": "meeting outside"}
_DAYS = {"first_day": "2026-11-09", "last_day": "2026-11-10"}


@example(**_ABSENCE, **_DAYS)
class AbsenceIn(serializers.Serializer[Any]):
    """A holiday of the hospital or a department, or an expert's leave."""

    kind = serializers.ChoiceField(choices=ABSENCE_KINDS)
    expert = serializers.SlugField(max_length=20, allow_null=True, default=None, help_text="of a leave")
    department = serializers.SlugField(
        max_length=20, allow_null=True, default=None, help_text="of a holiday; null: the whole hospital"
    )
    first_day = Day()
    last_day = Day()
    reason = serializers.CharField(max_length=200, help_text="as patients read it")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A leave is somebody's; days are in order."""
        if (attrs["kind"] == Absence.Kind.LEAVE) != bool(attrs["expert"]):
            raise serializers.ValidationError({"expert": "A leave is one expert's, a holiday nobody's."})
        if attrs["last_day"] < attrs["first_day"]:
            raise serializers.ValidationError({"last_day": gettext("The last day is before the first.")})
        return attrs


@example(id=3, **_ABSENCE, **_DAYS)
class AbsenceAnswer(serializers.Serializer[Any]):
    """Days without sessions."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=ABSENCE_KINDS)
    expert = serializers.CharField(source="expert.code", allow_null=True, default=None)
    department = serializers.CharField(source="department.code", allow_null=True, default=None)
    first_day = serializers.DateField()
    last_day = serializers.DateField()
    reason = serializers.CharField()


@example(id=3, **_ABSENCE, **_DAYS, withdrawn=2, stops=["T2U3V4W5X6Y7"])
class AbsenceEffectAnswer(AbsenceAnswer):
    """A new absence and what it led to."""

    withdrawn = serializers.IntegerField(help_text="sessions without patients, taken away")
    stops = serializers.ListField(
        child=serializers.CharField(), help_text="proposed for the sessions with patients; nobody is told yet"
    )


@example(planned=4)
class PlannedAnswer(serializers.Serializer[Any]):
    """How many sessions were planned again."""

    planned = serializers.IntegerField()


class AbsenceList(ApiView):
    """Holidays and leaves."""

    roles = MANAGERS

    @extend_schema(responses=several(AbsenceAnswer))
    def get(self, request: Request) -> Response:
        """List those that are on or ahead, soonest first."""
        found = absences_shown(today=clock.today())
        return listed(AbsenceAnswer, found)

    @extend_schema(request=AbsenceIn, responses={201: AbsenceEffectAnswer}, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request) -> Response:
        """Plan nothing on these days; where patients have numbers a stop is proposed, and nobody is told yet."""

        def answer(data: dict[str, Any]) -> dict[str, Any]:
            given = {name: data[name] for name in ("kind", "first_day", "last_day", "reason")}
            effect = services.absence_add(**given, **_whose(data), actor=self.actor, now=clock.now())
            stops = [stop.code for stop in effect.to_stop]
            known = AbsenceAnswer(effect.absence).data
            return {**known, "withdrawn": effect.withdrawn, "stops": stops}

        return self.once(AbsenceIn, answer, status=201)


class AbsenceRemove(ApiView):
    """The end of an absence."""

    roles = MANAGERS

    @extend_schema(request=None, responses=PlannedAnswer)
    def post(self, request: Request, pk: int) -> Response:
        """The days are worked after all: what was not released yet is planned again."""
        planned = services.absence_remove(absence_id=pk, actor=self.actor, now=clock.now())
        return Response({"planned": planned})


def _whose(data: dict[str, Any]) -> dict[str, Any]:
    expert, ward = data["expert"], data["department"]
    return {
        "expert_id": selectors.expert_by_code(code=expert).pk if expert else None,
        "department_id": selectors.department_by_code(code=ward).pk if ward and not expert else None,
    }

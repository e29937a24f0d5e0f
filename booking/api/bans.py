"""Bans from online booking."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api.fields import ReasonIn
from booking.models import Ban
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, listed, parsed
from hospital.common.openapi import example, several
from hospital.common.roles import MANAGERS, PATIENT_OR_MANAGERS

BAN_DAYS_MAX = 3650
BAN_REASONS = list(Ban.Reason.values)
_AT = "2026-11-03T12:00:00+08:00"


@example(
    code="B2C3D4E5F6G7",
    patient="P8Q9R2S3T4U5",
    name="林小雨",
    reason="no_show",
    note="",
    starts_at=_AT,
    ends_at="2027-02-01T12:00:00+08:00",
    appointments=["A2B3C4D5E6F7"],
)
class BanAnswer(serializers.Serializer[Any]):
    """No online booking for a time; walk-in stays possible."""

    code = serializers.CharField()
    patient = serializers.CharField(source="patient.code")
    name = serializers.CharField(source="patient.name")
    reason = serializers.ChoiceField(choices=BAN_REASONS)
    note = serializers.CharField(allow_blank=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    appointments = serializers.ListField(
        child=serializers.CharField(), source="missed", help_text="missed ones it was made for"
    )


@example(patient="P8Q9R2S3T4U5", days=30, reason="sold numbers")
class BanIn(serializers.Serializer[Any]):
    """Whom, for how long, and why."""

    patient = serializers.CharField(max_length=12)
    days = serializers.IntegerField(min_value=1, max_value=BAN_DAYS_MAX)
    reason = serializers.CharField(max_length=200)


class BanList(ApiView):
    """Bans."""

    roles = PATIENT_OR_MANAGERS
    roles_to_write = MANAGERS

    @extend_schema(responses=several(BanAnswer))
    def get(self, request: Request) -> Response:
        """List bans in force: those of the account's own people, all of them for managers."""
        now = clock.now()
        own = self.person.role == "patient"
        found = selectors.bans_of_user(user=self.person, now=now) if own else selectors.bans_in_force(now=now)
        return listed(BanAnswer, found)

    @extend_schema(request=BanIn, responses={201: BanAnswer}, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request) -> Response:
        """Close online booking for a patient."""

        def answer(data: dict[str, Any]) -> dict[str, Any]:
            patient = selectors.patient_for_user(user=self.person, code=data["patient"])
            ban = services.ban_add(
                patient_id=patient.pk,
                days=data["days"],
                reason=data["reason"],
                actor=self.actor,
                now=clock.now(),
            )
            return BanAnswer(ban).data

        return self.once(BanIn, answer, status=201)


class BanLift(ApiView):
    """The end of a ban."""

    roles = MANAGERS

    @extend_schema(request=ReasonIn, responses=BanAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Open online booking again; the misses that it was made for do not count a second time."""
        data = parsed(ReasonIn, request)
        ban = selectors.ban_by_code(code=code)
        lifted = services.ban_lift(ban_id=ban.pk, reason=data["reason"], actor=self.actor, now=clock.now())
        return Response(BanAnswer(lifted).data)

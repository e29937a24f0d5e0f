"""Missed appointments, and what becomes of them."""

from datetime import timedelta
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from hospital.common import clock
from hospital.common.api import ApiView, listed, parsed
from hospital.common.openapi import example, several
from hospital.common.policy import policy
from hospital.common.roles import MANAGERS

MISSED_STATES = ["unresolved", "no_show"]


@example(
    code="A2B3C4D5E6F7",
    state="unresolved",
    patient="P8Q9R2S3T4U5",
    name="林小雨",
    session="K7MPQ2RS3TUV",
    starts_at="2026-11-03T08:00:00+08:00",
    missed=1,
)
class MissedAnswer(serializers.Serializer[Any]):
    """An appointment that nobody was seen coming to."""

    code = serializers.CharField()
    state = serializers.ChoiceField(choices=MISSED_STATES)
    patient = serializers.CharField(source="patient.code")
    name = serializers.CharField(source="patient.name")
    session = serializers.CharField(source="session.code")
    starts_at = serializers.DateTimeField(source="slot.starts_at")
    missed = serializers.IntegerField(help_text="how many this patient missed in all")


class MissedQuery(serializers.Serializer[Any]):
    """To be decided, or decided of late."""

    state = serializers.ChoiceField(choices=MISSED_STATES, required=False, default="unresolved")


@example(codes=["A2B3C4D5E6F7"], verb="excused", reason="snow")
class DecisionIn(serializers.Serializer[Any]):
    """What is decided about some appointments; all but `confirm` with a reason."""

    codes = serializers.ListField(child=serializers.CharField(max_length=12), min_length=1, max_length=200)
    verb = serializers.ChoiceField(choices=["confirm", "seen", "excused"])
    reason = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


@example(done=1, refused=0)
class DecidedAnswer(serializers.Serializer[Any]):
    """How many were decided, and how many somebody else had decided meanwhile."""

    done = serializers.IntegerField()
    refused = serializers.IntegerField()


class NoShowList(ApiView):
    """Missed appointments."""

    roles = MANAGERS

    @extend_schema(parameters=[MissedQuery], responses=several(MissedAnswer))
    def get(self, request: Request) -> Response:
        """List those to decide, the longest waiting first; or those confirmed of late."""
        since = clock.now() - timedelta(days=policy().no_show_window_days)
        confirmed = parsed(MissedQuery, request, query=True)["state"] == "no_show"
        found = selectors.no_shows_confirmed(since=since) if confirmed else selectors.no_shows_unresolved()
        return listed(MissedAnswer, found)


class NoShowDecide(ApiView):
    """What becomes of them."""

    roles = MANAGERS

    @extend_schema(request=DecisionIn, responses=DecidedAnswer)
    def post(self, request: Request) -> Response:
        """Confirm or correct; each is decided for itself, and what somebody else decided stays."""
        made = services.appointments_resolve(**parsed(DecisionIn, request), actor=self.actor, now=clock.now())
        return Response({"done": made.done, "refused": made.refused})

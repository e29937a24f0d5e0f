"""Appeals against bans and missed appointments, and their answers."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.models import Appeal
from hospital.common import clock
from hospital.common.api import ApiView, listed, parsed
from hospital.common.openapi import example, several
from hospital.common.roles import MANAGERS, PATIENT

APPEAL_STATES = list(Appeal.State.values)


@example(
    code="E2F3G4H5J6K7",
    ban="B2C3D4E5F6G7",
    appointment=None,
    state="open",
    text="我到了，但签到机坏了。",
    answer="",
    asked_at="2026-11-03T12:00:00+08:00",
    answered_at=None,
)
class AppealAnswer(serializers.Serializer[Any]):
    """Why a ban or a missed appointment should not count."""

    code = serializers.CharField()
    ban = serializers.CharField(source="ban.code", allow_null=True, default=None)
    appointment = serializers.CharField(source="appointment.code", allow_null=True, default=None)
    state = serializers.ChoiceField(choices=APPEAL_STATES)
    text = serializers.CharField()
    answer = serializers.CharField(allow_blank=True)
    asked_at = serializers.DateTimeField()
    answered_at = serializers.DateTimeField(allow_null=True)


@example(text="我到了，但签到机坏了。")
class AppealIn(serializers.Serializer[Any]):
    """What the patient says."""

    text = serializers.CharField(max_length=500)


@example(decision="excused", answer="The check-in device was broken that day.")
class AppealDecisionIn(serializers.Serializer[Any]):
    """A manager's answer, in words that the patient gets."""

    decision = serializers.ChoiceField(choices=["excused", "seen", "lift", "reject"])
    answer = serializers.CharField(max_length=500)

    def decided(self, data: dict[str, Any]) -> dict[str, Any]:
        """As the service asks for it."""
        decision = data["decision"]
        outcome = decision if decision in {"seen", "excused"} else "excused"
        return {"uphold": decision != "reject", "outcome": outcome, "answer": data["answer"]}


class BanAppeals(ApiView):
    """Appeals against a ban."""

    roles = PATIENT

    @extend_schema(request=AppealIn, responses={201: AppealAnswer})
    def post(self, request: Request, code: str) -> Response:
        """Say why a ban of one's own people should not stand; one at a time."""
        data = parsed(AppealIn, request)
        ban = selectors.ban_for_user(user=self.person, code=code)
        made = services.ban_appeal(
            ban_id=ban.pk, account_id=self.person.pk, text=data["text"], actor=self.actor, now=clock.now()
        )
        return Response(AppealAnswer(made).data, status=201)


class AppointmentAppeals(ApiView):
    """Appeals about an appointment."""

    roles = PATIENT

    @extend_schema(request=AppealIn, responses={201: AppealAnswer})
    def post(self, request: Request, code: str) -> Response:
        """Say why one's own appointment was not missed, or for a good reason."""
        data = parsed(AppealIn, request)
        found = selectors.appointment_for_user(user=self.person, code=code)
        made = services.appointment_appeal(
            appointment_id=found.pk,
            account_id=self.person.pk,
            text=data["text"],
            actor=self.actor,
            now=clock.now(),
        )
        return Response(AppealAnswer(made).data, status=201)


class AppealList(ApiView):
    """Appeals."""

    roles = MANAGERS

    @extend_schema(responses=several(AppealAnswer))
    def get(self, request: Request) -> Response:
        """List those that wait for an answer, the oldest first, then the last answers."""
        found = [*selectors.appeals_open(), *selectors.appeals_answered()]
        return listed(AppealAnswer, found)


class AppealDecide(ApiView):
    """The answer to an appeal."""

    roles = MANAGERS

    @extend_schema(request=AppealDecisionIn, responses=AppealAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Uphold, which lifts the ban or corrects the appointment, or reject; the patient is told."""
        data = parsed(AppealDecisionIn, request)
        appeal = selectors.appeal_by_code(code=code)
        answered = services.appeal_answer(
            appeal_id=appeal.pk, **AppealDecisionIn().decided(data), actor=self.actor, now=clock.now()
        )
        return Response(AppealAnswer(answered).data)

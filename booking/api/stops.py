"""Stopped clinics: what a patient may choose instead, and choosing it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import services
from booking.models import StopCase
from booking.selectors.stops import slots_instead, stop_case_for_user
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView
from hospital.common.openapi import example
from hospital.common.roles import PATIENT_OR_DESK

CASE_STATES = list(StopCase.State.values)
CHOICES = list(StopCase.Choice.values)
OFFERED = ["slot", "refund"]


class SlotInstead(serializers.Serializer[Any]):
    """A number that may be chosen at no cost."""

    slot = serializers.CharField(help_text="code of the slot")
    expert = serializers.SlugField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    left = serializers.IntegerField()


@example(
    code="Q2W3E4R5T6Y7U8I9P2A3",
    appointment="A2B3C4D5E6F7",
    state="asked",
    choice="",
    reason="ill",
    choose_by="2026-11-03T20:00:00+08:00",
    replacement=None,
    slots=[
        {
            "slot": "S2T3U4V5W6X7",
            "expert": "C02",
            "starts_at": "2026-11-04T08:00:00+08:00",
            "ends_at": "2026-11-04T09:00:00+08:00",
            "left": 4,
        }
    ],
)
class StopCaseAnswer(serializers.Serializer[Any]):
    """A number of a stopped clinic; ``slots`` is empty once it is settled."""

    code = serializers.CharField()
    appointment = serializers.CharField(help_text="code of the appointment that cannot take place")
    state = serializers.ChoiceField(choices=CASE_STATES)
    choice = serializers.ChoiceField(choices=CHOICES)
    reason = serializers.CharField()
    choose_by = serializers.DateTimeField(allow_null=True, help_text="afterwards the money goes back")
    replacement = serializers.CharField(allow_null=True, help_text="code of the new appointment")
    slots = SlotInstead(many=True)


@example(choice="slot", slot="S2T3U4V5W6X7")
class StopChoiceIn(serializers.Serializer[Any]):
    """A number instead, or the money."""

    choice = serializers.ChoiceField(choices=OFFERED)
    slot = serializers.CharField(max_length=12, required=False, default="", allow_blank=True)


class StopCaseDetail(ApiView):
    """One number of a stopped clinic."""

    roles = PATIENT_OR_DESK

    @extend_schema(responses=StopCaseAnswer)
    def get(self, request: Request, code: str) -> Response:
        """Why the clinic does not take place, and what can be had instead now."""
        return Response(_case_out(stop_case_for_user(user=self.person, code=code)))


class StopCaseChoice(ApiView):
    """Choose."""

    roles = PATIENT_OR_DESK

    @extend_schema(request=StopChoiceIn, responses=StopCaseAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Take a number instead, to which the money moves, or ask for the money back. Refused, nothing changes."""

        def answer(data: dict[str, Any]) -> dict[str, Any]:
            found = stop_case_for_user(user=self.person, code=code)
            services.stop_case_choose(
                case_id=found.pk,
                choice=data["choice"],
                slot_code=data["slot"],
                actor=self.actor,
                now=clock.now(),
            )
            return _case_out(stop_case_for_user(user=self.person, code=code))

        return self.once(StopChoiceIn, answer)


def _case_out(case: StopCase) -> dict[str, Any]:
    appointment, stop = case.appointment, case.stop
    slots = []
    if case.state != "settled" and appointment.state == "booked":
        slots = slots_instead(session=stop.session, fee_fen=appointment.fee_fen, now=clock.now())
    return {
        "code": case.code,
        "appointment": appointment.code,
        "state": case.state,
        "choice": case.choice,
        "reason": stop.reason,
        "choose_by": clock.local(stop.choose_by).isoformat() if stop.choose_by else None,
        "replacement": case.replacement.code if case.replacement else None,
        "slots": [
            {
                "slot": slot.code,
                "expert": slot.session.expert.code,
                "starts_at": clock.local(slot.starts_at).isoformat(),
                "ends_at": clock.local(slot.ends_at).isoformat(),
                "left": slot.left,
            }
            for slot in slots
        ],
    }

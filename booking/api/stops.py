"""Stopped clinics: what a patient may choose instead, and choosing it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from booking import services
from booking.api.answers.stops import StopCaseAnswer, StopChoiceIn
from booking.models import StopCase
from booking.selectors.stops import slots_instead, stop_case_for_user
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView
from hospital.common.roles import PATIENT_OR_DESK


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
        "choose_by": clock.stated(stop.choose_by),
        "replacement": case.replacement.code if case.replacement else None,
        "slots": [
            {
                "slot": slot.code,
                "expert": slot.session.expert.code,
                "starts_at": clock.stated(slot.starts_at),
                "ends_at": clock.stated(slot.ends_at),
                "left": slot.left,
            }
            for slot in slots
        ],
    }

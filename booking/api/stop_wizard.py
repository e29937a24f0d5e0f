"""Stopping a clinic, step by step: propose, look at what it means, carry it out, follow it up."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api.stops import CASE_STATES, CHOICES
from booking.models import Appointment, Stop
from booking.selectors.stop_previews import stop_preview
from booking.selectors.stops import stop_by_code, stop_case_for_user, stop_cases, stop_progress, stops_shown
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, listed, parsed
from hospital.common.openapi import example, several
from hospital.common.roles import DESK, MANAGERS

STOP_STATES = list(Stop.State.values)
_STOP: dict[str, object] = {
    "code": "T2U3V4W5X6Y7",
    "session": "K7MPQ2RS3TUV",
    "reason": "ill",
    "state": "proposed",
    "proposed_at": "2026-11-02T15:00:00+08:00",
    "choose_by": "2026-11-03T20:00:00+08:00",
    "applied_at": None,
    "finished_at": None,
}


@example(**_STOP)
class StopAnswer(serializers.Serializer[Any]):
    """A clinic that shall not take place."""

    code = serializers.CharField()
    session = serializers.CharField(source="session.code")
    reason = serializers.CharField()
    state = serializers.ChoiceField(choices=STOP_STATES)
    proposed_at = serializers.DateTimeField()
    choose_by = serializers.DateTimeField(allow_null=True, help_text="afterwards the money goes back")
    applied_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)


class StopPerson(serializers.Serializer[Any]):
    """One number that would be affected."""

    appointment = serializers.CharField(source="appointment.code")
    state = serializers.ChoiceField(choices=Appointment.State.values, source="appointment.state")
    starts_at = serializers.DateTimeField(source="appointment.slot.starts_at")
    paid_fen = serializers.IntegerField(source="payment.paid_fen", allow_null=True, default=None)
    needs_phone = serializers.BooleanField(help_text="no message reaches the patient")
    suggestion = serializers.CharField(
        source="suggested_slot.code", allow_null=True, default=None, help_text="code of a slot instead"
    )


class StopEffects(serializers.Serializer[Any]):
    """What it would mean now."""

    held = serializers.IntegerField(help_text="numbers held and not paid")
    paid_fen = serializers.IntegerField()
    on_site = serializers.IntegerField(help_text="patients who are in the hospital already")
    waitlist = serializers.IntegerField()
    draw_requests = serializers.IntegerField(help_text="wishes that wait for the draw; it is not held")
    walk_ins = serializers.IntegerField()
    free_that_day = serializers.IntegerField(help_text="numbers of the same grade")
    people = StopPerson(many=True)


class StopProgress(serializers.Serializer[Any]):
    """How far it is carried out."""

    total = serializers.IntegerField()
    told = serializers.IntegerField()
    settled = serializers.IntegerField()
    undecided = serializers.IntegerField()
    to_phone = serializers.IntegerField()


_EFFECTS = {
    "held": 0,
    "paid_fen": 5000,
    "on_site": 0,
    "waitlist": 2,
    "draw_requests": 0,
    "walk_ins": 0,
    "free_that_day": 7,
}
_PERSON = {
    "appointment": "A2B3C4D5E6F7",
    "state": "booked",
    "starts_at": "2026-11-04T08:00:00+08:00",
    "paid_fen": 5000,
    "needs_phone": False,
    "suggestion": "S2T3U4V5W6X7",
}


@example(**_STOP, effects={**_EFFECTS, "people": [_PERSON]}, progress=None)
class StopDetailAnswer(StopAnswer):
    """One stop: what it would mean while it is proposed, how far it is once it is carried out."""

    effects = StopEffects(allow_null=True)
    progress = StopProgress(allow_null=True)


@example(session="K7MPQ2RS3TUV", reason="ill")
class StopIn(serializers.Serializer[Any]):
    """Which session, and why."""

    session = serializers.CharField(max_length=12)
    reason = serializers.CharField(max_length=200, help_text="as patients read it")


@example(choose_by="2026-11-03T20:00:00+08:00")
class StopPrepareIn(serializers.Serializer[Any]):
    """What patients will be told; what is left out stays."""

    reason = serializers.CharField(max_length=200, allow_null=True, default=None)
    choose_by = serializers.DateTimeField(allow_null=True, default=None)


class CasesQuery(serializers.Serializer[Any]):
    """Which patients of a stop."""

    show = serializers.ChoiceField(
        choices=["all", "open", "phone"], required=False, default="all", help_text="`phone`: out of reach"
    )


@example(
    code="Q2W3E4R5T6Y7U8I9P2A3",
    appointment="A2B3C4D5E6F7",
    patient="林小雨",
    phone_tail="8000",
    state="asked",
    choice="",
    phoned_at=None,
    phone_note="",
)
class CaseOfStop(serializers.Serializer[Any]):
    """One patient of a stopped clinic, for whoever follows it up; the phone by its last digits."""

    code = serializers.CharField()
    appointment = serializers.CharField(source="appointment.code")
    patient = serializers.CharField(source="appointment.patient.name")
    phone_tail = serializers.CharField(source="appointment.patient.phone_tail", allow_blank=True)
    state = serializers.ChoiceField(choices=CASE_STATES)
    choice = serializers.ChoiceField(choices=CHOICES)
    phoned_at = serializers.DateTimeField(allow_null=True)
    phone_note = serializers.CharField(allow_blank=True)


@example(note="asked to call again at noon")
class PhonedIn(serializers.Serializer[Any]):
    """What was said."""

    note = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class StopList(ApiView):
    """Stopped clinics."""

    roles = DESK
    roles_to_write = MANAGERS

    @extend_schema(responses=several(StopAnswer))
    def get(self, request: Request) -> Response:
        """List those that are open, and those of the last four weeks."""
        return listed(StopAnswer, stops_shown(now=clock.now()))

    @extend_schema(request=StopIn, responses={201: StopAnswer}, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request) -> Response:
        """Propose to stop a session; nothing happens to anybody yet."""

        def answer(data: dict[str, Any]) -> dict[str, Any]:
            session = selectors.session_by_code(code=data["session"])
            stop = services.stop_propose(
                session_id=session.pk, reason=data["reason"], actor=self.actor, now=clock.now()
            )
            return StopAnswer(stop).data

        return self.once(StopIn, answer, status=201)


class StopDetail(ApiView):
    """One stop."""

    roles = DESK

    @extend_schema(responses=StopDetailAnswer)
    def get(self, request: Request, code: str) -> Response:
        """Whom it affects while it is proposed, then how far it is carried out."""
        stop = stop_by_code(code=code)
        proposed = stop.state == "proposed"
        seen = stop_preview(session=stop.session, now=clock.now()) if proposed else None
        done = None if proposed else StopProgress(stop_progress(stop=stop)).data
        effects = StopEffects(seen).data if seen else None
        return Response({**StopAnswer(stop).data, "effects": effects, "progress": done})


class StopPrepare(ApiView):
    """What patients will be told."""

    roles = MANAGERS

    @extend_schema(request=StopPrepareIn, responses=StopAnswer)
    def post(self, request: Request, code: str) -> Response:
        """Keep the reason and the deadline to choose; still nothing happens."""
        data = parsed(StopPrepareIn, request)
        return Response(
            StopAnswer(services.stop_prepare(code=code, actor=self.actor, now=clock.now(), **data)).data
        )


class StopDiscard(ApiView):
    """The clinic takes place after all."""

    roles = MANAGERS

    @extend_schema(request=None, responses=StopAnswer)
    def post(self, request: Request, code: str) -> Response:
        """End the proposal."""
        return Response(StopAnswer(services.stop_discard(code=code, actor=self.actor, now=clock.now())).data)


class StopApply(ApiView):
    """The clinic does not take place."""

    roles = MANAGERS

    @extend_schema(request=None, responses=StopAnswer, parameters=[IDEMPOTENCY_KEY])
    def post(self, request: Request, code: str) -> Response:
        """Stop the session and tell everybody; asking again changes nothing."""

        def produce() -> tuple[int, dict[str, Any]]:
            stop = services.stop_apply(code=code, actor=self.actor, now=clock.now())
            return 200, StopAnswer(stop).data

        return self.idempotent(produce, body={})


class StopCaseList(ApiView):
    """The patients of a stop."""

    roles = DESK

    @extend_schema(parameters=[CasesQuery], responses=several(CaseOfStop))
    def get(self, request: Request, code: str) -> Response:
        """List who has not chosen, whom to phone, who chose what."""
        asked = parsed(CasesQuery, request, query=True)
        found = stop_cases(stop=stop_by_code(code=code), show=asked["show"])
        return listed(CaseOfStop, found)


class StopCasePhoned(ApiView):
    """Somebody was phoned."""

    roles = DESK

    @extend_schema(request=PhonedIn, responses=CaseOfStop)
    def post(self, request: Request, code: str) -> Response:
        """Note it."""
        data = parsed(PhonedIn, request)
        found = stop_case_for_user(user=self.person, code=code)
        services.stop_case_phoned(case_id=found.pk, note=data["note"], actor=self.actor, now=clock.now())
        return Response(CaseOfStop(stop_case_for_user(user=self.person, code=code)).data)

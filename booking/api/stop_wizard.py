"""Stopping a clinic, step by step: propose, look at what it means, carry it out, follow it up."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api.answers.stops import (
    CaseOfStop,
    CasesQuery,
    PhonedIn,
    StopAnswer,
    StopDetailAnswer,
    StopEffects,
    StopIn,
    StopPrepareIn,
    StopProgress,
)
from booking.selectors.stop_previews import stop_preview
from booking.selectors.stops import stop_by_code, stop_case_for_user, stop_cases, stop_progress, stops_shown
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, listed, parsed
from hospital.common.openapi import several
from hospital.common.roles import DESK, MANAGERS


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

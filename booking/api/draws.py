"""Draws: asking for a number that is given by lot, and checking afterwards."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from booking import selectors, services
from booking.api import inputs, serializers
from booking.api.answers import waiting
from booking.api.catalogue import PublicView
from hospital.common import clock
from hospital.common.api import IDEMPOTENCY_KEY, ApiView, parsed
from hospital.common.devices import known_device
from hospital.common.openapi import several


class DrawRequestList(ApiView):
    """The account's requests."""

    roles = frozenset({"patient", "desk"})

    @extend_schema(responses=several(waiting.DrawRequestAnswer))
    def get(self, request: Request) -> Response:
        """List one's own requests that wait for their draw."""
        mine = selectors.draw_requests_of_user(user=self.person)
        return Response({"results": [serializers.draw_request_out(one) for one in mine]})

    @extend_schema(
        request=inputs.AppointmentIn, responses={201: waiting.DrawRequestAnswer}, parameters=[IDEMPOTENCY_KEY]
    )
    def post(self, request: Request) -> Response:
        """Enter the draw of a session with the slot wished for; when it comes within the time plays no part.

        ``challenge_required`` brings a challenge; its solution goes into ``proof``.
        """
        data = dict(parsed(inputs.AppointmentIn, request))
        proof = data.pop("proof")

        def produce() -> tuple[int, dict[str, Any]]:
            services.risk_check(user=self.person, proof=proof, now=clock.now())
            asked = services.draw_request_ask(
                slot_code=data["slot"],
                patient_id=selectors.patient_id_for_user(user=self.person, code=data["patient"]),
                account_id=None if self.actor.is_staff else self.person.pk,
                actor=self.actor,
                now=clock.now(),
                device_index=known_device(request),
            )
            return 201, serializers.draw_request_out(
                selectors.draw_request_for_user(user=self.person, code=asked.code)
            )

        return services.drawn_first(
            lambda: self.idempotent(produce, body=data), session_code=data["slot"], now=clock.now()
        )


class DrawRequestDetail(ApiView):
    """One request."""

    roles = frozenset({"patient", "desk"})

    @extend_schema(responses=waiting.DrawRequestAnswer)
    def get(self, request: Request, code: str) -> Response:
        """Show one's own request: waiting, won with the appointment, lost, or withdrawn."""
        found = selectors.draw_request_for_user(user=self.person, code=code)
        return Response(serializers.draw_request_out(found))


class DrawRequestWithdraw(ApiView):
    """Take a request back."""

    roles = frozenset({"patient", "desk"})

    @extend_schema(request=None, responses=waiting.WithdrawnRequest)
    def post(self, request: Request, code: str) -> Response:
        """Until the draw; it stays the patient's only request for this session."""
        found = selectors.draw_request_for_user(user=self.person, code=code)
        services.draw_request_withdraw(request_id=found.pk, actor=self.actor, now=clock.now())
        return Response({"code": code, "state": "withdrawn"})


class SessionDraw(PublicView):
    """The published draw of a session."""

    @extend_schema(responses=waiting.DrawAnswer)
    def get(self, request: Request, code: str) -> Response:
        """The commitment; after the draw the seed and the places of all request codes, to be checked by anybody."""
        return Response(serializers.draw_out(selectors.draw_of_session(code=code)))
